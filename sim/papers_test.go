package sim

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gonum.org/v1/gonum/floats"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/tasks/xor"
)

// What the papers prove of the models in ../examples, held against the compiled
// texts.

// example are weights of a model file in ../examples.
func example(t *testing.T, file string, sizes []int, values model.Values) *Weights[float64] {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "examples", file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := model.Parse(file, string(source))
	if err != nil {
		t.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: sizes, Values: values})
	if err != nil {
		t.Fatal(err)
	}
	w, err := Draw[float64](net, rand.New(rand.NewPCG(3, 3)))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// standing is a sample that is held for as long as a test lasts.
func standing() *fixture.Constant {
	return &fixture.Constant{In: []float64{0.9, 0.2, 0.6}, Out: []float64{0.8, 0.3}}
}

// A held phase is a time for which a sample stands still.
type heldPhase struct {
	time              time.Duration
	teacher, learning bool
}

// free is long enough for all models here to come to rest.
var free = heldPhase{time: 2 * time.Second}

// held integrates w through phases, with a sample that stands still.
func held(t *testing.T, w *Weights[float64], phases ...heldPhase) *State[float64] {
	t.Helper()
	in := continuous(t, w, []Stream{standing()}, Method{Name: "rk4", Step: 2 * time.Millisecond}, false)
	var now time.Duration
	for _, p := range phases {
		in.SetTeaching(p.teacher, p.learning)
		if _, err := in.Advance(now, now+p.time); err != nil {
			t.Fatal(err)
		}
		now += p.time
	}
	in.Observe(now)
	return in.Moved()
}

// changed is what learning does to the weights of a name.
func changed(w *Weights[float64], after *State[float64], name string) []float64 {
	d := append([]float64(nil), after.Weights().Of(name)...)
	for i, v := range w.Of(name) {
		d[i] -= v
	}
	return d
}

// descent is minus the gradient of half the squared error of the network's
// answer at rest, by central differences.
func descent(t *testing.T, w *Weights[float64], name string) []float64 {
	t.Helper()
	target := standing().Out
	energy := func(i int, by float64) float64 {
		moved := w.Clone()
		moved.Of(name)[i] += by
		var sum float64
		for k, a := range held(t, moved, free).Output() {
			sum += (target[k] - a) * (target[k] - a) / 2
		}
		return sum
	}
	const by = 1e-5
	g := make([]float64, len(w.Of(name)))
	for i := range g {
		g[i] = (energy(i, -by) - energy(i, by)) / (2 * by)
	}
	return g
}

// deviation is how far a change is from the multiple of g that is nearest to it,
// relative to its length: the sine of their angle.
func deviation(change, g []float64) float64 {
	var cg, cc, gg float64
	for i := range g {
		cg += change[i] * g[i]
		cc += change[i] * change[i]
		gg += g[i] * g[i]
	}
	return math.Sqrt(max(0, 1-cg*cg/(cc*gg)))
}

// TestEquilibriumPropagation checks the theorem of Scellier and Bengio (2017):
// what the weights change by from the free equilibrium to the nudged one is the
// gradient of the error at the free one, up to terms of the order of the nudge.
func TestEquilibriumPropagation(t *testing.T) {
	sizes := []int{3, 6, 2}
	off := func(nudge float64, name string) float64 {
		values := model.Values{"nudge": nudge, "tau_weight": 1e7}
		w := example(t, "equilibrium_propagation.model", sizes, values)
		d := changed(w, held(t, w, free, heldPhase{2 * time.Second, true, true}), name)
		g := descent(t, w, name)
		var dg, gg float64
		for i := range g {
			dg += d[i] * g[i]
			gg += g[i] * g[i]
		}
		// tau dr/dt adds up to tau r; the rate of change is one over tau_weight.
		if scale := dg / gg / (0.02 / 1e7); math.Abs(scale-1) > 3*nudge {
			t.Errorf("nudge %v: %s changes by %.4f times the gradient", nudge, name, scale)
		}
		return deviation(d, g)
	}
	for _, name := range []string{"W1", "W2", "c1", "c2"} {
		strong, weak := off(0.04, name), off(0.01, name)
		if weak > 0.05 || !(weak < strong/3) {
			t.Errorf("%s deviates from the gradient by %.2g with a nudge of 0.04 and by %.2g with 0.01, expected a quarter", name, strong, weak)
		}
	}
}

