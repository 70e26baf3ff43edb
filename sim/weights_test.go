package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/synapse"
)

// storedWeights are networks of every kind of weights, with what Tensors lists.
var storedWeights = map[string]struct {
	model        string
	sizes        []int
	maps         *synapse.Convolutions
	values       model.Values
	want         string
	discreteOnly bool
}{
	"burstccn tied": {"burstccn", []int{3, 5, 4, 2}, nil, nil,
		"W1[5 3] c1[5] W2[4 5] c2[4] W3[2 4] c3[2]", false},
	"burstccn plastic": {"burstccn", []int{3, 5, 4, 2}, nil, fixture.Everything["burstccn"],
		"W1[5 3] c1[5] W2[4 5] c2[4] W3[2 4] c3[2] Y1[4 5] Q1[4 5] Y2[2 4] Q2[2 4]", false},
	"burstccn fixed Q, maps": {"burstccn", []int{3, 32, 16, 2}, &synapse.Convolutions{Channels: 1, Height: 1, Width: 3, Layers: []synapse.Convolution{
		{Channels: 4, Kernel: 2, Stride: 1, Padding: 1}, {Channels: 2, Kernel: 3, Stride: 1, Padding: 1}}},
		model.Values{"q_mode": "random", "q_scale": 0.3},
		"W1[4 1 2 2] c1[4] W2[2 4 3 3] c2[2] W3[2 16] c3[2] Q1[2 4 3 3] Q2[2 16]", false},
	"burstprop tied": {"burstprop", []int{3, 5, 4, 2}, nil, nil,
		"W1[5 3] c1[5] W2[4 5] c2[4] W3[2 4] c3[2]", false},
	"burstprop recurrent": {"burstprop", []int{3, 5, 4, 2}, nil, model.Values{"y_mode": "random", "recurrent_input": true, "recurrent_scale": 0.5},
		"W1[5 3] c1[5] W2[4 5] c2[4] W3[2 4] c3[2] Y1[4 5] R1[5 5] Y2[2 4] R2[4 4]", true},
	"edn": {"edn", []int{3, 5, 2}, nil, nil,
		"W1[5 3] c1[5] W2[2 5] c2[2] W_IP1[2 5] W_PI1[2 5] c_PI1[2]", false},
	"edn tied interneurons": {"edn", []int{3, 5, 2}, nil, model.Values{"interneuron_mode": "tied", "y_mode": "random", "y_plastic": true},
		"W1[5 3] c1[5] W2[2 5] c2[2] Y1[2 5]", false},
	"ann": {"ann", []int{3, 5, 2}, nil, model.Values{"y_mode": "random"},
		"W1[5 3] c1[5] W2[2 5] c2[2] Y1[2 5]", false},
}

