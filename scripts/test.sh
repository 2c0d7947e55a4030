#!/usr/bin/env bash
# Runs the tests with the race detector and sums them up; the last line is
# "N passed, N failed, N skipped". Tests that need PostgreSQL want to be run
# through scripts/postgres.sh; `make test` does.
#
#   scripts/test.sh [PACKAGES and flags of go test]
set -euo pipefail

[ $# -gt 0 ] || set -- ./...
# The summary is built first: a pipe would start it beside the compiler.
mkdir -p .cache
go build -o .cache/summary ./test/summary
# The detector watches all Go code but two libraries that only compute: SQLite,
# which is C made into Go and guards its memory by its own locks, and Argon2's
# hash. Watched, they took four fifths of the time.
blind=()
for package in modernc.org/... golang.org/x/crypto/argon2 golang.org/x/crypto/blake2b; do
	blind+=("-gcflags=$package=-race=false")
done
# Nothing that tests write is to be kept, so memory is good enough for it where
# there is enough: the tests wait for the disk more than for the processor.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -n 1)" -gt 4000000 ]; then
	TMPDIR=$(mktemp -d /dev/shm/chancery-tests.XXXXXXXX)
	export TMPDIR
	trap 'rm -rf "$TMPDIR"' EXIT
fi
CGO_ENABLED=1 go test -race "${blind[@]}" -timeout 20m -json "$@" | .cache/summary
