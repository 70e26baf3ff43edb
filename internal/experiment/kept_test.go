package experiment

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/journal"
	"burstsim/sim/record"
)

const fromWeights = `
[model]
hidden = [4]
[time]
before = "1s"
learn = "40s"
after = "1s"
[limit]
ratios = [0.1, 0.05]
presentations = 2
[[compare]]
name = "split"
integrator.plasticity = "split"
`

// runKept runs an experiment with a journal in dir, until ctx ends.
func runKept(ctx context.Context, t *testing.T, cfg config.Config, dir string) (*record.Result, error) {
	t.Helper()
	j, err := journal.Open(filepath.Join(dir, "checkpoint"), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	res, _, err := Run(ctx, cfg, Options{Journal: j})
	if err != nil {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return res, err
}

// TestGoesOnWithoutItsInitialWeights breaks a run off as it begins, takes away or
// changes the file that it began from, and lets it go on to the same weights,
// and the limit to the same distances, as without a break.
func TestGoesOnWithoutItsInitialWeights(t *testing.T) {
	cfg := parseText(t, fromWeights)
	other := cfg
	other.Run.Seed = 2
	for name, spoil := range map[string]func(path string) error{
		"gone":    os.Remove,
		"changed": func(path string) error { return os.WriteFile(path, []byte("something else"), 0o666) },
	} {
		t.Run(name, func(t *testing.T) {
			path := writeWeights(t, drawn[float64](t, other, shapeOf(cfg)).Tensors())
			sum, err := CheckWeights(path)
			if err != nil {
				t.Fatal(err)
			}
			started := parseText(t, fromWeights)
			started.Model.SetWeightsFile(path, sum)
			started.Compare[0].Config.Model.SetWeightsFile(path, sum)
			whole, err := runKept(t.Context(), t, started, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			interrupted, stop := context.WithCancel(t.Context())
			stop()
			if _, err := runKept(interrupted, t, started, dir); err == nil {
				t.Fatal("the run was not broken off")
			}
			if err := spoil(path); err != nil {
				t.Fatal(err)
			}
			resumed, err := runKept(t.Context(), t, started, dir)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range whole.Variants {
				if !bytes.Equal(weightBytes(t, v.Weights), weightBytes(t, resumed.Variants[i].Weights)) {
					t.Errorf("%s: other weights than without a break", v.Label)
				}
			}
			if !slices.Equal(whole.Limit.Distance, resumed.Limit.Distance) || math.IsNaN(whole.Limit.Distance[0]) {
				t.Errorf("limit %v, without a break %v", resumed.Limit.Distance, whole.Limit.Distance)
			}
			// Only the journal's copy could serve, and a run without it says what it lacks.
			if _, err := runKept(t.Context(), t, started, t.TempDir()); err == nil {
				t.Error("began without its initial weights")
			}
		})
	}
}

func weightBytes(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
