package sim_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"time"

	"burstsim/integrator"
	"burstsim/sim"
	"burstsim/sim/analysis"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/tasks/regression"
)

// weights draws those of a built-in model.
func weights(name string, values model.Values, sizes ...int) *sim.Weights[float64] {
	text, err := model.Builtin(name)
	if err != nil {
		log.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: sizes, Rows: 1, Values: values, Usage: model.Usage{Presentation: 1}})
	if err != nil {
		log.Fatal(err)
	}
	w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	return w
}

// cloud is a task without a target: points that vary most along (2, 1).
type cloud struct{}

func (cloud) Inputs() int  { return 2 }
func (cloud) Outputs() int { return 1 }
func (cloud) Input(dst []float64, t float64) {
	along, across := math.Cos(9*t), 0.3*math.Cos(20*t)
	dst[0], dst[1] = (2*along-across)/math.Sqrt(5), (along+2*across)/math.Sqrt(5)
}
func (cloud) Target(dst []float64, _ float64, _ []float64)  { dst[0] = 0 }
func (cloud) StateDim() int                                 { return 0 }
func (cloud) StateDerivative([]float64, float64, []float64) {}
func (cloud) StateLeak([]float64)                           {}
func (cloud) SteadyState([]float64, float64)                {}
func (cloud) NextChange(float64) float64                    { return math.Inf(1) }

