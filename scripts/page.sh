#!/usr/bin/env bash
# Builds the page of `burstsim serve` from internal/serve/web into
# internal/serve/dist, which is kept in the repository and goes into the program:
# only who changes the page needs Node.
#
#	scripts/page.sh            check types and build
#	scripts/page.sh --check    fail if dist is not what the sources give
#	scripts/page.sh --test     try the page in Chromium (scripts/chromium.sh installs one)
#
# Exit status 3: Node or Chromium cannot be had here.
set -euo pipefail
cd "$(dirname "$0")/../internal/serve/web"

need_node() {
	local version
	version=$(node --version 2>/dev/null) || version=none
	version=${version#v}
	[[ $version != none ]] && ((${version%%.*} >= 20)) && command -v npm >/dev/null && return
	echo "page: needs Node 20 or later with npm (here: $version); https://nodejs.org" >&2
	exit 3
}

# Packages are fetched only when the lock file asks for others than are there.
packages() {
	[[ -e node_modules/.package-lock.json && ! package-lock.json -nt node_modules/.package-lock.json ]] ||
		npm ci --loglevel error --no-audit --no-fund >/dev/null
}

build() { node_modules/.bin/vite build --logLevel warn "$@"; }

check() {
	local out
	out=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$out'" EXIT
	build --outDir "$out" --emptyOutDir
	diff -r -q "$out" ../dist || {
		echo 'page: internal/serve/dist is not what internal/serve/web gives: run scripts/page.sh and commit it' >&2
		exit 1
	}
	weigh "$out"
}

# All that a browser could ever fetch, compressed, has to stay below 300 kB.
weigh() {
	local all first
	all=$(find "$1" -type f -name '*.*' -exec gzip -9 -c {} \; | wc -c)
	first=$(grep -oE 'assets/[^"]+' "$1/index.html" | while read -r f; do gzip -9 -c "$1/$f"; done | wc -c)
	echo "page: $((all / 1000)) kB compressed in all, $((first / 1000)) kB for the first view"
	((all < 300000)) || { echo 'page: more than 300 kB' >&2; exit 1; }
}

need_node
packages
node_modules/.bin/tsc -p .
case ${1:-} in
'')
	build
	weigh ../dist
	;;
--check) check ;;
--test)
	chromium=$(../../../scripts/chromium.sh | tail -n 1) || exit 3
	rm -rf test-build
	node_modules/.bin/tsc -p test
	BURSTSIM_CHROMIUM=$chromium node --test test-build/test/all.test.js
	;;
*)
	echo "page: unknown argument $1; see scripts/page.sh" >&2
	exit 2
	;;
esac
