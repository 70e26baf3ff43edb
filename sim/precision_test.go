package sim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"burstsim/sim"
)

// Single precision holds what is learned in small steps: the change of the
// weights is that of double precision, whatever the method, the model and the
// place of the weights. Without a carry a quarter of it and more is lost.
func TestSinglePrecisionLearns(t *testing.T) {
	const span, step = 500 * time.Millisecond, 100 * time.Microsecond
	for _, method := range []string{"euler", "rk4", "dopri5", "exponential", "layerwise"} {
		for _, split := range []bool{false, true} {
			for _, rows := range []int{1, 3} {
				t.Run(fmt.Sprintf("%s, split %v, %d rows", method, split, rows), func(t *testing.T) {
					t.Parallel()
					m := sim.Method{Name: method, Step: step}
					want := changes(t, continuousChange[float64](t, m, split, rows, span))
					got := changes(t, continuousChange[float32](t, m, split, rows, span))
					compareChanges(t, got, want)
				})
			}
		}
	}
}

// So does the discrete model at small learning rates, whatever the optimiser.
func TestSinglePrecisionLearnsInDiscreteTime(t *testing.T) {
	for _, optimiser := range []string{"sgd", "momentum", "adam", "nadagrad"} {
		for _, rows := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s, %d rows", optimiser, rows), func(t *testing.T) {
				t.Parallel()
				compareChanges(t, changes(t, discreteChange[float32](t, optimiser, rows)), changes(t, discreteChange[float64](t, optimiser, rows)))
			})
		}
	}
}

// trained is a network's learned tensors, before and after.
type trained struct {
	names         []string
	before, after [][]float64
}

// changes are the differences, by tensor.
func changes(t *testing.T, w trained) map[string][]float64 {
	t.Helper()
	out := map[string][]float64{}
	for k, name := range w.names {
		d := make([]float64, len(w.before[k]))
		var moved float64
		for i := range d {
			d[i] = w.after[k][i] - w.before[k][i]
			moved += math.Abs(d[i])
		}
		if moved == 0 {
			t.Errorf("%s has not learned", name)
		}
		out[name] = d
	}
	return out
}

// compareChanges wants each tensor's change to agree to 2 % of its norm. Half a
// unit in the last place of a float32 weight, 3e-8, is up to 1 % of what it
// learns here.
func compareChanges(t *testing.T, got, want map[string][]float64) {
	t.Helper()
	for name, w := range want {
		var d, n float64
		for i, v := range w {
			d += (got[name][i] - v) * (got[name][i] - v)
			n += v * v
		}
		if off := math.Sqrt(d / n); !(off < 0.02) {
			t.Errorf("%s: the change is off by %.2g of its norm", name, off)
		}
	}
}

func precisionNetwork[F sim.Float](t *testing.T, rows int) *sim.Network[F] {
	t.Helper()
	cfg := plasticEverywhere(3, 20, 17, 2)
	cfg.TauWeight, cfg.TauY, cfg.TauQ, cfg.Rows = 300, 300, 300, rows
	net, err := sim.NewBurstCCN[float64](cfg, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	same, err := sim.NewBurstCCN[F](cfg, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	// Both precisions start from weights that float32 holds, at a distance from
	// zero at which it is coarse.
	from, to := net.Tensors(), same.Tensors()
	for k := range from {
		for i, v := range from[k].Values {
			to[k].Values[i] = F(float32(v + math.Copysign(0.3, v)))
		}
	}
	return same
}

func streams(t *testing.T, rows int) []sim.Stream {
	var out []sim.Stream
	for range rows {
		out = append(out, newTask(t, false))
	}
	return out
}

func tensorValues[F sim.Float](net *sim.Network[F]) (names []string, values [][]float64) {
	for _, tensor := range net.Tensors() {
		v := make([]float64, len(tensor.Values))
		for i := range v {
			v[i] = float64(tensor.Values[i])
		}
		names, values = append(names, tensor.Name), append(values, v)
	}
	return names, values
}

func continuousChange[F sim.Float](t *testing.T, m sim.Method, split bool, rows int, span time.Duration) (w trained) {
	t.Helper()
	net := precisionNetwork[F](t, rows)
	sys, err := sim.NewContinuous(net, streams(t, rows), split)
	if err != nil {
		t.Fatal(err)
	}
	in, err := sim.NewIntegration(sys, m)
	if err != nil {
		t.Fatal(err)
	}
	in.SetTeaching(true, true)
	w.names, w.before = tensorValues(net)
	if _, err := in.Advance(0, span); err != nil {
		t.Fatal(err)
	}
	_, w.after = tensorValues(net)
	return w
}

func discreteChange[F sim.Float](t *testing.T, optimiser string, rows int) (w trained) {
	t.Helper()
	net := precisionNetwork[F](t, rows)
	rate := 1e-7
	if optimiser == "adam" || optimiser == "nadagrad" {
		rate = 1e-9 // steps of about one
	}
	d, err := sim.NewDiscrete(net, sim.Learning{Rate: rate, Optimiser: optimiser, Momentum: 0.5, WeightDecay: 1e-9,
		Rates: map[sim.Kind]float64{sim.BurstFeedback: rate, sim.EventFeedback: rate}})
	if err != nil {
		t.Fatal(err)
	}
	pr, err := sim.NewPresentation(d, streams(t, rows), 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	pr.SetTeaching(true, true)
	w.names, w.before = tensorValues(net)
	if _, err := pr.Advance(0, 1000*time.Second); err != nil {
		t.Fatal(err)
	}
	_, w.after = tensorValues(net)
	return w
}
