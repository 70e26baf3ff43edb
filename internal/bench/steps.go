package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"
	"unsafe"

	"burstsim/sim"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/tasks/regression"
)

// step is the time step of all networks, a tenth of their time constants.
const step = 10 * time.Millisecond

// slow is a plasticity time constant (s) with which weights change by little
// while they are measured: a network that has learned one input for hours is
// saturated, and multiplies subnormal numbers, which take many times as long.
const slow = 1e5

// steps measures one step of continuous networks that learn.
func (r *run) steps() error {
	for _, method := range []string{"euler", "rk4"} {
		task, err := regression.New(regression.Config{Inputs: 3, Outputs: 1, ShortestPeriod: 4,
			TeacherHidden: []int{25}, TeacherGain: 3, Seed: 1})
		if err != nil {
			return err
		}
		name := "3-50-1 " + method + " float64, regression"
		if err := addStep[float64](r, name, []int{3, 50, 1}, method, false, []sim.Stream{task}); err != nil {
			return err
		}
	}
	for _, sizes := range r.scale.steps {
		for _, rows := range []int{1, r.rows} {
			for _, split := range []bool{false, true} {
				name := fmt.Sprintf("%s euler %%s, batch %d, %s", join(sizes), rows, plasticity(split))
				if err := addStep[float32](r, fmt.Sprintf(name, "float32"), sizes, "euler", split, streams(sizes, rows)); err != nil {
					return err
				}
				if err := addStep[float64](r, fmt.Sprintf(name, "float64"), sizes, "euler", split, streams(sizes, rows)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func join(sizes []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(sizes), " ", "-"), "[]")
}

func plasticity(split bool) string {
	if split {
		return "split"
	}
	return "joint"
}

// addStep adds the line of one network.
func addStep[F sim.Float](r *run, name string, sizes []int, method string, split bool, tasks []sim.Stream) error {
	t, err := timeStep[F](r, sizes, method, split, tasks)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	line := t.in("step", name, "us", 1e-6)
	line.Allocations = &t.allocations
	if sizes[0] > 3 { // the smallest is bound by neither
		line.Limit = 1e6 * r.stepLimit(sizes, len(tasks), int(unsafe.Sizeof(F(0))), split)
	}
	r.add(line)
	return nil
}

// timeStep times one step of a BurstCCN with tied feedback, as in the published
// continuous runs.
func timeStep[F sim.Float](r *run, sizes []int, method string, split bool, tasks []sim.Stream) (timing, error) {
	w, err := burstccn[F](program.Setting{Sizes: sizes, Rows: len(tasks), Values: model.Values{"tau_weight": slow}})
	if err != nil {
		return timing{}, err
	}
	in, err := newIntegration(w, tasks, method, split)
	if err != nil {
		return timing{}, err
	}
	var now time.Duration
	var failed error
	t := r.meter.time(r.ctx, func(n int) {
		end := now + time.Duration(n)*step
		if _, err := in.Advance(now, end); err != nil {
			failed = err
		}
		now = end
	})
	if failed == nil {
		failed = in.Check(now)
	}
	return t, failed
}

// newIntegration is a network that learns from its tasks.
func newIntegration[F sim.Float](w *sim.Weights[F], tasks []sim.Stream, method string, split bool) (*sim.Integration[F], error) {
	sys, err := sim.NewContinuous(w, tasks, split)
	if err != nil {
		return nil, err
	}
	in, err := sim.NewIntegration(sys, sim.Method{Name: method, Step: step})
	if err != nil {
		return nil, err
	}
	in.SetTeaching(true, true)
	return in, nil
}

// burstccn draws the weights of a BurstCCN.
func burstccn[F sim.Float](s program.Setting) (*sim.Weights[F], error) {
	text, err := model.Builtin("burstccn")
	if err != nil {
		return nil, err
	}
	net, err := program.New(text, s)
	if err != nil {
		return nil, err
	}
	return sim.Draw[F](net, rand.New(rand.NewPCG(1, 1)))
}

// pattern is a task with a constant input and a target that moves, so that
// learning never ends: a network at rest would multiply zeros.
type pattern struct{ input, phase []float64 }

func streams(sizes []int, rows int) []sim.Stream {
	rng := rand.New(rand.NewPCG(2, 2))
	var out []sim.Stream
	for range rows {
		p := &pattern{input: make([]float64, sizes[0]), phase: make([]float64, sizes[len(sizes)-1])}
		for _, v := range [][]float64{p.input, p.phase} {
			for i := range v {
				v[i] = rng.Float64()
			}
		}
		out = append(out, p)
	}
	return out
}

func (p *pattern) Inputs() int                                   { return len(p.input) }
func (p *pattern) Outputs() int                                  { return len(p.phase) }
func (p *pattern) Input(dst []float64, _ float64)                { copy(dst, p.input) }
func (p *pattern) StateDim() int                                 { return 0 }
func (p *pattern) StateLeak([]float64)                           {}
func (p *pattern) SteadyState([]float64, float64)                {}
func (p *pattern) NextChange(float64) float64                    { return math.Inf(1) }
func (p *pattern) StateDerivative([]float64, float64, []float64) {}

// Target is a triangle between 0.1 and 0.9 with a period of 2 s.
func (p *pattern) Target(dst []float64, t float64, _ []float64) {
	for i, phase := range p.phase {
		x := t/2 + phase
		x -= math.Floor(x)
		dst[i] = 0.1 + 0.8*math.Abs(2*x-1)
	}
}
