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
	Model   string
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

	Recurrent         bool    `json:"recurrent_input"`
	RecurrentLearning bool    `json:"recurrent_learning"`
	RecurrentRate     float64 `json:"recurrent_lr"`

	LambdaOutput     float64 `json:"lambda_output"`
	LambdaIntn       float64 `json:"lambda_intn"`
	LambdaHidden     float64 `json:"lambda_hidden"`
	InterneuronMode  string  `json:"intn_mode"`
	InterneuronScale float64 `json:"intn_scale"`
	InterneuronRate  float64 `json:"intn_lr"`

	// Of a network with maps.
	Layers []struct {
		Type                    string
		InChannels              int `json:"in_channels"`
		OutChannels             int `json:"out_channels"`
		InSize                  int `json:"in_size"`
		Kernel, Stride, Padding int
		In                      int `json:"n_in"`
		Out                     int `json:"n_out"`
	} `json:"layers"`

	Initial []goldenWeights `json:"initial"`
	Steps   []goldenStep    `json:"steps"`
}

type goldenStep struct {
	Input, Target tensor
	Loss          float64
	Layers        []map[string]tensor
	Angles        struct {
		Backprop            tensor   `json:"bp"`
		Alignment           tensor   `json:"fa"`
		AlignmentToBackprop tensor   `json:"fa_to_bp"`
		WeightFeedback      tensor   `json:"W_Y"`
		EventFeedback       tensor   `json:"Q_Y"`
		GlobalBackprop      *float64 `json:"global_bp"`
		GlobalAlignment     *float64 `json:"global_fa"`
	}
	After []goldenWeights
}

// maps are the layers of maps; nil if there are none.
func (f *goldenDiscreteFile) maps() *Convolutions {
	if len(f.Layers) == 0 {
		return nil
	}
	first := f.Layers[0]
	c := &Convolutions{Channels: first.InChannels, Height: first.InSize, Width: first.InSize}
	for _, l := range f.Layers {
		if l.Type == "conv" {
			c.Layers = append(c.Layers, Convolution{Channels: l.OutChannels, Kernel: l.Kernel, Stride: l.Stride, Padding: l.Padding})
		}
	}
	return c
}

func (f *goldenDiscreteFile) sizes() []int {
	if maps := f.maps(); maps != nil {
		sizes, err := maps.Sizes()
		if err != nil {
			panic(err)
		}
		for _, l := range f.Layers[len(maps.Layers):] {
			sizes = append(sizes, l.Out)
		}
		return sizes
	}
	sizes := []int{f.Inputs}
	for range f.Hidden {
		sizes = append(sizes, f.Units)
	}
	return append(sizes, f.Outputs)
}

func (f *goldenDiscreteFile) rows() int { return len(f.Steps[0].Input) / f.sizes()[0] }

// goldenMode translates the reference's word for a mode.
func goldenMode(name string) synapse.Mode {
	switch name {
	case "", "tied":
		return synapse.Tied
	case "random_init":
		return synapse.Random
	}
	return synapse.Mode(strings.ToLower(name))
}

func (f *goldenDiscreteFile) coupling() synapse.Coupling {
	c := synapse.Coupling{
		YMode: goldenMode(f.YMode), YScale: f.YScale, YPlastic: f.YLearning,
		QMode: goldenMode(f.QMode), QScale: f.QScale, QPlastic: f.QLearning,
	}
	if f.QMode == "" {
		c.QScale = 1
	}
	return c
}

// network builds the model; weights are put into it afterwards.
func (f *goldenDiscreteFile) network() (*Network[float64], error) {
	rng := rand.New(rand.NewPCG(1, 1))
	switch f.Model {
	case "burstccn":
		cfg := DefaultBurstCCN(f.sizes()...)
		cfg.Rows, cfg.Maps, cfg.Coupling = f.rows(), f.maps(), f.coupling()
		cfg.Pyramidal.PBaseline, cfg.Pyramidal.Transfer = f.PBaseline, neuron.Published
		return NewBurstCCN[float64](cfg, rng)
	case "ann":
		cfg := DefaultANN(f.sizes()...)
		cfg.Rows, cfg.Maps, cfg.Coupling = f.rows(), f.maps(), f.coupling()
		return NewANN[float64](cfg, rng)
	case "burstprop":
		cfg := DefaultBurstprop(f.sizes()...)
		cfg.Rows, cfg.Maps, cfg.Coupling = f.rows(), f.maps(), f.coupling()
		cfg.Pyramidal.PBaseline = f.PBaseline
		cfg.Recurrent, cfg.RecurrentLearning = f.Recurrent, f.RecurrentLearning
		return NewBurstprop[float64](cfg, rng)
	case "edn":
		cfg := DefaultEDN(f.sizes()...)
		cfg.Rows, cfg.Coupling = f.rows(), f.coupling()
		cfg.LambdaOutput, cfg.LambdaInterneuron, cfg.LambdaHidden = f.LambdaOutput, f.LambdaIntn, f.LambdaHidden
		cfg.Interneurons, cfg.InterneuronScale = goldenMode(f.InterneuronMode), f.InterneuronScale
		return NewEDN[float64](cfg, rng)
	}
	return nil, fmt.Errorf("unknown model %q", f.Model)
}

