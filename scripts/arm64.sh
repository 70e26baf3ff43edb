#!/usr/bin/env bash
# The numbers on arm64, where the compiler fuses x*y+z and our own kernels are
# NEON's, and whether 32-bit processors and Macs get a program: the tests of
# kernels, cells, synapses and integration, the golden files, and determinism,
# built for arm64 and run by qemu-user. Takes one to two minutes on two idle
# cores, depending on what is built already.
set -euo pipefail
cd "$(dirname "$0")/.."

GOARCH=386 go build -o /dev/null ./cmd/burstsim
GOOS=darwin GOARCH=arm64 go build -o /dev/null ./cmd/burstsim
GOARCH=arm64 go vet ./internal/bench ./internal/linalg ./neuron ./synapse # arguments of assembly

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

check internal/linalg '^Test(Accumulate|AddOuter|Backends|Combine|Concurrent|Gemm|Kernels$|Outer|Processors|Products|Three|Transpose|Vectors)/NEON'
check neuron .
check synapse .
check integrator .
check sim TestGolden
check sim/program TestGoldenContinuous
check sim/training Deterministic
check internal/experiment Determinis
