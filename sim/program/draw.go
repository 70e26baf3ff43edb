package program

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"burstsim/sim/model"
)

// Draw returns the weights that a network begins with, by matrix, as the lines
// W(0) = ... say. Projections from below are drawn first, layer by layer, then
// the others in the order of [Network.Matrices].
func Draw[F Float](net *Network, rng *rand.Rand) (w [][]F, err error) {
	defer caught(net.Text, &err)
	d := &drawer[F]{net: net, rng: rng, of: map[*projection][]F{}, begun: map[*projection]bool{}}
	for _, m := range net.matrices {
		d.w = append(d.w, d.weights(m.proj))
	}
	return d.w, nil
}

// Redraw begins weights anew, those matrices of w that again holds for, as their
// lines say, and from what all others are now.
func Redraw[F Float](net *Network, rng *rand.Rand, w [][]F, again func(*Matrix) bool) (err error) {
	defer caught(net.Text, &err)
	d := &drawer[F]{net: net, rng: rng, of: map[*projection][]F{}, begun: map[*projection]bool{}, again: again}
	for k, m := range net.matrices {
		if !again(m) {
			d.of[m.proj] = w[k]
		}
	}
	for _, m := range net.matrices {
		d.w = append(d.w, d.weights(m.proj))
	}
	for k := range w {
		copy(w[k], d.w[k])
	}
	return nil
}

type drawer[F Float] struct {
	net *Network
	rng *rand.Rand
	w   [][]F
	of  map[*projection][]F // all weights that were drawn or follow from others
	// begun are those that are being drawn.
	begun map[*projection]bool
	again func(*Matrix) bool // what is drawn; nil: all
}

// stays says whether a projection that is a sum of others follows from none that
// is drawn: then it is what they are, not what a line says that it begins with.
func (d *drawer[F]) stays(p *projection) bool {
	return d.again != nil && !slices.ContainsFunc(newBuilder(d.net, map[key]*variable{}, phase{}).resolve(p), func(t term) bool {
		k := t.w.stored.index // or that of one which is computed, from what stays
		return k < len(d.net.matrices) && d.again(d.net.matrices[k])
	})
}

// weights are those of a projection, drawn if they were not.
func (d *drawer[F]) weights(p *projection) []F {
	if w := d.of[p]; w != nil {
		return w
	}
	m, e := array(p), p.begin
	if e == nil || p.tied != nil && d.stays(p) {
		e = p.tied
	}
	if e == nil { // a bias
		d.of[p] = make([]F, m.Len())
		return d.of[p]
	}
	if d.begun[p] {
		panic(&model.Error{Pos: e.Pos, Equation: e.Text, Msg: p.name + " begins with what begins with it"})
	}
	d.begun[p] = true
	c := newFormulas[F](d.net, m, e)
	c.of, c.rng = d.weights, d.rng
	f := c.whole(e.Right)
	f.eval()
	d.of[p] = slices.Clone(f.out)
	return d.of[p]
}

// Mixture is weights as a sum of others that are stored, each times a factor:
// what a projection is that is tied to others, or itself.
type Mixture struct {
	terms []term
	shape shape
}

// Mixture returns what the projection of this symbol onto a layer is; false of
// one that the network does not have.
func (net *Network) Mixture(layer int, symbol string) (Mixture, bool) {
	for _, pop := range net.all {
		p := pop.projections[symbol]
		if pop.layer != layer || p == nil || p.stored == nil && p.tied == nil {
			continue
		}
		return Mixture{newBuilder(net, map[key]*variable{}, phase{}).resolve(p), p.shape}, true
	}
	return Mixture{}, false
}

// Len is the number of weights.
func (m Mixture) Len() int {
	switch {
	case m.shape.pattern != nil:
		return m.shape.pattern.Len()
	case m.shape.maps != nil:
		return m.terms[0].w.stored.Len()
	}
	return m.shape.out * m.shape.in
}

