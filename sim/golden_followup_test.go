package sim_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"burstsim/sim"
	"burstsim/sim/analysis"
	"burstsim/sim/internal/golden"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/synapse"
)

// publishedPath is how the weights of a kind begin and learn.
type publishedPath struct {
	Mode      string
	Scale     float64
	Rule      string `json:"grad_type"`
	Optimiser *struct {
		Type         string
		Momentum     float64
		Decay        float64 `json:"weight_decay"`
		Beta1, Beta2 float64
	}
}

// rateFile is a trajectory of the follow-up's BurstCCN or of its ANN.
type rateFile struct {
	Model     string
	Inputs    int             `json:"n_inputs"`
	Outputs   int             `json:"n_outputs"`
	Hidden    json.RawMessage `json:"n_hidden_units"`
	PBaseline float64         `json:"p_baseline"`
	Error     float64         `json:"error_scale"`
	Units     string          `json:"hidden_activation"`
	Answer    string          `json:"output_activation"`
	Shift     float64         `json:"output_activity_shift"`
	LossOf    string          `json:"loss"`
	W, Y, Q   publishedPath
	Branches  []int     `json:"n_apical_branches"`
	Scales    []float64 `json:"local_feedback_scales"`
	Noise     float64   `json:"forward_noise"`

	Size        []int `json:"in_shape"`
	InChannels  []int `json:"in_channels"`
	OutChannels []int `json:"out_channels"`
	Kernels     []int `json:"kernel_sizes"`
	Strides     []int

	Initial []map[string]golden.Tensor
	Steps   []struct {
		Input, Target, Noise golden.Tensor
		Phase                string
		Teacher              bool
		Loss                 float64
		Layers               []map[string]golden.Tensor
		Rates                map[string]float64 `json:"lr"`
		Angles               *struct {
			Backprop       golden.Tensor `json:"bp"`
			Alignment      golden.Tensor `json:"fa"`
			WeightFeedback golden.Tensor `json:"W_Y"`
			EventFeedback  golden.Tensor `json:"Q_Y"`
			GlobalBackprop float64       `json:"global_bp"`
		}
		After []map[string]golden.Tensor
	}
}

func (f *rateFile) maps() *synapse.Convolutions {
	if f.Size == nil {
		return nil
	}
	c := &synapse.Convolutions{Channels: f.InChannels[0], Height: f.Size[0], Width: f.Size[1]}
	for l, n := range f.OutChannels {
		c.Layers = append(c.Layers, synapse.Convolution{Channels: n, Kernel: f.Kernels[l], Stride: f.Strides[l]})
	}
	return c
}

func (f *rateFile) sizes(t *testing.T) []int {
	t.Helper()
	sizes, hidden := []int{f.Inputs}, []int{}
	if maps := f.maps(); maps != nil {
		var err error
		if sizes, err = maps.Sizes(); err != nil {
			t.Fatal(err)
		}
	}
	if json.Unmarshal(f.Hidden, &hidden) != nil {
		hidden = make([]int, 1)
		if err := json.Unmarshal(f.Hidden, &hidden[0]); err != nil {
			t.Fatal(err)
		}
	}
	return append(append(sizes, hidden...), f.Outputs)
}

func (f *rateFile) values() model.Values {
	v := model.Values{"activation": f.Units, "output_activation": f.Answer, "weight_gain": f.W.Scale, "y_scale": f.Y.Scale, "as_published": true}
	v["y_mode"] = map[string]string{"random_init": "random", "sym_W": "symmetric_init", "tied_W": "tied", "tied_decay_W": "symmetric_init"}[f.Y.Mode]
	if f.Model == "ann2" {
		v["y_rule"] = map[string]string{"random_init": "none", "tied_decay_W": "follow"}[f.Y.Mode]
		if f.Y.Optimiser != nil {
			v["y_rule"] = "kolen_pollack"
		}
		return v
	}
	v["q_mode"] = map[string]string{"random_init": "random", "sym_W": "w_symmetric_init", "sym_Y": "symmetric_init", "tied_Y": "tied", "tied_W": "w_tied"}[f.Q.Mode]
	rule := map[string]string{"": "none", "apic": "apical", "kp": "kolen_pollack"}
	v["y_rule"], v["q_rule"] = rule[f.Y.Rule], rule[f.Q.Rule]
	v["p_b"], v["error_scale"], v["output_shift"], v["q_scale"] = f.PBaseline, f.Error, f.Shift, f.Q.Scale
	if f.Branches != nil {
		v["branches"] = perLayer(f.Branches)
	}
	if f.Scales != nil {
		v["feedback_scale"] = perLayer(f.Scales)
	}
	return v
}

