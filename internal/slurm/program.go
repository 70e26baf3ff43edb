package slurm

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"burstsim/internal/atomicfile"
)

// Keep copies a program into a folder, unless it is there, and returns the path
// of the copy, below a folder that is named after the content. Tasks start over
// days: they must all be what was submitted, though the program is built anew
// meanwhile, which on network file systems also breaks what runs.
func Keep(program, folder string) (string, error) {
	in, err := os.Open(program)
	if err != nil {
		return "", err
	}
	defer in.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, in); err != nil {
		return "", err
	}
	path := filepath.Join(folder, fmt.Sprintf("program-%x", sum.Sum(nil)[:6]), "burstsim")
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o100 != 0 {
		return path, nil
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return "", err
	}
	err = atomicfile.Write(path, func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
	if err != nil {
		return "", err
	}
	return path, os.Chmod(path, 0o755)
}
