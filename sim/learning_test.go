package sim

import (
	"strings"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/tasks/regression"
)

// TestLearns lets every model learn the regression task, in both kinds of time
// and from both feedback modes: its loss without the teacher falls to less than
// a quarter, those of Burstprop, whose averages lag behind a moving input, to less
// than half. EDN is taught targets squeezed into 0.2 ... 0.8.
func TestLearns(t *testing.T) {
	task, err := regression.New(regression.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	fixture.ForAll(t, func(t *testing.T, name string) {
		for _, feedback := range []string{"tied", "random"} {
			values := model.Values{"y_mode": feedback, "tau_weight": 5.0, "lr": 0.1}
			switch name {
			case "burstprop", "burstprop2": // is taught for less than a third of the time
				values["tau_average"], values["tau_weight"] = 2.0, 1.0
			case "burstccn_dales": // what inhibits takes a part of each step
				values["tau_weight"], values["lr"] = 2.5, 0.2
			case "edn": // the teacher pulls by a tenth
				values["tau_weight"] = 1.0
			}
			w := build[float64](t, name, program.Setting{Sizes: []int{3, 50, 1}, Values: values})
			for kind, e := range map[string]advancing{
				"continuous": continuous(t, w, []Stream{task}, Method{Name: "rk4", Step: 40 * ms}, false),
				"split":      continuous(t, w, []Stream{task}, Method{Name: "exponential", Step: 40 * ms}, true),
				"discrete":   discrete(t, w, []Stream{task}, Learning{}, 100*ms),
			} {
				loss := func(from, to time.Duration) (sum float64) {
					e.SetTeaching(false, false)
					for at := from; at < to; at += time.Second {
						advanced(t, e, at, at+time.Second)
						e.Observe(at + time.Second)
						if name == "edn" {
							e.Moved().Target()[0] = 0.2 + 0.6*e.Moved().Target()[0]
						}
						sum += e.Moved().Loss()
					}
					return sum
				}
				before := loss(0, 100*time.Second)
				e.SetTeaching(true, true)
				if strings.HasPrefix(name, "burstprop") && kind != "discrete" { // predicts, then is taught
					for at := 100 * time.Second; at < 900*time.Second; at += time.Second {
						e.SetTeaching(false, false)
						advanced(t, e, at, at+700*ms)
						e.SetTeaching(true, true)
						advanced(t, e, at+700*ms, at+time.Second)
					}
				} else {
					advanced(t, e, 100*time.Second, 900*time.Second)
				}
				after := loss(900*time.Second, 1000*time.Second)
				part := 0.25
				if strings.HasPrefix(name, "burstprop") {
					part = 0.5
				}
				if !(after < part*before) {
					t.Errorf("%s, %s feedback: the loss went from %.4f to %.4f", kind, feedback, before/100, after/100)
				}
			}
		}
	})
}
