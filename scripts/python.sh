#!/usr/bin/env bash
# Installs what `burstsim bench --against python` compares with, NumPy and
# PyTorch, and Brian2 for scripts/peers/spiking.py, from the packages of Debian
# and its kin. Safe to run again, and without a network; what is missing is not
# compared with.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

has() {
	local python
	for python in python3 /usr/bin/python3; do
		"$python" -c "import $1" 2>/dev/null && return
	done
	return 1
}

install() {
	apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends "$1" >/dev/null 2>&1
}

for library in numpy torch brian2; do
	package=python3-$library
	[[ $library != brian2 ]] || package=python3-brian
	if has "$library"; then
		echo "python: $library is there"
	elif [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
		echo "python: $library is missing ($package on Debian)" >&2
	elif install "$package" || { apt-get update -qq >/dev/null 2>&1 && install "$package"; }; then
		echo "python: $library installed"
	else
		echo "python: $library could not be installed (no network?)" >&2
	fi
done