// A model of one's own is a text. Oja's rule finds the direction in which inputs
// vary most, in continuous and in discrete time.
func Example() {
	text, err := model.Parse("oja.model", `
model oja "Hebbian learning with a decay that keeps weights bounded"

time constants:
    tau        = 20 ms in (0, inf)  "time constant of the unit"
    tau_weight = 5 s in (0, inf) rate lr  "plasticity time constant"

input:
    y = stimulus

layer:
    projection W from below
    tau dy/dt = -y + W y[below]
    tau_weight dW/dt = y y[below]' - y^2 W
    W(0) = normal(0.3)

output:
    answer = y
`)
	if err != nil {
		log.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: []int{2, 1}, Rows: 1, Usage: model.Usage{Presentation: 0.02}})
	if err != nil {
		log.Fatal(err)
	}
	w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	task := []sim.Stream{cloud{}}

	sys, err := sim.NewContinuous(w, task, false)
	if err != nil {
		log.Fatal(err)
	}
	moving, err := sim.NewIntegration(sys, sim.Method{Name: "rk4", Step: 2 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	moving.SetTeaching(false, true)
	if _, err := moving.Advance(0, 100*time.Second); err != nil {
		log.Fatal(err)
	}

	d, err := sim.NewDiscrete(w, sim.Learning{}) // from the same weights
	if err != nil {
		log.Fatal(err)
	}
	presented, err := sim.NewPresentation(d, task, 20*time.Millisecond)
	if err != nil {
		log.Fatal(err)
	}
	presented.SetTeaching(false, true)
	if _, err := presented.Advance(0, 100*time.Second); err != nil {
		log.Fatal(err)
	}

	for _, state := range []*sim.State[float64]{moving.Moved(), d.Moved()} {
		v := state.Weights().Of("W1")
		fmt.Printf("length %.1f, direction (2, 1): %v\n", math.Hypot(v[0], v[1]), analysis.Angle(v, []float64{2, 1}) < 5 || analysis.Angle(v, []float64{-2, -1}) < 5)
	}
	// Output:
	// length 1.0, direction (2, 1): true
	// length 1.0, direction (2, 1): true
}

// A network learns while it is integrated.
func ExampleNewIntegration() {
	task, err := regression.New(regression.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	sys, err := sim.NewContinuous(weights("burstccn", model.Values{"tau_weight": 5.0}, 3, 50, 1), []sim.Stream{task}, false)
	if err != nil {
		log.Fatal(err)
	}
	run, err := sim.NewIntegration(sys, sim.Method{Name: "rk4", Step: 20 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	loss := func(from, to time.Duration) (sum float64) {
		for t := from; t < to; t += time.Second {
			if _, err := run.Advance(t, t+time.Second); err != nil {
				log.Fatal(err)
			}
			run.Observe(t + time.Second)
			sum += run.Moved().Loss()
		}
		return sum
	}
	before := loss(0, 100*time.Second)
	run.SetTeaching(true, true)
	loss(100*time.Second, 900*time.Second)
	run.SetTeaching(false, false)
	after := loss(900*time.Second, 1000*time.Second)
	fmt.Println("the loss fell to less than a quarter:", after < before/4)
	// Output: the loss fell to less than a quarter: true
}

// A method of one's own, here Heun's with the error that Euler's makes, moves a
// network under the same control as any other.
func ExampleIntegrate() {
	task, err := regression.New(regression.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	sys, err := sim.NewContinuous(weights("burstccn", nil, 3, 50, 1), []sim.Stream{task}, false)
	if err != nil {
		log.Fatal(err)
	}
	heun := &integrator.RungeKutta[float64]{Tableau: integrator.Tableau{
		Name: "Heun-Euler", A: [][]float64{{}, {1}}, B: []float64{0.5, 0.5}, C: []float64{0, 1}, Order: 2, Error: []float64{-0.5, 0.5},
	}}
	control := &integrator.Adaptive[float64]{RelTol: 1e-4, AbsTol: 1e-4}
	run, err := sim.Integrate(sys, heun, control)
	if err != nil {
		log.Fatal(err)
	}
	steps, err := run.Advance(0, 10*time.Second)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(steps == control.Accepted, steps < 1000)
	// Output: true true
}

// midpoint is a stepper that knows nothing of burstsim but the interface: the
// explicit midpoint method.
type midpoint struct {
	sys               integrator.System[float64]
	start, half, dots []float64
}

func (m *midpoint) Init(sys integrator.System[float64]) error {
	m.sys = sys
	m.start, m.half, m.dots = make([]float64, sys.Dim()), make([]float64, sys.Dim()), make([]float64, sys.Dim())
	return nil
}

func (m *midpoint) Step(t, h float64, x []float64) {
	copy(m.start, x)
	m.sys.Derivative(m.dots, t, x)
	for i, v := range m.dots {
		m.half[i] = x[i] + h/2*v
	}
	m.sys.Derivative(m.dots, t+h/2, m.half)
	for i, v := range m.dots {
		x[i] += h * v
	}
}

func (m *midpoint) Interpolate(dst, x []float64, theta float64) {
	for i := range dst {
		dst[i] = m.start[i] + theta*(x[i]-m.start[i])
	}
}

func (m *midpoint) Reset()                  {}
func (m *midpoint) Order() int              { return 2 }
func (m *midpoint) StabilityLimit() float64 { return 2 }

// A stepper is a value with six methods: one's own goes wherever those of
// package integrator go.
func ExampleIntegrate_stepper() {
	task, err := regression.New(regression.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	ends := func(s integrator.Stepper[float64], step float64) []float64 {
		sys, err := sim.NewContinuous(weights("edn", nil, 3, 20, 1), []sim.Stream{task}, false)
		if err != nil {
			log.Fatal(err)
		}
		run, err := sim.Integrate(sys, s, &integrator.Fixed[float64]{Size: step})
		if err != nil {
			log.Fatal(err)
		}
		run.SetTeaching(true, true)
		if _, err := run.Advance(0, 10*time.Second); err != nil {
			log.Fatal(err)
		}
		run.Observe(10 * time.Second)
		return run.Moved().Output()
	}
	exact := ends(integrator.NewRK4[float64](), 0.002)[0]
	coarse, fine := ends(&midpoint{}, 0.02)[0]-exact, ends(&midpoint{}, 0.01)[0]-exact
	fmt.Printf("half the step, 1/%.0f of the error\n", coarse/fine)
	// Output: half the step, 1/4 of the error
}

// The same network in discrete time: every compartment adopts its drive.
func ExampleNewDiscrete() {
	d, err := sim.NewDiscrete(weights("burstccn", model.Values{"lr": 0.1}, 2, 8, 1), sim.Learning{Optimiser: "momentum", Momentum: 0.9})
	if err != nil {
		log.Fatal(err)
	}
	copy(d.Moved().Input(), []float64{0.2, 0.8})
	copy(d.Moved().Target(), []float64{0.9})
	present := func(teacher bool) float64 {
		loss, err := d.Present(teacher)
		if err != nil {
			log.Fatal(err)
		}
		return loss
	}
	first := present(true)
	for range 1000 {
		d.Learn(present(true))
	}
	fmt.Println("learned:", present(false) < first/100)
	// Output: learned: true
}

// Weights of one network are those of another, and of a simulation under way.
func ExampleIntegration_SetWeights() {
	task, err := regression.New(regression.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	w := weights("ann", nil, 3, 10, 1)
	sys, err := sim.NewContinuous(w, []sim.Stream{task}, false)
	if err != nil {
		log.Fatal(err)
	}
	run, err := sim.NewIntegration(sys, sim.Method{Name: "dopri5", Step: 10 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := run.Advance(0, time.Second); err != nil {
		log.Fatal(err)
	}
	silent := w.Clone()
	clear(silent.Of("W2"))
	if err := run.SetWeights(silent); err != nil {
		log.Fatal(err)
	}
	if _, err := run.Advance(time.Second, 5*time.Second); err != nil {
		log.Fatal(err)
	}
	run.Observe(5 * time.Second)
	fmt.Printf("output %.3f; W2 is still drawn in w: %v\n", run.Moved().Output()[0], w.Of("W2")[0] != 0)
	// Output: output 0.500; W2 is still drawn in w: true
}

// The gradient of the loss of two seconds, through the dynamics.
func ExampleReplay() {
	text, err := model.Builtin("burstccn")
	if err != nil {
		log.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: []int{3, 20, 1}})
	if err != nil {
		log.Fatal(err)
	}
	weights, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	task, err := regression.New(regression.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	replay, err := sim.NewReplay(weights, []sim.Stream{task}, 10*time.Millisecond)
	if err != nil {
		log.Fatal(err)
	}
	start := make([]float64, replay.Dim()) // all compartments at 0
	before, err := replay.Run(0, 2*time.Second, weights, start)
	if err != nil {
		log.Fatal(err)
	}
	better := weights.Clone()
	for i, g := range replay.Gradient("W1") {
		better.Of("W1")[i] -= 0.1 * g
	}
	after, err := replay.Run(0, 2*time.Second, better, start)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(after < before)
	// Output: true
}

// Where its states are reset a network begins anew, with the weights that it has.
func ExampleIntegration_Reset() {
	task, err := regression.New(regression.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	sys, err := sim.NewContinuous(weights("burstccn", nil, 3, 20, 1), []sim.Stream{task}, false)
	if err != nil {
		log.Fatal(err)
	}
	in, err := sim.NewIntegration(sys, sim.Method{Name: "rk4", Step: 10 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	soma := func(t time.Duration) float64 {
		in.Observe(t)
		return in.Observed()[0]
	}
	if _, err := in.Advance(0, time.Second); err != nil {
		log.Fatal(err)
	}
	fmt.Println("somata at 0:", soma(time.Second) == 0)
	in.Reset()
	in.Begin(time.Second)
	fmt.Println("somata at 0:", soma(time.Second) == 0)
	// Output:
	// somata at 0: false
	// somata at 0: true
}
