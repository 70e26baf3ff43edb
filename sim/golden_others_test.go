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
)

// othersFile is a trajectory of one of the follow-up's other models: EDN,
// Burstprop and node perturbation.
type othersFile struct {
	Model            string
	Inputs           int       `json:"n_inputs"`
	Outputs          int       `json:"n_outputs"`
	Hidden           []int     `json:"n_hidden_units"`
	PBaseline        float64   `json:"p_baseline"`
	Error            float64   `json:"error_scale"`
	Scales           []float64 `json:"local_feedback_scales"`
	Activation       string    `json:"hidden_activation"`
	OutputActivation string    `json:"output_activation"`
	Shift            float64   `json:"output_activity_shift"`
	Sigma            float64   `json:"perturb_sigma"`
	W, Y, Rec        dalesPath
	Onto             dalesPath `json:"pyr_intn"`
	From             dalesPath `json:"intn_pyr"`

	LambdaOutput float64 `json:"lambda_output_configured"`
	LambdaIntn   float64 `json:"lambda_intn"`
	LambdaHidden float64 `json:"lambda_hidden"`

	Initial []goldenWeights
	Steps   []struct {
		Input, Target golden.Tensor
		Loss          float64
		Teacher       bool
		Layers        []map[string]golden.Tensor
		Noise         golden.Tensor
		Angles        struct {
			Backprop       golden.Tensor `json:"bp"`
			Alignment      golden.Tensor `json:"fa"`
			WeightFeedback golden.Tensor `json:"W_Y"`
			GlobalBackprop float64       `json:"global_bp"`
		}
		After []goldenWeights
	}
}

// otherModel is what we call a model of the follow-up, its signals, and the
// gradients of what no layer below has: the file's names for ours.
type otherModel struct {
	text      string
	values    func(*othersFile) model.Values
	signals   map[string]string
	gradients map[string]string
}

// followUpMode translates the follow-up's word for a mode.
func followUpMode(mode string) string {
	switch mode {
	case "tied_W", "tied_Y":
		return "tied"
	case "random_init":
		return "random"
	}
	return "symmetric_init"
}

func (p dalesPath) rate() float64 {
	if p.Optimiser == nil {
		return 0
	}
	return p.Optimiser.Rate
}

var otherModels = map[string]otherModel{
	"edn2": {"edn2", func(f *othersFile) model.Values {
		return model.Values{"lambda_output": f.LambdaOutput, "lambda_interneuron": f.LambdaIntn, "lambda_hidden": f.LambdaHidden, "as_published": true, "y_scale": f.Y.Scale,
			"y_mode": followUpMode(f.Y.Mode), "interneuron_mode": followUpMode(f.Onto.Mode), "to_interneuron_lr": f.Onto.rate(), "from_interneuron_lr": f.From.rate()}
	}, map[string]string{"basal": "basal", "basal_rate": "basal_rate", "soma_teacher": "soma", "soma_teacher_rate": "event_rate", "apical": "dendrite", "intn_soma": "interneuron"},
		map[string]string{"grad_W_pyr_intn": "W_PI", "grad_W_intn_pyr": "W_IP"}},
	"np": {"node_perturbation", func(f *othersFile) model.Values {
		return model.Values{"sigma": f.Sigma, "output_activation": f.OutputActivation}
	}, map[string]string{"soma": "soma", "event_rate": "event_rate", "soma_perturbed": "soma_noisy", "event_rate_perturbed": "event_rate_noisy"}, nil},
	"burstprop2": {"burstprop2", func(f *othersFile) model.Values {
		v := model.Values{"p_b": f.PBaseline, "error_scale": f.Error, "output_shift": f.Shift, "activation": f.Activation, "output_activation": f.OutputActivation,
			"as_published": true, "y_scale": f.Y.Scale, "y_mode": followUpMode(f.Y.Mode), "recurrent_input": f.Rec.Mode != "none", "recurrent_learning": f.Rec.Optimiser != nil, "recurrent_lr": f.Rec.rate()}
		if f.Scales != nil {
			v["feedback_scale"] = perLayer(f.Scales)
		}
		return v
	}, map[string]string{"soma": "soma", "event_rate": "event_rate", "burst_prob_baseline": "burst_prob_average", "burst_prob": "burst_prob", "burst_rate_baseline": "burst_rate_average",
		"burst_rate": "burst_rate", "apical": "apical"}, map[string]string{"grad_R": "R"}},
}

