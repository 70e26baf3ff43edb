#!/usr/bin/env bash
# Makes the tables and figures of docs/results.md between the lines
#
#     <!-- reproduce NAME [--quick] -->
#     <!-- end -->
#
# by burstsim reproduce: runs what is missing in the folder that is the first
# argument, or in reproductions, and takes what is finished there. What else
# stands in the document is not touched.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-reproductions}
doc=docs/results.md
program=$(mktemp -d)
trap 'rm -rf "$program"' EXIT
go build -o "$program/burstsim" ./cmd/burstsim

new=$program/results.md
inside=
while IFS= read -r line; do
	if [[ $line =~ ^'<!-- reproduce '([a-z_]+)( --quick)?' -->'$ ]]; then
		name=${BASH_REMATCH[1]} quick=${BASH_REMATCH[2]}
		"$program/burstsim" reproduce "$name" $quick --out "$out" --quiet >&2
		dir=$out/$name${quick:+-quick}
		cp "$dir/figure.png" "docs/figures/reproduce_$name.png"
		printf '%s\n\n    burstsim reproduce %s%s\n\n' "$line" "$name" "$quick"
		cat "$dir/table.md"
		printf '\n![%s](figures/reproduce_%s.png)\n\n' "$(head -n 1 "$dir/table.md")" "$name"
		inside=1
	elif [[ $line == '<!-- end -->' ]]; then
		inside=
		printf '%s\n' "$line"
	elif [[ -z $inside ]]; then
		printf '%s\n' "$line"
	fi
done <"$doc" >"$new"
cp "$new" "$doc"
