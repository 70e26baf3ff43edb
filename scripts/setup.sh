#!/usr/bin/env bash
# Installs what the tests use beyond Go: NumPy, which reads the trajectories
# that burstsim writes. Safe to run again; without it, a test is skipped.
set -euo pipefail

has_numpy() {
	local python
	for python in python3 /usr/bin/python3; do
		"$python" -c 'import numpy' 2>/dev/null && return
	done
	return 1
}

if has_numpy; then
	echo 'setup: NumPy is there'
	exit 0
fi
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
	echo 'setup: NumPy is missing; install it (python3-numpy on Debian) to check trajectories with it' >&2
	exit 0
fi

export DEBIAN_FRONTEND=noninteractive
install=(apt-get install -y -qq --no-install-recommends python3-numpy)
if "${install[@]}" >/dev/null 2>&1 || { apt-get update -qq && "${install[@]}"; } >/dev/null 2>&1; then
	echo 'setup: NumPy installed'
else
	echo 'setup: NumPy could not be installed (no network?); trajectories are not checked with it' >&2
fi
