// Package atomicfile replaces files in one step. The libraries that do so leave
// out that the folder must reach the disk too, without which a new name can be
// lost with the power.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Partial ends the names of files that are not complete, which begin with a
// dot.
const Partial = ".partial"

// IsPartial tells whether a file is one that was not completed.
func IsPartial(e fs.DirEntry) bool {
	return strings.HasPrefix(e.Name(), ".") && strings.HasSuffix(e.Name(), Partial) && e.Type().IsRegular()
}

// Clean removes from a folder what writers that were killed left there.
func Clean(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !IsPartial(e) {
			continue
		}
		if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// Write calls write and puts what it wrote at path in one step: until all of it
// is on disk, and if write fails, path stays as it was.
func Write(path string, write func(io.Writer) error) error {
	temporary, err := writeBeside(path, write)
	if err == nil {
		err = put(temporary, path)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, Cause(err))
	}
	return nil
}

// WriteNew is Write, but leaves a file that is there already as it is. The error
// is [fs.ErrExist] then, and whoever reads path finds one of the two whole.
func WriteNew(path string, write func(io.Writer) error) error {
	temporary, err := writeBeside(path, write)
	if err == nil {
		err = os.Link(temporary, path)
		os.Remove(temporary)
	}
	if err == nil {
		err = SyncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, Cause(err))
	}
	return nil
}

// WriteKeeping is Write, but a file that stood at path is at previous then, in
// the place of an older one. At any moment one of the two is there and whole.
func WriteKeeping(path, previous string, write func(io.Writer) error) error {
	temporary, err := writeBeside(path, write)
	if err == nil {
		if err = os.Rename(path, previous); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		if err == nil {
			err = put(temporary, path)
		} else {
			os.Remove(temporary)
		}
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, Cause(err))
	}
	return nil
}

// Rename moves a file to another name in the same folder, in the place of what
// has that name.
func Rename(from, to string) error {
	err := os.Rename(from, to)
	if err == nil {
		err = SyncFolder(filepath.Dir(to))
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", to, Cause(err))
	}
	return nil
}

// writeBeside writes a file beside path under a temporary name.
func writeBeside(path string, write func(io.Writer) error) (temporary string, err error) {
	folder, name := filepath.Split(path)
	path = filepath.Join(folder, "."+name+"."+strconv.FormatUint(rand.Uint64(), 36)+Partial)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(path)
		}
	}()
	buffered := bufio.NewWriterSize(f, 1<<16)
	if err := write(buffered); err != nil {
		return "", err
	}
	if err := buffered.Flush(); err != nil {
		return "", err
	}
	if err := f.Sync(); err != nil {
		return "", err
	}
	return path, f.Close()
}

func put(temporary, path string) error {
	if err := os.Rename(temporary, path); err != nil {
		os.Remove(temporary)
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// SyncFolder brings the names in a folder to disk. Where a file system or
// operating system cannot do that, there is nothing to do.
func SyncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// Cause drops operation and path of a file error, for a message around it that
// has them already.
func Cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