// Of returns the mixture of the weights w, by matrix: in dst, of their length,
// unless it is one of w as it stands.
func Of[F Float](m Mixture, dst []F, w [][]F) []F {
	if len(m.terms) == 1 && m.terms[0].factor == 1 && !m.terms[0].transpose && m.terms[0].w.shape.pattern == m.shape.pattern {
		return w[m.terms[0].w.stored.index]
	}
	clear(dst)
	for _, t := range m.terms {
		addTerm(dst, m.shape, t, w[t.w.stored.index])
	}
	return dst
}

// Along lists the symbols of the feedback onto a layer: the projections that the
// text's first such line says run back beside the weights of the layer above.
func (net *Network) Along(layer int) []string {
	if layer >= net.Layers() {
		return nil
	}
	var names []string
	line := 0
	pop := net.layers[layer]
	for _, b := range net.Text.Of(pop.kind) {
		for _, d := range b.Projections {
			p := pop.projections[d.Name]
			if len(names) > 0 && d.Line != line {
				return names
			}
			if p != nil && p.along != nil && p.along.forward && p.along.of == net.layers[layer+1] && (p.stored != nil || p.tied != nil) {
				names, line = append(names, d.Name), d.Line
			}
		}
	}
	return names
}

// Alongside returns what the feedback onto a layer that [Network.Along] lists
// first runs along: weights of the layer above, or what these amount to.
func (net *Network) Alongside(layer int) Mixture {
	name := net.Along(layer)[0]
	m, _ := net.Mixture(layer+1, net.layers[layer].projections[name].along.name)
	return m
}

// Forward is the symbol of the projection from below onto a layer: the first
// that it has.
func (net *Network) Forward(layer int) *Matrix {
	for _, m := range net.matrices {
		if m.Forward && !m.Bias && m.Layer == layer {
			return m
		}
	}
	return nil
}

// Index is the place of the matrix among those of its network.
func (m *Matrix) Index() int { return m.index }

// Kind is the symbol of the weights, without the layer.
func (m *Matrix) Kind() string { return m.proj.name }

// Units is the number of units of layer l, from 0, the input, to Layers.
func (net *Network) Units(l int) int { return net.layers[l].units }

// BiasOf is the name of the weights whose bias this is; "" of others.
func (m *Matrix) BiasOf() string {
	if m.proj.biasOf == "" {
		return ""
	}
	return m.proj.biasOf + strconv.Itoa(m.Layer)
}

// Projection is the name of the projection in the text, of which a bias is that
// of its weights.
func (m *Matrix) Projection() string {
	if m.proj.biasOf != "" {
		return m.proj.biasOf
	}
	return m.proj.name
}

// Averages lists the parameters that are the time constants of what keeps the
// prediction's value in a discrete model of two phases: moving averages.
func (net *Network) Averages() []string {
	var out []string
	flags := net.timeless()
	for _, h := range net.Text.Discrete.Hold {
		for _, pop := range net.all {
			if !net.Text.Held(pop.kind, h.Name) {
				continue
			}
			flags["discrete"] = false
			e := net.equation(pop, h.Name, model.Changes, flags)
			if e == nil {
				continue
			}
			if ref, ok := e.Tau.(*model.Ref); ok && !slices.Contains(out, ref.Name) {
				out = append(out, ref.Name)
			}
		}
	}
	return out
}

// Fastest and slowest time constants of the compartments of continuous time,
// those of moving averages left out, s.
func (p *Program) TimeConstants() (fastest, slowest float64) {
	averages := p.net.Averages()
	for _, c := range p.Compartments {
		if c.Held && len(averages) > 0 {
			continue
		}
		for _, tau := range append(c.Taus, c.Tau) {
			if tau > 0 && (fastest == 0 || tau < fastest) {
				fastest = tau
			}
			slowest = max(slowest, tau)
		}
	}
	return fastest, slowest
}
