package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/linalg"
	"burstsim/internal/runner"
)

// TestByBLAS: only what has products large enough for a library asks for a
// measurement, whatever else the command runs, and the group of the last job is
// the last.
func TestByBLAS(t *testing.T) {
	dir := t.TempDir()
	load := func(name, text string) job {
		file := filepath.Join(dir, name+".toml")
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(file, runner.Checks(config.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		cfg.Run.Name = name
		return job{Job: runner.Job{Config: cfg}}
	}
	const regression = "[task]\nkind = \"regression\"\n"
	small := load("small", regression)
	border := load("border", regression+"inputs = 128\n[model]\nhidden = [255]\n")
	wide := load("wide", regression+"inputs = 128\n[model]\nhidden = [256]\n")
	teacher := load("teacher", regression+"teacher_hidden = [200, 200]\n")
	variant := load("variant", regression+"[[compare]]\nname = \"wide\"\nmodel.hidden = [200, 200]\n")
	images := load("images", "[task]\nkind = \"mnist\"\ndata = \"embedded\"\n")
	own := linalg.BuiltIn()
	for _, c := range []struct {
		choice string
		jobs   []job
		want   [][]string
	}{
		{"auto", []job{small, border}, [][]string{{own, "small", "border"}}},
		{"auto", []job{wide, teacher, variant, images}, [][]string{{"auto", "wide", "teacher", "variant", "images"}}},
		{"auto", []job{small, wide, border}, [][]string{{"auto", "wide"}, {own, "small", "border"}}},
		{"auto", []job{wide, small, images}, [][]string{{own, "small"}, {"auto", "wide", "images"}}},
		{"gonum", []job{small, wide}, [][]string{{"gonum", "small", "wide"}}},
	} {
		var got [][]string
		for _, g := range byBLAS(c.jobs, c.choice) {
			names := []string{g.blas}
			for _, j := range g.jobs {
				names = append(names, j.Config.Run.Name)
			}
			got = append(got, names)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, expected %v", c.choice, got, c.want)
		}
	}
}
