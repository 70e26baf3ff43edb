//go:build unix

package journal_test

import (
	"os"
	"syscall"
)

// irregular makes what is no regular file.
var irregular = map[string]func(path string) error{
	"pipe":  func(path string) error { return syscall.Mkfifo(path, 0o666) },
	"zeros": func(path string) error { return os.Symlink("/dev/zero", path) },
	"loop":  func(path string) error { return os.Symlink(path, path) },
}
