package rundir

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"burstsim/internal/experiment"
	"burstsim/sim/record"
)

// put writes a file and the folders above it.
func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestInspectTellsStatus(t *testing.T) {
	const failed = `{"failure": "not a number\nat 3 s"}`
	tests := []struct {
		name       string
		files      map[string]string // more than an empty config.toml
		want       Status
		wantReason string
	}{
		{"finished", map[string]string{summaryFile: "{}"}, Finished, ""},
		{"failed", map[string]string{summaryFile: failed}, Failed, "not a number at 3 s"},
		{"killed", map[string]string{"checkpoint/a": ""}, Interrupted, ""},
		{"stopped", map[string]string{summaryFile: `{"failure": "stopped by signal", "interrupted": true}`, "checkpoint/a": ""}, Interrupted, "stopped by signal"},
		{"failed after a checkpoint", map[string]string{summaryFile: failed, "checkpoint/a": ""}, Failed, "not a number at 3 s"},
		{"a checkpoint that was not removed", map[string]string{summaryFile: "{}", "checkpoint/a": ""}, Finished, ""},
		{"just begun", nil, Unfinished, ""},
		{"torn summary", map[string]string{summaryFile: "{"}, Unreadable, "summary.json"},
		{"empty summary", map[string]string{summaryFile: ""}, Unreadable, "expected the summary of a run"},
		{"summary of something else", map[string]string{summaryFile: `{"name": {}}`}, Unreadable, "name: unexpected object"},
		{"summary that is a list", map[string]string{summaryFile: "[1]"}, Unreadable, "is a JSON array, expected the summary"},
		{"config of something else", map[string]string{configFile: "title = 1", summaryFile: "{}"}, Unreadable, "config.toml:1: title"},
		{"summary that is a folder", map[string]string{"summary.json/a": ""}, Unreadable, "summary.json is no file"},
	}
	for _, test := range tests {
		dir := filepath.Join(t.TempDir(), "ein Lauf é")
		put(t, filepath.Join(dir, configFile), "")
		for name, content := range test.files {
			put(t, filepath.Join(dir, name), content)
		}
		d := Inspect(dir)
		if d.Status != test.want || !strings.Contains(d.Reason, test.wantReason) || strings.Contains(d.Reason, "\n") {
			t.Errorf("%s: %s (%q), want %s (%q)", test.name, d.Status, d.Reason, test.want, test.wantReason)
		}
	}
}

