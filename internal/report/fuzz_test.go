package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"burstsim/internal/rundir"
)

// FuzzSummary writes any bytes in the place of summary.json: what is said of the
// run is either an error that names the file, or sound.
func FuzzSummary(f *testing.F) {
	for _, seed := range []string{"", "{}", "null", `{"failure": "no\nmemory"}`,
		`{"labels": ["a", "a", "b"], "variants": {"a": {"loss_final": null, "answers": {"inputs": [[0, 1], []], "outputs": [null]}}}}`,
		`{"labels": ["a"], "variants": {"a": {"test_error": 0.5, "training": {"best_epoch": -1}, "angle_weights_deg": {"": 1e308}}}}`,
		`{"limit": {"slope": null}, "phases": [{"name": "<b>", "start_s": null, "end_s": -1e300}], "versions": {"": ""}}`,
		`{"files": ["../../etc/passwd", "trajectory.npz"]}`} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("[[compare]]\nname = 'a'\ntime.kind = 'discrete'\n"), 0o666); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, summary []byte) {
		if err := os.WriteFile(filepath.Join(dir, "summary.json"), summary, 0o666); err != nil {
			t.Fatal(err)
		}
		d := rundir.Inspect(dir)
		table := Listing([]*rundir.Digest{d}, []string{"model.beta"})
		if len(table.Rows[0]) != len(table.Header) || strings.ContainsAny(d.Reason, "\n\r") {
			t.Errorf("listed as %q", table.Rows)
		}
		if d.Status == rundir.Unreadable {
			if !strings.Contains(d.Reason, "summary.json") {
				t.Errorf("%q does not name the file", d.Reason)
			}
			return
		}
		doc, err := Describe(d)
		if err != nil && !strings.Contains(err.Error(), dir) {
			t.Errorf("error %v does not name the file", err)
		}
		for _, s := range doc.Sections() {
			for _, p := range s.Parts {
				if p.Table == nil {
					continue
				}
				for _, row := range p.Table.Rows {
					if len(row) != len(p.Table.Header) {
						t.Errorf("%s: row %q under %q", s.Name, row, p.Table.Header)
					}
				}
			}
		}
		if _, err := json.Marshal(doc.Entry()); err != nil {
			t.Error(err)
		}
		var page bytes.Buffer
		if err := (&Page{Document: doc}).WriteHTML(&page); err != nil {
			t.Error(err)
		}
	})
}
