package sim

import (
	"fmt"

	"burstsim/integrator"
	"burstsim/synapse"
)

var (
	_ integrator.Leaky[float64]  = (*Continuous[float64])(nil)
	_ integrator.Parted[float64] = (*Continuous[float64])(nil)
)

// Continuous is a network and its task in continuous time, as a system of
// ordinary differential equations. One vector holds all that changes:
//
//	compartments, layer by layer | teacher's own state | weights
//
// With split plasticity the system ends before the weights, which [Simulation]
// then moves by one Euler step a time step; the state of a Runge-Kutta stage
// is so much shorter.
//
// In float32 a carry stands beside the vector: what rounding withholds from it,
// so that slow change is not lost; see [synapse.Accumulate] and
// [integrator.Compensated].
type Continuous[F Float] struct {
	net       *Network[F]
	sources   []*source[F]
	relaxing  []*stage[F] // stages with a state
	following []*stage[F] // stages without
	split     bool

	learning bool
	x        []F // everything
	carry    []F // beside x; nil if nothing is kept
	dynamic  int // length of the part before the weights
	bound    *F  // first element of the vector that the views point into

	// Factors of the weights' change at the start of a step, for split
	// plasticity.
	capture   bool
	post, pre [][]F
	// The projections whose change waits for their next use, nil for others.
	deferring []*synapse.Dense[F]
	scratch   []F // for a change that does not wait

	blocks blocks
}

// NewContinuous puts a network in continuous time. streams holds one task a
// row. The weights' storage moves into the system's state.
func NewContinuous[F Float](net *Network[F], streams []Stream, split bool) (*Continuous[F], error) {
	if net.discreteOnly != "" {
		return nil, fmt.Errorf("sim: %s has a discrete form only", net.discreteOnly)
	}
	sources, err := newSources(net, streams)
	if err != nil {
		return nil, err
	}
	c := &Continuous[F]{net: net, sources: sources, split: split}
	n := 0
	for _, s := range net.stages {
		if s.tau == 0 {
			c.following = append(c.following, s)
			continue
		}
		c.relaxing = append(c.relaxing, s)
		n += len(s.x)
	}
	for _, s := range c.sources {
		n += len(s.state)
	}
	c.dynamic = n
	for _, p := range net.plastic {
		n += p.size()
		c.post = append(c.post, make([]F, len(p.post())))
		c.pre = append(c.pre, make([]F, len(p.pre())))
		dense, ok := p.shape.(*synapse.Dense[F])
		if !ok || p.w != &dense.W || net.rows != 1 {
			dense = nil
		}
		c.deferring = append(c.deferring, dense)
	}
	c.x = make([]F, n)
	c.adopt()
	if synapse.Compensated[F]() {
		c.compensate()
	}
	return c, nil
}

// compensate keeps what rounding withholds from the state.
func (c *Continuous[F]) compensate() {
	c.carry = make([]F, len(c.x))
	largest := 0
	for k, p := range c.net.plastic {
		largest = max(largest, len(c.post[k]))
		if c.deferring[k] == nil {
			largest = max(largest, p.size())
		}
	}
	if c.split {
		c.scratch = make([]F, largest)
	}
}

// Carry is what rounding has withheld from State, element by element; nil if
// nothing is kept.
func (c *Continuous[F]) Carry() []F {
	if c.carry == nil {
		return nil
	}
	return c.carry[:c.Dim()]
}

// visit visits the state and all weights. Rates follow from it when it is next
// read, but for the layer-by-layer order, in which some are seen late.
func (c *Continuous[F]) visit(visit Visit) {
	visit("teaching", &c.net.teaching)
	visit("learning", &c.learning)
	visit("state", c.x[:c.dynamic])
	c.net.visitWeights(visit)
	if c.carry != nil {
		visit("carry", c.carry)
	}
	if !c.blocks.used {
		return
	}
	for l, rates := range c.net.rates[1:] {
		visit(fmt.Sprintf("rates%d", l+1), rates)
	}
	for k, l := range c.net.lags {
		visit(fmt.Sprintf("lag%d/now", k), l.now)
		visit(fmt.Sprintf("lag%d/seen", k), *l.seen)
	}
}

// size is how many numbers the projection learns.
func (p *plastic[F]) size() int {
	if p.c == nil {
		return len(*p.w)
	}
	return len(*p.w) + len(*p.c)
}

// adopt copies states and weights into the vector and points the views there.
func (c *Continuous[F]) adopt() {
	at := 0
	take := func(view *[]F) {
		n := len(*view)
		copy(c.x[at:at+n], *view)
		*view = c.x[at : at+n : at+n]
		at += n
	}
	for _, s := range c.relaxing {
		take(&s.x)
	}
	at = c.dynamic
	for _, p := range c.net.plastic {
		take(p.w)
		if p.c != nil {
			take(p.c)
		}
	}
	c.bound = &c.x[0]
}

// bind points the views into x, which has length Dim.
func (c *Continuous[F]) bind(x []F) {
	if &x[0] == c.bound {
		return
	}
	c.bound = &x[0]
	at := 0
	for _, s := range c.relaxing {
		n := len(s.x)
		s.x = x[at : at+n : at+n]
		at += n
	}
	if c.split {
		return
	}
	at = c.dynamic
	for _, p := range c.net.plastic {
		n := len(*p.w)
		*p.w = x[at : at+n : at+n]
		at += n
		if p.c != nil {
			n := len(*p.c)
			*p.c = x[at : at+n : at+n]
			at += n
		}
	}
}

// State is the vector that a stepper moves, of length Dim.
func (c *Continuous[F]) State() []F { return c.x[:c.Dim()] }

