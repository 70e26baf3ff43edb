// Package teacher is a fixed network of sigmoids whose outputs are the targets of
// a task. Each layer has z = W f(z below) + b, of the first layer with the inputs
// themselves in the place of f(z below), and the targets are f(z) of the last
// one. Its units follow at once, or with a time constant.
package teacher

import (
	"errors"
	"fmt"
	"math"

	"burstsim/internal/linalg"
	"burstsim/neuron"
)

// Layer is the weights of one layer.
type Layer struct {
	Out, In int       // numbers of units; at least 1
	Weight  []float64 // Out x In, row-major
	Bias    []float64 // of each unit; nil: none
}

// Network is a teacher. It works in memory of its own, so it must not be used by
// two goroutines at once; Clone shares the weights.
type Network struct {
	layers    []Layer
	rates     [][]float64 // of the units of each layer, as computed last
	leak      float64     // 1/s; 0: units follow at once
	units     int
	potential []float64 // of units that follow at once
}

// New returns a teacher with these layers, the first above the inputs. With a time
// constant tau (s) more than 0 each unit has a potential z of its own, tau dz/dt =
// -z + W f(z below) + b; with 0 it follows at once. The error names what does not
// fit.
func New(layers []Layer, tau float64) (*Network, error) {
	if len(layers) == 0 {
		return nil, errors.New("teacher: no layers, expected at least 1")
	}
	if !(tau >= 0) || tau > 0 && (math.IsInf(tau, 1) || math.IsInf(1/tau, 1)) {
		return nil, fmt.Errorf("teacher: tau is %v s, expected a finite number of at least 0", tau)
	}
	n := &Network{layers: layers}
	for i, l := range layers {
		switch {
		case l.In < 1 || l.Out < 1:
			return nil, fmt.Errorf("teacher: layer %d has %d units and %d below, expected at least 1", i+1, l.Out, l.In)
		case len(l.Weight) != l.In*l.Out:
			return nil, fmt.Errorf("teacher: layer %d has %d weights, expected %d x %d", i+1, len(l.Weight), l.Out, l.In)
		case l.Bias != nil && len(l.Bias) != l.Out:
			return nil, fmt.Errorf("teacher: layer %d has %d biases, expected %d", i+1, len(l.Bias), l.Out)
		case i > 0 && l.In != layers[i-1].Out:
			return nil, fmt.Errorf("teacher: layer %d takes %d inputs, expected %d, the units of the layer below", i+1, l.In, layers[i-1].Out)
		}
		n.rates = append(n.rates, make([]float64, l.Out))
		n.units += l.Out
	}
	if tau > 0 {
		n.leak = 1 / tau
	} else {
		n.potential = make([]float64, n.units)
	}
	return n, nil
}

// Clone is a teacher with the same weights and memory of its own.
func (n *Network) Clone() *Network {
	own := *n
	own.rates = nil
	for _, l := range n.layers {
		own.rates = append(own.rates, make([]float64, l.Out))
	}
	own.potential = make([]float64, len(n.potential))
	return &own
}

// Layers are the weights, which must not be changed.
func (n *Network) Layers() []Layer { return n.layers }

// Inputs is the length of an input.
func (n *Network) Inputs() int { return n.layers[0].In }

// Outputs is the number of targets.
func (n *Network) Outputs() int { return n.layers[len(n.layers)-1].Out }

// StateDim is the number of potentials: all units if they have a time constant,
// otherwise 0.
func (n *Network) StateDim() int {
	if n.leak == 0 {
		return 0
	}
	return n.units
}

// Target stores the targets: the output rates of the state if units have a time
// constant, otherwise those that belong to the input.
func (n *Network) Target(dst, input, state []float64) {
	if n.leak > 0 {
		neuron.Sigmoid(dst, state[n.units-len(dst):])
		return
	}
	n.settle(n.potential, input)
	copy(dst, n.rates[len(n.rates)-1])
}

// Derivative stores dz/dt of every unit that has a time constant, layer by layer
// from the first.
func (n *Network) Derivative(dst, input, state []float64) {
	if n.leak == 0 {
		return
	}
	rate, first := input, 0
	for i := range n.layers {
		l := &n.layers[i]
		slope, z := dst[first:first+l.Out], state[first:first+l.Out]
		l.drive(slope, rate)
		for j := range slope {
			slope[j] = n.leak * (slope[j] - z[j])
		}
		neuron.Sigmoid(n.rates[i], z)
		rate = n.rates[i]
		first += l.Out
	}
}

// Leak stores 1/tau for every unit that has a time constant.
func (n *Network) Leak(dst []float64) {
	for i := range dst {
		dst[i] = n.leak
	}
}

// Settle stores the potentials that units with a time constant have when the input
// has lasted.
func (n *Network) Settle(dst, input []float64) {
	if n.leak > 0 {
		n.settle(dst, input)
	}
}

// settle stores the potentials, layer by layer, that are in balance with the
// input, and leaves the rates in the layers.
func (n *Network) settle(dst, input []float64) {
	rate, first := input, 0
	for i := range n.layers {
		l := &n.layers[i]
		z := dst[first : first+l.Out]
		l.drive(z, rate)
		neuron.Sigmoid(n.rates[i], z)
		rate = n.rates[i]
		first += l.Out
	}
}

// drive stores W rate + b.
func (l *Layer) drive(dst, rate []float64) {
	linalg.MulTrans(dst, rate, l.Weight, 1, l.Out, l.In)
	for i, b := range l.Bias {
		dst[i] += b
	}
}