// descent moves weights by the optimisers of PyTorch, from the gradients that
// the model computes: each kind of weights has its own, and its own rate at each
// step.
type descent struct {
	first, second map[string][]float64
	steps         map[string]int
}

func (o *descent) move(name string, p publishedPath, rate float64, w, gradient []float64, decays bool) {
	if p.Optimiser == nil {
		return
	}
	if o.first[name] == nil {
		o.first[name], o.second[name] = make([]float64, len(w)), make([]float64, len(w))
	}
	o.steps[name]++
	m, v, k := o.first[name], o.second[name], float64(o.steps[name])
	for i := range w {
		g := gradient[i]
		if decays {
			g += p.Optimiser.Decay * w[i]
		}
		if p.Optimiser.Type != "adam" {
			m[i] = p.Optimiser.Momentum*m[i] + g
			w[i] -= rate * m[i]
			continue
		}
		b1, b2 := p.Optimiser.Beta1, p.Optimiser.Beta2
		m[i], v[i] = b1*m[i]+(1-b1)*g, b2*v[i]+(1-b2)*g*g
		w[i] -= rate * m[i] / (1 - math.Pow(b1, k)) / (math.Sqrt(v[i]/(1-math.Pow(b2, k))) + 1e-8)
	}
}

func (f *rateFile) compare(t *testing.T, s *sim.State[float64], want []map[string]golden.Tensor, k int) {
	t.Helper()
	for l, layer := range want {
		for theirs, ours := range map[string]string{"W": "W", "b": "c", "Y": "Y", "Q": "Q"} {
			w, ok := layer[theirs]
			if !ok {
				continue
			}
			if theirs == "Q" { // the file has its sign
				w = negative(w)
			}
			agree(t, fmt.Sprintf("after step %d: %s of layer %d", k, theirs, l+1), dalesWeights(s, l+1, ours), w)
		}
	}
}

