package sim

import (
	"math"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/program"
)

func burstpropFromRest(t *testing.T, m Method) *Integration[float64] {
	t.Helper()
	w := build[float64](t, "burstprop", program.Setting{Sizes: []int{3, 8, 6, 2}, Values: map[string]any{"tau_weight": 2.0, "tau_average": 1.0}})
	in := continuous(t, w, []Stream{fixture.Task(t, false)}, m, false)
	in.SetTeaching(true, true)
	return in
}

// Before there is anything to average, no layer differs from its average, and so
// nothing is learned from the start alone.
func TestBurstpropStartsWithoutError(t *testing.T) {
	in := burstpropFromRest(t, Method{Name: "rk4", Step: ms})
	in.Observe(0)
	now, compared := map[int][]float64{}, 0
	for _, s := range in.Moved().Signals() {
		switch s.Name {
		case "burst_prob":
			now[s.Layer] = s.Value()
		case "burst_prob_average":
			for i, v := range s.Value() {
				compared++
				if v != now[s.Layer][i] {
					t.Errorf("layer %d, unit %d: average burst probability %v, want the present one, %v", s.Layer, i, v, now[s.Layer][i])
				}
			}
		}
	}
	if compared != 16 {
		t.Errorf("%d units compared, want 16", compared)
	}
}

// Learning from t = 0 keeps the order of the methods of order 1. RK4 loses one
// order of its four: within the first step the average is a quotient of numbers
// that vanish.
func TestBurstpropConvergesFromRest(t *testing.T) {
	learned := func(m Method) []float64 {
		return snapshot(advanced(t, burstpropFromRest(t, m), 0, 960*ms))
	}
	exact := learned(Method{Name: "rk4", Step: 200 * time.Microsecond})
	for method, want := range map[string]float64{"euler": 1, "exponential": 1, "rk4": 3} {
		var x, y []float64
		for _, h := range []time.Duration{24e6, 12e6, 6e6, 3e6} {
			d := fixture.Distance(learned(Method{Name: method, Step: h}), exact)
			x, y = append(x, math.Log(h.Seconds())), append(y, math.Log(d))
		}
		if _, order := stat.LinearRegression(x, y, nil, false); !(math.Abs(order-want) <= 0.2) {
			t.Errorf("%s: order %.3f, want %v; errors %v", method, order, want, y)
		}
	}
}
