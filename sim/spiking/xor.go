package spiking

import "math"

// XOR shows a network of [BurstpropXOR] the four patterns of exclusive-or.
type XOR struct {
	*Simulation
	Predict, Teach float64 // s: of each example, without and with teacher
	nudge          []float64
	out            int
}

// Patterns are the inputs, in the order in which they are shown.
var Patterns = [4][2]bool{{false, false}, {true, false}, {false, true}, {true, true}}

// NewXOR shows patterns to a simulation as Payeur et al. do: 7.2 s of prediction,
// and 0.8 s in which the output is taught and weights learn.
func NewXOR(s *Simulation) *XOR {
	out := s.net.population("out")
	return &XOR{Simulation: s, Predict: 7.2, Teach: 0.8, nudge: make([]float64, s.net.Populations[out].Size), out: out}
}

// Example shows a pattern, and teaches it if learning. It returns the mean event
// rate of the output in Hz, over what of the prediction comes after the first
// 0.8 s, in which the last pattern fades.
func (x *XOR) Example(pattern int, learning bool) (rate float64, err error) {
	const fades = 0.8
	for k, on := range Patterns[pattern] {
		current := -350 * pA
		if on {
			current = 150 * pA
		}
		x.SetConstant(k, current)
	}
	x.SetPlastic(false)
	n := int(math.Round(x.Predict / x.net.Step))
	counted := n - int(math.Round(fades/x.net.Step))
	events := 0
	for k := range n {
		if err := x.Step(); err != nil {
			return 0, err
		}
		if k >= n-counted {
			events += len(x.Fired(x.out, Events))
		}
	}
	rate = float64(events) / (float64(counted) * x.net.Step * float64(len(x.nudge)))
	if learning {
		for i := range x.nudge {
			x.nudge[i] = Nudge(Patterns[pattern][0] != Patterns[pattern][1], x.OwnRate(x.out, i))
		}
		x.SetInjected(x.out, Dendrite, x.nudge)
		x.SetPlastic(true)
	}
	for range int(math.Round(x.Teach / x.net.Step)) {
		if err := x.Step(); err != nil {
			return 0, err
		}
	}
	x.SetPlastic(false)
	x.SetInjected(x.out, Dendrite, nil)
	return rate, nil
}
