package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gofrs/flock"

	"burstsim/internal/atomicfile"
)

const lockFile = "lock"

// lock keeps other processes out of a folder.
type lock struct {
	*flock.Flock
	made bool // whether the folder was
}

// lockPermissions let those whom the umask admits to the folder see whether it
// is locked, and go on with the run.
const lockPermissions = 0o666

// attempts bounds how often a folder is locked that goes away meanwhile.
const attempts = 100

// lockFolder locks a folder, which it makes if there is none.
func lockFolder(path string, warn func(error)) (*lock, error) {
	for range attempts {
		l, err := tryLock(path, warn)
		if errors.Is(err, os.ErrNotExist) {
			continue // another process removed the folder before the file was there
		}
		if err != nil {
			return nil, err
		}
		same, err := l.current()
		if same && err == nil {
			return l, nil
		}
		// Another process removed the folder before the file was locked.
		if err := errors.Join(err, l.release()); err != nil {
			return nil, fmt.Errorf("cannot lock %s: %w", path, atomicfile.Cause(err))
		}
	}
	return nil, fmt.Errorf("cannot lock %s: it is removed again and again", path)
}

func tryLock(path string, warn func(error)) (*lock, error) {
	_, err := os.Stat(path)
	made := err != nil
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("cannot make folder %s: %w", path, atomicfile.Cause(err))
	}
	file := filepath.Join(path, lockFile)
	// Opening a pipe would wait for somebody to read it.
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot lock %s: %s is no file", path, lockFile)
	}
	// Network file systems lock only what can be written.
	l := &lock{flock.New(file, flock.SetFlag(os.O_RDWR|os.O_CREATE), flock.SetPermissions(lockPermissions)), made}
	held, err := l.TryLock()
	switch {
	case unsupported(err):
		if warn != nil {
			warn(fmt.Errorf("cannot lock %s: %w; nothing keeps another process from the same run", path, atomicfile.Cause(err)))
		}
	case errors.Is(err, os.ErrNotExist): // a lock that is there now is that of another process
		return nil, errors.Join(err, l.release())
	case err != nil:
		err = fmt.Errorf("cannot lock %s: %w", path, atomicfile.Cause(err))
		return nil, errors.Join(err, l.abandon())
	case !held:
		return nil, fmt.Errorf("%s: %w", filepath.Dir(path), ErrRunning)
	}
	return l, nil
}

// unsupported tells whether an error means that the file system has no locks.
func unsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK)
}

// current tells whether the file that is locked is the one that others would
// lock. What cannot be locked is not looked at.
func (l *lock) current() (bool, error) {
	if !l.Locked() {
		return true, nil
	}
	ours, err := l.Stat()
	if err != nil {
		return false, err
	}
	theirs, err := os.Stat(l.Path())
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(ours, theirs), err
}

func (l *lock) release() error { return l.Close() }

// abandon releases the lock of a folder in which nothing was begun, and removes
// the folder if it was made for that.
func (l *lock) abandon() error {
	err := l.release()
	if l.made {
		os.Remove(l.Path())
		os.Remove(filepath.Dir(l.Path())) // fails unless it is empty
	}
	return err
}

// Running tells whether a process holds the journal at path, as far as the file
// system can tell.
func Running(path string) bool {
	file := filepath.Join(path, lockFile)
	// Opening a pipe would wait for somebody to write into it.
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return false
	}
	l := flock.New(file, flock.SetFlag(os.O_RDONLY))
	defer l.Close()
	held, err := l.TryRLock()
	return err == nil && !held
}
