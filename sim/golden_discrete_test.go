package sim_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"burstsim/sim"
	"burstsim/sim/analysis"
	"burstsim/sim/internal/golden"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/synapse"
)

// goldenWeights are the weights of a layer.
type goldenWeights struct {
	W, B, Y, Q, R golden.Tensor
	Onto          golden.Tensor `json:"W_pyr_intn"`
	OntoBias      golden.Tensor `json:"b_pyr_intn"`
	From          golden.Tensor `json:"W_intn_pyr"`

	above *goldenWeights
}

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
	Input, Target golden.Tensor
	Loss          float64
	Layers        []map[string]golden.Tensor
	Angles        struct {
		Backprop            golden.Tensor `json:"bp"`
		Alignment           golden.Tensor `json:"fa"`
		AlignmentToBackprop golden.Tensor `json:"fa_to_bp"`
		WeightFeedback      golden.Tensor `json:"W_Y"`
		EventFeedback       golden.Tensor `json:"Q_Y"`
		GlobalBackprop      *float64      `json:"global_bp"`
		GlobalAlignment     *float64      `json:"global_fa"`
	}
	After []goldenWeights
}

// maps are the layers of maps; nil if there are none.
func (f *goldenDiscreteFile) maps() *synapse.Convolutions {
	if len(f.Layers) == 0 {
		return nil
	}
	first := f.Layers[0]
	c := &synapse.Convolutions{Channels: first.InChannels, Height: first.InSize, Width: first.InSize}
	for _, l := range f.Layers {
		if l.Type == "conv" {
			c.Layers = append(c.Layers, synapse.Convolution{Channels: l.OutChannels, Kernel: l.Kernel, Stride: l.Stride, Padding: l.Padding})
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
func goldenMode(name string) string {
	switch name {
	case "":
		return "tied"
	case "random_init":
		return "random"
	}
	return strings.ToLower(name)
}

// values are the parameters of the model.
func (f *goldenDiscreteFile) values() model.Values {
	v := model.Values{"y_mode": goldenMode(f.YMode), "y_scale": f.YScale, "lr": f.Rate}
	switch f.Model {
	case "burstccn":
		v["q_mode"], v["q_scale"] = goldenMode(f.QMode), f.QScale
		if f.QMode == "" {
			v["q_scale"] = 1.0
		}
		v["y_plastic"], v["q_plastic"], v["y_lr"], v["q_lr"] = f.YLearning, f.QLearning, f.YRate, f.QRate
		v["p_b"], v["burst_probability"] = f.PBaseline, "published"
	case "burstprop": // Y shares the rate of W there, and the optimiser
		v["y_plastic"], v["y_lr"], v["p_b"] = f.YLearning, f.Rate, f.PBaseline
		v["recurrent_input"], v["recurrent_learning"], v["recurrent_lr"] = f.Recurrent, f.RecurrentLearning, f.RecurrentRate
	case "edn":
		v["y_plastic"], v["y_lr"] = f.YLearning, f.YRate
		v["lambda_output"], v["lambda_interneuron"], v["lambda_hidden"] = f.LambdaOutput, f.LambdaIntn, f.LambdaHidden
		v["interneuron_mode"], v["interneuron_scale"], v["interneuron_lr"] = goldenMode(f.InterneuronMode), f.InterneuronScale, f.InterneuronRate
	}
	return v
}

// start builds the network with the weights of a file.
func (f *goldenDiscreteFile) start(t *testing.T, layers []goldenWeights) *sim.Weights[float64] {
	t.Helper()
	text, err := model.Builtin(f.Model)
	if err != nil {
		t.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: f.sizes(), Maps: f.maps(), Rows: f.rows(), Values: f.values(),
		Usage: model.Usage{Discrete: true, Presentation: 1}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	loadGolden(t, w, layers)
	return w
}

func (f *goldenDiscreteFile) learning() sim.Learning {
	if f.Model == "burstprop" {
		f.Optimiser = "momentum"
	}
	return sim.Learning{Optimiser: f.Optimiser, Momentum: f.Momentum, WeightDecay: f.Decay}
}

// goldenNames gives, for each model, what the reference calls our signals.
var goldenNames = map[string]map[string]string{
	"burstccn":  {"event_rate": "event_rate", "burst_prob": "burst_prob", "burst_rate": "burst_rate", "apical": "apical"},
	"ann":       {"event_rate": "event_rate"},
	"burstprop": {"event_rate": "event_rate", "burst_rate": "burst_rate_average", "burst_rate_teacher": "burst_rate"},
	"edn":       {"basal_rate": "basal_rate", "soma_teacher": "soma", "apical": "dendrite", "intn_soma": "interneuron"},
}

func goldenDiscrete(t *testing.T, file golden.File) {
	f := golden.As[goldenDiscreteFile](t, file)
	d, err := sim.NewDiscrete(f.start(t, f.Initial), f.learning())
	if err != nil {
		t.Fatal(err)
	}
	for k, step := range f.Steps {
		if f.Model == "ann" {
			// The reference's ANN is a BurstCCN that learns otherwise; its file
			// holds the bursts too.
			burst := f
			burst.Model = "burstccn"
			td, err := sim.NewDiscrete(burst.start(t, before(f.Initial, f.Steps, k)), sim.Learning{})
			if err != nil {
				t.Fatal(err)
			}
			burst.checkStep(t, td, k)
		}
		loss := f.checkStep(t, d, k)
		d.Learn(loss)
		compareGolden(t, d.Moved().Weights(), step.After, k)
	}
}

// checkStep presents step k and compares all but the weights after it.
func (f *goldenDiscreteFile) checkStep(t *testing.T, d *sim.Discrete[float64], k int) (loss float64) {
	t.Helper()
	net, step := d.Moved(), &f.Steps[k]
	at := func(what string, l int) string { return fmt.Sprintf("step %d: %s of layer %d", k, what, l) }
	put(t, "input", net.Input(), step.Input)
	put(t, "target", net.Target(), step.Target)
	loss, err := d.Present(true)
	if err != nil {
		t.Fatal(err)
	}
	agree(t, fmt.Sprintf("step %d: loss", k), []float64{loss}, golden.Tensor{step.Loss})

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

	angles := analysis.NewComparison(net)
	angles.Update()
	d.Gradients()
	for _, g := range net.Machine().Gradients(nil) {
		l := g.Layer
		layer, grad := step.Layers[l-1], d.Gradient(g.Name)
		w := make([]float64, len(grad.GradW))
		g.Shape.Correlate(w, -1/float64(net.Rows()), g.Delta, g.Pre, net.Rows())
		agree(t, at("grad_W_bp", l), f.summed(w), layer["grad_W_bp"])
		g.Shape.Correlate(w, -1/float64(net.Rows()), g.Aligned, g.Pre, net.Rows())
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
		agreeAngles(t, k, "to backprop, global", []float64{angles.GlobalBackprop}, golden.Tensor{*want.GlobalBackprop})
		agreeAngles(t, k, "to feedback alignment, global", []float64{angles.GlobalAlignment}, golden.Tensor{*want.GlobalAlignment})
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

func signalOf(t *testing.T, net *sim.State[float64], name string, l int) []float64 {
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
func goldenArrays(w *sim.Weights[float64], f *goldenWeights, l int) map[string][2][]float64 {
	named := func(kind string) []float64 { return w.Of(fmt.Sprint(kind, l)) }
	out := map[string][2][]float64{"W": {named("W"), f.W}, "b": {named("c"), f.B}}
	for _, name := range w.Network().Along(l) {
		theirs := f.Y
		switch {
		case name == "Q":
			theirs = f.Q
		case w.Network().Text.Name == "burstprop": // there the file counts Y with the layer whose bursts it carries
			theirs = f.above.Y
		}
		ours := named(name)
		if ours == nil {
			var arrays [][]float64
			for _, tensor := range w.Tensors() {
				arrays = append(arrays, tensor.Values)
			}
			m, _ := w.Network().Mixture(l, name)
			ours = program.Of(m, make([]float64, w.Network().Forward(l+1).Len()), arrays)
		}
		out[name] = [2][]float64{ours, theirs}
	}
	for name, pair := range map[string][2][]float64{
		"R": {named("R"), f.R}, "W_pyr_intn": {named("W_PI"), f.Onto}, "b_pyr_intn": {named("c_PI"), f.OntoBias}, "W_intn_pyr": {named("W_IP"), f.From},
	} {
		if pair[0] != nil {
			out[name] = pair
		}
	}
	return out
}

// loadGolden copies the weights of a file into those of a network.
func loadGolden(t *testing.T, w *sim.Weights[float64], layers []goldenWeights) {
	t.Helper()
	for l := w.Network().Layers(); l >= 1; l-- {
		link(layers, l)
		for name, pair := range goldenArrays(w, &layers[l-1], l) {
			put(t, name, pair[0], pair[1])
		}
	}
	compareGolden(t, w, layers, -1) // what is tied must follow from the rest
}

// compareGolden compares all weights with a file's after step k.
func compareGolden(t *testing.T, w *sim.Weights[float64], layers []goldenWeights, k int) {
	t.Helper()
	for l := 1; l <= w.Network().Layers(); l++ {
		link(layers, l)
		for name, pair := range goldenArrays(w, &layers[l-1], l) {
			agree(t, fmt.Sprintf("after step %d: %s of layer %d", k, name, l), pair[0], pair[1])
		}
	}
}

func link(layers []goldenWeights, l int) {
	if l < len(layers) {
		layers[l-1].above = &layers[l]
	}
}
