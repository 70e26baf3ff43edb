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

type dalesPath struct {
	Mode      string
	Scale     float64
	Optimiser *struct {
		Rate     float64 `json:"lr"`
		Momentum float64
		Decay    float64 `json:"weight_decay"`
	}
}

type dalesFile struct {
	Inputs    int     `json:"n_inputs"`
	Outputs   int     `json:"n_outputs"`
	Hidden    []int   `json:"n_hidden_units"`
	PBaseline float64 `json:"p_baseline"`
	Error     float64 `json:"error_scale"`
	Teacher   bool    `json:"use_teacher"`
	W, Y, Q   dalesPath
	Bias      bool      `json:"apical_bias_learning"`
	SST       []int     `json:"feedback_bottleneck_sizes"`
	Noise     float64   `json:"forward_noise"`
	Scales    []float64 `json:"local_feedback_scales"`

	Initial []map[string]golden.Tensor
	Steps   []struct {
		Input, Target golden.Tensor
		Loss          float64
		Layers        []map[string]golden.Tensor
		Noise         golden.Tensor
		Angles        *struct {
			Backprop       golden.Tensor `json:"bp"`
			Alignment      golden.Tensor `json:"fa"`
			WeightFeedback golden.Tensor `json:"W_Y"`
			EventFeedback  golden.Tensor `json:"Q_Y"`
			GlobalBackprop float64       `json:"global_bp"`
		}
		After []map[string]golden.Tensor
	}
}

// perLayer is a parameter with a value for each hidden layer, and one for the
// output, for which it has none.
func perLayer[T int | float64](values []T) model.Layers {
	var out model.Layers
	for _, v := range values {
		out = append(out, float64(v))
	}
	return append(out, float64(1))
}

func (f *dalesFile) rows() int { return len(f.Steps[0].Input) / f.Inputs }

func (f *dalesFile) values() model.Values {
	mode := map[string]string{"random_init": "random", "sym_W": "symmetric_init", "tied_W": "tied"}
	event := map[string]string{"random_init": "random", "sym_W": "w_symmetric_init", "sym_Y": "symmetric_init", "tied_Y": "tied"}
	v := model.Values{"p_b": f.PBaseline, "error_scale": f.Error, "y_mode": mode[f.Y.Mode], "y_scale": f.Y.Scale, "weight_gain": f.W.Scale,
		"q_mode": event[f.Q.Mode], "q_scale": f.Q.Scale, "as_published": true, "bias_plastic": f.Bias, "lr": 0.0}
	if f.W.Optimiser != nil {
		v["lr"] = f.W.Optimiser.Rate
	}
	if f.Y.Optimiser != nil {
		v["y_plastic"], v["y_lr"] = true, f.Y.Optimiser.Rate
	}
	if f.Bias { // the published rule sums over a batch
		v["bias_lr"] = 0.01 / 128 * float64(f.rows())
	}
	if f.SST != nil {
		v["sst"] = perLayer(f.SST)
	}
	if f.Scales != nil {
		v["feedback_scale"] = perLayer(f.Scales)
	}
	return v
}

// normals are numbers that were drawn before.
type normals struct {
	numbers []float64
	next    int
}

func (n *normals) NormFloat64() float64 {
	n.next++
	return n.numbers[n.next-1]
}

// dalesNames are the parts of a layer: ours, the file's, and whether that has
// them transposed.
var dalesNames = []struct {
	ours, theirs string
	transposed   bool
}{
	{"W_direct", "W_direct", false}, {"c", "b", false}, {"W_from_PV", "W_from_PV", false}, {"W_to_PV", "W_to_PV", false}, {"W", "W", false},
	{"Q_direct", "Q_direct", true}, {"Q_to_NDNF", "Q_to_NDNF", false}, {"Q_from_NDNF", "Q_from_NDNF", true},
	{"Y1_to_VIP", "Y_to_VIP1", true}, {"Y1_to_SST", "Y_to_SST1", true}, {"VIP1_to_SST", "Y_VIP1_to_SST1", false}, {"Y1_from_SST", "Y_from_SST1", true},
	{"Y2_to_VIP", "Y_to_VIP2", true}, {"Y2_to_SST", "Y_to_SST2", true}, {"VIP2_to_SST", "Y_VIP2_to_SST2", false}, {"Y2_from_SST", "Y_from_SST2", true},
	{"c1_SST", "sst1_bias", false}, {"c2_SST", "sst2_bias", false}, {"c_A", "apical_bias", false}, {"Y_whole", "Y_full", false},
}

