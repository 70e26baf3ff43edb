package sim

import (
	"math"
	"testing"
	"time"

	"burstsim/internal/linalg"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/tasks/regression"
)

// A change of weights that waits for their next use leaves the same bits as one
// that is made at once, for every model, method and backend.
func TestDeferredChangesKeepTheBits(t *testing.T) {
	plastic := func(name string) model.Values {
		v := fixture.Changed(fixture.Everything[name], model.Values{"tau_weight": 100.0})
		delete(v, "trace_delay")
		return v
	}
	cases := map[string]struct {
		model  string
		values model.Values
	}{
		"burstccn":                        {"burstccn", nil},
		"burstccn with plastic feedback":  {"burstccn", plastic("burstccn")},
		"burstccn with traces":            {"burstccn", model.Values{"trace_delay": 0.2}},
		"burstprop":                       {"burstprop", nil},
		"burstprop with plastic feedback": {"burstprop", plastic("burstprop")},
		"edn":                             {"edn", nil},
		"edn with plastic feedback":       {"edn", plastic("edn")},
		"ann":                             {"ann", nil},
		"ann with random feedback":        {"ann", plastic("ann")},
	}
	t.Cleanup(func() {
		if err := linalg.Use("auto"); err != nil {
			t.Error(err)
		}
	})
	for _, backend := range []string{"gonum", "simd"} {
		if err := linalg.Use(backend); err != nil {
			t.Logf("%s: %v", backend, err)
			continue
		}
		for name, c := range cases {
			for _, method := range []string{"euler", "exponential", "rk4", "dopri5"} {
				t.Run(backend+"/"+name+"/"+method, func(t *testing.T) {
					at, once := deferring(t, c.model, c.values, method, false), deferring(t, c.model, c.values, method, true)
					for i := range at {
						if math.Float32bits(at[i]) != math.Float32bits(once[i]) {
							t.Fatalf("variable %d is %v, want %v", i, once[i], at[i])
						}
					}
				})
			}
		}
	}
}

// deferring is the state after some learning, weights included.
func deferring(t *testing.T, name string, values model.Values, method string, deferred bool) []float32 {
	t.Helper()
	w := build[float32](t, name, program.Setting{Sizes: []int{5, 40, 23, 3}, Values: values})
	task, err := regression.New(regression.Config{Inputs: 5, Outputs: 3, ShortestPeriod: 4, TeacherHidden: []int{25}, TeacherGain: 3, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	in := continuous(t, w, []Stream{task}, Method{Name: method, Step: 10 * ms}, true)
	sys := in.System
	waits := 0
	for k := range sys.rules {
		if sys.rules[k].waits {
			waits++
		}
		if !deferred {
			sys.rules[k].waits = false
		}
	}
	if waits == 0 {
		t.Fatal("no projection's change would wait")
	}
	in.SetTeaching(true, true)
	before := append([]float32(nil), sys.x[sys.dynamic:]...)
	for now := time.Duration(0); now < 500*ms; now += 125 * ms {
		advanced(t, in, now, now+125*ms)
	}
	moved := false
	for i, v := range before {
		moved = moved || v != sys.x[sys.dynamic+i]
	}
	if !moved {
		t.Fatal("no weight has learned")
	}
	return sys.x
}
