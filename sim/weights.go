package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/synapse"
)

// Weights are the weights of a network: of all its projections that are not
// tied to others, in the order of [program.Network.Matrices]. Of a projection
// that does not have all connections, those that there are.
type Weights[F Float] struct {
	net    *program.Network
	values [][]F
}

// Draw returns the weights that a network begins with, as its text says.
func Draw[F Float](net *program.Network, rng *rand.Rand) (*Weights[F], error) {
	values, err := program.Draw[F](net, rng)
	return &Weights[F]{net, values}, err
}

// Network is the description whose weights these are.
func (w *Weights[F]) Network() *program.Network { return w.net }

// Clone returns a copy.
func (w *Weights[F]) Clone() *Weights[F] {
	c := &Weights[F]{net: w.net}
	for _, v := range w.values {
		c.values = append(c.values, slices.Clone(v))
	}
	return c
}

// Of returns the weights of a name, such as "W1" or "c_PI2"; nil if the network
// has none. They are those of w, not a copy: in the order of its shape, or of the
// connections that [program.Matrix.Pattern] lists.
func (w *Weights[F]) Of(name string) []F {
	for k, m := range w.net.Matrices() {
		if m.Name == name {
			return w.values[k]
		}
	}
	return nil
}

// copied sets all weights to those of another network, of the same names and
// shapes.
func (w *Weights[F]) copied(from *Weights[F]) error { return w.SetTensors(from.Tensors()) }

// visit visits all weights.
func (w *Weights[F]) visit(visit Visit) {
	for k, m := range w.net.Matrices() {
		visit(m.Name, w.values[k])
	}
}

// Tensor is an array of weights under the name that metrics use: W1, c1, Y1,
// Q1, R1, or W_PI1, c_PI1 and W_IP1 onto and from interneurons. The number is
// the layer.
type Tensor[F Float] struct {
	Name  string
	Layer int // the one that declares it
	// Shape is units of the layer by units of the one below for a dense W, maps
	// by maps below by kernel by kernel for layers of maps, and the same of the
	// layer above for weights that run back along its W. Biases have one value
	// a unit, or a map.
	Shape  []int
	Values []F // row-major
}

// Tensors lists every weight that decides what the network answers and learns.
// What is tied to other weights is not stored, and so not listed. Values are
// those of w, or where not all is connected a copy with zeros in between.
func (w *Weights[F]) Tensors() []Tensor[F] {
	var out []Tensor[F]
	for k, m := range w.net.Matrices() {
		values := w.values[k]
		if p := m.Pattern(); p != nil {
			values = make([]F, p.Out*p.In)
			synapse.Expand(p, values, w.values[k])
		}
		out = append(out, Tensor[F]{m.Name, m.Layer, slices.Clone(m.Shape), values})
	}
	return out
}

// SetTensors sets all weights, given in any order; their Layer does not count.
// It changes nothing unless
// names, shapes and numbers of values are those of Tensors and all values are
// finite, and zero where the network has no connection. The error begins with the name, so that the caller can put in front
// where the tensors come from.
func (w *Weights[F]) SetTensors(from []Tensor[F]) error {
	own := w.Tensors()
	given := make(map[string]Tensor[F], len(from))
	for _, t := range from {
		if _, twice := given[t.Name]; twice {
			return fmt.Errorf("%s is given twice", shownName(t.Name))
		}
		given[t.Name] = t
	}
	for _, t := range own {
		source, ok := given[t.Name]
		if !ok {
			return fmt.Errorf("%s is missing, which the network needs; there are %s", t.Name, namesOf(from))
		}
		if err := t.accepts(source); err != nil {
			return err
		}
	}
	for _, m := range w.net.Matrices() {
		if err := unconnected(m, given[m.Name].Values); err != nil {
			return err
		}
	}
	for _, t := range from {
		if !slices.ContainsFunc(own, func(o Tensor[F]) bool { return o.Name == t.Name }) {
			return fmt.Errorf("%s is none of the network's weights, which are %s", shownName(t.Name), namesOf(own))
		}
	}
	for k, m := range w.net.Matrices() {
		if p := m.Pattern(); p != nil {
			synapse.Compress(p, w.values[k], given[m.Name].Values)
			continue
		}
		copy(w.values[k], given[m.Name].Values)
	}
	return nil
}

// unconnected finds a weight where there is no connection.
func unconnected[F Float](m *program.Matrix, values []F) error {
	p := m.Pattern()
	if p == nil {
		return nil
	}
	for k, v := range values {
		if _, ok := p.Index(k/p.In, k%p.In); v != 0 && !ok {
			return fmt.Errorf("%s has %v in row %d, column %d, where the network has no connection, expected 0: which connections it has follows from run.seed", m.Name, v, k/p.In+1, k%p.In+1)
		}
	}
	return nil
}

// accepts says why t cannot take the values of source, which bears its name.
func (t Tensor[F]) accepts(source Tensor[F]) error {
	if !slices.Equal(source.Shape, t.Shape) {
		return fmt.Errorf("%s has shape %s, but layer %d of the network needs %s",
			t.Name, model.ShapeText(source.Shape), t.Layer, model.ShapeText(t.Shape))
	}
	if len(source.Values) != len(t.Values) {
		return fmt.Errorf("%s has %d values, expected %s", t.Name, len(source.Values), model.ShapeText(t.Shape))
	}
	if i := slices.IndexFunc(source.Values, func(v F) bool { return v-v != 0 }); i >= 0 {
		return fmt.Errorf("%s has %v as value %d of %d, expected finite numbers", t.Name, source.Values[i], i+1, len(t.Values))
	}
	return nil
}

// maxNames is how many names an error lists.
const maxNames = 20

func namesOf[F Float](tensors []Tensor[F]) string {
	if len(tensors) == 0 {
		return "none"
	}
	var names []string
	for _, t := range tensors[:min(len(tensors), maxNames)] {
		names = append(names, shownName(t.Name))
	}
	if more := len(tensors) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d others", more))
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return names[0]
}

// shownName is a name, which may come from anywhere, as it may stand on one line
// of an error.
func shownName(name string) string {
	if len(name) <= 40 && name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) || r == ' ' }) {
		return name
	}
	return fmt.Sprintf("%.40q", name)
}
