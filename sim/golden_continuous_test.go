package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"burstsim/neuron"
	"burstsim/synapse"
)

type goldenContinuousFile struct {
	Inputs  int     `json:"n_inputs"`
	Hidden  int     `json:"n_hidden_layers"`
	Units   int     `json:"n_hidden_units"`
	Outputs int     `json:"n_outputs"`
	Dt      float64 `json:"dt"`

	PBaseline   float64 `json:"p_baseline"`
	TauSoma     float64 `json:"tau_soma"`
	TauDendrite float64 `json:"tau_dendrite"`
	TauWeight   float64 `json:"tau_weight"`
	TauAverage  float64 `json:"tau_average"`
	Beta        float64 `json:"beta_hidden"`
	Transport   bool    `json:"weight_transport"`

	Warmup     int                   `json:"warmup_steps"`
	Initial    []goldenWeights       `json:"initial"`
	InputRows  []tensor              `json:"inputs"`
	TargetRows []tensor              `json:"targets"`
	Trajectory [][]map[string]tensor `json:"trajectory"`
	Final      []goldenWeights       `json:"final"`
	Model      string                `json:"model"`
}

// goldenWeights are the weights of a layer.
type goldenWeights struct {
	W, B, Y, Q, R tensor
	Onto          tensor `json:"W_pyr_intn"`
	OntoBias      tensor `json:"b_pyr_intn"`
	From          tensor `json:"W_intn_pyr"`

	above *goldenWeights
}

// goldenStream replays the inputs and targets of a golden file.
type goldenStream struct {
	inputs, targets []tensor
	dt              float64
}

func (s *goldenStream) at(t float64) int { return int(math.Round(t / s.dt)) }

func (s *goldenStream) Inputs() int                                   { return len(s.inputs[0]) }
func (s *goldenStream) Outputs() int                                  { return len(s.targets[0]) }
func (s *goldenStream) Input(dst []float64, t float64)                { copy(dst, s.inputs[s.at(t)]) }
func (s *goldenStream) Target(dst []float64, t float64, _ []float64)  { copy(dst, s.targets[s.at(t)]) }
func (s *goldenStream) StateDim() int                                 { return 0 }
func (s *goldenStream) StateDerivative([]float64, float64, []float64) {}
func (s *goldenStream) StateLeak([]float64)                           {}
func (s *goldenStream) SteadyState([]float64, float64)                {}
func (s *goldenStream) NextChange(float64) float64                    { return math.Inf(1) }

func goldenContinuous(t *testing.T, data []byte) {
	f := unmarshal[goldenContinuousFile](t, data)
	sizes := []int{f.Inputs}
	for range f.Hidden {
		sizes = append(sizes, f.Units)
	}
	sizes = append(sizes, f.Outputs)
	net := f.network(t, sizes)
	for l := 1; l <= net.Layers(); l++ {
		put(t, "W", net.Weights(l).W, f.Initial[l-1].W)
		put(t, "b", net.Weights(l).C, f.Initial[l-1].B)
		if back := net.Feedback(l); back != nil {
			put(t, "Y", back.Y, f.Initial[l-1].Y)
			for i, q := range f.Initial[l-1].Q { // stored with the opposite sign
				back.Q[i] = -q
			}
		}
	}
	sys, err := NewContinuous(net, []Stream{&goldenStream{f.InputRows, f.TargetRows, f.Dt}}, false)
	if err != nil {
		t.Fatal(err)
	}
	dt := duration(f.Dt)
	in, err := NewIntegration(sys, Method{Name: "layerwise", Step: dt})
	if err != nil {
		t.Fatal(err)
	}
	// What the reference calls a signal that is not one of ours.
	names := map[string]string{"event_rate_avg": "event_rate_average", "burst_rate_avg": "burst_rate_average"}
	for k := range f.InputRows {
		in.SetTeaching(k >= f.Warmup, k >= f.Warmup)
		now := time.Duration(k) * dt
		if _, err := in.Advance(now, now+dt); err != nil {
			t.Fatal(err)
		}
		if f.Transport && k >= f.Warmup {
			f.transport(net)
		}
		for _, s := range net.Signals() {
			for name, want := range f.Trajectory[k][s.Layer-1] {
				if name == s.Name || names[name] == s.Name {
					agree(t, fmt.Sprintf("step %d: %s of layer %d", k, name, s.Layer), s.Value(), want)
				}
			}
		}
	}
	for l := 1; l <= net.Layers(); l++ {
		agree(t, fmt.Sprintf("final W of layer %d", l), net.Weights(l).W, f.Final[l-1].W)
		agree(t, fmt.Sprintf("final bias of layer %d", l), net.Weights(l).C, f.Final[l-1].B)
	}
}

// transport copies feedforward weights to the feedback. The reference does so
// after each step with a teacher; before the first, feedback is random.
func (f *goldenContinuousFile) transport(net *Network[float64]) {
	for l := 1; l < net.Layers(); l++ {
		back := net.Feedback(l)
		for i, w := range net.Weights(l + 1).W {
			back.Y[i] = w
			if f.Model == "burstccn" {
				back.Q[i] = f.PBaseline * w
			}
		}
	}
}

func (f *goldenContinuousFile) network(t *testing.T, sizes []int) *Network[float64] {
	t.Helper()
	cell := neuron.Pyramidal{TauSoma: f.TauSoma, TauDendrite: f.TauDendrite,
		PBaseline: f.PBaseline, Beta: f.Beta, Transfer: neuron.Published}
	if f.Model == "burstprop" {
		cfg := DefaultBurstprop(sizes...)
		cfg.Pyramidal, cfg.TauWeight, cfg.TauAverage = cell, f.TauWeight, f.TauAverage
		cfg.Coupling.YMode = synapse.SymmetricInit
		net, err := NewBurstprop[float64](cfg, rand.New(rand.NewPCG(1, 1)))
		if err != nil {
			t.Fatal(err)
		}
		return net
	}
	cfg := DefaultBurstCCN(sizes...)
	cfg.Pyramidal, cfg.TauWeight = cell, f.TauWeight
	cfg.Coupling.YMode, cfg.Coupling.QMode = synapse.SymmetricInit, synapse.SymmetricInit
	net, err := NewBurstCCN[float64](cfg, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return net
}
