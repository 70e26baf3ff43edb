package sim

import (
	"math"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// aims are the cosines of what plasticity changed of W in each layer, in mean,
// and minus the gradient of half the squared error, and how much of it there is:
// the projection of the one on the other over its length.
func aims(s *State[float64], change [][]float64) (cosine, part []float64) {
	for k, g := range s.Machine().Gradients(nil) {
		down := make([]float64, len(change[k]))
		g.Shape.Correlate(down, 1/float64(s.Rows()), g.Delta, g.Pre, s.Rows())
		var dot, a, b float64
		for i, v := range change[k] {
			dot, a, b = dot+v*down[i], a+v*v, b+down[i]*down[i]
		}
		cosine, part = append(cosine, dot/math.Sqrt(a*b)), append(part, dot/b)
	}
	return cosine, part
}

// TestNodePerturbationFollowsTheGradient averages over draws of the noise what
// node perturbation changes. The mean squared error over two outputs is the half
// squared error.
func TestNodePerturbationFollowsTheGradient(t *testing.T) {
	const rows, presentations = 200, 400
	w := build[float64](t, "node_perturbation", program.Setting{Sizes: []int{3, 6, 5, 2}, Rows: rows, Values: model.Values{"sigma": 0.02, "weight_gain": 2.0}})
	d := inDiscreteTime(t, w, Learning{})
	s := d.Moved()
	for r := range rows {
		copy(s.Input()[3*r:], []float64{0.5, -0.8, 1})
		copy(s.Target()[2*r:], []float64{0.9, 0.2})
	}
	var change [][]float64
	for n := range uint64(presentations) {
		d.SetPresentation(n)
		present(t, d, true)
		d.Gradients()
		for l := 1; l <= 3; l++ {
			g := d.Gradient(w.Network().Forward(l).Name).GradW
			if n == 0 {
				change = append(change, make([]float64, len(g)))
			}
			for i, v := range g {
				change[l-1][i] -= v / presentations
			}
		}
	}
	cosine, part := aims(s, change)
	t.Logf("cosines %.4f, parts %.4f", cosine, part)
	for k := range cosine {
		if cosine[k] < 0.97 || math.Abs(part[k]-1) > 0.1 {
			t.Errorf("layer %d: the cosine of change and descent is %.4f, and its part of it %.4f", k+1, cosine[k], part[k])
		}
	}
}

// In continuous time what the noise does comes later by a somatic time constant
// with each layer on the way to the output, and counts less: by
// tau_noise/(tau_noise + tau_soma) where signals are small.
func TestNodePerturbationInContinuousTime(t *testing.T) {
	const rows, tau, ofNoise = 100, 0.01, 0.03
	w := build[float64](t, "node_perturbation", program.Setting{Sizes: []int{3, 6, 5, 2}, Rows: rows,
		Values: model.Values{"sigma": 0.02, "weight_gain": 1.0, "tau_soma": tau, "tau_noise": ofNoise, "tau_weight": 1e6}})
	var tasks []Stream
	for range rows {
		tasks = append(tasks, &fixture.Constant{In: []float64{0.5, -0.8, 1}, Out: []float64{0.9, 0.2}})
	}
	in := continuous(t, w, tasks, Method{Name: "heun", Step: 2 * ms}, true)
	in.SetTeaching(true, false)
	advanced(t, in, 0, time.Second)
	in.SetTeaching(true, true)
	const span = 12 * time.Second
	before := w.Clone()
	s := advanced(t, in, time.Second, time.Second+span)
	in.Observe(time.Second + span)
	var change [][]float64
	for l := 1; l <= 3; l++ {
		name := w.Network().Forward(l).Name
		now, then := s.Weights().Of(name), before.Of(name)
		x := make([]float64, len(now))
		for i := range x {
			x[i] = (now[i] - then[i]) * 1e6 / span.Seconds()
		}
		change = append(change, x)
	}
	cosine, part := aims(s, change)
	t.Logf("cosines %.4f, parts %.4f", cosine, part)
	for k := range cosine {
		if want := math.Pow(ofNoise/(ofNoise+tau), float64(2-k)); cosine[k] < 0.9 || math.Abs(part[k]/want-1) > 0.2 {
			t.Errorf("layer %d: the cosine of change and descent is %.4f, and its part of it %.4f, want %.4f", k+1, cosine[k], part[k], want)
		}
	}
}

// TestNodePerturbationLearns lets it learn a small task in both kinds of time.
func TestNodePerturbationLearns(t *testing.T) {
	task := fixture.Task(t, false)
	for kind, e := range map[string]advancing{
		"continuous": continuous(t, build[float64](t, "node_perturbation", program.Setting{Sizes: []int{3, 10, 2},
			Values: model.Values{"tau_weight": 5.0, "tau_soma": 0.02, "tau_noise": 0.1}}), []Stream{task}, Method{Name: "exponential", Step: 10 * ms}, true),
		"discrete": discrete(t, build[float64](t, "node_perturbation", program.Setting{Sizes: []int{3, 10, 2}, Values: model.Values{"lr": 0.05}}),
			[]Stream{task}, Learning{}, 100*ms),
	} {
		t.Run(kind, func(t *testing.T) {
			loss := func(from, to time.Duration) (sum float64) {
				e.SetTeaching(false, false)
				for at := from; at < to; at += time.Second {
					advanced(t, e, at, at+time.Second)
					e.Observe(at + time.Second)
					sum += e.Moved().Loss()
				}
				return sum
			}
			before := loss(0, 100*time.Second)
			e.SetTeaching(true, true)
			advanced(t, e, 100*time.Second, 1000*time.Second)
			if after := loss(1000*time.Second, 1100*time.Second); !(after < before/2) {
				t.Errorf("the loss went from %.4f to %.4f", before/100, after/100)
			}
		})
	}
}