// TestPredictiveCoding checks section 2.4 of Whittington and Bogacz (2017): at
// equilibrium plasticity is the gradient by backpropagation, up to terms that
// fall with the variance of the output; before it, the first layer has hardly
// heard of the error.
func TestPredictiveCoding(t *testing.T) {
	learn := func(variance float64, settle time.Duration, name string) (change, gradient []float64) {
		w := example(t, "predictive_coding.model", []int{3, 6, 5, 2}, model.Values{"variance": variance, "tau_weight": 1e4})
		after := held(t, w, free, heldPhase{settle, true, false}, heldPhase{4 * time.Millisecond, true, true})
		return changed(w, after, name), descent(t, w, name)
	}
	for _, name := range []string{"W1", "W2", "W3"} {
		strong, weak := deviation(learn(10, time.Second, name)), deviation(learn(40, time.Second, name))
		if weak > 0.01 || name != "W3" && !(weak < strong/2) {
			t.Errorf("%s deviates from the gradient by %.2g with variance 10 and by %.2g with 40", name, strong, weak)
		}
	}
	early, _ := learn(10, 0, "W1")
	late, _ := learn(10, time.Second, "W1")
	if ratio := floats.Norm(early, 2) / floats.Norm(late, 2); ratio > 0.1 {
		t.Errorf("in the first 4 ms W1 changes %.2g times as fast as at equilibrium", ratio)
	}
}

// TestProspectiveRates checks that a network of slow units answers a moving input
// as if they had no delay (Haider et al., 2021), and that without looking ahead
// it does not.
func TestProspectiveRates(t *testing.T) {
	for _, c := range []struct{ ahead, low, high float64 }{{1, 0, 1e-12}, {0, 1e-3, 1}} {
		w := example(t, "latent_equilibrium.model", []int{3, 20, 2}, model.Values{"look_ahead": c.ahead, "tau": 0.5})
		task := fixture.Task(t, false)
		in := continuous(t, w, []Stream{task}, Method{Name: "rk4", Step: 10 * time.Millisecond}, false)
		d := inDiscreteTime(t, w, Learning{})
		var worst float64
		for at := time.Duration(0); at < 5*time.Second; at += 500 * time.Millisecond {
			if _, err := in.Advance(at, at+500*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			now := at + 500*time.Millisecond
			in.Observe(now)
			task.Input(d.Moved().Input(), now.Seconds())
			d.Predict()
			for k, a := range in.Moved().Output() {
				worst = max(worst, math.Abs(a-d.Moved().Output()[k]))
			}
		}
		if worst < c.low || worst > c.high {
			t.Errorf("look_ahead %v: answers differ from those without delay by up to %.2g, expected %v to %v", c.ahead, worst, c.low, c.high)
		}
	}
}

// TestBCM checks where the two rules of bcm_oja.model end on the four patterns of
// exclusive-or. A selective BCM unit answers y to one input and not to the other;
// at rest y = theta, the mean of y^2 over patterns, of which half have that
// input, so that y = 2. Oja's unit finds the principal component.
func TestBCM(t *testing.T) {
	w := example(t, "bcm_oja.model", []int{2, 1}, model.Values{"tau_weight": 20.0, "tau_oja": 10.0, "tau_theta": 4.0})
	task, err := xor.New(xor.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	in := continuous(t, w, []Stream{task}, Method{Name: "rk4", Step: 4 * time.Millisecond}, false)
	in.SetTeaching(false, true)
	if _, err := in.Advance(0, 800*time.Second); err != nil {
		t.Fatal(err)
	}
	bcm := in.Moved().Weights().Of("W1")
	if high, low := max(bcm[0], bcm[1]), min(bcm[0], bcm[1]); math.Abs(high-2) > 0.2 || math.Abs(low) > 0.2 {
		t.Errorf("BCM's weights are %.3f, expected one of 2 and one of 0", bcm)
	}
	oja := in.Moved().Weights().Of("V1")
	for _, v := range oja {
		if math.Abs(v-math.Sqrt2/2) > 0.03 {
			t.Errorf("Oja's weights are %.3f, expected 0.707 twice", oja)
		}
	}
}
