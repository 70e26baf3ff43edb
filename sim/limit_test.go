package sim_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/synapse"

	"gonum.org/v1/gonum/stat"
)

// TestLimit checks that continuous time tends to discrete time as tau/T.
func TestLimit(t *testing.T) {
	plastic := synapse.Coupling{YMode: synapse.Random, YScale: 0.5, YPlastic: true, QMode: synapse.Random, QScale: 0.3, QPlastic: true}
	random := synapse.Coupling{YMode: synapse.Random, YScale: 0.5, QMode: synapse.Tied, QScale: 1}
	plasticY := random
	plasticY.YPlastic = true
	tied := sim.DefaultBurstCCN(3, 1).Coupling
	type build func(sizes []int, coupling synapse.Coupling, c sim.LimitConstants) (*sim.Network[float64], error)
	seed := func() *rand.Rand { return rand.New(rand.NewPCG(3, 1)) }
	burstccn := func(sizes []int, coupling synapse.Coupling, c sim.LimitConstants) (*sim.Network[float64], error) {
		cfg := sim.DefaultBurstCCN(sizes...)
		cfg.Coupling, cfg.TauWeight, cfg.TauY, cfg.TauQ = coupling, c.TauWeight, c.TauWeight, c.TauWeight
		return sim.NewBurstCCN[float64](cfg, seed())
	}
	burstprop := func(sizes []int, coupling synapse.Coupling, c sim.LimitConstants) (*sim.Network[float64], error) {
		cfg := sim.DefaultBurstprop(sizes...)
		cfg.Coupling, cfg.TauWeight, cfg.TauY, cfg.TauAverage = coupling, c.TauWeight, c.TauWeight, c.TauAverage
		return sim.NewBurstprop[float64](cfg, seed())
	}
	edn := func(sizes []int, coupling synapse.Coupling, c sim.LimitConstants) (*sim.Network[float64], error) {
		cfg := sim.DefaultEDN(sizes...)
		cfg.Coupling, cfg.TauWeight, cfg.TauY, cfg.TauInterneuron = coupling, c.TauWeight, c.TauWeight, c.TauWeight
		return sim.NewEDN[float64](cfg, seed())
	}
	ann := func(sizes []int, coupling synapse.Coupling, c sim.LimitConstants) (*sim.Network[float64], error) {
		cfg := sim.DefaultANN(sizes...)
		cfg.Coupling, cfg.TauWeight = coupling, c.TauWeight
		return sim.NewANN[float64](cfg, seed())
	}
	ratios := []float64{0.03, 0.01, 0.003, 0.001}
	for _, c := range []struct {
		name     string
		build    build
		sizes    []int
		coupling synapse.Coupling
		leaky    bool
		ratios   []float64
	}{
		{"burstccn, one hidden layer", burstccn, []int{3, 12, 2}, tied, false, ratios},
		{"burstccn, three hidden layers", burstccn, []int{3, 10, 8, 6, 2}, tied, false, ratios},
		{"burstccn, plastic feedback", burstccn, []int{3, 10, 8, 2}, plastic, false, ratios},
		{"burstccn, leaky teacher", burstccn, []int{3, 12, 2}, tied, true, ratios},
		{"burstprop", burstprop, []int{3, 6, 5, 2}, tied, false, []float64{0.05, 0.03, 0.02}},
		{"burstprop, plastic feedback", burstprop, []int{3, 6, 5, 2}, plasticY, false, []float64{0.05, 0.03, 0.02}},
		{"edn", edn, []int{3, 10, 8, 2}, tied, false, ratios},
		{"edn, plastic feedback", edn, []int{3, 10, 8, 2}, plasticY, false, ratios},
		{"ann", ann, []int{3, 10, 8, 2}, tied, false, ratios},
		{"ann, feedback alignment", ann, []int{3, 10, 8, 2}, random, false, ratios},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			limit, err := sim.LimitProtocol{
				Build: func(k sim.LimitConstants) (*sim.Network[float64], error) { return c.build(c.sizes, c.coupling, k) },
				Task:  newTask(t, c.leaky), Stride: time.Second,
				Tau: 100 * time.Millisecond, Step: 20 * time.Millisecond,
				Ratios: c.ratios, Presentations: 5, TwoPhases: strings.HasPrefix(c.name, "burstprop"),
			}.Measure(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(limit.Slope-1) > 0.1 {
				t.Errorf("slope %.3f, want 1; distances %v", limit.Slope, limit.Distance)
			}
			if last := len(c.ratios) - 1; limit.Distance[last] > 50*c.ratios[last] {
				t.Errorf("distance %.3g at tau/T = %v", limit.Distance[last], c.ratios[last])
			}
		})
	}
}

