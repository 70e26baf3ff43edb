package program

import (
	"testing"

	"burstsim/sim/model"
)

// TestShare: a second name has the memory of the first where it is one whatever
// holds, and memory of its own where it is one only at times.
func TestShare(t *testing.T) {
	text, err := model.Parse("", `model m
input:
    e = stimulus
layer:
    projection W from below
    x = e[below]
    10ms dz/dt = -z + W x
    e = z
    y = 2 e
    always = y
    learning = 3 z if teacher else y
    20ms ds/dt = -s + y if continuous
    s = y otherwise
    1s dW/dt = always x'
    W(0) = normal(1)
output:
    answer = learning
`)
	if err != nil {
		t.Fatal(err)
	}
	net, err := New(text, Setting{Sizes: []int{2, 3}, Usage: model.Usage{Presentation: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, compile := range []func() (*Program, error){net.Continuous, net.Discrete} {
		p, err := compile()
		if err != nil {
			t.Fatal(err)
		}
		out := net.layers[1]
		at := func(name string) operand { return p.vars[key{out, name}].operand() }
		if at("always") != at("y") || at("x") != p.vars[key{net.layers[0], stimulusName}].operand() {
			t.Errorf("discrete %v: second names have memory of their own", p.Discrete)
		}
		if at("learning") == at("y") || at("s") == at("y") {
			t.Errorf("discrete %v: memory is shared by what is not the same at all times", p.Discrete)
		}
		if !p.Discrete {
			continue
		}
		m := NewMachine(p, [][]float64{{1, 2, 3, 4, 5, 6}})
		copy(m.Stimulus(), []float64{1, 2})
		m.Present(false, false)
		for i, want := range []float64{10, 22, 34} {
			if y, s := m.array(at("y"))[i], m.array(at("s"))[i]; y != want || s != want {
				t.Errorf("y and s of unit %d are %v and %v, want %v", i, y, s, want)
			}
		}
	}
}