func storedNetwork(t *testing.T, name string, seed uint64) *Weights[float64] {
	t.Helper()
	c := storedWeights[name]
	text, err := model.Builtin(c.model)
	if err != nil {
		t.Fatal(err)
	}
	rates := ownOf(t, c.model, model.Values{"lr": 0.5, "y_lr": 0.3, "q_lr": 0.3, "recurrent_lr": 0.2, "interneuron_lr": 0.4})
	net, err := program.New(text, program.Setting{Sizes: c.sizes, Maps: c.maps, Rows: 1, Values: fixture.Changed(c.values, rates),
		Usage: model.Usage{Discrete: c.discreteOnly, Presentation: 1}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := Draw[float64](net, rand.New(rand.NewPCG(seed, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTensorsAreListed(t *testing.T) {
	for name, c := range storedWeights {
		var got []string
		for _, w := range storedNetwork(t, name, 1).Tensors() {
			got = append(got, fmt.Sprint(w.Name, w.Shape))
			size := 1
			for _, n := range w.Shape {
				size *= n
			}
			if len(w.Values) != size || !strings.HasSuffix(w.Name, fmt.Sprint(w.Layer)) {
				t.Errorf("%s: %s of layer %d has %d values for shape %v", name, w.Name, w.Layer, len(w.Values), w.Shape)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

// taught moves a network while it learns, in discrete or continuous time, and
// returns copies of what it then answers and of its weights.
func taught(t *testing.T, w *Weights[float64], discreteTime bool) [][]float64 {
	t.Helper()
	var s *State[float64]
	if discreteTime {
		d := inDiscreteTime(t, w, Learning{})
		s = d.Moved()
		for k := range 20 {
			for i := range s.Input() {
				s.Input()[i] = math.Cos(float64(k + i))
			}
			copy(s.Target(), []float64{0.9, 0.2})
			d.Learn(present(t, d, true))
		}
	} else {
		in := continuous(t, w, []Stream{fixture.Task(t, false)}, Method{Name: "rk4", Step: 10 * ms}, false)
		in.SetTeaching(true, true)
		s = advanced(t, in, 0, time.Second)
		in.Observe(time.Second)
	}
	return append([][]float64{slices.Clone(s.Output())}, weightsNow(s.Weights())...)
}

func weightsNow(w *Weights[float64]) (out [][]float64) {
	for _, w := range w.Tensors() {
		out = append(out, slices.Clone(w.Values))
	}
	return out
}

// TestTensorsDecideEverything gives one network the weights of another that was
// drawn from another seed: from then on both answer and learn alike, bit by
// bit. A weight that Tensors forgot would tell them apart.
func TestTensorsDecideEverything(t *testing.T) {
	for name, c := range storedWeights {
		for _, discreteTime := range []bool{true, false} {
			if c.discreteOnly && !discreteTime {
				continue
			}
			first, second := storedNetwork(t, name, 1), storedNetwork(t, name, 2)
			other := taught(t, storedNetwork(t, name, 2), discreteTime)
			if err := second.SetTensors(first.Tensors()); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			start := weightsNow(first)
			want, got := taught(t, first, discreteTime), taught(t, second, discreteTime)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s, discrete %v: the weights do not make the networks equal", name, discreteTime)
			}
			if fmt.Sprint(other) == fmt.Sprint(want) {
				t.Errorf("%s, discrete %v: another seed gives the same", name, discreteTime)
			}
			if fmt.Sprint(start) == fmt.Sprint(want[1:]) {
				t.Errorf("%s, discrete %v: nothing was learned", name, discreteTime)
			}
		}
	}
}

func TestSetTensorsErrors(t *testing.T) {
	net := storedNetwork(t, "burstccn plastic", 1)
	replaced := func(name string, by Tensor[float64]) []Tensor[float64] {
		out := []Tensor[float64]{}
		for _, w := range storedNetwork(t, "burstccn plastic", 2).Tensors() {
			if w.Name == name {
				w = by
			}
			out = append(out, w)
		}
		return out
	}
	shaped := func(name string, shape ...int) Tensor[float64] {
		n := 1
		for _, s := range shape {
			n *= s
		}
		return Tensor[float64]{Name: name, Shape: shape, Values: make([]float64, n)}
	}
	infinite := shaped("W2", 4, 5)
	infinite.Values[7] = math.Inf(1)
	short := shaped("W2", 4, 5)
	short.Values = short.Values[:3]
	before := weightsNow(net)
	for name, c := range map[string]struct {
		from []Tensor[float64]
		want string
	}{
		"nothing":     {nil, "W1 is missing, which the network needs; there are none"},
		"shape":       {replaced("W2", shaped("W2", 5, 4)), "W2 has shape 5 x 4, but layer 2 of the network needs 4 x 5"},
		"bias":        {replaced("c3", shaped("c3", 1, 2)), "c3 has shape 1 x 2, but layer 3 of the network needs 2"},
		"number":      {replaced("Y1", shaped("Y1")), "Y1 has shape (), but layer 1 of the network needs 4 x 5"},
		"missing":     {replaced("Q2", shaped("q2", 2, 4)), "Q2 is missing, which the network needs; there are W1, c1, W2, c2, W3, c3, Y1, Q1, Y2 and q2"},
		"too many":    {append(replaced("", shaped("")), shaped("R1", 5, 5)), "R1 is none of the network's weights, which are W1, c1, W2, c2, W3, c3, Y1, Q1, Y2 and Q2"},
		"wild name":   {append(replaced("", shaped("")), shaped("a\nb", 1)), `"a\nb" is none of the network's weights, which are W1, c1, W2, c2, W3, c3, Y1, Q1, Y2 and Q2`},
		"twice":       {append(replaced("", shaped("")), shaped("W1", 5, 3)), "W1 is given twice"},
		"not finite":  {replaced("W2", infinite), "W2 has +Inf as value 8 of 20, expected finite numbers"},
		"few values":  {replaced("W2", short), "W2 has 3 values, expected 4 x 5"},
		"other model": {storedNetwork(t, "edn", 1).Tensors(), "W2 has shape 2 x 5, but layer 2 of the network needs 4 x 5"},
	} {
		if err := net.SetTensors(c.from); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if fmt.Sprint(weightsNow(net)) != fmt.Sprint(before) {
			t.Fatalf("%s: weights have changed", name)
		}
	}
	many := make([]Tensor[float64], 100)
	for i := range many {
		many[i].Name = fmt.Sprint("x", i)
	}
	if err := net.SetTensors(many); err == nil || !strings.HasSuffix(err.Error(), "x19 and 80 others") {
		t.Errorf("many names: %v", err)
	}
}
