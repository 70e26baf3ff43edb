//go:build unix

package rundir

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe would be read for ever.
func TestInspectReadsNoPipe(t *testing.T) {
	for _, name := range []string{configFile, summaryFile} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, configFile), "")
		os.Remove(filepath.Join(dir, name))
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o666); err != nil {
			t.Fatal(err)
		}
		if d := Inspect(dir); d.Status != Unreadable || !strings.Contains(d.Reason, name+" is no file") {
			t.Errorf("%s: %s (%q)", name, d.Status, d.Reason)
		}
	}
}
