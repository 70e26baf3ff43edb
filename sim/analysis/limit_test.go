package analysis

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// limitOf measures the limit of a model with these parameters.
func limitOf(t *testing.T, name string, sizes []int, values model.Values, ratios []float64) LimitProtocol {
	return LimitProtocol{
		Build: func(change model.Values) (*sim.Weights[float64], error) {
			text, err := model.Builtin(name)
			if err != nil {
				return nil, err
			}
			net, err := program.New(text, program.Setting{Sizes: sizes, Rows: 1, Values: fixture.Changed(values, change), Usage: model.Usage{Presentation: 1}})
			if err != nil {
				return nil, err
			}
			return sim.Draw[float64](net, rand.New(rand.NewPCG(3, 1)))
		},
		Task: fixture.Task(t, false), Stride: time.Second,
		Tau: 100 * ms, Step: 40 * ms,
		Ratios: ratios, Presentations: 3,
	}
}

// TestLimit checks that continuous time tends to discrete time as tau/T.
func TestLimit(t *testing.T) {
	random := model.Values{"y_mode": "random", "y_scale": 0.5}
	plasticY := fixture.Changed(random, model.Values{"y_plastic": true})
	plastic := fixture.Changed(plasticY, model.Values{"q_mode": "random", "q_scale": 0.3, "q_plastic": true})
	ratios, few := []float64{0.03, 0.01, 0.003, 0.001}, []float64{0.05, 0.03, 0.02}
	for _, c := range []struct {
		name   string
		model  string
		sizes  []int
		values model.Values
		leaky  bool
		ratios []float64
	}{
		{"burstccn, one hidden layer", "burstccn", []int{3, 12, 2}, nil, false, ratios},
		{"burstccn, three hidden layers", "burstccn", []int{3, 10, 8, 6, 2}, nil, false, ratios},
		{"burstccn, plastic feedback", "burstccn", []int{3, 10, 8, 2}, plastic, false, ratios},
		{"burstccn, leaky teacher", "burstccn", []int{3, 12, 2}, nil, true, ratios},
		{"burstccn_dales", "burstccn_dales", []int{3, 10, 8, 2}, nil, false, ratios},
		{"burstccn_dales, few SST cells, plastic", "burstccn_dales", []int{3, 10, 8, 2}, model.Values{"sst": 3.0, "y_plastic": true, "bias_plastic": true}, false, ratios},
		{"burstccn_dales, tied", "burstccn_dales", []int{3, 10, 8, 2}, model.Values{"sst": 3.0, "y_mode": "tied", "q_mode": "tied"}, false, ratios},
		{"burstccn2", "burstccn2", []int{3, 10, 8, 2}, model.Values{"activation": "ms_softplus_n", "feedback_scale": 2.0, "y_rule": "apical", "branches": 2.0}, false, ratios},
		{"burstccn2, softmax, Kolen-Pollack", "burstccn2", []int{3, 10, 8, 2}, model.Values{"output_activation": "softmax", "output_shift": 1.0, "y_rule": "kolen_pollack", "q_rule": "kolen_pollack"}, false, ratios},
		{"ann2", "ann2", []int{3, 10, 8, 2}, model.Values{"activation": "ms_softplus_n", "y_mode": "symmetric_init", "y_rule": "follow"}, false, ratios},
		{"burstprop", "burstprop", []int{3, 6, 5, 2}, nil, false, few},
		{"burstprop, plastic feedback", "burstprop", []int{3, 6, 5, 2}, plasticY, false, few},
		{"edn", "edn", []int{3, 10, 8, 2}, nil, false, ratios},
		{"edn, plastic feedback", "edn", []int{3, 10, 8, 2}, plasticY, false, ratios},
		{"edn, other interneurons", "edn", []int{3, 10, 8, 2}, model.Values{"interneuron_mode": "random", "interneuron_scale": 0.5}, false, ratios},
		{"edn, basal lag", "edn", []int{3, 10, 8, 2}, model.Values{"basal_lag": true}, false, ratios},
		{"edn, leaky teacher", "edn", []int{3, 12, 2}, nil, true, ratios},
		{"edn2", "edn2", []int{3, 10, 8, 2}, nil, false, ratios},
		{"edn2, tied, without lag", "edn2", []int{3, 10, 8, 2}, model.Values{"y_mode": "tied", "interneuron_mode": "tied", "basal_lag": false}, false, ratios},
		{"burstprop2", "burstprop2", []int{3, 6, 5, 2}, nil, false, few},
		{"burstprop2, softmax", "burstprop2", []int{3, 6, 5, 2}, model.Values{"output_activation": "softmax", "output_shift": 1.0, "y_mode": "tied"}, false, few},
		{"ann", "ann", []int{3, 10, 8, 2}, nil, false, ratios},
		{"ann, feedback alignment", "ann", []int{3, 10, 8, 2}, random, false, ratios},
		{"ann, leaky teacher", "ann", []int{3, 12, 2}, nil, true, ratios},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := limitOf(t, c.model, c.sizes, c.values, c.ratios)
			p.Task, p.Step, p.Presentations = fixture.Task(t, c.leaky), 20*ms, 5
			limit, err := p.Measure(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !(math.Abs(limit.Slope-1) <= 0.1) {
				t.Errorf("slope %.3f, want 1; distances %v", limit.Slope, limit.Distance)
			}
			if last := len(c.ratios) - 1; !(limit.Distance[last] <= 50*c.ratios[last]) {
				t.Errorf("distance %.3g at tau/T = %v", limit.Distance[last], c.ratios[last])
			}
		})
	}
}

