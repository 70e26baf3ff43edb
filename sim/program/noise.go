package program

import (
	"math"

	"burstsim/sim/noise"
)

// noiseName is the word for white noise, of unit 1/sqrt(s): <xi(t) xi(t')> is
// the delta function of t - t'. Each unit of each state has its own.
const noiseName = "xi"

// white is the white noise of the state whose equation is built.
func (b *builder) white() *node {
	if b.noisy == nil {
		b.fail("%s is the noise of a state, expected it in an equation such as tau dx/dt = -x + sigma sqrt(2 tau) %s", noiseName, noiseName)
	}
	b.net.seeded.Store(true)
	return b.xi(b.noisy, -0.5)
}

// xi is a normal number for each unit of a state; of unit 1/sqrt(s) it stands for
// white noise, until withoutNoise splits it off.
func (b *builder) xi(v *variable, dim float64) *node {
	return b.make(node{op: opXi, v: v, spread: full, units: v.units, dim: dim})
}

// withoutNoise splits the noise off the right-hand side of an equation, and
// returns its strength: b of dx = f(x) dt + b dW, 1/sqrt(s).
func (b *builder) withoutNoise(v *variable, right, tau *node) (rest *node, strength float64) {
	xi := b.xi(v, -0.5)
	if !depends(right, xi, map[*node]bool{}) {
		return right, 0
	}
	gain, rest, linear := b.linear(right, xi)
	switch {
	case !linear || gain.op != opConst:
		b.fail("the noise of %s is multiplied by what may change, expected a number or parameters: only additive noise, which does not depend on states, means the same to Itô and Stratonovich", v.name)
	case tau.op != opConst:
		why := "changes"
		if tau.op == opTable {
			why = "differs between units"
		}
		b.fail("the time constant of %s %s, expected a number or parameters where there is noise", v.name, why)
	}
	return rest, gain.value / tau.value
}

// drawn is what a state takes in discrete time: its drive and, with noise, a
// draw from the distribution that it has in continuous time while its drive
// stands still. Its variance is b^2 tau/2.
func (b *builder) drawn(c compartment) *node {
	if c.noise == 0 {
		return c.drive
	}
	if c.tau == nil || c.tau.op != opConst {
		b.fail("the leak of %s is not a constant rate, the same for all units, so that in discrete time its noise has no distribution that is known", c.v.name)
	}
	return b.add(c.drive, b.mul(b.constant(c.noise*math.Sqrt(c.tau.value/2), 0), b.xi(c.v, 0)))
}

// stream is the random numbers of a state's noise, by its name: they are the
// same in every network that has a state of this name in this place.
func (net *Network) stream(v *variable) noise.Stream {
	name := v.String()
	if v.pop.host != nil {
		name = v.pop.kind + "/" + name
	}
	return noise.NewStream(net.Setting.Seed, name, net.Rows(), v.units)
}

// stochastic is a state with noise in discrete time.
type stochastic struct {
	stream noise.Stream
	drawn  []float64
}

// drawNoise stores normal numbers in dst, those of the present presentation.
func (m *Machine[F]) drawNoise(v *variable, dst []F) {
	s := m.noise[v]
	s.stream.Draw(s.drawn, m.Presentation)
	for i, x := range s.drawn {
		dst[i] = F(x)
	}
}
