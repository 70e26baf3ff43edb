package spiking

import (
	"fmt"
	"math"
	"slices"

	"burstsim/synapse"
)

// connection is the synapses of a Connection: those of presynaptic neuron j are
// first[j] to first[j+1], in the order of the neurons that they reach.
type connection struct {
	*Connection
	from, to  int // populations; from -1: a stimulus
	delay     int64
	source    *float64 // value of the stimulus
	weights   []float64
	dense     bool // all pairs, so that no index is needed
	posts     int  // postsynaptic neurons
	first     []int32
	pre, post []int32 // neurons of a synapse
	firstPost []int32 // the same in the order of postsynaptic neurons,
	byPost    []int32 // as places among weights
	tied      *connection
	arrived   []int32 // presynaptic neurons whose spikes arrive in this step
	shortTerm []trace
	learning  *learning
}

// trace is the state of the synapses of one presynaptic neuron, of which all had
// the same spikes.
type trace struct {
	x, u float64
	last float64 // s
}

// connect draws the synapses of a connection between so many neurons.
func (c *connection) connect(seed uint64, pre, post int) error {
	p := c.Probability
	if p == 0 {
		p = 1
	}
	if len(c.Weights) != 1 && (len(c.Weights) != pre*post || p < 1) {
		return fmt.Errorf("spiking: connection %q has %d weights, expected 1, or %d of all pairs", c.Name, len(c.Weights), pre*post)
	}
	if float64(pre)*float64(post)*p > math.MaxInt32 {
		return fmt.Errorf("spiking: connection %q would have %.3g synapses, expected at most %d", c.Name, float64(pre)*float64(post)*p, math.MaxInt32)
	}
	c.first = make([]int32, 1, pre+1)
	d := newDice(seed, "synapses of "+c.Name)
	for j := range pre {
		for _, i := range d.hits(nil, int64(j), post, p) {
			if c.from == c.to && int(i) == j {
				continue
			}
			c.pre, c.post = append(c.pre, int32(j)), append(c.post, i)
			w := c.Weights[0]
			if len(c.Weights) > 1 {
				w = c.Weights[j*post+int(i)]
			}
			c.weights = append(c.weights, w)
		}
		c.first = append(c.first, int32(len(c.post)))
	}
	c.posts, c.dense = post, len(c.post) == pre*post
	c.index(post)
	return nil
}

// index orders the synapses by the neurons that they reach.
func (c *connection) index(post int) {
	c.firstPost = make([]int32, post+1)
	for _, i := range c.post {
		c.firstPost[i+1]++
	}
	for i := range post {
		c.firstPost[i+1] += c.firstPost[i]
	}
	c.byPost = make([]int32, len(c.post))
	next := slices.Clone(c.firstPost)
	for k, i := range c.post {
		c.byPost[next[i]] = int32(k)
		next[i]++
	}
}

// synapse is the place of the weight from neuron j to neuron i.
func (c *connection) synapse(j, i int32) (int32, bool) {
	k, ok := slices.BinarySearch(c.post[c.first[j]:c.first[j+1]], i)
	return c.first[j] + int32(k), ok
}

// deliver adds what arrives in this step to the input of the neurons it reaches.
func (c *connection) deliver(s *Simulation, in []float64) {
	if c.source != nil {
		x := *c.source
		for k, i := range c.post {
			in[i] += x * c.weights[k]
		}
		return
	}
	c.arrived = s.populations[c.from].list(c.Carries, s.step-c.delay)
	for _, j := range c.arrived {
		strength := 1.0
		if c.ShortTerm != nil {
			strength = c.shortTerm[j].spike(*c.ShortTerm, s.Time())
		}
		if t := c.tied; t != nil {
			if t.dense {
				gain := strength * c.Gain
				for i := range in {
					in[i] += gain * t.weights[i*t.posts+int(j)]
				}
				continue
			}
			for _, k := range t.byPost[t.firstPost[j]:t.firstPost[j+1]] {
				in[t.pre[k]] += strength * c.Gain * t.weights[k]
			}
			continue
		}
		a, b := c.first[j], c.first[j+1]
		if c.dense {
			for i, w := range c.weights[a:b] {
				in[i] += strength * w
			}
			continue
		}
		post := c.post[a:b]
		for k, w := range c.weights[a:b] {
			in[post[k]] += strength * w
		}
	}
}

func (t *trace) spike(p synapse.ShortTerm, now float64) (strength float64) {
	strength, t.x, t.u = p.Spike(t.x, t.u, now-t.last)
	t.last = now
	return strength
}
