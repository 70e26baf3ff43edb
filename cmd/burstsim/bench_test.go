package main

import (
	"os"
	"path/filepath"
	"testing"

	"burstsim/internal/bench"
)

func TestBenchWritesItsFolder(t *testing.T) {
	report := &bench.Report{
		Results: []bench.Result{{Group: "sigmoid", Name: "float32", Unit: "ns", Best: 1, Median: 2}},
		Scaling: []bench.Point{
			{Along: "width", Width: 50, Depth: 1, Plasticity: "split", Seconds: 1e-5, Median: 2e-5, Bytes: 1e5, Bandwidth: 1e11},
			{Along: "depth", Width: 500, Depth: 2, Plasticity: "split", Seconds: 1e-4, Median: 2e-4, Bytes: 1e6, Bandwidth: 1e11},
		},
	}
	dir := filepath.Join(t.TempDir(), "out")
	if err := writeBench(dir, report); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bench.json", "bench.csv", "figures/scaling.png", "figures/scaling.svg"} {
		if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := writeBench(dir, report); err == nil {
		t.Error("a folder that is not empty was written to")
	}
}
