// Package regular reads files that must be files: opening a pipe would wait for
// somebody to write, and a device may never end.
package regular

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"burstsim/internal/memory"
)

var (
	errFolder = errors.New("is a folder, not a file")
	errOther  = errors.New("is a pipe or a device, not a file")
)

// Open opens a file, or what a symbolic link says is one. Errors are of type
// *fs.PathError.
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, &fs.PathError{Op: "open", Path: path, Err: errFolder}
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "open", Path: path, Err: errOther}
	}
	return os.Open(path)
}

// ReadFile returns the content of a file that Open opens, if there is memory for
// it: a file with holes may be far larger than its disk.
func ReadFile(path string) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		if err := memory.Check("its bytes", float64(info.Size())); err != nil {
			return nil, &fs.PathError{Op: "read", Path: path, Err: err}
		}
	}
	return io.ReadAll(f)
}
