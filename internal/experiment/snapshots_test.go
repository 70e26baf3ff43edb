package experiment

import (
	"bytes"
	"context"
	"math"
	"slices"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/safetensors"
	"burstsim/sim/record"
)

// TestSnapshots: weights are recorded where they were asked for, the last are those
// that the variant ends with, and nothing else changes.
func TestSnapshots(t *testing.T) {
	simulated := "[task]\nkind = \"regression\"\n[model]\nhidden = [4]\n[time]\nbefore = \"1s\"\nlearn = \"4s\"\nafter = \"1s\"\ntau_weight = \"1s\"\n[record]\nmetrics = \"1s\"\nangles = \"1s\"\n"
	for name, c := range map[string]struct {
		text   string
		set    []string
		at     []float64
		change int // from which row on weights have changed
	}{
		"continuous": {simulated, []string{`record.weights=["every 2s", "2550ms"]`}, []float64{0, 2, 2.55, 4, 6}, 1},
		"dopri5":     {simulated, []string{`record.weights=["every 2s", "2550ms"]`, "integrator.method=dopri5"}, []float64{0, 2, 2.55, 4, 6}, 1},
		"split":      {simulated, []string{`record.weights=["0s", "6s"]`, "integrator.plasticity=split", "run.precision=float32"}, []float64{0, 6}, 1},
		"discrete":   {simulated, []string{"record.weights=3s", "time.kind=discrete"}, []float64{0, 3, 6}, 1},
		"training": {"[task]\nkind = \"mnist\"\ndata = \"embedded\"\nepochs = 3\nbatch = 50\n[model]\nhidden = [4]\n[time]\nkind = \"discrete\"\n[record]\nlog_mode = \"minimal\"\n",
			[]string{"record.weights=[0, 2, 3]"}, []float64{0, 2, 3}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			recorded, plain := ranWith(t, c.text, c.set), ranWith(t, c.text, c.set[1:])
			s := recorded.Snapshots
			if s == nil || plain.Snapshots != nil {
				t.Fatalf("snapshots: %v where they are asked for, %v where not", s, plain.Snapshots)
			}
			var at []float64
			rows := make([][]float64, s.Rows.Len())
			for i := range rows {
				rows[i] = make([]float64, record.Layout{Weights: s.Shapes}.Width())
				if err := s.Rows.Read(i, rows[i]); err != nil {
					t.Fatal(err)
				}
				at = append(at, rows[i][0])
			}
			if !slices.EqualFunc(at, c.at, func(x, y float64) bool { return math.Abs(x-y) < 1e-12 }) {
				t.Fatalf("recorded at %v, expected %v", at, c.at)
			}
			if slices.Equal(rows[0][1:], rows[len(rows)-1][1:]) {
				t.Error("weights have not changed")
			}
			var ended, same bytes.Buffer
			if err := recorded.Weights(&ended); err != nil {
				t.Fatal(err)
			}
			if err := plain.Weights(&same); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(ended.Bytes(), same.Bytes()) {
				t.Error("recording has changed what was learned")
			}
			f, err := safetensors.Read(bytes.NewReader(ended.Bytes()), int64(ended.Len()))
			if err != nil {
				t.Fatal(err)
			}
			from := 1
			for _, shape := range s.Shapes {
				values, _, err := safetensors.Floats[float64](f, shape.Name)
				if err != nil {
					t.Fatal(err)
				}
				if got := rows[len(rows)-1][from : from+shape.Len()]; !slices.Equal(got, values) {
					t.Errorf("%s at the end is %v, recorded as %v", shape.Name, values, got)
				}
				from += shape.Len()
			}
		})
	}
}

func ranWith(t *testing.T, text string, set []string) record.Variant {
	t.Helper()
	cfg, err := config.Parse("e.toml", []byte(text), config.Options{Set: set})
	if err != nil {
		t.Fatal(err)
	}
	res, _, err := Run(context.Background(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return res.Variants[0]
}
