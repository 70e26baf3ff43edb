#!/usr/bin/env bash
# Installs what the tests use beyond Go: NumPy, which reads the trajectories
# that burstsim writes, OpenBLAS, which the dense kernels are compared with, QEMU
# with a C library, with which scripts/arm64.sh runs programs for arm64, bindfs,
# on which runs are tried, zip, which packs releases for Windows, and strace, which
# makes system calls fail.
# Safe to run again, and without a network; what is missing is not tested.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

has_numpy() {
	local python
	for python in python3 /usr/bin/python3; do
		"$python" -c 'import numpy' 2>/dev/null && return
	done
	return 1
}

has_openblas() {
	compgen -G '/usr/lib/*/libopenblas.so*' >/dev/null ||
		compgen -G '/usr/lib*/libopenblas*.so*' >/dev/null
}

has_qemu() { command -v qemu-aarch64 >/dev/null; }

has_arm64_libraries() { [[ -e /usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1 ]]; }

has_bindfs() { command -v bindfs >/dev/null; }

has_strace() { command -v strace >/dev/null; }

has_zip() { command -v zip >/dev/null; }

install() {
	apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1
}

# The list of packages is fetched only when the one at hand does not do, and
# at most once.
fetched=
fetch_list() {
	[[ -z $fetched ]] || return 1
	fetched=yes
	apt-get update -qq >/dev/null 2>&1
}

# ensure NAME TEST PACKAGE LOSS: never fails, but says what is lost.
ensure() {
	local name=$1 present=$2 package=$3 loss=$4
	if "$present"; then
		echo "setup: $name is there"
	elif [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
		echo "setup: $name is missing ($package on Debian): $loss" >&2
	elif install "$package" || { fetch_list && install "$package"; }; then
		echo "setup: $name installed"
	else
		echo "setup: $name could not be installed (no network?): $loss" >&2
	fi
}

ensure NumPy has_numpy python3-numpy 'trajectories are not checked with it'
ensure OpenBLAS has_openblas libopenblas0-pthread 'only kernels of our own and of gonum are tested'
ensure QEMU has_qemu qemu-user 'arm64 is not tested'
ensure 'C library for arm64' has_arm64_libraries libc6-arm64-cross 'arm64 is not tested'
ensure bindfs has_bindfs bindfs 'runs are not tried on a file system with FUSE'
ensure zip has_zip zip 'scripts/release.sh makes no archives for Windows'
ensure strace has_strace strace 'no system calls are made to fail'
[[ -e /dev/fuse ]] || echo 'setup: this machine has no FUSE (/dev/fuse): runs are not tried on it' >&2