func transposed(x golden.Tensor, rows int) golden.Tensor {
	out := make(golden.Tensor, len(x))
	columns := len(x) / rows
	for i, v := range x {
		out[i%columns*rows+i/columns] = v
	}
	return out
}

func negative(x golden.Tensor) golden.Tensor {
	out := make(golden.Tensor, len(x))
	for i, v := range x {
		out[i] = -v
	}
	return out
}

// dalesWeights are those of a machine, stored or not, as dense matrices.
func dalesWeights(s *sim.State[float64], l int, name string) []float64 {
	for _, tensor := range s.Weights().Tensors() {
		if tensor.Name == fmt.Sprint(name, l) {
			return tensor.Values
		}
	}
	m, ok := s.Network().Mixture(l, name)
	if !ok {
		return nil
	}
	return program.Of(m, make([]float64, m.Len()), s.Machine().Weights())
}

// freeSigns says whether the signs of what passes single SST cells are free, as
// where Y is factored anew after each step.
func (f *dalesFile) freeSigns() bool { return f.SST != nil && f.Y.Mode == "tied_W" }

func (f *dalesFile) compare(t *testing.T, s *sim.State[float64], want []map[string]golden.Tensor, k int) {
	t.Helper()
	for l, layer := range want {
		for _, n := range dalesNames {
			theirs, ok := layer[n.theirs]
			ours := dalesWeights(s, l+1, n.ours)
			if ours == nil && n.ours != "Y_whole" && ok {
				t.Fatalf("the network has no %s", n.ours)
			}
			if !ok || ours == nil || f.freeSigns() && n.theirs[0] == 'Y' || f.freeSigns() && n.ours[len(n.ours)-1] == 'T' {
				continue
			}
			if n.transposed {
				theirs = transposed(theirs, len(theirs)/f.units(l, n.theirs))
			}
			agree(t, fmt.Sprintf("after step %d: %s of layer %d", k, n.ours, l+1), ours, theirs)
		}
		if l == len(want)-1 {
			continue
		}
		agree(t, fmt.Sprintf("after step %d: -Q of layer %d", k, l+1), dalesWeights(s, l+1, "Q"), negative(layer["Q"]))
		agree(t, fmt.Sprintf("after step %d: Y of layer %d", k, l+1), f.inUse(s, l+1), layer["Y"])
	}
}

// units is how many columns an array of the file has.
func (f *dalesFile) units(l int, name string) int {
	k := 0
	if l < len(f.Hidden) {
		k = append(f.Hidden, f.Outputs)[l+1]
		if f.SST != nil {
			k = f.SST[l]
		}
	}
	switch name[:4] {
	case "Y_to":
		return k
	}
	return f.Hidden[l]
}

// inUse is the Y that SST cells make, rows for the units above.
func (f *dalesFile) inUse(s *sim.State[float64], l int) []float64 {
	to, from := dalesWeights(s, l, "Y_to"), dalesWeights(s, l, "Y_from") // k x m, n x k
	above, n := s.Size(l+1), s.Size(l)
	k := len(to) / above
	out := make([]float64, above*n)
	for i := range above {
		for j := range n {
			for r := range k {
				out[i*n+j] += to[r*above+i] * from[j*k+r]
			}
		}
	}
	return out
}