// Network is the network that is moved.
func (c *Continuous[F]) Network() *Network[F] { return c.net }

// Dim is the number of variables that a stepper moves.
func (c *Continuous[F]) Dim() int {
	if c.split {
		return c.dynamic
	}
	return len(c.x)
}

// SetTeaching says whether the target reaches the output dendrites, and
// whether the weights learn.
func (c *Continuous[F]) SetTeaching(teacher, learning bool) {
	c.net.teaching, c.learning = teacher, learning
}

// Settle puts the teachers in their steady state at time t (s).
func (c *Continuous[F]) Settle(t float64) {
	at := c.teachers()
	for _, s := range c.sources {
		n := len(s.state)
		s.settle(c.x[at:at+n], t)
		at += n
	}
}

// teachers is where the teachers' own state begins.
func (c *Continuous[F]) teachers() int {
	at := c.dynamic
	for _, s := range c.sources {
		at -= len(s.state)
	}
	return at
}

// sample reads the tasks at time t.
func (c *Continuous[F]) sample(t float64, x []F) {
	at := c.teachers()
	for _, s := range c.sources {
		n := len(s.state)
		s.sample(t, x[at:at+n])
		at += n
	}
}

// read computes all rates at time t and state x.
func (c *Continuous[F]) read(t float64, x []F) {
	c.bind(x)
	c.sample(t, x)
	for _, s := range c.relaxing {
		s.read()
	}
	for _, s := range c.following {
		s.read()
	}
}

// Derivative stores the rate of change at time t (s) and state x.
func (c *Continuous[F]) Derivative(dst []F, t float64, x []F) {
	c.read(t, x)
	at := 0
	for _, s := range c.relaxing {
		n := len(s.x)
		s.slope(dst[at : at+n])
		at += n
	}
	c.teacherSlopes(dst[at:c.dynamic], t)
	if c.split {
		c.captureFactors()
		return
	}
	at = c.dynamic
	for _, p := range c.net.plastic {
		n := p.size()
		c.change(dst[at:at+n], p)
		at += n
	}
}

func (c *Continuous[F]) teacherSlopes(dst []F, t float64) {
	at := 0
	for _, s := range c.sources {
		n := len(s.state)
		s.derivative(dst[at:at+n], t)
		at += n
	}
}

// captureFactors keeps what the weights will change by, once a step.
func (c *Continuous[F]) captureFactors() {
	if !c.capture || !c.learning {
		return
	}
	c.flush()
	for k, p := range c.net.plastic {
		copy(c.post[k], p.post())
		copy(c.pre[k], p.pre())
	}
	c.capture = false
}

// slope stores (drive - x) / tau.
func (s *stage[F]) slope(dst []F) {
	s.drive(dst)
	rate := F(1 / s.tau)
	x := s.x[:len(dst)]
	for i := range dst {
		dst[i] = (dst[i] - x[i]) * rate
	}
}

// change stores the rate of change of a projection's weights.
func (c *Continuous[F]) change(dst []F, p *plastic[F]) {
	if !c.learning {
		clear(dst)
		return
	}
	rate := p.gain / F(p.tau*float64(c.net.rows))
	n := len(*p.w)
	post := p.post()
	p.shape.Correlate(dst[:n], rate, post, p.pre(), c.net.rows)
	if p.c != nil {
		p.shape.CorrelateBias(dst[n:], rate, post, c.net.rows)
	}
}

// stepWeights moves the weights by h with the factors that were captured at the
// start of the step; those of dense projections when they are next used, or by
// flush.
func (c *Continuous[F]) stepWeights(h float64) {
	if !c.learning {
		return
	}
	at := c.dynamic
	for k, p := range c.net.plastic {
		rate := p.gain * F(h/(p.tau*float64(c.net.rows)))
		var carryW, carryC []F
		if c.carry != nil {
			n := len(*p.w)
			carryW, carryC = c.carry[at:at+n], c.carry[at+n:at+p.size()]
		}
		at += p.size()
		if dense := c.deferring[k]; dense != nil {
			dense.Defer(carryW, rate, c.post[k], c.pre[k])
		} else {
			synapse.Accumulate(p.shape, *p.w, carryW, c.scratch, rate, c.post[k], c.pre[k], c.net.rows)
		}
		if p.c != nil {
			synapse.AccumulateBias(p.shape, *p.c, carryC, c.scratch, rate, c.post[k], c.net.rows)
		}
	}
}

// flush makes the changes that wait.
func (c *Continuous[F]) flush() {
	for _, dense := range c.deferring {
		if dense != nil {
			dense.Flush()
		}
	}
}

// Parts are the compartments of each kind and layer, the teachers, and what each
// projection learns: many weights that hardly move do not hide the errors of a
// few somata.
func (c *Continuous[F]) Parts() []int {
	var ends []int
	n := 0
	for _, s := range c.relaxing {
		n += len(s.x)
		ends = append(ends, n)
	}
	ends = append(ends, c.dynamic)
	if c.split {
		return ends
	}
	n = c.dynamic
	for _, p := range c.net.plastic {
		n += p.size()
		ends = append(ends, n)
	}
	return ends
}

// Leak stores the decay rates (1/s): 1/tau of every compartment, 0 for the
// weights.
func (c *Continuous[F]) Leak(dst []F) {
	clear(dst)
	at := 0
	for _, s := range c.relaxing {
		n := len(s.x)
		filled(dst[at:at+n], 1/s.tau)
		at += n
	}
	for _, s := range c.sources {
		n := len(s.state)
		leak := make([]float64, n)
		s.StateLeak(leak)
		convert(dst[at:at+n], leak)
		at += n
	}
}
