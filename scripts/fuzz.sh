#!/usr/bin/env bash
# Runs each fuzz function for a short while, one after another.
#
#   scripts/fuzz.sh [TIME, such as 10s]
#
# What a fuzz function finds is written under its package's testdata/fuzz and
# belongs into the commit that mends it.
set -euo pipefail

time=${1:-10s}
found=
while IFS=: read -r file name; do
	found=1
	echo "$name in ${file%/*}"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 100x "./${file%/*}"
done < <(git ls-files -co --exclude-standard '*_test.go' |
	xargs -r grep -HoE '^func Fuzz[A-Za-z0-9_]*' | sed 's/func //')
[ -n "$found" ] || echo "There is no fuzz function yet."
