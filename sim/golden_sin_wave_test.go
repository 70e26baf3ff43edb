package sim_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"burstsim/internal/linalg"
	"burstsim/neuron"
	"burstsim/sim"
	"burstsim/sim/internal/golden"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

type sinWaveFile struct {
	Tolerance float64
	Dt        float64
	TauSoma   float64 `json:"tau_soma"`
	Config    struct {
		Rate      float64 `json:"lr"`
		TauWeight float64 `json:"tau_weight"`
		Before    int     `json:"steps_before"`
		Training  int     `json:"steps_training"`
		After     int     `json:"steps_after"`
	}
	Frequencies []float64 `json:"frequencies_per_step"`
	Phases      []float64
	Teacher     []struct{ W golden.Tensor }
	Initial     []struct{ W, B golden.Tensor }
	BlockLoss   []float64 `json:"block_loss"` // the mean over as many steps each
}

// sinWave repeats the run of the follow-up's figure of the sin-wave task, before,
// while and after the network learns.
func sinWave(t *testing.T, file golden.File) {
	f := golden.As[sinWaveFile](t, file)
	steps := f.Config.Before + f.Config.Training + f.Config.After
	block := steps / len(f.BlockLoss)
	s := newPublishedSteps(t, f)
	sum, losses := 0.0, []float64{}
	for k := range steps {
		sum += s.step(k, k >= f.Config.Before && k < f.Config.Before+f.Config.Training)
		if (k+1)%block != 0 {
			continue
		}
		got, want := sum/float64(block), f.BlockLoss[k/block]
		losses = append(losses, got)
		if !(math.Abs(got/want-1) <= f.Tolerance) {
			t.Fatalf("loss of the %d steps before step %d: %v, want %v", block, k+1, got, want)
		}
		sum = 0
	}
	curve := smoothed(losses, f.Config.Before/block, f.Config.Training/block)
	for at, want := range map[int]float64{0: 4.76e-2, 130: 3.2e-3, 500: 4.3e-4, 1000: 1.38e-4, 1990: 1.04e-4} { // s: as the figure has it
		got := curve[int(float64(at)/(f.Dt*float64(block)))]
		t.Logf("loss in the figure at %d s of training: %.3g, published %.3g", at, got, want)
		if !(math.Abs(got/want-1) <= 0.01) {
			t.Errorf("loss in the figure at %d s: %v, want %v", at, got, want)
		}
	}
	furthest := 0.0
	for i, loss := range eulerLosses(t, f, block) {
		furthest = max(furthest, math.Abs(loss/f.BlockLoss[i]-1))
	}
	t.Logf("losses by Euler's method as it is are at most %.2g %% off", 100*furthest)
	if !(furthest < 0.1) {
		t.Errorf("losses by Euler's method are up to %.3g times off", furthest)
	}
}

// eulerLosses are those of the same run as experiments have it, with method euler.
func eulerLosses(t *testing.T, f sinWaveFile, block int) []float64 {
	t.Helper()
	step := sim.Duration(f.Dt)
	in, err := sim.NewIntegration(newPublishedSteps(t, f).sys, sim.Method{Name: "euler", Step: step})
	if err != nil {
		t.Fatal(err)
	}
	losses := make([]float64, len(f.BlockLoss))
	at := time.Duration(0)
	for k := range block * len(losses) {
		if k == f.Config.Before || k == f.Config.Before+f.Config.Training {
			in.SetTeaching(k == f.Config.Before, k == f.Config.Before)
		}
		if at, _, err = in.Step(at, at+step); err != nil {
			t.Fatal(err)
		}
		in.Observe(at)
		losses[k/block] += in.Moved().Loss() / float64(block)
	}
	return losses
}

// smoothed is the loss while training as the figure draws it: with 3 blocks of the
// mean before and 3 of the mean of the last 5 around it, and a Gaussian of one
// block over it.
func smoothed(losses []float64, before, training int) []float64 {
	mean := func(x []float64) float64 {
		sum := 0.0
		for _, v := range x {
			sum += v
		}
		return sum / float64(len(x))
	}
	const around = 3
	during := losses[before : before+training]
	padded := slices.Concat(slices.Repeat([]float64{mean(losses[:before])}, around), during,
		slices.Repeat([]float64{mean(during[training-5:])}, around))
	curve := make([]float64, training)
	for i := range curve {
		var sum, weights float64
		for j, v := range padded {
			g := math.Exp(-0.5 * math.Pow(float64(j-i-around), 2))
			sum += g * v
			weights += g
		}
		curve[i] = sum / weights
	}
	return curve
}

// publishedSteps moves a network and the teacher of its task in the published
// order of updates. That is Euler's method but for three things: traces of
// hidden layers are updated twice a step, weights of the first layer see a trace
// of the input that has the step already, and before the first step all events
// are 0.
type publishedSteps struct {
	dt  float64
	sys *sim.Continuous[float64]

	change, next, ahead []float64
	taught              bool
	trace, weights      [2]int // where those of the first layer are in the state
}

