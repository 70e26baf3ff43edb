package sim

import (
	"math"
	"testing"
	"time"

	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/tasks/xor"
)

// TestReset: where a presentation begins, all states are what they began with,
// and a presentation leads to the same states whatever came before it.
func TestReset(t *testing.T) {
	const hold = 300 * time.Millisecond
	for method, tolerance := range map[string]float64{"euler": 1e-14, "rk4": 1e-14, "dopri5": 1e-7, "exponential": 1e-14} {
		w := build[float64](t, "burstccn", program.Setting{Sizes: []int{2, 5, 1}, Values: model.Values{"tau_weight": 1e9}})
		cfg := xor.DefaultConfig()
		cfg.Hold = hold.Seconds()
		task, err := xor.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		in := continuous(t, w, []Stream{task}, Method{Name: method, Step: 10 * time.Millisecond}, false)
		in.ResetEvery = hold
		in.SetTeaching(true, false)
		ends := map[int]float64{} // the answer to each pattern
		for k := range 12 {
			begin := time.Duration(k) * hold
			in.Begin(begin)
			for i, x := range in.System.State()[:in.System.teachers()] {
				if x != 0 {
					t.Fatalf("%s: state %d begins presentation %d with %v", method, i, k, x)
				}
			}
			if _, err := in.Advance(begin, begin+hold); err != nil {
				t.Fatal(err)
			}
			in.Observe(begin + hold)
			answer, pattern := in.Moved().Output()[0], task.Pattern(k)
			if before, again := ends[pattern]; again && math.Abs(answer-before) > tolerance {
				t.Errorf("%s: pattern %d is answered with %v, and with %v before", method, pattern, answer, before)
			}
			ends[pattern] = answer
		}
	}
}

// TestResetBeginsAnew: behind a reset, wherever it comes, the network moves as
// from the start of a simulation, with delays too: nothing from before returns.
func TestResetBeginsAnew(t *testing.T) {
	w := single(t, `
time constants:
    delay = 110 ms
output:
    tau dx/dt = 1 - x(t - delay)
    x(0) = 0.3
    answer = x
`, false)
	const reset, span = 730 * ms, 600 * ms
	for method, tolerance := range map[string]float64{"euler": 1e-12, "heun": 1e-12, "rk4": 1e-12, "dopri5": 1e-6, "exponential": 1e-12} {
		begin := func() *Integration[float64] {
			return continuous(t, w, atRest(1, 1), Method{Name: method, Step: 10 * ms, RelTol: 1e-9, AbsTol: 1e-9}, false)
		}
		fresh := begin()
		want := advanced(t, fresh, 0, span).machine.State()[0]
		in := begin()
		advanced(t, in, 0, reset)
		in.Reset()
		in.Begin(reset)
		in.Observe(reset)
		if x := in.Moved().Output()[0]; x != 0.3 {
			t.Errorf("%s: a reset leaves %v, want 0.3", method, x)
		}
		if got := advanced(t, in, reset, reset+span).machine.State()[0]; math.Abs(got-want) > tolerance {
			t.Errorf("%s: %v, %v behind a reset, and %v behind the start", method, got, span, want)
		}
		// The input of this task never jumps.
		in = begin()
		in.ResetEvery = reset
		if got := advanced(t, in, 0, 2*reset+span).machine.State()[0]; math.Abs(got-want) > tolerance {
			t.Errorf("%s: %v, %v behind the second of regular resets, and %v behind the start", method, got, span, want)
		}
	}
}
