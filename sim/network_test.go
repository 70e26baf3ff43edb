package sim

import (
	"strings"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/synapse"
)

// TestRowsAreIndependent checks that a batch of trajectories without learning
// is as many networks, and that with learning it follows the mean of their
// changes.
func TestRowsAreIndependent(t *testing.T) {
	tasks := []Stream{
		&fixture.Constant{In: []float64{0.3, -0.8, 0.5}, Out: []float64{0.9, 0.2}},
		&fixture.Constant{In: []float64{-0.1, 0.4, 0.9}, Out: []float64{0.1, 0.7}},
		&fixture.Constant{In: []float64{0.7, 0.2, -0.5}, Out: []float64{0.5, 0.4}},
	}
	fixture.ForAll(t, func(t *testing.T, name string) {
		values := fixture.Changed(fixture.Everything[name], nil)
		delete(values, "trace_delay") // so that something is learned at once
		draw := func(rows int) *Weights[float64] {
			w := build[float64](t, name, program.Setting{Sizes: []int{3, 8, 6, 2}, Rows: rows, Values: values})
			inside(w)
			return w
		}
		start := forward(draw(1))
		run := func(rows int, tasks []Stream, learning bool) *State[float64] {
			in := continuous(t, draw(rows), tasks, Method{Name: "rk4", Step: 10 * ms}, false)
			in.SetTeaching(true, learning)
			span := 600 * ms
			if learning {
				span = 10 * ms // so short that changes hardly interact
			}
			advanced(t, in, 0, span)
			in.Observe(span)
			return in.Moved()
		}
		batch := run(3, tasks, false)
		learned := forward(run(3, tasks, true).Weights())
		mean := make([]float64, len(start))
		for r := range tasks {
			alone := run(1, tasks[r:r+1], false)
			for k, s := range alone.Signals() {
				want := s.Value()
				got := batch.Signals()[k].Value()[r*len(want) : (r+1)*len(want)]
				if d := fixture.Distance(got, want); d > 1e-13 {
					t.Errorf("row %d: %s of layer %d differs by %g", r, s.Name, s.Layer, d)
				}
			}
			for i, w := range forward(run(1, tasks[r:r+1], true).Weights()) {
				mean[i] += (w - start[i]) / 3
			}
		}
		for i := range mean {
			mean[i] += start[i]
		}
		if d := fixture.Distance(learned, mean); d > 1e-9 || fixture.Distance(learned, start) < 1e-6 {
			t.Errorf("learning from a batch differs from the mean of its rows by %g, of %g", d, fixture.Distance(learned, start))
		}
	})
}

// TestTiedIsACopyAtAllTimes checks tied feedback, which shares W's memory,
// against weights that are copied after every step.
func TestTiedIsACopyAtAllTimes(t *testing.T) {
	type copies map[string]struct { // what is copied where, by a factor
		from   string
		factor float64
	}
	y := copies{"Y1": {"W2", 0.7}, "Y2": {"W3", 0.7}}
	for name, c := range map[string]struct {
		tied, free model.Values
		copies     copies
	}{
		"burstccn": {
			model.Values{"y_mode": "tied", "q_mode": "tied", "p_b": 0.3},
			model.Values{"y_mode": "symmetric_init", "q_mode": "symmetric_init", "p_b": 0.3},
			copies{"Y1": y["Y1"], "Y2": y["Y2"], "Q1": {"W2", 0.3 * 0.7}, "Q2": {"W3", 0.3 * 0.7}},
		},
		"burstprop": {model.Values{"y_mode": "tied"}, model.Values{"y_mode": "symmetric_init"}, y},
		"edn": {
			model.Values{"y_mode": "tied", "interneuron_mode": "tied"},
			model.Values{"y_mode": "symmetric_init", "interneuron_mode": "symmetric_init", "interneuron_lr": 0.0},
			copies{"Y1": y["Y1"], "Y2": y["Y2"], "W_IP1": y["Y1"], "W_IP2": y["Y2"],
				"W_PI1": {"W2", 1}, "W_PI2": {"W3", 1}, "c_PI1": {"c2", 1}, "c_PI2": {"c3", 1}},
		},
		"ann": {model.Values{"y_mode": "tied"}, model.Values{"y_mode": "symmetric_init"}, y},
	} {
		t.Run(name, func(t *testing.T) {
			run := func(values model.Values, copies copies) *Weights[float64] {
				w := build[float64](t, name, program.Setting{Sizes: []int{3, 8, 6, 2}, Values: fixture.Changed(values, model.Values{"y_scale": 0.7, "lr": 0.1})})
				p := discrete(t, w, []Stream{fixture.Task(t, false)}, Learning{}, time.Second)
				p.SetTeaching(true, true)
				for k := range time.Duration(50) {
					w = advanced(t, p, k*time.Second, (k+1)*time.Second).Weights()
					for to, c := range copies {
						own := w.Of(to)
						for i, v := range w.Of(c.from) {
							own[i] = c.factor * v
						}
					}
				}
				return w
			}
			tied, copied := run(c.tied, nil), run(c.free, c.copies)
			if d := fixture.Distance(forward(tied), forward(copied)); d > 1e-13 {
				t.Errorf("tied feedback differs from copied by %g", d)
			}
		})
	}
}

func TestInvalidNetworks(t *testing.T) {
	text, err := model.Builtin("burstccn")
	if err != nil {
		t.Fatal(err)
	}
	with := func(name string, v any) func(*program.Setting) {
		return func(s *program.Setting) { s.Values = model.Values{name: v} }
	}
	for _, c := range []struct {
		change func(*program.Setting)
		want   string
	}{
		{func(s *program.Setting) { s.Sizes = []int{3} }, "layer sizes"},
		{func(s *program.Setting) { s.Sizes = []int{3, 0, 1} }, "layer 1 has 0 units"},
		{func(s *program.Setting) { s.Sizes = []int{3, 1 << 30, 1 << 30, 1} }, "weights"},
		{func(s *program.Setting) { s.Rows = -1 }, "rows"},
		{with("tau_soma", 0.0), "tau_soma"},
		{with("p_b", 0.7), "p_baseline"},
		{with("tau_weight", -1.0), "tau_weight"},
		{with("y_mode", "mirrored"), "y_mode"},
		{with("q_scale", 2.0), "q_scale"},
		{with("y_plastic", true), "tied"},
		{with("tau_some", 1.0), "tau_soma"},
		{func(s *program.Setting) {
			s.Maps = &synapse.Convolutions{Channels: 1, Height: 1, Width: 3, Layers: []synapse.Convolution{{Channels: 4, Kernel: 2, Stride: 1, Padding: 1}}}
		}, "layer 1 of maps has"},
	} {
		s := program.Setting{Sizes: []int{3, 5, 1}, Rows: 1, Usage: model.Usage{Presentation: 1}}
		c.change(&s)
		if _, err := program.New(text, s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one about %q", err, c.want)
		}
	}
}
