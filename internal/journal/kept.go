package journal

import (
	"fmt"
	"io"
	"path/filepath"

	"burstsim/internal/atomicfile"
	"burstsim/internal/regular"
)

// Keep copies a file that the run needs again whenever it goes on. sum, a digest
// of its content, is its name.
func (j *Journal) Keep(sum, path string) error {
	source, err := regular.Open(path)
	if err != nil {
		return err
	}
	defer source.Close()
	err = atomicfile.Write(j.keptFile(sum), func(w io.Writer) error {
		_, err := io.Copy(w, source)
		return err
	})
	if err != nil {
		return fmt.Errorf("cannot keep a copy of %s: %w", path, err)
	}
	return nil
}

// Kept is the path of the copy that Keep made; "" if there is none.
func (j *Journal) Kept(sum string) string {
	path := j.keptFile(sum)
	f, err := regular.Open(path)
	if err != nil {
		return ""
	}
	_ = f.Close()
	return path
}

func (j *Journal) keptFile(sum string) string { return filepath.Join(j.path, sum+".kept") }