// TestNoTeacherNoApicalDrive checks the balance of the two feedback paths: with
// Q = p_b Y nothing arrives at a dendrite while there is no error.
func TestNoTeacherNoApicalDrive(t *testing.T) {
	for _, pb := range []float64{0.5, 0.2} {
		cfg := sim.DefaultBurstCCN(3, 8, 6, 2)
		cfg.Pyramidal.PBaseline = pb
		net := build[float64](t, cfg, 2)
		sys, err := sim.NewContinuous(net, []sim.Stream{newTask(t, false)}, false)
		if err != nil {
			t.Fatal(err)
		}
		in, err := sim.NewIntegration(sys, sim.Method{Name: "rk4", Step: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		in.SetTeaching(false, true)
		before := weightsOf(net)
		if _, err := in.Advance(0, 3*time.Second); err != nil {
			t.Fatal(err)
		}
		in.Observe(3 * time.Second)
		for _, s := range net.Signals() {
			for i, v := range s.Value() {
				if s.Name == "dendrite" && math.Abs(v) > 1e-15 || s.Name == "burst_prob" && math.Abs(v-pb) > 1e-15 {
					t.Fatalf("p_b = %v: %s of layer %d, unit %d is %v", pb, s.Name, s.Layer, i, v)
				}
			}
		}
		if d := distance(before, weightsOf(net)); d > 1e-15 {
			t.Errorf("p_b = %v: weights moved by %g", pb, d)
		}
	}
}

func weightsOf(net *sim.Network[float64]) []float64 {
	var out []float64
	for l := 1; l <= net.Layers(); l++ {
		out = append(out, net.Weights(l).W...)
		out = append(out, net.Weights(l).C...)
	}
	return out
}

// TestSmallErrorFollowsBackprop checks that at the steady state of a small
// error every layer changes along minus the backprop gradient.
func TestSmallErrorFollowsBackprop(t *testing.T) {
	for _, pb := range []float64{0.5, 0.2} {
		for _, discrete := range []bool{false, true} {
			cfg := sim.DefaultBurstCCN(3, 12, 10, 8, 2)
			cfg.Pyramidal.PBaseline = pb
			net := build[float64](t, cfg, 4)
			target := &constant{input: []float64{0.3, -0.8, 0.5}, target: make([]float64, 2)}
			var engine interface {
				sim.Engine[float64]
				Advance(from, to time.Duration) (int, error)
			}
			sys, err := sim.NewContinuous(net, []sim.Stream{target}, false)
			if err != nil {
				t.Fatal(err)
			}
			if engine, err = sim.NewIntegration(sys, sim.Method{Name: "rk4", Step: 10 * time.Millisecond}); err != nil {
				t.Fatal(err)
			}
			if discrete {
				net = build[float64](t, cfg, 4)
				d, err := sim.NewDiscrete(net, sim.Learning{})
				if err != nil {
					t.Fatal(err)
				}
				if engine, err = sim.NewPresentation(d, []sim.Stream{target}, time.Second); err != nil {
					t.Fatal(err)
				}
			}
			settle := func(teacher bool) {
				engine.SetTeaching(teacher, false)
				if _, err := engine.Advance(0, 10*time.Second); err != nil {
					t.Fatal(err)
				}
				engine.Observe(10 * time.Second)
			}
			settle(false)
			for i, e := range net.Output() {
				target.target[i] = e + 0.02*float64(1-2*i)
			}
			settle(true)
			angles := sim.NewComparison(net)
			angles.Update()
			for l := range net.Layers() {
				if w, c := angles.Backprop[l], angles.BiasBackprop[l]; !(w < 5) || !(c < 5) {
					t.Errorf("p_b = %v, discrete %v: layer %d changes at %.2f degrees (bias %.2f) to backprop", pb, discrete, l+1, w, c)
				}
			}
		}
	}
}

// constant is a task in which nothing changes.
type constant struct{ input, target []float64 }

func (c *constant) Inputs() int                                   { return len(c.input) }
func (c *constant) Outputs() int                                  { return len(c.target) }
func (c *constant) Input(dst []float64, _ float64)                { copy(dst, c.input) }
func (c *constant) Target(dst []float64, _ float64, _ []float64)  { copy(dst, c.target) }
func (c *constant) StateDim() int                                 { return 0 }
func (c *constant) StateDerivative([]float64, float64, []float64) {}
func (c *constant) StateLeak([]float64)                           {}
func (c *constant) SteadyState([]float64, float64)                {}
func (c *constant) NextChange(float64) float64                    { return math.Inf(1) }

// TestOneSweepOfEDN checks that the published discrete EDN, which passes on
// what somata do without their apical dendrites, differs from its fixed point
// by O(lambda^2).
func TestOneSweepOfEDN(t *testing.T) {
	var x, y []float64
	for _, lambda := range []float64{0.2, 0.1, 0.05, 0.025} {
		gradients := func(fixed bool) []float64 {
			cfg := sim.DefaultEDN(3, 10, 8, 2)
			cfg.LambdaHidden, cfg.LambdaInterneuron, cfg.LambdaOutput = lambda, lambda, lambda
			net, err := sim.NewEDN[float64](cfg, rand.New(rand.NewPCG(3, 1)))
			if err != nil {
				t.Fatal(err)
			}
			d, err := sim.NewDiscrete(net, sim.Learning{FixedPoint: fixed})
			if err != nil {
				t.Fatal(err)
			}
			copy(net.Input(), []float64{0.3, -0.8, 0.5})
			copy(net.Target(), []float64{0.9, 0.2})
			d.Present(true)
			d.Gradients()
			var out []float64
			for l := 1; l <= net.Layers(); l++ {
				out = append(out, d.Gradient(sim.Forward, l).GradW...)
			}
			return out
		}
		x, y = append(x, math.Log(lambda)), append(y, math.Log(distance(gradients(false), gradients(true))))
	}
	if _, order := stat.LinearRegression(x, y, nil, false); order < 1.8 {
		t.Errorf("the difference falls as lambda^%.2f, want at least 2; %v", order, y)
	}
}
