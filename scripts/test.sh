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
CGO_ENABLED=1 go test -race -timeout 20m -json "$@" | .cache/summary