func (f *goldenDiscreteFile) learning() Learning {
	rates := map[Kind]float64{
		BurstFeedback: f.YRate, EventFeedback: f.QRate, Recurrent: f.RecurrentRate,
		OntoInterneuron: f.InterneuronRate, FromInterneuron: f.InterneuronRate,
	}
	if f.Model == "burstprop" { // Y shares the rate of W there, and the optimiser
		rates[BurstFeedback] = f.Rate
		f.Optimiser = "momentum"
	}
	return Learning{Rate: f.Rate, Rates: rates, Optimiser: f.Optimiser, Momentum: f.Momentum, WeightDecay: f.Decay}
}

// goldenNames gives, for each model, what the reference calls our signals.
var goldenNames = map[string]map[string]string{
	"burstccn":  {"event_rate": "event_rate", "burst_prob": "burst_prob", "burst_rate": "burst_rate", "apical": "apical"},
	"ann":       {"event_rate": "event_rate"},
	"burstprop": {"event_rate": "event_rate", "burst_rate": "burst_rate_average", "burst_rate_teacher": "burst_rate"},
	"edn":       {"basal_rate": "basal_rate", "soma_teacher": "soma", "apical": "dendrite", "intn_soma": "interneuron"},
}

func goldenDiscrete(t *testing.T, data []byte) {
	f := unmarshal[goldenDiscreteFile](t, data)
	net, err := f.network()
	if err != nil {
		t.Fatal(err)
	}
	loadGolden(t, net, f.Initial)
	d, err := NewDiscrete(net, f.learning())
	if err != nil {
		t.Fatal(err)
	}
	for k, step := range f.Steps {
		if f.Model == "ann" {
			// The reference's ANN is a BurstCCN that learns otherwise; its file
			// holds the bursts too.
			burst := f
			burst.Model = "burstccn"
			twin, err := burst.network()
			if err != nil {
				t.Fatal(err)
			}
			loadGolden(t, twin, before(f.Initial, f.Steps, k))
			td, err := NewDiscrete(twin, Learning{})
			if err != nil {
				t.Fatal(err)
			}
			burst.checkStep(t, td, k)
		}
		loss := f.checkStep(t, d, k)
		d.Learn(loss)
		compareGolden(t, net, step.After, k)
	}
}

// checkStep presents step k and compares all but the weights after it.
func (f *goldenDiscreteFile) checkStep(t *testing.T, d *Discrete[float64], k int) (loss float64) {
	t.Helper()
	net, step := d.Network(), &f.Steps[k]
	at := func(what string, l int) string { return fmt.Sprintf("step %d: %s of layer %d", k, what, l) }
	put(t, "input", net.Input(), step.Input)
	put(t, "target", net.Target(), step.Target)
	loss = d.Present(true)
	agree(t, fmt.Sprintf("step %d: loss", k), []float64{loss}, tensor{step.Loss})

	for l, layer := range step.Layers {
		for name, want := range layer {
			if strings.HasPrefix(name, "grad_") {
				continue
			}
			ours, known := goldenNames[f.Model][name]
			if !known && f.Model == "ann" {
				continue // compared with the twin
			}
			agree(t, at(name, l+1), signalOf(t, net, ours, l+1), want)
		}
	}

	angles, bp := NewComparison(net), NewBackprop(net)
	angles.Update()
	bp.Compute()
	d.Gradients()
	for l := 1; l <= net.Layers(); l++ {
		layer, grad := step.Layers[l-1], d.Gradient(Forward, l)
		w, c := make([]float64, len(grad.GradW)), make([]float64, len(grad.GradC))
		bp.Gradient(w, c, bp.Delta[l], l)
		agree(t, at("grad_W_bp", l), f.summed(w), layer["grad_W_bp"])
		bp.Gradient(w, c, bp.Aligned[l], l)
		agree(t, at("grad_W_fa", l), f.summed(w), layer["grad_W_fa"])
		if f.Model == "ann" {
			continue // the file holds the gradients of bursts: those of the twin
		}
		agree(t, at("grad_W", l), f.summed(grad.GradW), layer["grad_W"])
		agree(t, at("grad_b", l), f.summed(grad.GradC), layer["grad_b"])
	}
	if f.Model == "ann" {
		return loss
	}
	want := &step.Angles
	agreeAngles(t, k, "to backprop", angles.Backprop, want.Backprop, angles.Magnitude...)
	agreeAngles(t, k, "to feedback alignment", angles.Alignment, want.Alignment, angles.Magnitude...)
	agreeAngles(t, k, "of the two", angles.AlignmentToBackprop, want.AlignmentToBackprop)
	agreeAngles(t, k, "of W and Y", angles.WeightFeedback, want.WeightFeedback)
	agreeAngles(t, k, "of Q and Y", angles.EventFeedback, want.EventFeedback)
	if want.GlobalBackprop != nil {
		agreeAngles(t, k, "to backprop, global", []float64{angles.GlobalBackprop}, tensor{*want.GlobalBackprop})
		agreeAngles(t, k, "to feedback alignment, global", []float64{angles.GlobalAlignment}, tensor{*want.GlobalAlignment})
	}
	return loss
}

