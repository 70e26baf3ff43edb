//go:build !(((linux && !static) || darwin) && (amd64 || arm64))

package linalg

import (
	"errors"
	"runtime"
)

func load(string) (*Backend, error) {
	return nil, errors.New("cannot be loaded on " + runtime.GOOS + "/" + runtime.GOARCH)
}
