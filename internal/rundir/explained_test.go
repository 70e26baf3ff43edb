package rundir

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// deflated is an archive of one array, compressed, that says it has claim bytes.
func deflated(t *testing.T, content []byte, claim uint64) []byte {
	t.Helper()
	var packed, b bytes.Buffer
	squeeze, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	_, err = squeeze.Write(content)
	if err := squeeze.Close(); err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&b)
	f, headerErr := w.CreateRaw(&zip.FileHeader{Name: "time.npy", Method: zip.Deflate,
		CompressedSize64: uint64(packed.Len()), UncompressedSize64: claim})
	if err != nil || headerErr != nil {
		t.Fatal(err, headerErr)
	}
	if _, err := f.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestUnpackedSizesAreExplained: a small file does not become a large one, be its
// size told or not.
func TestUnpackedSizesAreExplained(t *testing.T) {
	const numbers = 12 << 20
	zeros := []byte(npyFile(fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }\n", numbers), 8*numbers))
	for name, c := range map[string]struct {
		claim uint64
		want  string
	}{
		"told":   {uint64(len(zeros)), "unpack to far more than"},
		"hidden": {100, "time.npy"},
	} {
		file := deflated(t, zeros, c.claim)
		before := allocated()
		_, err := ReadTrajectory(bytes.NewReader(file), int64(len(file)), "t.npz")
		if n := allocated() - before; n > 1<<20 {
			t.Errorf("%s: %d bytes allocated for a file of %d", name, n, len(file))
		}
		if err == nil || !strings.HasPrefix(err.Error(), "t.npz: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestHolesAreNotRead: a file with holes takes no disk, but would take memory.
func TestHolesAreNotRead(t *testing.T) {
	for _, name := range []string{metricsFile, trajectoryFile, summaryFile, configFile} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, configFile), "")
		put(t, filepath.Join(dir, summaryFile), `{"labels": ["continuous"], "files": ["metrics.csv", "trajectory.npz"]}`)
		put(t, filepath.Join(dir, metricsFile), "time\n")
		put(t, filepath.Join(dir, trajectoryFile), "")
		if err := os.Truncate(filepath.Join(dir, name), 1<<42); err != nil {
			t.Skip(err) // no files with holes here
		}
		before := allocated()
		_, err := Open(dir)
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if n := allocated() - before; n > 8<<20 {
			t.Errorf("%s: %d bytes allocated", name, n)
		}
	}
}

func TestSummaryOfTooManyPhases(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, configFile), "")
	put(t, filepath.Join(dir, summaryFile), `{"phases": [`+strings.Repeat(`{"name": "p"},`, 90_000)+`{}]}`)
	if d := Inspect(dir); d.Status != Unreadable || !strings.Contains(d.Reason, "phases: 90001 of them, expected at most") {
		t.Errorf("%s: %s", d.Status, d.Reason)
	}
}
