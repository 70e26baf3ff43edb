package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"burstsim/neuron"
	"burstsim/synapse"
)

type goldenDiscreteFile struct {
	Inputs  int `json:"n_inputs"`
	Hidden  int `json:"n_hidden_layers"`
	Units   int `json:"n_hidden_units"`
	Outputs int `json:"n_outputs"`

	PBaseline float64 `json:"p_baseline"`
	YMode     string  `json:"Y_mode"`
	QMode     string  `json:"Q_mode"`
	YScale    float64 `json:"Y_scale"`
	QScale    float64 `json:"Q_scale"`
	YLearning bool    `json:"Y_learning"`
	QLearning bool    `json:"Q_learning"`
	Rate      float64 `json:"lr"`
	YRate     float64 `json:"Y_lr"`
	QRate     float64 `json:"Q_lr"`
	Optimiser string  `json:"optimiser"`
	Momentum  float64 `json:"momentum"`
	Decay     float64 `json:"weight_decay"`

	Initial []goldenWeights `json:"initial"`
	Steps   []struct {
		Input, Target tensor
		Loss          float64
		Layers        []map[string]tensor
		Angles        goldenAngles
		After         []goldenWeights
	} `json:"steps"`
}

type goldenAngles struct {
	Backprop []float64 `json:"bp"`
}

func (f *goldenDiscreteFile) sizes() []int {
	sizes := []int{f.Inputs}
	for range f.Hidden {
		sizes = append(sizes, f.Units)
	}
	return append(sizes, f.Outputs)
}

// goldenMode translates the reference's word for a mode.
func goldenMode(name string) synapse.Mode {
	return synapse.Mode(strings.TrimSuffix(strings.ToLower(name), "_init") + map[bool]string{true: "_init"}[name != "random_init" && name != "tied"])
}

func goldenDiscreteBurstCCN(t *testing.T, data []byte) {
	f := unmarshal[goldenDiscreteFile](t, data)
	rows := len(f.Steps[0].Input) / f.Inputs
	cfg := DefaultBurstCCN(f.sizes()...)
	cfg.Rows = rows
	cfg.Pyramidal.PBaseline = f.PBaseline
	cfg.Pyramidal.Transfer = neuron.Published
	cfg.Coupling = synapse.Coupling{
		YMode: goldenMode(f.YMode), YScale: f.YScale, YPlastic: f.YLearning,
		QMode: goldenMode(f.QMode), QScale: f.QScale, QPlastic: f.QLearning,
	}
	net, err := NewBurstCCN[float64](cfg, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for l := 1; l <= net.Layers(); l++ {
		put(t, "W", net.Weights(l).W, f.Initial[l-1].W)
		put(t, "b", net.Weights(l).C, f.Initial[l-1].B)
		if back := net.Feedback(l); back != nil {
			if back.Y != nil {
				put(t, "Y", back.Y, f.Initial[l-1].Y)
			}
			if back.Q != nil {
				put(t, "Q", back.Q, f.Initial[l-1].Q)
			}
		}
	}
	d, err := NewDiscrete(net, Learning{Rate: f.Rate, YRate: f.YRate, QRate: f.QRate,
		Optimiser: f.Optimiser, Momentum: f.Momentum, WeightDecay: f.Decay})
	if err != nil {
		t.Fatal(err)
	}
	bp := NewBackprop(net)
	angles, biases := make([]float64, net.Layers()), make([]float64, net.Layers())
	for k, step := range f.Steps {
		at := func(what string, l int) string { return fmt.Sprintf("step %d: %s of layer %d", k, what, l) }
		put(t, "input", net.Input(), step.Input)
		put(t, "target", net.Target(), step.Target)
		loss := d.Present(true)
		agree(t, fmt.Sprintf("step %d: loss", k), []float64{loss}, tensor{step.Loss})
		for _, s := range net.Signals() {
			if want, ok := step.Layers[s.Layer-1][s.Name]; ok {
				agree(t, at(s.Name, s.Layer), s.Value(), want)
			}
		}
		bp.Compute()
		bp.Angles(angles, biases)
		d.Gradients()
		for l := 1; l <= net.Layers(); l++ {
			layer, grad := step.Layers[l-1], d.Gradient(l)
			agree(t, at("grad_W", l), grad.GradW, layer["grad_W"])
			agree(t, at("grad_b", l), grad.GradC, layer["grad_b"])
			w, c := make([]float64, len(grad.GradW)), make([]float64, len(grad.GradC))
			bp.Gradient(w, c, bp.Delta[l], l)
			agree(t, at("grad_W_bp", l), w, layer["grad_W_bp"])
			bp.Gradient(w, c, bp.Aligned[l], l)
			agree(t, at("grad_W_fa", l), w, layer["grad_W_fa"])
			if step.Angles.Backprop != nil {
				agreeAngle(t, at("angle to backprop", l), angles[l-1], step.Angles.Backprop[l-1])
			}
		}
		d.Learn(loss)
		y := make([]float64, 0)
		for l := 1; l <= net.Layers(); l++ {
			agree(t, at("W", l), net.Weights(l).W, step.After[l-1].W)
			agree(t, at("bias", l), net.Weights(l).C, step.After[l-1].B)
			if back := net.Feedback(l); back != nil {
				y = make([]float64, len(back.Forward.W))
				agree(t, at("Y", l), back.BurstWeights(y), step.After[l-1].Y)
				agree(t, at("Q", l), back.EventWeights(y), step.After[l-1].Q)
			}
		}
	}
}