// The slope is 1 down to a tau/T at which a step changes a weight by less than
// its last place, in double precision too, and with traces.
func TestLimitHasNoFloor(t *testing.T) {
	ratios := []float64{1e-2, 1e-3, 1e-4, 3e-5}
	for _, c := range []struct {
		model  string
		values model.Values
		ratios []float64
	}{
		{"burstccn", nil, ratios},
		{"burstccn", model.Values{"trace_delay": 0.05}, ratios},
		{"burstccn", model.Values{"tau_trace": model.Layers{0.04, 0.02, 0.05}}, ratios},
		{"edn", nil, ratios[:3]},
		{"ann", nil, ratios[:3]},
	} {
		t.Run(fmt.Sprint(c.model, " ", c.values), func(t *testing.T) {
			t.Parallel()
			limit, err := limitOf(t, c.model, []int{3, 8, 6, 2}, c.values, c.ratios).Measure(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for k := 1; k < len(limit.Ratio); k++ {
				slope := math.Log(limit.Distance[k]/limit.Distance[k-1]) / math.Log(limit.Ratio[k]/limit.Ratio[k-1])
				if !(math.Abs(slope-1) <= 0.05) {
					t.Errorf("slope %.3f from tau/T = %v to %v; distances %v", slope, limit.Ratio[k-1], limit.Ratio[k], limit.Distance)
				}
			}
		})
	}
}

// A measurement of hours ends at once when it is interrupted, in either kind of
// time.
func TestLimitIsInterrupted(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		ratio := 1e-7
		if strings.HasPrefix(name, "burstprop") {
			ratio = 1e-3 // its averages take as long as that
		}
		long := limitOf(t, name, []int{3, 8, 2}, nil, []float64{ratio})
		long.Presentations = 100
		many := limitOf(t, name, []int{3, 8, 2}, nil, []float64{0.5})
		many.Presentations = 1e7
		for name, p := range map[string]LimitProtocol{"within a presentation": long, "among presentations": many} {
			t.Run(name, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 50*ms)
				defer cancel()
				if _, err := p.Measure(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, want the interrupt", err)
				}
			})
		}
	})
}

// untouched is a task that must not be used.
type untouched struct {
	sim.Stream
	t *testing.T
}

func (u untouched) Input(dst []float64, t float64) {
	u.t.Error("something was presented")
	u.Stream.Input(dst, t)
}

// What lasts longer than time can say is refused before anything is measured.
func TestLimitRefusesWhatOverflows(t *testing.T) {
	for name, change := range map[string]func(*LimitProtocol){
		"a tiny ratio":            func(p *LimitProtocol) { p.Ratios = []float64{0.1, 1e-12} },
		"a tiny ratio, averages":  func(p *LimitProtocol) { *p = limitOf(t, "burstprop", []int{3, 8, 2}, nil, []float64{1e-6}) },
		"very many presentations": func(p *LimitProtocol) { p.Presentations = 1 << 40 },
		"a ratio of one":          func(p *LimitProtocol) { p.Ratios = []float64{1} },
		"no step":                 func(p *LimitProtocol) { p.Step = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			p := limitOf(t, "burstccn", []int{3, 8, 2}, nil, []float64{0.1})
			change(&p)
			p.Task = untouched{p.Task, t}
			build := p.Build
			p.Build = func(change model.Values) (*sim.Weights[float64], error) {
				if change != nil {
					t.Error("something was measured")
				}
				return build(change)
			}
			if _, err := p.Measure(t.Context()); err == nil {
				t.Error("was not refused")
			}
		})
	}
}
