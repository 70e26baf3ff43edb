package teacher_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"burstsim/tasks/teacher"
)

func layers() []teacher.Layer {
	return []teacher.Layer{
		{Out: 3, In: 2, Weight: []float64{1, -2, 0.5, 0.25, -1, 3}, Bias: []float64{0.1, -0.2, 0.3}},
		{Out: 2, In: 3, Weight: []float64{2, -1, 0.5, 1, 1, -1}},
		{Out: 1, In: 2, Weight: []float64{1.5, -0.5}, Bias: []float64{-1}},
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// TestTarget computes what the formula says.
func TestTarget(t *testing.T) {
	n, err := teacher.New(layers(), 0)
	if err != nil {
		t.Fatal(err)
	}
	input := []float64{0.3, -0.7}
	want := input
	for _, l := range layers() {
		out := make([]float64, l.Out)
		for i := range out {
			z := 0.0
			if l.Bias != nil {
				z = l.Bias[i]
			}
			for j, x := range want {
				z += l.Weight[i*l.In+j] * x
			}
			out[i] = sigmoid(z)
		}
		want = out
	}
	got := make([]float64, 1)
	n.Target(got, input, nil)
	if math.Abs(got[0]-want[0]) > 1e-14 {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestLeakyTendsToInstant: in its steady state a teacher with a time constant
// answers as one without, and does not move; elsewhere each unit goes towards it
// at its rate.
func TestLeakyTendsToInstant(t *testing.T) {
	instant, _ := teacher.New(layers(), 0)
	leaky, err := teacher.New(layers(), 0.05)
	if err != nil || leaky.StateDim() != 6 || instant.StateDim() != 0 {
		t.Fatalf("%v, %d and %d states", err, leaky.StateDim(), instant.StateDim())
	}
	input := []float64{0.3, -0.7}
	state, slope, a, b := make([]float64, 6), make([]float64, 6), make([]float64, 1), make([]float64, 1)
	leaky.Settle(state, input)
	leaky.Derivative(slope, input, state)
	for i, s := range slope {
		if math.Abs(s) > 1e-12 {
			t.Errorf("dz/dt of unit %d is %v in the steady state", i, s)
		}
	}
	leaky.Target(a, input, state)
	instant.Target(b, input, nil)
	if !slices.Equal(a, b) {
		t.Errorf("%v in the steady state, want %v", a, b)
	}
	state[5] += 0.5
	leaky.Derivative(slope, input, state)
	if math.Abs(slope[5]+0.5/0.05) > 1e-10 {
		t.Errorf("dz/dt of a unit 0.5 above its steady state is %v, want %v", slope[5], -0.5/0.05)
	}
}

func TestNewErrors(t *testing.T) {
	for want, spoil := range map[string]func(l []teacher.Layer) []teacher.Layer{
		"no layers":              func([]teacher.Layer) []teacher.Layer { return nil },
		"layer 1 has 5 weights":  func(l []teacher.Layer) []teacher.Layer { l[0].Weight = l[0].Weight[1:]; return l },
		"layer 3 has 2 biases":   func(l []teacher.Layer) []teacher.Layer { l[2].Bias = []float64{1, 2}; return l },
		"layer 2 takes 2 inputs": func(l []teacher.Layer) []teacher.Layer { return []teacher.Layer{l[0], l[2]} },
		"layer 1 has 0 units":    func([]teacher.Layer) []teacher.Layer { return []teacher.Layer{{In: 1}} },
	} {
		if _, err := teacher.New(spoil(layers()), 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := teacher.New(layers(), math.NaN()); err == nil {
		t.Error("tau NaN is accepted")
	}
}

func Example() {
	network, err := teacher.New([]teacher.Layer{{Out: 1, In: 2, Weight: []float64{1, 1}, Bias: []float64{-1}}}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	target := make([]float64, network.Outputs())
	network.Target(target, []float64{0.5, 0.5}, nil)
	fmt.Println(target)
	// Output: [0.5]
}
