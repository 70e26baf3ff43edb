package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"burstsim/sim/program"
)

// Change is what happens to weights between two updates, beside learning.
type Change struct {
	// Kind is "zero", which sets them to 0; "noise", which adds to each a normal
	// number; or "begin", by which they begin anew as the text says, from what
	// others are now: W(0) = ... of feedback that is symmetric at the start aligns it
	// again.
	Kind string
	// Weights are symbols of weights or biases, such as "Y" or "c", of all layers.
	Weights []string
	// SD is the standard deviation of the noise in units of that of the weights of a
	// layer, more than 0.
	SD float64
}

// ChangeKinds are those of a Change.
var ChangeKinds = []string{"zero", "noise", "begin"}

// Check returns an error for a change that weights of this network cannot take.
func (c Change) Check(net *program.Network) error {
	if !slices.Contains(ChangeKinds, c.Kind) {
		return fmt.Errorf("sim: a change of weights by %q, expected zero, noise or begin", c.Kind)
	}
	if c.Kind == "noise" && !(c.SD > 0 && c.SD <= math.MaxFloat64) {
		return fmt.Errorf("sim: a change of weights by noise of %v, expected more than 0", c.SD)
	}
	names := Changeable(net)
	for _, name := range c.Weights {
		if !slices.Contains(names, name) {
			return fmt.Errorf("sim: a change of the weights %q, expected of those that do not follow from others: %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}

// Changeable are the symbols of weights that a Change can name: those that are
// tied to no others.
func Changeable(net *program.Network) []string {
	var names []string
	for _, m := range net.Matrices() {
		if !slices.Contains(names, m.Kind()) {
			names = append(names, m.Kind())
		}
	}
	return names
}

// Change changes weights, of which none leaves its bounds. What the optimiser has
// gathered stays. rng is what normal numbers are drawn from.
func (d *Discrete[F]) Change(c Change, rng *rand.Rand) error {
	net := d.state.Network()
	if err := c.Check(net); err != nil {
		return err
	}
	d.machine.Flush()
	changes := func(m *program.Matrix) bool { return slices.Contains(c.Weights, m.Kind()) }
	if c.Kind == "begin" {
		if err := program.Redraw(net, rng, d.state.weights.values, changes); err != nil {
			return err
		}
	}
	for k, m := range net.Matrices() {
		w := d.state.weights.values[k]
		switch {
		case !changes(m):
		case c.Kind == "zero":
			clear(w)
		case c.Kind == "noise":
			sd := c.SD * scatter(w)
			for i := range w {
				w[i] += F(sd * rng.NormFloat64())
			}
		}
	}
	for _, p := range d.params { // what rounding withheld of weights that are gone
		if p.w >= 0 && changes(d.machine.Program().Rules[p.w].Matrix) {
			clear(p.CarryW)
		}
		if p.c >= 0 && changes(d.machine.Program().Rules[p.c].Matrix) {
			clear(p.CarryC)
		}
	}
	d.machine.Constrain()
	return nil
}

// scatter is the standard deviation of numbers around their mean.
func scatter[F Float](w []F) float64 {
	x := make([]float64, len(w))
	for i, v := range w {
		x[i] = float64(v)
	}
	return stat.PopStdDev(x, nil)
}
