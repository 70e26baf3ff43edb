#!/usr/bin/env bash
# The tests that take minutes, in full: every key in every kind of experiment;
# kills, signals and full disks of every kind of run; memory; and learning, over
# seeds. go test ./... tries a few of each; this is for before a release. Arguments go to go test, such as -v.
set -euo pipefail
cd "$(dirname "$0")/.."

BURSTSIM_KINDS=all go test -count 1 -timeout 60m "$@" ./cmd/burstsim -run '^TestEveryKeyCounts$'
export BURSTSIM_EVIDENCE=1
go test -count 1 -timeout 60m "$@" ./cmd/burstsim \
	-run '^(TestKilledRunsGoOn|TestInterruptedRunsGoOn|TestFullDisk|TestLargestFile|TestMemoryDoesNotGrow)$'
go test -count 1 -timeout 60m "$@" ./internal/experiment \
	-run '^(TestExampleLearns|TestXORIsSolved|TestModelsLearnRegression|TestTracesBridgeDelays)$'
go test -count 1 -timeout 60m "$@" ./sim -run '^TestDalesKeepsSigns$'
go test -count 1 -timeout 60m "$@" ./sim/spiking -run '^TestExclusiveOr$'
