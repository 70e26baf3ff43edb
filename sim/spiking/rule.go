package spiking

// Rule is plasticity that events and bursts of the postsynaptic neuron trigger:
// with x the trace of what came through the synapse, and P the burst probability
// that is expected,
//
//	an event: dW = Rate (h - P) x, a burst: dW = Rate (1 + h) x,
//
// so that a synapse grows where its neuron bursts more than expected. A rule with
// a fixed P is that of BurstCCN, one with a moving average that of Burstprop
// (Payeur et al. 2021), which also keeps rates between two bounds:
// h = -(r - RateMax)/r where the neuron's rate r of events is above RateMax, and
// an event that comes through the synapse adds Rate [RateMin - r]+, with r the
// neuron's rate of spikes if its population has SpikeAveraging.
type Rule struct {
	Rate float64 // per unit of x
	// Moving says that P is the ratio of the neuron's own averages of bursts and
	// events, at most 1, and 1 before the first event. Otherwise it is Baseline.
	Moving   bool
	Baseline float64
	// Trace is the time constant, in s, of x, to which each arrival adds 1; 0: x
	// is what arrives in the very step, of a stimulus its value.
	Trace            float64
	RateMin, RateMax float64 // Hz, of the neuron's own average; 0: no bound
	Low, High        float64 // bounds of weights
}

// learning is a rule at work on the synapses of a connection.
type learning struct {
	*Rule
	trace fading // x of each presynaptic neuron
}

// expected is the burst probability P of neuron i, and the correction h for a rate
// above RateMax.
func (l *learning) expected(p *population, i int32) (expected, h float64) {
	expected = l.Baseline
	if l.Moving {
		expected = 1
		if e := p.ownEvents.at(i); e > 0 {
			expected = min(p.ownBursts.at(i)/e, 1)
		}
	}
	if l.RateMax > 0 {
		if r := p.ownRate(i); r > l.RateMax {
			h = -(r - l.RateMax) / r
		}
	}
	return expected, h
}

// learn changes the weights of a connection by what its postsynaptic neurons did
// in this step, which their own averages do not have yet.
func (s *Simulation) learn(c *connection) {
	l := c.learning
	post := &s.populations[c.to]
	if s.plastic {
		for _, i := range post.now[Events] {
			p, h := l.expected(post, i)
			c.change(i, l.Rate*(h-p))
		}
		for _, i := range post.now[Bursts] {
			_, h := l.expected(post, i)
			c.change(i, l.Rate*(1+h))
		}
		if l.RateMin > 0 {
			c.lift(post)
		}
	}
	if l.Trace > 0 {
		for _, j := range c.arrived {
			l.trace.add(j)
		}
		l.trace.decay()
	}
}

// lift lets what arrives strengthen synapses onto neurons that are too silent.
func (c *connection) lift(post *population) {
	l := c.learning
	for _, j := range c.arrived {
		for k := c.first[j]; k < c.first[j+1]; k++ {
			if r := post.leastRate(c.post[k]); r < l.RateMin {
				c.weights[k] = min(c.weights[k]+l.Rate*(l.RateMin-r), l.High)
			}
		}
	}
}

// change adds to the weights onto neuron i, each within the bounds.
func (c *connection) change(i int32, rate float64) {
	l := c.learning
	if l.Trace == 0 && c.source == nil { // x is 1 where something arrives, else 0
		for _, j := range c.arrived {
			if k, ok := c.synapse(j, i); ok {
				c.weights[k] = max(l.Low, min(l.High, c.weights[k]+rate))
			}
		}
		return
	}
	for _, k := range c.byPost[c.firstPost[i]:c.firstPost[i+1]] {
		c.weights[k] = max(l.Low, min(l.High, c.weights[k]+rate*l.trace.at(c.pre[k])))
	}
}
