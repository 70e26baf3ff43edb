#!/usr/bin/env bash
# Tests the Python package as users have it: installed by pip from the folder, and
# from a wheel with the program in it; types, tests, and the example notebook.
# Installs what that takes from the packages of Debian and its kin. Safe to run
# again, and without a network; what is missing is not tested, and said.
#
#	scripts/package.sh [ARGUMENTS of pytest]
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
cd "$(dirname "$0")/.."
python=/usr/bin/python3 # Debian's, whose packages these are

has() { "$python" -c "import $1" 2>/dev/null; }

install() { apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends "$1" >/dev/null 2>&1; }

fetched=
fetch_list() {
	[[ -z $fetched ]] || return 1
	fetched=yes
	apt-get update -qq >/dev/null 2>&1
}

missing=()
for pair in numpy: pip: setuptools: wheel: venv: pytest: pandas: xarray: matplotlib: nbclient: nbformat: ipykernel: mypy:mypy; do
	module=${pair%:*} package=${pair#*:}
	package=${package:-python3-$module}
	probe=$module
	[[ $module != venv ]] || probe=ensurepip # which is what Debian leaves out
	if has "$probe"; then
		continue
	elif [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null && { install "$package" || { fetch_list && install "$package"; }; }; then
		echo "package: $module installed"
	else
		missing+=("$module")
		echo "package: $module is missing ($package on Debian)" >&2
	fi
done
lacks() { [[ " ${missing[*]} " == *" $1 "* ]]; }
for module in numpy pip setuptools wheel venv pytest; do
	if lacks "$module"; then
		echo "package: nothing is tested without $module" >&2
		exit 0
	fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
platform=$(go env GOHOSTOS)/$(go env GOHOSTARCH)

# environment NAME WHAT...: a new one, with the system's libraries.
environment() {
	local name=$1
	shift
	"$python" -m venv --system-site-packages "$work/$name"
	"$work/$name/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-build-isolation --no-deps "$@"
}

DIST=$work/dist PYTHON=$python scripts/wheel.sh "$platform"

# From the folder: the program is that of the path, or of the clone.
cp -r python "$work/source" # pip builds in the folder
environment folder "$work/source"
wheel=("$work"/dist/*-py3-none-any.whl)
environment pure "${wheel[0]}"

# From the wheel, which has the program: in a folder where nothing else is.
for wheel in "$work"/dist/*.whl; do
	[[ $wheel == *-any.whl ]] || environment program "$wheel"
done
bin=$work/program/bin
own=$(cd "$work" && env -u BURSTSIM "$bin/python" -c 'import burstsim; print(burstsim.program())')
[[ $own == "$work/program/"* ]] || { echo "package: the wheel's program is not used, but $own"; exit 1; }
echo "package: wheels installed, with $("$own" version | awk '$1 == "burstsim" { print $2 }')"
for name in folder pure; do
	(cd "$work" && PATH=$(dirname "$own"):$PATH "$work/$name/bin/python" -c 'import burstsim; print(burstsim.program())') >/dev/null
done

lacks mypy || (cd python && "$python" -m mypy --cache-dir "$work/mypy")
cp -r python/tests "$work/tests"
(cd "$work/tests" && env -u BURSTSIM "$bin/python" -m pytest -q -p no:cacheprovider "$@" .)
if lacks nbclient || lacks nbformat || lacks ipykernel || lacks matplotlib; then
	echo 'package: the notebook is not executed' >&2
else
	# A kernel of the environment, which the system's would not be.
	"$bin/python" -m ipykernel install --prefix "$work/program" >/dev/null 2>&1
	cp -r python/examples "$work/examples"
	(cd "$work/examples" && for notebook in *.ipynb; do
		env -u BURSTSIM JUPYTER_PATH="$work/program/share/jupyter" PYDEVD_DISABLE_FILE_VALIDATION=1 "$bin/python" execute.py "$notebook"
	done)
fi
