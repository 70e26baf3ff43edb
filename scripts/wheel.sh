#!/usr/bin/env bash
# Builds wheels of the Python package into dist/: one without the program, for
# all platforms, and one for each OS/ARCH that is named, with the program in it.
#
#	scripts/wheel.sh [OS/ARCH...]       linux/amd64 if none is named
#
# PYTHON is the interpreter (python3), which needs pip, setuptools and wheel. No
# network, no compiler but go's. The same commit gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
dist=${DIST:-dist}
mkdir -p "$dist"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What pip calls a platform. A static program asks nothing of the C library.
tag() {
	case $1 in
	linux/amd64) echo manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64 ;;
	linux/arm64) echo manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64 ;;
	darwin/amd64) echo macosx_12_0_x86_64 ;;
	darwin/arm64) echo macosx_12_0_arm64 ;;
	windows/amd64) echo win_amd64 ;;
	windows/arm64) echo win_arm64 ;;
	*) echo "wheel: $1 is no platform of pip that is known here" >&2; return 1 ;;
	esac
}

# wheel NAME PLATFORM: of the folder work/NAME.
wheel() {
	find "$work/$1" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
	BURSTSIM_WHEEL_PLATFORM=$2 "$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation \
		--wheel-dir "$work/$1.dist" "$work/$1"
	mv "$work/$1.dist"/*.whl "$dist/"
	rm -r "$work/${1:?}" "$work/$1.dist"
}

sources() {
	mkdir -p "$work/$1/burstsim"
	cp python/{pyproject.toml,setup.py,README.md} LICENSE "$work/$1/"
	cp python/burstsim/{*.py,py.typed} "$work/$1/burstsim/"
}

(($# > 0)) || set -- linux/amd64
sources any
wheel any ''
for target; do
	platform=$(tag "$target")
	sources this
	name=burstsim
	[[ $target != windows/* ]] || name=burstsim.exe
	mkdir "$work/this/burstsim/bin"
	scripts/static.sh "$target" "$work/this/burstsim/bin/$name"
	wheel this "$platform"
done
ls -l "$dist"/*.whl
