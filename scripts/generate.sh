#!/usr/bin/env bash
# Generates the assembly of internal/bench, internal/linalg, neuron, synapse and sim/noise anew, and fails if it is not what is
# committed. The generator for amd64, avo, is a module that only this needs:
# where it cannot be fetched, nothing is checked.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! go -C internal/asm mod download; then
	echo 'the generator cannot be fetched: the assembly is not compared'
	exit 0
fi
go -C internal/asm vet ./...
go generate ./internal/bench ./internal/linalg ./neuron ./synapse ./sim/noise
git diff --exit-code -- internal/bench internal/linalg neuron synapse sim/noise
