package sim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/synapse"
)

// storedWeights are networks of every kind of weights, with what Tensors lists.
var storedWeights = map[string]struct {
	build        func(rng *rand.Rand) (*sim.Network[float64], error)
	want         string
	discreteOnly bool
}{
	"burstccn tied": {func(rng *rand.Rand) (*sim.Network[float64], error) {
		return sim.NewBurstCCN[float64](sim.DefaultBurstCCN(3, 5, 4, 2), rng)
	}, "W1[5 3] c1[5] W2[4 5] c2[4] W3[2 4] c3[2]", false},
	"burstccn plastic": {func(rng *rand.Rand) (*sim.Network[float64], error) {
		return sim.NewBurstCCN[float64](plasticEverywhere(3, 5, 4, 2), rng)
	}, "W1[5 3] c1[5] W2[4 5] c2[4] W3[2 4] c3[2] Y1[4 5] Y2[2 4] Q1[4 5] Q2[2 4]", false},
	"burstccn fixed Q, maps": {func(rng *rand.Rand) (*sim.Network[float64], error) {
		cfg := sim.DefaultBurstCCN()
		cfg.Maps = &sim.Convolutions{Channels: 1, Height: 1, Width: 3, Layers: []sim.Convolution{
			{Channels: 4, Kernel: 2, Stride: 1, Padding: 1}, {Channels: 2, Kernel: 3, Stride: 1, Padding: 1}}}
		sizes, err := cfg.Maps.Sizes()
		if err != nil {
			return nil, err
		}
		cfg.Sizes = append(sizes, 2)
		cfg.Coupling.QMode, cfg.Coupling.QScale = synapse.Random, 0.3
		return sim.NewBurstCCN[float64](cfg, rng)
	}, "W1[4 1 2 2] c1[4] W2[2 4 3 3] c2[2] W3[2 16] c3[2] Q1[2 4 3 3] Q2[2 16]", false},
	"burstprop recurrent": {func(rng *rand.Rand) (*sim.Network[float64], error) {
		cfg := sim.DefaultBurstprop(3, 5, 4, 2)
		cfg.Coupling.YMode = synapse.Random
		cfg.Recurrent, cfg.RecurrentScale = true, 0.5
		return sim.NewBurstprop[float64](cfg, rng)
	}, "W1[5 3] c1[5] W2[4 5] c2[4] W3[2 4] c3[2] Y1[4 5] Y2[2 4] R1[5 5] R2[4 4]", true},
	"edn": {func(rng *rand.Rand) (*sim.Network[float64], error) {
		return sim.NewEDN[float64](sim.DefaultEDN(3, 5, 2), rng)
	}, "W1[5 3] c1[5] W2[2 5] c2[2] W_PI1[2 5] c_PI1[2] W_IP1[2 5]", false},
	"edn tied interneurons": {func(rng *rand.Rand) (*sim.Network[float64], error) {
		cfg := sim.DefaultEDN(3, 5, 2)
		cfg.Interneurons, cfg.Coupling.YMode, cfg.Coupling.YPlastic = synapse.Tied, synapse.Random, true
		return sim.NewEDN[float64](cfg, rng)
	}, "W1[5 3] c1[5] W2[2 5] c2[2] Y1[2 5]", false},
	"ann": {func(rng *rand.Rand) (*sim.Network[float64], error) {
		cfg := sim.DefaultANN(3, 5, 2)
		cfg.Coupling.YMode = synapse.Random
		return sim.NewANN[float64](cfg, rng)
	}, "W1[5 3] c1[5] W2[2 5] c2[2] Y1[2 5]", false},
}