func (f *othersFile) start(t *testing.T) *sim.Discrete[float64] {
	t.Helper()
	m := otherModels[f.Model]
	text, err := model.Builtin(m.text)
	if err != nil {
		t.Fatal(err)
	}
	if f.Sigma > 0 {
		text = withDraws(t, text)
	}
	values := m.values(f)
	values["weight_gain"], values["lr"] = f.W.Scale, f.W.rate()
	net, err := program.New(text, program.Setting{Sizes: append(append([]int{f.Inputs}, f.Hidden...), f.Outputs),
		Rows: len(f.Steps[0].Input) / f.Inputs, Values: values, Noise: f.Sigma > 0, Usage: model.Usage{Discrete: true, Presentation: 1}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	loadGolden(t, w, f.Initial)
	learning := sim.Learning{Optimiser: "momentum", Momentum: f.W.Optimiser.Momentum, WeightDecay: f.W.Optimiser.Decay, Coupled: true}
	if f.Sigma > 0 {
		learning.Noise, learning.Random = 1, rand.NewPCG(1, 1)
	}
	d, err := sim.NewDiscrete(w, learning)
	if err != nil {
		t.Fatal(err)
	}
	d.SetNoise(f.Sigma > 0)
	return d
}

func goldenOthers(t *testing.T, file golden.File) {
	f := golden.As[othersFile](t, file)
	d := f.start(t)
	s := d.Moved()
	for k, step := range f.Steps {
		put(t, "input", s.Input(), step.Input)
		put(t, "target", s.Target(), step.Target)
		f.prediction(t, d, k)
		s.Machine().Random = &normals{numbers: step.Noise}
		loss, err := d.Present(step.Teacher)
		if err != nil {
			t.Fatal(err)
		}
		agree(t, fmt.Sprintf("step %d: loss", k), []float64{loss}, golden.Tensor{step.Loss})
		for l, layer := range step.Layers {
			for theirs, want := range layer {
				if strings.HasPrefix(theirs, "grad_") || theirs == "delta" || theirs == "intn_basal" || theirs == "apical_baseline" {
					continue // gradients hold the next two, prediction compares the last
				}
				agree(t, fmt.Sprintf("step %d: %s of layer %d", k, theirs, l+1), signalOf(t, s, f.signal(t, theirs), l+1), want)
			}
		}
		f.gradients(t, d, k)
		angles := analysis.NewComparison(s)
		angles.Update()
		agreeAngles(t, k, "to backprop", angles.Backprop, step.Angles.Backprop, angles.Magnitude...)
		if len(s.Network().Along(1)) > 0 { // node perturbation has no feedback weights to compare with
			agreeAngles(t, k, "to feedback alignment", angles.Alignment, step.Angles.Alignment, angles.Magnitude...)
			agreeAngles(t, k, "of W and Y", angles.WeightFeedback, step.Angles.WeightFeedback)
		}
		agreeAngles(t, k, "to backprop, global", []float64{angles.GlobalBackprop}, golden.Tensor{step.Angles.GlobalBackprop})
		d.Learn(loss)
		compareGolden(t, s.Weights(), step.After, k)
	}
}

// withDraws puts numbers that were drawn before in the place of the noise that a
// network draws itself.
func withDraws(t *testing.T, text *model.Text) *model.Text {
	t.Helper()
	source := text.Source
	for _, line := range [][2]string{
		{`tau_noise dη/dt = -η + sigma sqrt(2 tau_noise) xi`, `η = sigma (noisy(z) - z)`},
		{`tau_noise  = 1 s`, `# tau_noise`},
	} {
		next := strings.Replace(source, line[0], line[1], 1)
		if next == source {
			t.Fatalf("the text has no %q", line[0])
		}
		source = next
	}
	out, err := model.Parse(text.File, source)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// signal is what we call a signal of the file.
func (f *othersFile) signal(t *testing.T, theirs string) string {
	t.Helper()
	if theirs == "apical" && f.Rec.Mode != "" && f.Rec.Mode != "none" {
		return "dendrite" // less what the recurrent input foresees
	}
	ours, known := otherModels[f.Model].signals[theirs]
	if !known {
		t.Fatalf("nothing is compared with %s", theirs)
	}
	return ours
}

// prediction compares what is there before a teacher is.
func (f *othersFile) prediction(t *testing.T, d *sim.Discrete[float64], k int) {
	t.Helper()
	if f.Rec.Mode == "" {
		return
	}
	if _, err := d.Present(false); err != nil {
		t.Fatal(err)
	}
	for l, layer := range f.Steps[k].Layers {
		if want, ok := layer["apical_baseline"]; ok {
			agree(t, fmt.Sprintf("step %d: apical_baseline of layer %d", k, l+1), signalOf(t, d.Moved(), f.signal(t, "apical"), l+1), want)
		}
	}
}

// gradients compares the gradients of step k with those of the file.
func (f *othersFile) gradients(t *testing.T, d *sim.Discrete[float64], k int) {
	t.Helper()
	s := d.Moved()
	at := func(what string, l int) string { return fmt.Sprintf("step %d: %s of layer %d", k, what, l) }
	d.Gradients()
	for _, g := range s.Machine().Gradients(nil) {
		layer, grad := f.Steps[k].Layers[g.Layer-1], d.Gradient(g.Name)
		agree(t, at("grad_W", g.Layer), grad.GradW, layer["grad_W"])
		agree(t, at("grad_b", g.Layer), grad.GradC, layer["grad_b"])
		w := make([]float64, len(grad.GradW))
		g.Shape.Correlate(w, -1/float64(s.Rows()), g.Delta, g.Pre, s.Rows())
		agree(t, at("grad_W_bp", g.Layer), w, layer["grad_W_bp"])
		if g.Aligned != nil {
			g.Shape.Correlate(w, -1/float64(s.Rows()), g.Aligned, g.Pre, s.Rows())
			agree(t, at("grad_W_fa", g.Layer), w, layer["grad_W_fa"])
		}
		for theirs, ours := range otherModels[f.Model].gradients {
			want, ok := layer[theirs]
			if !ok {
				continue
			}
			mine := d.Gradient(fmt.Sprint(ours, g.Layer)).GradW
			if ours == "R" { // our rule has its rate in it
				for i := range mine {
					mine[i] /= f.Rec.rate()
				}
			}
			agree(t, at(theirs, g.Layer), mine, want)
		}
		if want, ok := layer["grad_b_pyr_intn"]; ok {
			agree(t, at("grad_b_pyr_intn", g.Layer), d.Gradient(fmt.Sprint("W_PI", g.Layer)).GradC, want)
		}
	}
}
