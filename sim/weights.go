package sim

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Tensor is an array of weights under the name that metrics use: W1, c1, Y1,
// Q1, R1, or W_PI1, c_PI1 and W_IP1 onto and from interneurons. The number is
// the layer.
type Tensor[F Float] struct {
	Name  string
	Layer int // the one that W and c lead to, the hidden one that the others are of
	// Shape is units of the layer by units of the one below for a dense W, maps
	// by maps below by kernel by kernel for layers of maps, and the same of the
	// layer above for Y and Q, which run alongside its W. Biases have one value
	// a unit, or a map.
	Shape  []int
	Values []F // row-major
}

// stored is an array of weights that a network keeps, and its bias.
type stored[F Float] struct {
	kind  Kind
	layer int
	shape []int
	w, c  *[]F // c is nil without bias
}

// keep declares weights besides W, Y and Q.
func (net *Network[F]) keep(kind Kind, layer int, shape []int, w, c *[]F) {
	net.kept = append(net.kept, stored[F]{kind, layer, shape, w, c})
}

// stored lists all weights that the network keeps: W, Y, Q, then others. Those
// that follow from others at all times are not among them.
func (net *Network[F]) stored() []stored[F] {
	var out, y, q []stored[F]
	for l := 1; l <= net.Layers(); l++ {
		w := net.forward[l].Params()
		out = append(out, stored[F]{Forward, l, net.forward[l].WeightShape(), &w.W, &w.C})
		back := net.feedback[l]
		if back != nil && back.Y != nil {
			y = append(y, stored[F]{BurstFeedback, l, back.Forward.WeightShape(), &back.Y, nil})
		}
		if back != nil && back.Q != nil {
			q = append(q, stored[F]{EventFeedback, l, back.Forward.WeightShape(), &back.Q, nil})
		}
	}
	return slices.Concat(out, y, q, net.kept)
}

// Tensors lists every weight that decides what the network answers and learns.
// Feedback and interneurons that are tied to other weights are not stored, and
// so not listed. Values are the network's own: they are valid until it moves.
func (net *Network[F]) Tensors() []Tensor[F] {
	var out []Tensor[F]
	for _, s := range net.stored() {
		name := fmt.Sprint(s.kind, s.layer)
		out = append(out, Tensor[F]{name, s.layer, s.shape, *s.w})
		if s.c != nil {
			out = append(out, Tensor[F]{strings.Replace(name, "W", "c", 1), s.layer, []int{len(*s.c)}, *s.c})
		}
	}
	return out
}

// SetTensors sets all weights, given in any order; their Layer does not count.
// It changes nothing unless
// names, shapes and numbers of values are those of Tensors and all values are
// finite. The error begins with the name, so that the caller can put in front
// where the tensors come from.
func (net *Network[F]) SetTensors(from []Tensor[F]) error {
	own := net.Tensors()
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
	for _, t := range from {
		if !slices.ContainsFunc(own, func(o Tensor[F]) bool { return o.Name == t.Name }) {
			return fmt.Errorf("%s is none of the network's weights, which are %s", shownName(t.Name), namesOf(own))
		}
	}
	for _, t := range own {
		copy(t.Values, given[t.Name].Values)
	}
	return nil
}

// accepts says why t cannot take the values of source, which bears its name.
func (t Tensor[F]) accepts(source Tensor[F]) error {
	if !slices.Equal(source.Shape, t.Shape) {
		return fmt.Errorf("%s has shape %s, but layer %d of the network needs %s",
			t.Name, shapeText(source.Shape), t.Layer, shapeText(t.Shape))
	}
	if len(source.Values) != len(t.Values) {
		return fmt.Errorf("%s has %d values, expected %s", t.Name, len(source.Values), shapeText(t.Shape))
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

// shapeText is a shape as "10 x 50".
func shapeText(shape []int) string {
	if len(shape) == 0 {
		return "()"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", " x "), "[]")
}
