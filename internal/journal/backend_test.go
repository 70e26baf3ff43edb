package journal_test

import (
	"os"
	"path/filepath"
	"testing"

	"burstsim/internal/journal"
)

// TestBackendIsThatOfTheCheckpoint: a run goes on by what wrote its checkpoint,
// if it has one that can be read.
func TestBackendIsThatOfTheCheckpoint(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "checkpoint")
	id := identity
	id.Backend = "/usr/lib/libblas.so"
	k := open(t, dir, id, false)
	if got := journal.Backend(dir); got != "" {
		t.Errorf("%q without a checkpoint", got)
	}
	if err := k.Save(1, newState().visit); err != nil {
		t.Fatal(err)
	}
	k.close(t)
	if got := journal.Backend(dir); got != id.Backend {
		t.Errorf("%q, expected %q", got, id.Backend)
	}
	if err := os.WriteFile(filepath.Join(dir, "0.safetensors"), []byte("no checkpoint"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := journal.Backend(dir); got != "" {
		t.Errorf("%q of a damaged checkpoint", got)
	}
	if got := journal.Backend(filepath.Join(dir, "none")); got != "" {
		t.Errorf("%q of no journal", got)
	}
}