func goldenRates(t *testing.T, file golden.File) {
	f := golden.As[rateFile](t, file)
	text, err := model.Builtin(f.Model)
	if err != nil {
		t.Fatal(err)
	}
	sizes := f.sizes(t)
	net, err := program.New(text, program.Setting{Sizes: sizes, Maps: f.maps(), Rows: len(f.Steps[0].Input) / sizes[0], Values: f.values(),
		Noise: f.Noise > 0, Usage: model.Usage{Discrete: true, Presentation: 1}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for l, layer := range f.Initial {
		for theirs, ours := range map[string]string{"W": "W", "b": "c", "Y": "Y", "Q": "Q"} {
			name := fmt.Sprint(ours, l+1)
			if src := layer[theirs]; src != nil && w.Of(name) != nil {
				if theirs == "Q" {
					src = negative(src)
				}
				put(t, name, w.Of(name), src)
			}
		}
	}
	d, err := sim.NewDiscrete(w, sim.Learning{Noise: f.Noise, Random: rand.NewPCG(1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	s := d.Moved()
	f.compare(t, s, f.Initial, -1)
	d.SetNoise(f.Noise > 0)
	o := &descent{map[string][]float64{}, map[string][]float64{}, map[string]int{}}
	for k, step := range f.Steps {
		put(t, "input", s.Input(), step.Input)
		put(t, "target", s.Target(), step.Target)
		s.Machine().Random = &normals{numbers: step.Noise}
		loss, err := d.Present(step.Teacher)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case step.Phase == "feedback_only": // where the target is the answer
			loss = 0
		case f.LossOf == "cross_entropy":
			loss = crossEntropyOfSoftmax(signalOf(t, s, "event_rate", len(sizes)-1), step.Target, s.Rows())
		}
		agree(t, fmt.Sprintf("step %d: loss", k), []float64{loss}, golden.Tensor{step.Loss})
		f.signals(t, s, k)
		f.gradients(t, d, k)
		if want := step.Angles; want != nil {
			angles := analysis.NewComparison(s)
			angles.Update()
			agreeAngles(t, k, "to backprop", angles.Backprop, want.Backprop, angles.Magnitude...)
			agreeAngles(t, k, "to feedback alignment", angles.Alignment, want.Alignment, angles.Magnitude...)
			agreeAngles(t, k, "of W and Y", angles.WeightFeedback, want.WeightFeedback)
			agreeAngles(t, k, "of Q and Y", angles.EventFeedback, want.EventFeedback)
			agreeAngles(t, k, "to backprop, global", []float64{angles.GlobalBackprop}, golden.Tensor{want.GlobalBackprop})
		}
		for l := range f.Initial {
			if p := d.Gradient(fmt.Sprint("W", l+1)); step.Phase != "feedback_only" {
				o.move(fmt.Sprint("W", l+1), f.W, step.Rates["W"], p.W, p.GradW, true)
				o.move(fmt.Sprint("c", l+1), f.W, step.Rates["W"], p.C, p.GradC, false)
			}
			for name, path := range map[string]publishedPath{"Y": f.Y, "Q": f.Q} {
				if p := d.Gradient(fmt.Sprint(name, l+1)); p != nil {
					o.move(fmt.Sprint(name, l+1), path, step.Rates[name], p.W, p.GradW, true)
				}
			}
		}
		if f.Y.Mode == "tied_decay_W" { // after W
			d.Gradients()
			for l := range len(f.Initial) - 1 {
				p := d.Gradient(fmt.Sprint("Y", l+1))
				for i, g := range p.GradW {
					p.W[i] -= 1e-4 * g
				}
			}
		}
		f.compare(t, s, step.After, k)
	}
}

// crossEntropyOfSoftmax is what the published code logs as its loss: the cross
// entropy of the softmax of answers, which softmax has been applied to before.
func crossEntropyOfSoftmax(answer, target []float64, rows int) float64 {
	sum, n := 0.0, len(answer)/rows
	for r := range rows {
		total := 0.0
		for _, e := range answer[r*n:][:n] {
			total += math.Exp(e)
		}
		for i, e := range answer[r*n:][:n] {
			sum -= target[r*n+i] * (e - math.Log(total))
		}
	}
	return sum / float64(rows)
}

func (f *rateFile) signals(t *testing.T, s *sim.State[float64], k int) {
	t.Helper()
	for l, layer := range f.Steps[k].Layers {
		for _, name := range []string{"soma", "event_rate", "burst_prob", "burst_rate", "apical", "delta"} {
			want, ok := layer[name]
			switch {
			case !ok || name == "delta" && f.Model != "ann2":
			case name == "delta":
				agree(t, fmt.Sprintf("step %d: %s of layer %d", k, name, l+1), signalOf(t, s, "error", l+1), negative(want))
			default:
				agree(t, fmt.Sprintf("step %d: %s of layer %d", k, name, l+1), signalOf(t, s, name, l+1), want)
			}
		}
	}
}

func (f *rateFile) gradients(t *testing.T, d *sim.Discrete[float64], k int) {
	t.Helper()
	s := d.Moved()
	d.Gradients()
	for l, layer := range f.Steps[k].Layers {
		at := func(what string) string { return fmt.Sprintf("step %d: %s of layer %d", k, what, l+1) }
		p := d.Gradient(fmt.Sprint("W", l+1))
		if f.Steps[k].Phase != "feedback_only" { // whose gradients were removed
			agree(t, at("grad_W"), p.GradW, layer["grad_W"])
			agree(t, at("grad_b"), p.GradC, layer["grad_b"])
		}
		if want, ok := layer["grad_Y"]; ok {
			agree(t, at("grad_Y"), d.Gradient(fmt.Sprint("Y", l+1)).GradW, want)
		}
		if want, ok := layer["grad_Q"]; ok {
			agree(t, at("grad_Q"), d.Gradient(fmt.Sprint("Q", l+1)).GradW, negative(want))
		}
	}
	for _, g := range s.Machine().Gradients(nil) {
		layer := f.Steps[k].Layers[g.Layer-1]
		for theirs, delta := range map[string][]float64{"grad_W_bp": g.Delta, "grad_W_fa": g.Aligned} {
			if want, ok := layer[theirs]; ok {
				w := make([]float64, len(want))
				g.Shape.Correlate(w, -1/float64(s.Rows()), delta, g.Pre, s.Rows())
				agree(t, fmt.Sprintf("step %d: %s of layer %d", k, theirs, g.Layer), w, want)
			}
		}
	}
}
