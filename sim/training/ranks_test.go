package training

import (
	"context"
	"math"
	"slices"
	"testing"

	"burstsim/sim"
)

// TestRanksChangeNothing: measuring ranks changes neither weights nor what else is
// recorded, and has a value for each hidden layer.
func TestRanksChangeNothing(t *testing.T) {
	plain, ranked := newTraining(t, "burstccn", 0.1, sim.Learning{}), newTraining(t, "burstccn", 0.1, sim.Learning{})
	ranked.Ranks = 10
	a, err := plain.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b, err := ranked.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range plain.Model.Moved().Weights().Tensors() {
		if got := ranked.Model.Moved().Weights().Tensors()[i]; !slices.Equal(got.Values, want.Values) {
			t.Errorf("%s differs", want.Name)
		}
	}
	width := len(a.Epochs.Columns)
	if len(b.Epochs.Columns) != width+8 {
		t.Fatalf("columns %v", b.Epochs.Columns)
	}
	for k := range b.Epochs.Len() {
		want, got := a.Epochs.Row(k), b.Epochs.Row(k)
		for i, v := range want {
			if math.Float64bits(got[i]) != math.Float64bits(v) {
				t.Errorf("epoch %d: %s is %v, want %v", k, a.Epochs.Columns[i], got[i], v)
			}
		}
		if p := got[width]; !(p >= 1 && p <= 10) {
			t.Errorf("epoch %d: participation ratio %v of 10 units", k, p)
		}
		// Feedback is tied to W, so that apical input is what backpropagation sends,
		// but for p_b.
		if cosine := got[width+4]; !(cosine > 0.999) {
			t.Errorf("epoch %d: cosine of %v with what backpropagation sends", k, cosine)
		}
		if angle := got[width+6]; !(angle < 2) {
			t.Errorf("epoch %d: principal angles of %v degrees to what backpropagation sends", k, angle)
		}
		if all, within := got[width+5], got[width+7]; !(within >= 1 && within <= 10) {
			t.Errorf("epoch %d: participation ratio of burst probabilities %v within classes, %v of all, of 10 units", k, within, all)
		}
	}
}
