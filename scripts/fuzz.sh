#!/usr/bin/env bash
# Runs every fuzz test of the module for a while, one after another:
#
#	scripts/fuzz.sh [TIME [REGEXP]]
#
# TIME is that of each, as -fuzztime takes it (1m unless given); REGEXP selects
# by ./package.FuzzName. Prints a line for each. Safe to run again: the go
# command keeps inputs that reach new code in its cache and begins with them.
# An input that fails becomes a seed under testdata/fuzz of its package, and the
# exit status 1.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-1m}
select=${2:-.}

targets() {
	grep -r --include='*_test.go' -o '^func Fuzz[A-Za-z0-9_]*' . |
		sed -E 's|^(.*)/[^/]*:func (.*)|\1.\2|' | sort | grep -E -e "$select"
}

# Targets that write files need not wait for a disk.
if [[ -d /dev/shm && -w /dev/shm ]]; then
	export GOTMPDIR=${GOTMPDIR:-${TMPDIR:-/tmp}} TMPDIR=/dev/shm
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
TIMEFORMAT='%U %S'
failed=0
total_cpu=0
total_execs=0
printf '%-44s %10s %12s %8s  %s\n' target 'CPU s' executions seeds result
while read -r target; do
	package=${target%.Fuzz*}
	name=${target##*.}
	# Where goroutines and files make coverage vary, minimizing would take all time.
	fuzz() { go test "$package" -run '^$' -fuzz "^$name\$" -parallel 1 -fuzzminimizetime 100x "$@" </dev/null; }
	fuzz -fuzztime 1x >"$log" 2>&1 || true # builds, so that it is not counted
	result=ok
	cpu=$({ time fuzz -fuzztime "$time" >"$log" 2>&1; } 2>&1) || result=FAILED
	cpu=$(awk '{ printf "%.0f", $1 + $2 }' <<<"$cpu")
	execs=$(sed -nE 's/.*execs: ([0-9]+).*/\1/p' "$log" | tail -n 1)
	seeds=$(sed -nE 's/.*\(total: ([0-9]+)\).*/\1/p' "$log" | tail -n 1)
	printf '%-44s %10s %12s %8s  %s\n' "$target" "$cpu" "${execs:-0}" "${seeds:-0}" "$result"
	if [[ $result != ok ]]; then
		failed=1
		cat "$log" >&2
	fi
	total_cpu=$((total_cpu + cpu))
	total_execs=$((total_execs + ${execs:-0}))
done < <(targets)
printf '%-44s %10s %12s\n' total "$total_cpu" "$total_execs"
exit "$failed"
