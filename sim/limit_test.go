package sim_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/synapse"
)

// TestLimit checks that continuous time tends to discrete time as tau/T.
func TestLimit(t *testing.T) {
	plastic := synapse.Coupling{YMode: synapse.Random, YScale: 0.5, YPlastic: true, QMode: synapse.Random, QScale: 0.3, QPlastic: true}
	for _, c := range []struct {
		name     string
		sizes    []int
		coupling *synapse.Coupling
		leaky    bool
	}{
		{"one hidden layer", []int{3, 12, 2}, nil, false},
		{"three hidden layers", []int{3, 10, 8, 6, 2}, nil, false},
		{"plastic feedback", []int{3, 10, 8, 2}, &plastic, false},
		{"leaky teacher", []int{3, 12, 2}, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			limit, err := sim.LimitProtocol{
				Build: func(tauWeight float64) (*sim.Network[float64], error) {
					cfg := sim.DefaultBurstCCN(c.sizes...)
					if c.coupling != nil {
						cfg.Coupling = *c.coupling
					}
					cfg.TauWeight, cfg.TauY, cfg.TauQ = tauWeight, tauWeight, tauWeight
					return sim.NewBurstCCN[float64](cfg, rand.New(rand.NewPCG(3, 1)))
				},
				Task: newTask(t, c.leaky), Stride: time.Second,
				Tau: 100 * time.Millisecond, Step: 20 * time.Millisecond,
				Ratios: []float64{0.03, 0.01, 0.003, 0.001}, Presentations: 10,
			}.Measure()
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(limit.Slope-1) > 0.1 {
				t.Errorf("slope %.3f, want 1; distances %v", limit.Slope, limit.Distance)
			}
			if d := limit.Distance[len(limit.Distance)-1]; d > 0.05 {
				t.Errorf("distance %.3g at tau/T = 0.001", d)
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
			var engine sim.Engine[float64]
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