func newPublishedSteps(t *testing.T, f sinWaveFile) *publishedSteps {
	t.Helper()
	text, err := model.Builtin("burstccn")
	if err != nil {
		t.Fatal(err)
	}
	const inputTrace, hiddenTrace = 0.2, 0.1 // s
	left := 1 - f.Dt/hiddenTrace
	task := &sinWaves{dt: f.Dt, tau: f.TauSoma, frequencies: f.Frequencies, phases: f.Phases}
	for _, l := range f.Teacher {
		task.weights = append(task.weights, l.W)
	}
	net, err := program.New(text, program.Setting{Sizes: []int{task.Inputs(), len(f.Initial[0].B), task.Outputs()}, Values: model.Values{
		"tau_soma": f.TauSoma, "tau_weight": f.Config.TauWeight / f.Config.Rate,
		"tau_trace": model.Layers{inputTrace, f.Dt / (1 - left*left)}}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range f.Initial {
		copy(w.Of([]string{"W1", "W2"}[i]), l.W)
		copy(w.Of([]string{"c1", "c2"}[i]), l.B)
	}
	sys, err := sim.NewContinuous(w, []sim.Stream{task}, false)
	if err != nil {
		t.Fatal(err)
	}
	n := sys.Dim()
	s := &publishedSteps{dt: f.Dt, sys: sys, change: make([]float64, n), next: make([]float64, n), ahead: make([]float64, n)}
	p := sys.Moved().Machine().Program()
	for _, c := range p.Compartments {
		if c.Name == "s" && c.Layer == 1 {
			s.trace = [2]int{c.At, c.At + c.Units}
		}
	}
	ends := sys.Parts()[len(sys.Parts())-len(p.Rules)-1:]
	for i, r := range p.Rules {
		if r.Name == "W1" {
			s.weights = [2]int{ends[i], ends[i+1]}
		}
	}
	if s.trace[1] == 0 || s.weights[1] == 0 {
		t.Fatal("the first layer has no trace or does not learn")
	}
	return s
}

// step makes step k, from 0, and returns the loss behind it.
func (s *publishedSteps) step(k int, teacher bool) float64 {
	x, at := s.sys.State(), float64(k)*s.dt
	s.sys.SetTeaching(s.taught, teacher) // bursts are those of the step before
	s.taught = teacher
	s.sys.Derivative(s.change, at, x)
	if k == 0 {
		s.withoutEvents()
	}
	for i := range x {
		s.next[i] = x[i] + s.dt*s.change[i]
	}
	copy(s.ahead, x)
	copy(s.ahead[s.trace[0]:s.trace[1]], s.next[s.trace[0]:s.trace[1]])
	s.sys.Derivative(s.change, at, s.ahead)
	for i := s.weights[0]; i < s.weights[1]; i++ {
		s.next[i] = x[i] + s.dt*s.change[i]
	}
	copy(x, s.next)
	s.sys.Derivative(s.change, at+s.dt, x)
	return s.sys.Moved().Loss()
}

// withoutEvents makes of the first rates of change those without events but the
// input's, and without biases, which are 0: all that is not of the first layer,
// the network's and the teacher's, stays.
func (s *publishedSteps) withoutEvents() {
	p := s.sys.Moved().Machine().Program()
	kept := make([]float64, len(s.change))
	for _, c := range p.Compartments {
		if c.Layer != 1 || c.Name == "u" {
			continue
		}
		copy(kept[c.At:c.At+c.Units], s.change[c.At:])
		if c.Name == "z" { // the teacher has as many units
			copy(kept[p.Dim:p.Dim+c.Units], s.change[p.Dim:])
		}
	}
	copy(s.change, kept)
}

// sinWaves are inputs cos(w k + phi), of step k, and targets by a network whose
// units are leaky.
type sinWaves struct {
	dt, tau             float64
	frequencies, phases []float64
	weights             []golden.Tensor
}

func (s *sinWaves) hidden() int                                  { return len(s.weights[0]) / len(s.frequencies) }
func (s *sinWaves) Inputs() int                                  { return len(s.frequencies) }
func (s *sinWaves) Outputs() int                                 { return len(s.weights[1]) / s.hidden() }
func (s *sinWaves) StateDim() int                                { return s.hidden() + s.Outputs() }
func (s *sinWaves) SteadyState([]float64, float64)               {}
func (s *sinWaves) NextChange(float64) float64                   { return math.Inf(1) }
func (s *sinWaves) Target(dst []float64, _ float64, z []float64) { neuron.Sigmoid(dst, z[s.hidden():]) }

func (s *sinWaves) Input(dst []float64, t float64) {
	for i, w := range s.frequencies {
		dst[i] = math.Cos(w*math.Round(t/s.dt) + s.phases[i])
	}
}

func (s *sinWaves) StateDerivative(dst []float64, t float64, z []float64) {
	x, e := make([]float64, s.Inputs()), make([]float64, s.hidden())
	s.Input(x, t)
	neuron.Sigmoid(e, z[:len(e)])
	linalg.MulTrans(dst[:len(e)], x, s.weights[0], 1, len(e), len(x))
	linalg.MulTrans(dst[len(e):], e, s.weights[1], 1, s.Outputs(), len(e))
	for i := range dst {
		dst[i] = (dst[i] - z[i]) / s.tau
	}
}

func (s *sinWaves) StateLeak(dst []float64) {
	for i := range dst {
		dst[i] = 1 / s.tau
	}
}
