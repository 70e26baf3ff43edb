package sim

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// altered is a built-in model with other words in its text.
func altered(t *testing.T, name, old, new string) *model.Text {
	t.Helper()
	text, err := model.Builtin(name)
	if err != nil {
		t.Fatal(err)
	}
	source := strings.Replace(text.Source, old, new, 1)
	if source == text.Source {
		t.Fatalf("%s has no %q", name, old)
	}
	if text, err = model.Parse(name, source); err != nil {
		t.Fatal(err)
	}
	return text
}

func drawn[F Float](t *testing.T, text *model.Text, s program.Setting) *Weights[F] {
	t.Helper()
	s.Usage.Presentation = 0.1
	net, err := program.New(text, s)
	if err != nil {
		t.Fatal(err)
	}
	return draw[F](t, net)
}

var halfConnected = program.Setting{Sizes: []int{3, 40, 30, 2}, Values: model.Values{"y_mode": "random", "y_scale": 0.5, "y_plastic": true, "tau_weight": 2.0}, Seed: 7}

// TestUnconnectedStaysUnconnected trains a sparse BurstCCN in every way and looks
// at whole matrices: they learn and decay, and what is not connected is zero, in W and in
// what runs along it.
func TestUnconnectedStaysUnconnected(t *testing.T) {
	t.Run("float64", testUnconnected[float64])
	t.Run("float32", testUnconnected[float32])
}

func testUnconnected[F Float](t *testing.T) {
	for _, structure := range []string{", density 0.3", ", blocks 2"} {
		text := altered(t, "burstccn", "projection W, c from below", "projection W, c from below"+structure)
		w := drawn[F](t, text, halfConnected)
		for name, e := range map[string]Engine[F]{
			"joint":    continuous(t, w, []Stream{fixture.Task(t, false)}, Method{Name: "rk4", Step: 20 * ms}, false),
			"split":    continuous(t, w, []Stream{fixture.Task(t, false)}, Method{Name: "exponential", Step: 20 * ms}, true),
			"adaptive": continuous(t, w, []Stream{fixture.Task(t, false)}, Method{Name: "dopri5", Step: 20 * ms}, false),
			"sgd":      discrete(t, w, []Stream{fixture.Task(t, false)}, Learning{}, 100*ms),
			"adam":     discrete(t, w, []Stream{fixture.Task(t, false)}, Learning{Optimiser: "adam", WeightDecay: 0.01}, 100*ms),
			"nadagrad": discrete(t, w, []Stream{fixture.Task(t, false)}, Learning{Optimiser: "nadagrad"}, 100*ms),
			"momentum": discrete(t, w, []Stream{fixture.Task(t, false)}, Learning{Optimiser: "momentum", Momentum: 0.5, WeightDecay: 0.01}, 100*ms),
		} {
			if in, ok := e.(*Integration[F]); ok {
				in.System.SetDecay(0.01)
				if err := in.SetSchedule(Schedule{{At: 0, Factor: 0.5, Shape: "step"}, {At: 5, Factor: 1, Shape: "cosine"}}); err != nil {
					t.Fatal(err)
				}
			}
			e.SetTeaching(true, true)
			for at := time.Duration(0); at < 10*time.Second; {
				var err error
				if at, _, err = e.Step(at, 10*time.Second); err != nil {
					t.Fatal(err)
				}
			}
			before, after := w.Tensors(), e.Moved().Weights().Tensors()
			for k, m := range w.Network().Matrices() {
				if p := m.Pattern(); p == nil != (m.Bias) {
					t.Fatalf("%s: pattern %v", m.Name, p)
				}
				moved := 0
				for i, v := range after[k].Values {
					if v != before[k].Values[i] {
						moved++
					}
					if p := m.Pattern(); p != nil {
						if _, ok := p.Index(i/p.In, i%p.In); !ok && v != 0 {
							t.Fatalf("%s, %s: %s has %v where nothing is connected", structure, name, m.Name, v)
						}
					}
				}
				if m.Kind() != "Q" && moved < m.Len()/3 { // some units see no error
					t.Errorf("%s, %s: %d of %d of %s learned", structure, name, moved, m.Len(), m.Name)
				}
			}
		}
	}
}