func storedNetwork(t *testing.T, name string, seed uint64) *sim.Network[float64] {
	t.Helper()
	net, err := storedWeights[name].build(rand.New(rand.NewPCG(seed, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return net
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
func taught(t *testing.T, net *sim.Network[float64], discrete bool) [][]float64 {
	t.Helper()
	if discrete {
		d, err := sim.NewDiscrete(net, sim.Learning{Rate: 0.5, Rates: map[sim.Kind]float64{
			sim.BurstFeedback: 0.3, sim.EventFeedback: 0.3, sim.Recurrent: 0.2, sim.OntoInterneuron: 0.4, sim.FromInterneuron: 0.4}})
		if err != nil {
			t.Fatal(err)
		}
		for k := range 20 {
			for i := range net.Input() {
				net.Input()[i] = math.Cos(float64(k + i))
			}
			copy(net.Target(), []float64{0.9, 0.2})
			d.Learn(d.Present(true))
		}
	} else {
		sys, err := sim.NewContinuous(net, []sim.Stream{newTask(t, false)}, false)
		if err != nil {
			t.Fatal(err)
		}
		in, err := sim.NewIntegration(sys, sim.Method{Name: "rk4", Step: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		in.SetTeaching(true, true)
		if _, err := in.Advance(0, time.Second); err != nil {
			t.Fatal(err)
		}
		in.Observe(time.Second)
	}
	return append([][]float64{slices.Clone(net.Output())}, weightsNow(net)...)
}

func weightsNow(net *sim.Network[float64]) (out [][]float64) {
	for _, w := range net.Tensors() {
		out = append(out, slices.Clone(w.Values))
	}
	return out
}

// TestTensorsDecideEverything gives one network the weights of another that was
// drawn from another seed: from then on both answer and learn alike, bit by
// bit. A weight that Tensors forgot would tell them apart.
func TestTensorsDecideEverything(t *testing.T) {
	for name, c := range storedWeights {
		for _, discrete := range []bool{true, false} {
			if c.discreteOnly && !discrete {
				continue
			}
			first, second := storedNetwork(t, name, 1), storedNetwork(t, name, 2)
			other := taught(t, storedNetwork(t, name, 2), discrete)
			if err := second.SetTensors(first.Tensors()); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			start := weightsNow(first)
			want, got := taught(t, first, discrete), taught(t, second, discrete)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s, discrete %v: the weights do not make the networks equal", name, discrete)
			}
			if fmt.Sprint(other) == fmt.Sprint(want) {
				t.Errorf("%s, discrete %v: another seed gives the same", name, discrete)
			}
			if fmt.Sprint(start) == fmt.Sprint(want[1:]) {
				t.Errorf("%s, discrete %v: nothing was learned", name, discrete)
			}
		}
	}
}

func TestSetTensorsErrors(t *testing.T) {
	net := storedNetwork(t, "burstccn plastic", 1)
	replaced := func(name string, by sim.Tensor[float64]) []sim.Tensor[float64] {
		out := []sim.Tensor[float64]{}
		for _, w := range storedNetwork(t, "burstccn plastic", 2).Tensors() {
			if w.Name == name {
				w = by
			}
			out = append(out, w)
		}
		return out
	}
	shaped := func(name string, shape ...int) sim.Tensor[float64] {
		n := 1
		for _, s := range shape {
			n *= s
		}
		return sim.Tensor[float64]{Name: name, Shape: shape, Values: make([]float64, n)}
	}
	infinite := shaped("W2", 4, 5)
	infinite.Values[7] = math.Inf(1)
	short := shaped("W2", 4, 5)
	short.Values = short.Values[:3]
	before := weightsNow(net)
	for name, c := range map[string]struct {
		from []sim.Tensor[float64]
		want string
	}{
		"nothing":     {nil, "W1 is missing, which the network needs; there are none"},
		"shape":       {replaced("W2", shaped("W2", 5, 4)), "W2 has shape 5 x 4, but layer 2 of the network needs 4 x 5"},
		"bias":        {replaced("c3", shaped("c3", 1, 2)), "c3 has shape 1 x 2, but layer 3 of the network needs 2"},
		"number":      {replaced("Y1", shaped("Y1")), "Y1 has shape (), but layer 1 of the network needs 4 x 5"},
		"missing":     {replaced("Q2", shaped("q2", 2, 4)), "Q2 is missing, which the network needs; there are W1, c1, W2, c2, W3, c3, Y1, Y2, Q1 and q2"},
		"too many":    {append(replaced("", shaped("")), shaped("R1", 5, 5)), "R1 is none of the network's weights, which are W1, c1, W2, c2, W3, c3, Y1, Y2, Q1 and Q2"},
		"wild name":   {append(replaced("", shaped("")), shaped("a\nb", 1)), `"a\nb" is none of the network's weights, which are W1, c1, W2, c2, W3, c3, Y1, Y2, Q1 and Q2`},
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
	many := make([]sim.Tensor[float64], 100)
	for i := range many {
		many[i].Name = fmt.Sprint("x", i)
	}
	if err := net.SetTensors(many); err == nil || !strings.HasSuffix(err.Error(), "x19 and 80 others") {
		t.Errorf("many names: %v", err)
	}
}
