#!/usr/bin/env bash
# Copies the third-party assets of the pages, at the versions of
# internal/web/package.json, to where they are committed. Needs Node's npm, and Go.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v npm >/dev/null || scripts/install.sh npm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp internal/web/package.json "$work"
npm install --prefix "$work" --no-package-lock --ignore-scripts --no-audit --no-fund --silent
modules=$work/node_modules
to=internal/web/assets

# A source map that is not served would be asked for by every open inspector.
strip() { sed -e 's|/\*# sourceMappingURL=.*\*/||' -e 's|//# sourceMappingURL=.*||' "$1"; }
strip "$modules/@tabler/core/dist/css/tabler.min.css" >"$to/tabler.css"
strip "$modules/htmx.org/dist/htmx.min.js" >"$to/htmx.js"
# The common build: the simple one has neither tooltips nor legends.
strip "$modules/echarts/dist/echarts.common.min.js" >"$to/echarts.js"
mkdir -p test/browser/testdata
strip "$modules/axe-core/axe.min.js" >test/browser/testdata/axe.js

# The map of the world, projected, and where each country lies on it.
go run ./internal/web/atlas/convert "$modules/world-atlas" internal/web

# The icons that pages use, as one sprite: <use href="icons.svg#name">.
{
	printf '<svg xmlns="http://www.w3.org/2000/svg">\n'
	while read -r name; do
		printf '<symbol id="%s" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">' "$name"
		grep -oE '<(path|circle|rect|line|polyline)[^>]*>' "$modules/@tabler/icons/icons/outline/$name.svg" | grep -v 'M0 0h24v24H0z' | tr -d '\n'
		printf '</symbol>\n'
	done <"$to/icons.txt"
	printf '</svg>\n'
} >"$to/icons.svg"