// TestGraphFollowsFromSeed: the connections are those of the seed, in any
// precision and however weights are drawn, and feedback has those of W.
func TestGraphFollowsFromSeed(t *testing.T) {
	text := altered(t, "burstccn", "projection W, c from below", "projection W, c from below, density 0.3")
	one, two := drawn[float64](t, text, halfConnected), drawn[float32](t, text, halfConnected)
	other := halfConnected
	other.Seed++
	third := drawn[float64](t, text, other)
	patterns := func(n *program.Network, kind string, layer int) *program.Matrix {
		for _, m := range n.Matrices() {
			if m.Kind() == kind && m.Layer == layer {
				return m
			}
		}
		t.Fatalf("no %s%d", kind, layer)
		return nil
	}
	for l := 1; l <= 3; l++ {
		a, b, c := patterns(one.Network(), "W", l), patterns(two.Network(), "W", l), patterns(third.Network(), "W", l)
		if !a.Pattern().Equal(b.Pattern()) {
			t.Errorf("W%d has another graph in float32", l)
		}
		if a.Pattern().Equal(c.Pattern()) {
			t.Errorf("W%d has the same graph for another seed", l)
		}
		if l > 1 && patterns(one.Network(), "Y", l-1).Pattern() != a.Pattern() {
			t.Errorf("Y%d has not the connections of W%d", l-1, l)
		}
	}
	// Mean connections onto a unit set the size of weights: burstccn begins with
	// a standard deviation of about 1/sqrt(n_in).
	dense := drawn[float64](t, altered(t, "burstccn", "projection W, c from below", "projection W, c from below, density 1"), halfConnected)
	if got, want := rootMeanSquare(one.Of("W2"))/rootMeanSquare(dense.Of("W2")), 1/math.Sqrt(0.3); math.Abs(got/want-1) > 0.15 {
		t.Errorf("weights are %.3f times as large as dense ones, want about %.3f", got, want)
	}
}

func rootMeanSquare(w []float64) float64 {
	var sum float64
	for _, v := range w {
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(w)))
}

// TestSparseTensors: weights come and go as whole matrices.
func TestSparseTensors(t *testing.T) {
	text := altered(t, "burstccn", "projection W, c from below", "projection W, c from below, density 0.3")
	w, other := drawn[float64](t, text, halfConnected), drawn[float64](t, text, halfConnected)
	for _, v := range other.values {
		clear(v)
	}
	if err := other.SetTensors(w.Tensors()); err != nil {
		t.Fatal(err)
	}
	for k, v := range w.values {
		if !slices.Equal(v, other.values[k]) {
			t.Errorf("weights %d changed on the way", k)
		}
	}
	tensors := w.Tensors()
	for i, v := range tensors[0].Values {
		if v == 0 {
			tensors[0].Values[i] = 0.25
			err := other.SetTensors(tensors)
			if err == nil || !strings.Contains(err.Error(), "W1 has 0.25 in row ") || !strings.Contains(err.Error(), "no connection") {
				t.Errorf("error %v of a weight without connection", err)
			}
			return
		}
	}
	t.Error("all is connected")
}

// TestRelaxationPerUnit follows units whose time constants differ: each relaxes
// with its own, exactly with the exponential stepper at any step.
func TestRelaxationPerUnit(t *testing.T) {
	text, err := model.Parse("relax.model", `model relax
time constants:
    tau = lognormal(50 ms, 0.4) per unit in (0, inf)
layer:
    projection W, c from below
    tau dz/dt = -z + W e[below] + c
    e = z
    W(0) = normal(1)
output:
    answer = z
signals:
    z soma
`)
	if err != nil {
		t.Fatal(err)
	}
	list := model.Layers{model.Drawn{Dist: "uniform", A: 0.02, B: 0.08}}
	given := &model.Array{File: "tau.csv", Shape: []int{5, 1}, Numbers: []float64{0.01, 0.02, 0.03, 0.04, 0.05}}
	for what, values := range map[string]model.Values{"drawn": nil, "uniform": {"tau": list}, "file": {"tau": given}} {
		w := drawn[float64](t, text, program.Setting{Sizes: []int{2, 5}, Values: values, Seed: 3})
		task := &fixture.Constant{In: []float64{0.3, -0.8}, Out: make([]float64, 5)}
		in := continuous(t, w, []Stream{task}, Method{Name: "exponential", Step: 70 * ms}, false)
		const span = 210 * ms
		if _, err := in.Advance(0, span); err != nil {
			t.Fatal(err)
		}
		taus := in.Moved().Machine().Program().Compartments[0].Taus
		if len(taus) != 5 || slices.Min(taus) == slices.Max(taus) {
			t.Fatalf("%s: time constants %v", what, taus)
		}
		if what == "file" && !slices.Equal(taus, given.Numbers) {
			t.Errorf("time constants %v, want those of the file", taus)
		}
		fastest, slowest := in.Moved().Machine().Program().TimeConstants()
		if fastest != slices.Min(taus) || slowest != slices.Max(taus) {
			t.Errorf("%s: the extremes are %v and %v, of %v", what, fastest, slowest, taus)
		}
		in.Observe(span)
		for i, got := range in.Moved().Output() {
			drive := w.Of("W1")[2*i]*0.3 - w.Of("W1")[2*i+1]*0.8
			if want := drive * -math.Expm1(-span.Seconds()/taus[i]); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: unit %d is at %v, want %v", what, i, got, want)
			}
		}
	}
}

