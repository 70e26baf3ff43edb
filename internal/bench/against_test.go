package bench

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// python is an interpreter that has NumPy.
func python(t *testing.T) string {
	t.Helper()
	for _, at := range append(pythons(), "/usr/bin/python3") {
		if exec.Command(at, "-c", "import numpy").Run() == nil {
			return at
		}
	}
	t.Skip("there is no NumPy here")
	return ""
}

// small is a run that measures next to nothing.
func small(t *testing.T) *run {
	peers, err := startPeers(context.Background(), python(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, p := range peers {
			if err := p.close(); err != nil {
				t.Error(err)
			}
		}
	})
	return &run{scale: tiny, ctx: context.Background(), rng: rand.New(rand.NewPCG(1, 1)), report: &Report{}, peers: peers}
}

// TestPythonAgrees: both sides come to the same weights, which is checked before
// they are timed, and the table has the ratios.
func TestPythonAgrees(t *testing.T) {
	r := small(t)
	if err := r.against(); err != nil {
		t.Fatal(err)
	}
	if len(r.report.Results) < 5 {
		t.Errorf("%d lines", len(r.report.Results))
	}
	for _, l := range r.report.Results {
		if len(l.Rivals) == 0 {
			t.Errorf("%s: nothing beside it", l.Name)
		}
		for _, rival := range l.Rivals {
			want := l.Best / rival.Best
			if !rates[l.Unit] {
				want = 1 / want
			}
			if !(rival.Ratio > 0.999*want && rival.Ratio < 1.001*want) {
				t.Errorf("%s: %v and %v %s are a ratio of %v, expected %v", l.Name, l.Best, rival.Best, l.Unit, rival.Ratio, want)
			}
		}
	}
	var text, table bytes.Buffer
	if err := r.report.WriteTable(&text); err != nil {
		t.Fatal(err)
	}
	if err := r.report.WriteCSV(&table); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{text.String(), table.String()} {
		if !strings.Contains(s, "x NumPy") {
			t.Errorf("no column of NumPy in\n%s", s)
		}
	}
}

// TestUnlikeThingsAreNotCompared: a side that computes something else ends the
// comparison.
func TestUnlikeThingsAreNotCompared(t *testing.T) {
	r := small(t)
	all, err := r.contests(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all[:5] {
		own := c.own
		c.own = func(j *job) (*contestant, error) {
			other := *j // burstsim learns a little faster than Python is told
			other.Tau, other.LR = j.Tau*0.99, j.LR*1.01
			side, err := own(&other)
			j.Arrays = other.Arrays
			return side, err
		}
		if err := r.hold(c, r.peers); err == nil || !strings.Contains(err.Error(), " differs by") {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
}

func TestCompare(t *testing.T) {
	shapes := [][]int{{2}, {1}}
	want := []float64{1, 2.5, 4}
	for name, c := range map[string]struct {
		got   []float64
		fails string
	}{
		"same":      {[]float64{1, 2.5, 4}, ""},
		"within":    {[]float64{1, 2.502, 4}, ""},
		"apart":     {[]float64{1, 2.6, 4}, "W1 differs"},
		"bias":      {[]float64{1, 2.5, 3}, "c1 differs"},
		"undefined": {[]float64{1, math.NaN(), 4}, "W1 differs"},
		"short":     {[]float64{1}, "1 weights"},
	} {
		if err := compare(shapes, want, c.got, 1e-3); (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s: error %v, expected %q", name, err, c.fails)
		}
	}
}

// TestPythonFails: whatever is wrong with Python is told in one line.
func TestPythonFails(t *testing.T) {
	dir := t.TempDir()
	script := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct{ python, want string }{
		"none":     {"/no/such/python", "/no/such/python"},
		"no numpy": {script("bare", `echo '{"missing": "No module named numpy"}'`), "has no NumPy (No module named numpy)"},
		"fails":    {script("fails", "echo Traceback >&2; echo ValueError: why >&2; exit 1"), "ValueError: why"},
		"silent":   {script("silent", "exit 0"), "EOF"},
		"babbles":  {script("babbles", "echo hello"), "invalid character"},
	} {
		_, err := startPeers(t.Context(), c.python)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, expected a line with %q", name, err, c.want)
		}
	}
	t.Setenv("PATH", dir)
	if _, err := startPeers(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "no python3 on the path") {
		t.Errorf("an empty path: error %v", err)
	}
	if err := os.Rename(filepath.Join(dir, "bare"), filepath.Join(dir, "python3")); err != nil {
		t.Fatal(err)
	}
	if _, err := startPeers(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "has no NumPy") {
		t.Errorf("Python without NumPy on the path: error %v", err)
	}
}
