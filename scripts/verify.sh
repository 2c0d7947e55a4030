#!/usr/bin/env bash
# Checks what the tests do not: format, lint, generated files, modules and known
# vulnerabilities. It runs all checks, names those that failed, and fails when
# one did, or when the work tree is not as it was before.
set -euo pipefail

tool() { go tool -modfile=tools/go.mod "$@"; }

failed=()
check() {
	local name=$1
	shift
	echo "verify: $name"
	"$@" || failed+=("$name")
}

# tree_state prints what git sees of the work tree.
tree_state() {
	git status --porcelain
	git diff HEAD
}

formatted() {
	local files
	files=$(tool gofumpt -l .)
	[ -z "$files" ] || {
		echo "These are not formatted; run 'make format':"
		echo "$files"
		return 1
	}
}

linted() {
	# Its cache would otherwise be the home directory's.
	GOLANGCI_LINT_CACHE=$PWD/.cache/golangci-lint tool golangci-lint run
}

# excused fails when a nolint names a linter that .golangci.yml switches off:
# nolintlint looks only at those that are on.
excused() {
	local off
	off=$(sed -n '/^  disable:/,/^  [a-z]/s/^    - \([a-z0-9_]*\).*/\1/p' .golangci.yml | paste -sd '|')
	[ -n "$off" ] || {
		echo ".golangci.yml switches no linter off; excused reads it wrongly"
		return 1
	}
	! git grep -nE "//nolint:([a-z0-9_]+,)*($off)\b" -- '*.go' || {
		echo "These excuse themselves from linters that are off; take the nolint out."
		return 1
	}
}

# narrow fails when a line of a template has 160 characters or more.
narrow() {
	! git grep -nE '^.{160,}' -- '*.html' || {
		echo "These lines of templates have 160 characters or more; break them."
		return 1
	}
}

generated() {
	local before
	before=$(tree_state)
	go generate ./...
	[ "$before" = "$(tree_state)" ] || {
		echo "go generate changed these; commit what it made:"
		git status --short
		return 1
	}
}

# safe fails when a known vulnerability is reached. The database is on the
# network; without it the check is left out, and says so.
safe() {
	local out code=0
	out=$(tool govulncheck ./... 2>&1) || code=$?
	if [ "$code" = 1 ] && grep -qE '^govulncheck: fetching vulnerabilities' <<<"$out"; then
		echo "NOT CHECKED for known vulnerabilities: their database cannot be reached from here."
		return 0
	fi
	[ "$code" = 0 ] || echo "$out"
	return "$code"
}

check format formatted
check lint linted
check nolint excused
check templates narrow
check generate generated
check modules go mod tidy -diff
check vulnerabilities safe

if [ "${#failed[@]}" -gt 0 ]; then
	echo "verify: failed: ${failed[*]}" >&2
	exit 1
fi
echo "verify: all is well"
