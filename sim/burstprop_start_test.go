package sim_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"burstsim/sim"

	"gonum.org/v1/gonum/stat"
)

func burstpropFromRest(t *testing.T, m sim.Method) *sim.Integration[float64] {
	t.Helper()
	cfg := sim.DefaultBurstprop(3, 8, 6, 2)
	cfg.TauWeight, cfg.TauAverage = 2, 1
	net, err := sim.NewBurstprop[float64](cfg, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	sys, err := sim.NewContinuous(net, []sim.Stream{newTask(t, false)}, false)
	if err != nil {
		t.Fatal(err)
	}
	in, err := sim.NewIntegration(sys, m)
	if err != nil {
		t.Fatal(err)
	}
	in.SetTeaching(true, true)
	return in
}

// Before there is anything to average, no layer differs from its average, and so
// nothing is learned from the start alone.
func TestBurstpropStartsWithoutError(t *testing.T) {
	in := burstpropFromRest(t, sim.Method{Name: "rk4", Step: time.Millisecond})
	in.Observe(0)
	now := map[int][]float64{}
	for _, s := range in.Moved().Signals() {
		switch s.Name {
		case "burst_prob":
			now[s.Layer] = s.Value()
		case "burst_prob_average":
			for i, v := range s.Value() {
				if v != now[s.Layer][i] {
					t.Errorf("layer %d, unit %d: average burst probability %v, want the present one, %v", s.Layer, i, v, now[s.Layer][i])
				}
			}
		}
	}
}

// Learning from t = 0 keeps the order of the methods of order 1. RK4 loses one
// order of its four: within the first step the average is a quotient of numbers
// that vanish.
func TestBurstpropConvergesFromRest(t *testing.T) {
	learned := func(m sim.Method) []float64 {
		in := burstpropFromRest(t, m)
		if _, err := in.Advance(0, 960*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		return in.System.State()
	}
	exact := learned(sim.Method{Name: "rk4", Step: 200 * time.Microsecond})
	for method, want := range map[string]float64{"euler": 1, "exponential": 1, "rk4": 3} {
		var x, y []float64
		for _, h := range []time.Duration{24e6, 12e6, 6e6, 3e6} {
			d := distance(learned(sim.Method{Name: method, Step: h}), exact)
			x, y = append(x, math.Log(h.Seconds())), append(y, math.Log(d))
		}
		if _, order := stat.LinearRegression(x, y, nil, false); math.Abs(order-want) > 0.2 {
			t.Errorf("%s: order %.3f, want %v; errors %v", method, order, want, y)
		}
	}
}
