#!/usr/bin/env bash
# Builds the program for release: static on Linux, without a trace of this
# machine, so that the same commit gives the same bytes.
#
#	scripts/static.sh OS/ARCH FILE
#
# A static program loads no shared library, so that --blas has none to offer
# there: whoever wants OpenBLAS builds with go install.
set -euo pipefail
target=${1:?expected OS/ARCH, such as linux/arm64}
file=$(realpath -m "${2:?expected the file to write}")
cd "$(dirname "$0")/.."

version=${VERSION:-$(git describe --tags --always --dirty)}
stamp="-X burstsim/internal/experiment.release=$version -X burstsim/internal/experiment.revision=$(git rev-parse HEAD)"
CGO_ENABLED=0 GOOS=${target%/*} GOARCH=${target#*/} GOFLAGS='' GOAMD64=v1 GOARM64=v8.0 \
	go build -tags static -trimpath -buildvcs=false -ldflags "-s -w -buildid= $stamp" -o "$file" ./cmd/burstsim