// TestValuePerLayer: a list of values is that of texts with a value each.
func TestValuePerLayer(t *testing.T) {
	text, err := model.Builtin("ann")
	if err != nil {
		t.Fatal(err)
	}
	w := drawn[float64](t, text, program.Setting{Sizes: []int{3, 4, 4, 2}, Values: model.Values{"tau_soma": model.Layers{0.1, 0.05, 0.02}, "tau_weight": model.Layers{10.0, 20.0, 40.0}}})
	p, err := w.Network().Continuous()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Compartments {
		if want := []float64{0.1, 0.05, 0.02}[c.Layer-1]; c.Tau != want {
			t.Errorf("tau of layer %d is %v, want %v", c.Layer, c.Tau, want)
		}
	}
	for _, r := range p.Rules {
		if want := 10 * math.Pow(2, float64(r.Layer-1)); r.Tau != want || math.Abs(r.Rate-0.1/want) > 1e-15 {
			t.Errorf("%s has tau %v and rate %v", r.Name, r.Tau, r.Rate)
		}
	}
	if _, err := program.New(text, program.Setting{Sizes: []int{3, 4, 2}, Values: model.Values{"tau_soma": model.Layers{0.1}}}); err == nil ||
		!strings.Contains(err.Error(), "is [0.1 s], expected 2 values, one for each layer above the input") {
		t.Errorf("error %v", err)
	}
}

// TestStatesBegin: a state that decays begins where its text says, per unit.
func TestStatesBegin(t *testing.T) {
	text, err := model.Parse("begin.model", `model begin
parameters:
    z_0 = 0.5
time constants:
    tau = 50 ms in (0, inf)
layer:
    projection W from below
    tau dz/dt = -z + W e[below]
    z(0) = z_0 + normal(0.1)
    tau du/dt = -u
    u(0) = -2
    e = z
    W(0) = normal(1)
output:
    answer = z + 0 u
signals:
    z soma
    u other
`)
	if err != nil {
		t.Fatal(err)
	}
	w := drawn[float64](t, text, program.Setting{Sizes: []int{1, 4}, Rows: 2, Seed: 3})
	task := &fixture.Constant{In: []float64{0}, Out: make([]float64, 4)}
	in := continuous(t, w, []Stream{task, task}, Method{Name: "exponential", Step: 10 * ms}, false)
	in.Observe(0)
	begin := slices.Clone(in.Moved().Output())
	if mean := (begin[0] + begin[1] + begin[2] + begin[3]) / 4; math.Abs(mean-0.5) > 0.2 || slices.Min(begin) == slices.Max(begin) {
		t.Errorf("the state begins with %v", begin)
	}
	if !slices.Equal(begin[:4], begin[4:]) {
		t.Errorf("rows begin with %v", begin)
	}
	if _, err := in.Advance(0, 50*ms); err != nil {
		t.Fatal(err)
	}
	in.Observe(50 * ms)
	for i, z := range in.Moved().Output() {
		if want := begin[i] / math.E; math.Abs(z-want) > 1e-12 {
			t.Errorf("unit %d decays to %v, want %v", i, z, want)
		}
	}
	for _, s := range in.Moved().Signals() {
		if u := s.Value()[0]; s.Name == "other" && math.Abs(u+2/math.E) > 1e-12 {
			t.Errorf("u decays to %v", u)
		}
	}
	use := model.Usage{Presentation: 0.1, Discrete: true}
	if text.Used(nil, use)["z_0"] || !text.Used(nil, model.Usage{Presentation: 0.1})["z_0"] {
		t.Error("z_0 counts in continuous time alone")
	}
}