// summed turns a gradient that is the mean over a batch into what the file
// holds: for Burstprop, the sum.
func (f *goldenDiscreteFile) summed(g []float64) []float64 {
	if f.Model != "burstprop" {
		return g
	}
	out := make([]float64, len(g))
	for i, v := range g {
		out[i] = v * float64(f.rows())
	}
	return out
}

func before(initial []goldenWeights, steps []goldenStep, k int) []goldenWeights {
	if k == 0 {
		return initial
	}
	return steps[k-1].After
}

func signalOf(t *testing.T, net *Network[float64], name string, l int) []float64 {
	t.Helper()
	for _, s := range net.Signals() {
		if s.Name == name && s.Layer == l {
			return s.Value()
		}
	}
	t.Fatalf("no signal %q of layer %d", name, l)
	return nil
}

// goldenArrays pairs the weights of layer l that a file may hold with ours;
// both are nil where the model has none. Tied weights are copies.
func goldenArrays(net *Network[float64], f *goldenWeights, l int) map[string][2][]float64 {
	out := map[string][2][]float64{
		"W": {net.Weights(l).W, f.W}, "b": {net.Weights(l).C, f.B},
	}
	if back := net.Feedback(l); back != nil {
		n := len(back.Forward.Params().W)
		if net.model == "burstprop" {
			// There the file counts Y with the layer whose bursts it carries.
			out["Y"] = [2][]float64{back.BurstWeights(make([]float64, n)), f.above.Y}
		} else {
			out["Y"] = [2][]float64{back.BurstWeights(make([]float64, n)), f.Y}
		}
		if net.model == "burstccn" {
			out["Q"] = [2][]float64{back.EventWeights(make([]float64, n)), f.Q}
		}
	}
	for _, p := range net.plastic {
		if p.layer != l {
			continue
		}
		switch p.kind {
		case Recurrent:
			out["R"] = [2][]float64{*p.w, f.R}
		case OntoInterneuron:
			out["W_pyr_intn"] = [2][]float64{*p.w, f.Onto}
			out["b_pyr_intn"] = [2][]float64{*p.c, f.OntoBias}
		case FromInterneuron:
			out["W_intn_pyr"] = [2][]float64{*p.w, f.From}
		}
	}
	return out
}

// loadGolden copies the weights of a file into a network.
func loadGolden(t *testing.T, net *Network[float64], layers []goldenWeights) {
	t.Helper()
	for l := net.Layers(); l >= 1; l-- {
		link(layers, l)
		for name, pair := range goldenArrays(net, &layers[l-1], l) {
			put(t, name, pair[0], pair[1])
		}
	}
	compareGolden(t, net, layers, -1) // what is tied must follow from the rest
}

// compareGolden compares all weights with a file's after step k.
func compareGolden(t *testing.T, net *Network[float64], layers []goldenWeights, k int) {
	t.Helper()
	for l := 1; l <= net.Layers(); l++ {
		link(layers, l)
		for name, pair := range goldenArrays(net, &layers[l-1], l) {
			agree(t, fmt.Sprintf("after step %d: %s of layer %d", k, name, l), pair[0], pair[1])
		}
	}
}

func link(layers []goldenWeights, l int) {
	if l < len(layers) {
		layers[l-1].above = &layers[l]
	}
}