func TestBegan(t *testing.T) {
	written := time.Date(2026, 5, 6, 7, 8, 9, 0, time.Local)
	named := time.Date(2025, 12, 31, 23, 59, 58, 0, time.Local)
	for name, want := range map[string]time.Time{
		"demo-20251231-235958":    named,
		"demo-20251231-235958-12": named,
		"demo-20251331-235958":    written, // no such month
		"demo":                    written,
	} {
		dir := filepath.Join(t.TempDir(), name)
		put(t, filepath.Join(dir, configFile), "")
		if err := os.Chtimes(filepath.Join(dir, configFile), written, written); err != nil {
			t.Fatal(err)
		}
		if got := Inspect(dir).Began; !got.Equal(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestListLeavesOutWhatIsNoRun(t *testing.T) {
	parent := t.TempDir()
	put(t, filepath.Join(parent, "b", configFile), "")
	put(t, filepath.Join(parent, "b", summaryFile), "{}")
	put(t, filepath.Join(parent, "a", configFile), "")
	put(t, filepath.Join(parent, "torn", configFile), "")
	put(t, filepath.Join(parent, "torn", summaryFile), "")
	put(t, filepath.Join(parent, "both", comparisonFile), "")
	put(t, filepath.Join(parent, "speed", benchFile), "")
	put(t, filepath.Join(parent, "website", configFile), "title = 'blog'")
	put(t, filepath.Join(parent, "file"), "")
	put(t, filepath.Join(parent, "empty", "sub", configFile), "")
	if err := os.Symlink("b", filepath.Join(parent, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("loop", filepath.Join(parent, "loop")); err != nil {
		t.Fatal(err)
	}
	runs, others, err := List(parent)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range runs {
		names = append(names, filepath.Base(d.Dir))
	}
	if want := []string{"a", "b", "link", "torn"}; !slices.Equal(names, want) || others != 4 {
		t.Errorf("%q and %d others, want %q and 4", names, others, want)
	}
	if _, _, err := List(filepath.Join(parent, "file")); err == nil {
		t.Error("a file was listed")
	}
}

func TestCheckRun(t *testing.T) {
	parent := t.TempDir()
	put(t, filepath.Join(parent, "run", configFile), "")
	put(t, filepath.Join(parent, "both", comparisonFile), "")
	put(t, filepath.Join(parent, "speed", benchFile), "")
	put(t, filepath.Join(parent, "other", "file"), "")
	for name, want := range map[string]string{
		"run": "", "both": "is a comparison of runs", "speed": "burstsim bench", "other": "has no config.toml",
		"other/file": "is a file", "none": "no such file",
	} {
		err := CheckRun(filepath.Join(parent, name))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
	}
}

// What the digest says without reading a recording is what the recording says.
func TestDigestAgreesWithOpen(t *testing.T) {
	dir := write(t, exampleRun(t))
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	d := Inspect(dir)
	if d.Summary.Name != run.Summary.Name || fmt.Sprint(d.Phases()) != fmt.Sprint(run.Result.Phases) {
		t.Errorf("digest %+v", d)
	}
	if outcome, ok := d.Outcome(); !ok || outcome.LossFinal != 0.5 {
		t.Errorf("outcome %+v, %v", outcome, ok)
	}
	contents, err := d.Contents()
	if err != nil {
		t.Fatal(err)
	}
	recorded := contents.Trajectory
	for _, v := range run.Result.Variants {
		if v.Trajectory == nil {
			continue
		}
		if len(recorded) == 0 {
			t.Fatalf("nothing of %s", v.Label)
		}
		r := recorded[0]
		recorded = recorded[1:]
		if r.Variant != v.Label || r.Samples != len(v.Trajectory.Time) || !slices.Equal(r.Windows, record.Windows(v.Trajectory.Time)) {
			t.Errorf("%s: %+v", v.Label, r)
		}
		for i, s := range v.Trajectory.Signals {
			got := r.Signals[i]
			if got.Name != s.Name || got.Label != s.Label || got.Unit != s.Unit || !slices.Equal(got.Units, s.Units) ||
				!slices.Equal(got.Shape, []int{len(v.Trajectory.Time), s.Width()}) {
				t.Errorf("%s: signal %+v, want %+v", v.Label, got, s)
			}
		}
	}
	if !slices.ContainsFunc(contents.Files, func(f File) bool { return f.Path == metricsFile && f.Bytes > 0 }) {
		t.Errorf("files %+v", contents.Files)
	}
}

func TestContentsErrors(t *testing.T) {
	dir := write(t, exampleRun(t))
	for content, want := range map[string]string{"": "expected an archive", "PK": "expected an archive"} {
		put(t, filepath.Join(dir, trajectoryFile), content)
		c, err := Inspect(dir).Contents()
		if err == nil || !strings.Contains(err.Error(), trajectoryFile) || !strings.Contains(err.Error(), want) || len(c.Files) == 0 {
			t.Errorf("%q: %d files and error %v, want %q", content, len(c.Files), err, want)
		}
	}
}

func FuzzContents(f *testing.F) {
	var archive bytes.Buffer
	if err := WriteTrajectory(&archive, recording(3)); err != nil {
		f.Fatal(err)
	}
	f.Add(archive.Bytes())
	f.Add([]byte("PK"))
	dir := f.TempDir()
	labels := `{"labels": ["continuous", "discrete"], "variants": {"continuous": {}, "discrete": {}}, "files": ["trajectory.npz"]}`
	for name, content := range map[string]string{configFile: "", summaryFile: labels} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		put(t, filepath.Join(dir, trajectoryFile), string(data))
		c, err := Inspect(dir).Contents()
		if err != nil && !strings.Contains(err.Error(), trajectoryFile) {
			t.Errorf("error %v does not name the file", err)
		}
		if len(c.Files) != 3 {
			t.Errorf("files %v", c.Files)
		}
	})
}

func BenchmarkList(b *testing.B) {
	parent := b.TempDir()
	for i := range 500 {
		dir, err := CreateAt(filepath.Join(parent, fmt.Sprint("run", i)))
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir.Path(), configFile), []byte("[model]\nhidden = [50, 50]\n[[compare]]\nname = \"d\"\ntime.kind = \"discrete\"\n"), 0o666); err != nil {
			b.Fatal(err)
		}
		if err := dir.WriteRecord(nil, &experiment.Summary{Variants: map[string]experiment.VariantSummary{"a": {LossFinal: 1}}}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		runs, _, err := List(parent)
		if err != nil || len(runs) != 500 || runs[0].Status != Finished {
			b.Fatalf("%d runs, %v", len(runs), err)
		}
	}
}
