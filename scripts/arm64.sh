#!/usr/bin/env bash
# The numbers on arm64, where the compiler fuses x*y+z, and whether 32-bit
# processors get a program: the tests of cells, synapses and integration, and
# the golden files, built for arm64 and run by qemu-user. Takes about a minute on
# two idle cores, most of it building.
set -euo pipefail
cd "$(dirname "$0")/.."

GOARCH=386 go build -o /dev/null ./cmd/burstsim

libraries=/usr/aarch64-linux-gnu # of Debian's libc6-arm64-cross
if [[ $(go env GOHOSTARCH) == arm64 ]]; then
	run=()
elif command -v qemu-aarch64 >/dev/null && [[ -e $libraries/lib/ld-linux-aarch64.so.1 ]]; then
	run=(qemu-aarch64 -L "$libraries")
else
	echo 'arm64: qemu-aarch64 or its libraries are missing: not tested (scripts/setup.sh installs them)' >&2
	exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check PACKAGE REGEXP runs the tests of a package that match.
check() {
	echo "$1 $2"
	GOARCH=arm64 CGO_ENABLED=0 go test -c -o "$work/test" "./$1"
	(cd "$1" && "${run[@]}" "$work/test" -test.short -test.run "$2")
}

check neuron .
check synapse .
check integrator .
check sim TestGolden
check sim/program TestGoldenContinuous
