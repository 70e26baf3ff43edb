package rundir

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestWriteWeights(t *testing.T) {
	d, err := CreateAt(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string, failure error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, failure)
		}
	}
	path := filepath.Join(d.Path(), "weights", "two phases.safetensors")
	full := errors.New("disk full")
	for _, c := range []struct {
		text string
		err  error
		want string
	}{{"first", nil, "first"}, {"second", nil, "second"}, {"half", full, "second"}} {
		if err := d.WriteWeights("two phases", write(c.text, c.err)); !errors.Is(err, c.err) {
			t.Errorf("%s: %v, expected %v", c.text, err, c.err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != c.want {
			t.Errorf("%s: the file holds %q, %v, expected %q", c.text, got, err, c.want)
		}
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left behind %v, %v", entries, err)
	}
	if err := d.WriteWeights("../escaped", write("", nil)); err == nil {
		t.Error("a label led out of the folder")
	}
}
