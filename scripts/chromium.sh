#!/usr/bin/env bash
# Installs Debian's chromium, in which the page is tested, and a font. Safe to
# run again, and without a network. The last line printed is the browser's path.
# Exit status: 0 if there is a chromium, 3 if it cannot be had here.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

cannot() {
	echo "chromium: $1: the page is not tested in it" >&2
	exit 3
}

install() {
	apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null 2>&1
}

find_chromium && exit
[[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || cannot 'missing (chromium on Debian)'
apt-get update -qq >/dev/null 2>&1 || true
install || cannot 'could not be installed (no network?)'
find_chromium || cannot 'missing after its installation'
