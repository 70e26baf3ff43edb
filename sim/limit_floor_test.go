package sim_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"burstsim/sim"
)

func limitOf(t *testing.T, cfg sim.BurstCCN, ratios []float64) sim.LimitProtocol {
	return sim.LimitProtocol{
		Build: func(k sim.LimitConstants) (*sim.Network[float64], error) {
			cfg.TauWeight, cfg.TauY, cfg.TauQ = k.TauWeight, k.TauWeight, k.TauWeight
			return sim.NewBurstCCN[float64](cfg, rand.New(rand.NewPCG(3, 1)))
		},
		Task: newTask(t, false), Stride: time.Second,
		Tau: 100 * time.Millisecond, Step: 40 * time.Millisecond,
		Ratios: ratios, Presentations: 3,
	}
}

// The slope is 1 down to a tau/T at which a step changes a weight by less than
// its last place, in double precision too, and with traces.
func TestLimitHasNoFloor(t *testing.T) {
	for _, delay := range []float64{0, 0.05} {
		cfg := sim.DefaultBurstCCN(3, 8, 6, 2)
		cfg.TraceDelay = delay
		limit, err := limitOf(t, cfg, []float64{1e-2, 1e-3, 1e-4, 3e-5}).Measure(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for k := 1; k < len(limit.Ratio); k++ {
			slope := math.Log(limit.Distance[k]/limit.Distance[k-1]) / math.Log(limit.Ratio[k]/limit.Ratio[k-1])
			if math.Abs(slope-1) > 0.05 {
				t.Errorf("trace %v: slope %.3f from tau/T = %v to %v; distances %v", delay, slope, limit.Ratio[k-1], limit.Ratio[k], limit.Distance)
			}
		}
	}
}

// A measurement of hours ends at once when it is interrupted, in either kind of
// time.
func TestLimitIsInterrupted(t *testing.T) {
	long := limitOf(t, sim.DefaultBurstCCN(3, 8, 2), []float64{1e-7})
	many := limitOf(t, sim.DefaultBurstCCN(3, 8, 2), []float64{0.5})
	many.Presentations = 1e9
	for name, p := range map[string]sim.LimitProtocol{"within a presentation": long, "among presentations": many} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if _, err := p.Measure(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want the interrupt", err)
			}
		})
	}
}

// What lasts longer than time can say is refused before anything is measured.
func TestLimitRefusesWhatOverflows(t *testing.T) {
	for name, change := range map[string]func(*sim.LimitProtocol){
		"a tiny ratio":            func(p *sim.LimitProtocol) { p.Ratios = []float64{0.1, 1e-12} },
		"a tiny ratio, averages":  func(p *sim.LimitProtocol) { p.TwoPhases, p.Ratios = true, []float64{1e-6} },
		"very many presentations": func(p *sim.LimitProtocol) { p.Presentations = 1 << 40 },
		"a ratio of one":          func(p *sim.LimitProtocol) { p.Ratios = []float64{1} },
		"no step":                 func(p *sim.LimitProtocol) { p.Step = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			p := limitOf(t, sim.DefaultBurstCCN(3, 8, 2), []float64{0.1})
			build := p.Build
			p.Build = func(c sim.LimitConstants) (*sim.Network[float64], error) {
				t.Error("something was measured")
				return build(c)
			}
			change(&p)
			if _, err := p.Measure(t.Context()); err == nil {
				t.Error("was not refused")
			}
		})
	}
}