func goldenDales(t *testing.T, file golden.File) {
	f := golden.As[dalesFile](t, file)
	text, err := model.Builtin("burstccn_dales")
	if err != nil {
		t.Fatal(err)
	}
	sizes := append(append([]int{f.Inputs}, f.Hidden...), f.Outputs)
	net, err := program.New(text, program.Setting{Sizes: sizes, Rows: f.rows(), Values: f.values(), Noise: f.Noise > 0,
		Usage: model.Usage{Discrete: true, Presentation: 1}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, tensor := range w.Tensors() {
		for _, n := range dalesNames {
			if fmt.Sprint(n.ours, tensor.Layer) != tensor.Name || n.theirs == "W_to_PV" || n.theirs == "Q_to_NDNF" || n.theirs[0] == 'Y' && n.theirs[2] == 'V' {
				continue // connections one to one, which the comparison below checks
			}
			theirs := f.Initial[tensor.Layer-1][n.theirs]
			if n.transposed {
				theirs = transposed(theirs, len(theirs)/f.units(tensor.Layer-1, n.theirs))
			}
			put(t, tensor.Name, w.Of(tensor.Name), theirs)
		}
	}
	learning := sim.Learning{Noise: f.Noise, Random: rand.NewPCG(1, 1)}
	if o := f.W.Optimiser; o != nil {
		learning.Optimiser, learning.Momentum, learning.WeightDecay, learning.Coupled = "momentum", o.Momentum, o.Decay, true
	}
	d, err := sim.NewDiscrete(w, learning)
	if err != nil {
		t.Fatal(err)
	}
	s := d.Moved()
	f.compare(t, s, f.Initial, -1)
	d.SetNoise(f.Noise > 0)
	for k, step := range f.Steps {
		put(t, "input", s.Input(), step.Input)
		put(t, "target", s.Target(), step.Target)
		s.Machine().Random = &normals{numbers: step.Noise}
		loss, err := d.Present(f.Teacher)
		if err != nil {
			t.Fatal(err)
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
		d.Learn(loss)
		f.compare(t, s, step.After, k)
	}
}

// dalesSignals are what the file calls our signals.
var dalesSignals = map[string]string{"soma": "soma", "event_rate": "event_rate", "burst_prob": "burst_prob", "burst_rate": "burst_rate", "apical": "apical",
	"pv": "pv", "W_exc": "excitation", "W_inh": "inhibition", "vip1": "vip1", "sst1": "sst1", "vip2": "vip2", "sst2": "sst2", "ndnf": "ndnf",
	"Y_input": "apical_bursts", "Q_input": "apical_events"}

func (f *dalesFile) signals(t *testing.T, s *sim.State[float64], k int) {
	t.Helper()
	for l, layer := range f.Steps[k].Layers {
		for theirs, ours := range dalesSignals {
			want, ok := layer[theirs]
			if !ok || f.freeSigns() && (strings.HasPrefix(theirs, "vip") || strings.HasPrefix(theirs, "sst")) {
				continue
			}
			if theirs == "W_inh" { // the file has its sign
				want = negative(want)
			}
			agree(t, fmt.Sprintf("step %d: %s of layer %d", k, theirs, l+1), signalOf(t, s, ours, l+1), want)
		}
	}
}

func (f *dalesFile) gradients(t *testing.T, d *sim.Discrete[float64], k int) {
	t.Helper()
	s := d.Moved()
	d.Gradients()
	for l, layer := range f.Steps[k].Layers {
		at := func(what string) string { return fmt.Sprintf("step %d: %s of layer %d", k, what, l+1) }
		for _, n := range []struct{ ours, theirs string }{{"W_direct", "grad_W_direct"}, {"W_from_PV", "grad_W_from_PV"}} {
			agree(t, at(n.theirs), d.Gradient(fmt.Sprint(n.ours, l+1)).GradW, layer[n.theirs])
		}
		agree(t, at("grad_b"), d.Gradient(fmt.Sprint("W_direct", l+1)).GradC, layer["grad_b"])
		for _, n := range []struct{ ours, theirs string }{{"Y1_from_SST", "grad_Y_from_SST1"}, {"Y2_from_SST", "grad_Y_from_SST2"}} {
			if want, ok := layer[n.theirs]; ok {
				agree(t, at(n.theirs), d.Gradient(fmt.Sprint(n.ours, l+1)).GradW, transposed(want, len(want)/f.Hidden[l]))
			}
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
