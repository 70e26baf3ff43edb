// Package neuron holds the equations of single compartments, element by
// element on slices: transfer functions, the apical dendrite, burst
// probability and the teacher. It knows no weights.
//
// Symbols follow Greedy et al., "Single-phase deep learning in
// cortico-cortical networks", NeurIPS 2022 (arXiv 2206.11769).
package neuron

import (
	"fmt"
	"math"
)

// BurstTransfer turns an apical potential into a burst probability.
type BurstTransfer int

const (
	// Centred is p = 2 p_b sigmoid(u / (2 p_b)): it rests at the baseline p_b
	// for every p_b and equals Published at p_b = 0.5.
	Centred BurstTransfer = iota
	// Published is p = sigmoid(u), which rests at 0.5 whatever p_b is.
	Published
)

// Pyramidal holds the constants of a pyramidal population with a soma and an
// apical dendrite.
type Pyramidal struct {
	TauSoma     float64 // somatic time constant tau_z, s; > 0; reference 0.1
	TauDendrite float64 // dendritic time constant tau_u, s; > 0; reference 0.1
	PBaseline   float64 // burst probability without error p_b, in (0, 0.5]; reference 0.5
	Beta        float64 // gain of the apical dendrite; > 0; reference 4
	Transfer    BurstTransfer
}

// DefaultPyramidal is the population of the published continuous-time BurstCCN.
func DefaultPyramidal() Pyramidal {
	return Pyramidal{TauSoma: 0.1, TauDendrite: 0.1, PBaseline: 0.5, Beta: 4}
}

// Validate reports the first constant that is out of range.
func (c Pyramidal) Validate() error {
	switch {
	case !(c.TauSoma > 0) || math.IsInf(c.TauSoma, 1):
		return fmt.Errorf("neuron: TauSoma is %v s, expected more than 0", c.TauSoma)
	case !(c.TauDendrite > 0) || math.IsInf(c.TauDendrite, 1):
		return fmt.Errorf("neuron: TauDendrite is %v s, expected more than 0", c.TauDendrite)
	case !(c.PBaseline > 0 && c.PBaseline < 1):
		return fmt.Errorf("neuron: PBaseline is %v, expected between 0 and 1", c.PBaseline)
	case c.PBaseline > 0.5:
		return fmt.Errorf("neuron: PBaseline is %v, expected at most 0.5: a teacher raises burst probabilities up to twice that", c.PBaseline)
	case !(c.Beta > 0) || math.IsInf(c.Beta, 1):
		return fmt.Errorf("neuron: Beta is %v, expected more than 0", c.Beta)
	}
	return nil
}

// DendriticDrive stores beta h(e) a, with h(e) = 1 - e = f'(z)/f(z) of the
// logistic f, where the apical potential relaxes to. a is the net feedback
// input, e the population's own event rate.
func DendriticDrive[F Float](dst []F, beta float64, e, a []F) {
	e, a = e[:len(dst)], a[:len(dst)]
	k := F(beta)
	for i := range dst {
		dst[i] = k * (1 - e[i]) * a[i]
	}
}

// BurstProbability stores the burst probability p at the apical potential u.
// p may be u.
func BurstProbability[F Float](p []F, c *Pyramidal, u []F) {
	if c.Transfer == Published || c.PBaseline == 0.5 {
		Sigmoid(p, u)
		return
	}
	top := F(2 * c.PBaseline)
	u = u[:len(p)]
	for i := range p {
		p[i] = u[i] / top
	}
	Sigmoid(p, p)
	for i := range p {
		p[i] *= top
	}
}

// BurstRate stores b = p e.
func BurstRate[F Float](b, p, e []F) {
	p, e = p[:len(b)], e[:len(b)]
	for i := range b {
		b[i] = p[i] * e[i]
	}
}

// Deviation stores (p - baseline) e: how far the burst rate is from the one
// expected at this event rate. It is the postsynaptic factor of plasticity.
func Deviation[F Float](d, p, baseline, e []F) {
	p, baseline, e = p[:len(d)], baseline[:len(d)], e[:len(d)]
	for i := range d {
		d[i] = (p[i] - baseline[i]) * e[i]
	}
}

// TeacherBurstProbability stores p = p_b + p_b (target - e)(1 - e): the
// dendrite of an output neuron that a teacher drives. e is the event rate, or
// its moving average in Burstprop.
func TeacherBurstProbability[F Float](p []F, pBaseline float64, target, e []F) {
	target, e = target[:len(p)], e[:len(p)]
	pb := F(pBaseline)
	for i := range p {
		p[i] = pb + pb*(target[i]-e[i])*(1-e[i])
	}
}

// AverageBurstProbability stores p_a = b_a / e_a, the burst probability that
// moving averages of bursts and events amount to. Before any event was averaged,
// it is what the quotient tends to as averaging begins: the present burst
// probability.
func AverageBurstProbability[F Float](p, bursts, events, present []F) {
	bursts, events, present = bursts[:len(p)], events[:len(p)], present[:len(p)]
	for i := range p {
		if events[i] == 0 {
			p[i] = present[i]
		} else {
			p[i] = bursts[i] / events[i]
		}
	}
}

// NudgePotential stores logit(0.2 + 0.6 target), the somatic potential that a
// teacher pulls the output of an error-dendrite network to; targets are in
// [0, 1].
func NudgePotential[F Float](z, target []F) {
	target = target[:len(z)]
	for i := range z {
		z[i] = 0.2 + 0.6*target[i]
	}
	Logit(z, z)
}

// Mix stores (1 - lambda) a + lambda b: a soma or interneuron between two of
// its inputs. dst may be a or b.
func Mix[F Float](dst []F, lambda float64, a, b []F) {
	a, b = a[:len(dst)], b[:len(dst)]
	k := F(lambda)
	for i := range dst {
		dst[i] = (1-k)*a[i] + k*b[i]
	}
}
