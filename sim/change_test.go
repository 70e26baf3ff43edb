package sim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// aligned has feedback that begins as weights of the layer above, and then learns.
func aligned(t *testing.T, name string) *Discrete[float64] {
	t.Helper()
	values := model.Values{"y_mode": "symmetric_init", "y_plastic": true, "y_lr": 0.3, "lr": 0.3}
	if name == "burstccn" {
		values["q_mode"] = "w_symmetric_init"
	}
	w := build[float64](t, name, program.Setting{Sizes: []int{5, 40, 30, 4}, Rows: 3, Values: values, Usage: model.Usage{Discrete: true}})
	d := inDiscreteTime(t, w, Learning{Optimiser: "momentum", Momentum: 0.5})
	rng := rand.New(rand.NewPCG(4, 4))
	for range 5 {
		for _, x := range [][]float64{d.Moved().Input(), d.Moved().Target()} {
			for i := range x {
				x[i] = rng.Float64()
			}
		}
		loss, err := d.Present(true)
		if err != nil {
			t.Fatal(err)
		}
		d.Learn(loss)
	}
	return d
}

// TestChangeAligns: feedback that begins anew is that of the present weights, and
// nothing else changes.
func TestChangeAligns(t *testing.T) {
	d := aligned(t, "burstccn")
	w := d.Moved().Weights()
	before := w.Clone()
	if slices.Equal(w.Of("Y1"), w.Of("W2")) {
		t.Fatal("feedback is aligned already")
	}
	if err := d.Change(Change{Kind: "begin", Weights: []string{"Y", "Q"}}, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	for l, names := range [][2]string{{"Y1", "W2"}, {"Y2", "W3"}} {
		if !slices.Equal(w.Of(names[0]), before.Of(names[1])) {
			t.Errorf("%s is not %s", names[0], names[1])
		}
		want := slices.Clone(before.Of(names[1]))
		floats.Scale(0.5, want)
		if q := w.Of([]string{"Q1", "Q2"}[l]); fixture.Distance(q, want) > 1e-15 {
			t.Errorf("Q%d is not p_b %s", l+1, names[1])
		}
	}
	for _, name := range []string{"W1", "W2", "W3", "c1"} {
		if !slices.Equal(w.Of(name), before.Of(name)) {
			t.Errorf("%s changed", name)
		}
	}
}

// TestChangeAlignsDales: where feedback passes interneurons, all that it is made of
// begins anew together.
func TestChangeAlignsDales(t *testing.T) {
	d := aligned(t, "burstccn_dales")
	s := d.Moved()
	mixture := func(layer int, name string) []float64 {
		m, ok := s.Network().Mixture(layer, name)
		if !ok {
			t.Fatal(name)
		}
		return slices.Clone(program.Of(m, make([]float64, m.Len()), s.Machine().Weights()))
	}
	want := mixture(2, "W")
	if err := d.Change(Change{Kind: "begin", Weights: []string{"Y1_from_SST", "Y2_from_SST", "Y1_to_SST", "Y2_to_SST", "Y1_to_VIP", "Y2_to_VIP"}}, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	got := mixture(1, "Y_from") // without a bottleneck SST cells are one to one with units above
	floats.Scale(1.5, want)     // y_scale
	for i := range 30 {
		for j := range 40 {
			if math.Abs(got[j*30+i]-want[i*40+j]) > 1e-14 {
				t.Fatalf("Y is %v at %d, %d, want %v", got[j*30+i], i, j, want[i*40+j])
			}
		}
	}
}

func TestChangeAddsNoise(t *testing.T) {
	d := aligned(t, "burstccn")
	w := d.Moved().Weights()
	before := w.Clone()
	if err := d.Change(Change{Kind: "noise", Weights: []string{"Y"}, SD: 0.1}, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Y1", "Y2"} {
		added := slices.Clone(w.Of(name))
		floats.Sub(added, before.Of(name))
		// The spread of n numbers is known to 1/sqrt(2n).
		ratio, n := scatter(added)/scatter(before.Of(name)), float64(len(added))
		if math.Abs(ratio/0.1-1) > 5/math.Sqrt(2*n) || math.Abs(floats.Sum(added)/n) > 5*scatter(added)/math.Sqrt(n) {
			t.Errorf("%s: what is added has a spread of %v of the weights', want 0.1, and a mean of %v", name, ratio, floats.Sum(added)/n)
		}
	}
	if !slices.Equal(w.Of("Q1"), before.Of("Q1")) || !slices.Equal(w.Of("W2"), before.Of("W2")) {
		t.Error("others changed")
	}
	// Weights do not leave their bounds.
	dales := aligned(t, "burstccn_dales")
	if err := dales.Change(Change{Kind: "noise", Weights: []string{"Y1_from_SST"}, SD: 3}, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	if low := slices.Min(dales.Moved().Weights().Of("Y1_from_SST1")); low != 0 {
		t.Errorf("the least weight is %v, want 0", low)
	}
}

func TestChangeToZero(t *testing.T) {
	d := aligned(t, "burstccn")
	w := d.Moved().Weights()
	before := w.Clone()
	if err := d.Change(Change{Kind: "zero", Weights: []string{"W"}}, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	for _, tensor := range w.Tensors() {
		zero := !slices.ContainsFunc(tensor.Values, func(v float64) bool { return v != 0 })
		if tensor.Name[0] == 'W' && !zero || tensor.Name[0] != 'W' && !slices.Equal(tensor.Values, before.Of(tensor.Name)) {
			t.Errorf("%s is not what it should be", tensor.Name)
		}
	}
}
