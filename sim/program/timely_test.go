package program

import (
	"testing"

	"burstsim/sim/model"
)

// TestStateOfOneTime: what is a state in continuous time only has its place in
// discrete time too, where a fixed point is sought.
func TestStateOfOneTime(t *testing.T) {
	text, err := model.Parse("", `model m
input:
    e = stimulus
layer:
    projection W from below
    10ms dz/dt = -z + W e[below]
    e = z
    20ms ds/dt = -s + e if continuous
    pre = s if continuous
    pre = e otherwise
    1s dW/dt = pre e[below]'
    W(0) = normal(1)
output:
    answer = e
`)
	if err != nil {
		t.Fatal(err)
	}
	net, err := New(text, Setting{Sizes: []int{2, 3}, Usage: model.Usage{Presentation: 1}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := net.Discrete()
	if err != nil {
		t.Fatal(err)
	}
	m := NewMachine(p, [][]float64{{1, 2, 3, 4, 5, 6}})
	copy(m.Stimulus(), []float64{1, 2})
	m.Present(true, false)
	for range 3 {
		if !m.Drives(true) {
			t.Fatal("no drives")
		}
		copy(m.State(), m.Slope())
	}
	m.Rest(true)
	if got := m.Answer(); got[0] != 5 || got[1] != 11 || got[2] != 17 {
		t.Errorf("answer %v, want [5 11 17]", got)
	}
	m.Factors(true)
	change := make([]float64, 6)
	m.Change(change, 0, 1)
	if change[0] != 5 || change[5] != 34 {
		t.Errorf("change %v, want 5 ... 34", change)
	}
}
