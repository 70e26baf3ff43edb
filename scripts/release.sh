#!/usr/bin/env bash
# Builds the archives of a release into dist/: a static program for Linux, macOS
# and Windows on amd64 and arm64, with licence, README, examples, manual pages and
# shell completions, and SHA256SUMS of all. The same commit gives the same bytes.
#
#	scripts/release.sh [OS/ARCH...]            all six if none is named
#	scripts/release.sh check [OS/ARCH...]      builds them twice, the second time from
#	                                           a clone in another folder, compares, and
#	                                           runs what this machine can run
#
# VERSION is the name of the release, otherwise git describe's.
set -euo pipefail
cd "$(dirname "$0")/.."

check=
if [[ ${1-} == check ]]; then
	check=yes
	shift
	git diff --quiet HEAD || { echo 'release: there are changes that are not committed, which a clone has not' >&2; exit 1; }
fi
(($# > 0)) || set -- {linux,darwin,windows}/{amd64,arm64}
export VERSION=${VERSION:-$(git describe --tags --always --dirty)}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export TZ=UTC LC_ALL=C
dist=$(realpath -m "${DIST:-dist}")
mkdir -p "$dist"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
here=$(go env GOHOSTOS)/$(go env GOHOSTARCH)

# What is the same for all platforms comes from a program for this one.
common() {
	local bin=$work/here shell
	scripts/static.sh "$here" "$bin"
	mkdir -p "$work/common"/{man/man1,completion}
	"$bin" man "$work/common/man/man1"
	for shell in bash zsh fish powershell; do
		"$bin" completion "$shell" >"$work/common/completion/burstsim.$shell"
	done
	cp LICENSE README.md CHANGELOG.md "$work/common/"
	git ls-files examples docs | while read -r file; do # and not what runs left there
		install -D -m 644 "$file" "$work/common/$file"
	done
}

# archive OS/ARCH: owner, order, times and modes are those of the commit, not of
# this machine.
archive() {
	local name=burstsim-$VERSION-${1/\//-} program=burstsim
	[[ $1 != windows/* ]] || program=burstsim.exe
	local folder=$work/$name
	cp -r "$work/common" "$folder"
	if [[ $1 == "$here" ]]; then
		cp "$work/here" "$folder/$program"
	else
		scripts/static.sh "$1" "$folder/$program"
	fi
	chmod 755 "$folder/$program"
	find "$folder" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
	if [[ $1 == windows/* ]]; then
		rm -f "$dist/$name.zip"
		(cd "$work" && find "$name" -type f | sort | zip -X -q -9 "$dist/$name.zip" -@)
	else
		tar -C "$work" --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mode=go-w \
			-cf - "$name" | gzip -n -9 >"$dist/$name.tar.gz"
	fi
	rm -r "$folder"
}

common
for target; do
	archive "$target"
done
(cd "$dist" && sha256sum burstsim-"$VERSION"-*.{tar.gz,zip} 2>/dev/null >SHA256SUMS || [[ -s SHA256SUMS ]])
cat "$dist/SHA256SUMS"
[[ -n $check ]] || exit 0

# The same bytes, from another folder.
git clone -q --no-local . "$work/clone"
DIST=$work/second "$work/clone/scripts/release.sh" "$@" >/dev/null
(cd "$work/second" && sha256sum --quiet -c "$dist/SHA256SUMS")
echo 'release: built twice, the same bytes'

# try COMMAND... runs the program of an archive as a user would.
try() {
	local root=$1
	shift
	(cd "$work" && "$@" version && "$@" run "$root/examples/xor.toml" --out "$work/run" --quiet \
		--set time.before=2s --set time.learn=10s --set time.after=2s --set plots.figures=[])
	[[ -s $work/run/metrics.csv ]]
	rm -r "$work/run"
}

for target; do
	name=burstsim-$VERSION-${target/\//-}
	case $target in
	"$here") run=() ;;
	linux/arm64)
		command -v qemu-aarch64 >/dev/null || { echo 'release: qemu-aarch64 is missing: linux/arm64 is not run' >&2; continue; }
		run=(qemu-aarch64) ;;
	*) echo "release: $target is built, and cannot be run here"; continue ;;
	esac
	tar -C "$work" -xzf "$dist/$name.tar.gz"
	try "$work/$name" "${run[@]}" "$work/$name/burstsim"
	echo "release: $target runs"
done
