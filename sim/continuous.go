package sim

import (
	"time"

	"burstsim/integrator"
	"burstsim/sim/program"
	"burstsim/synapse"
)

var (
	_ integrator.Leaky[float64]       = (*Continuous[float64])(nil)
	_ integrator.Compensated[float64] = (*Continuous[float64])(nil)
	_ integrator.Parted[float64]      = (*Continuous[float64])(nil)
)

// Continuous is a network and its task in continuous time, as a system of
// ordinary differential equations. One vector holds all that changes:
//
//	compartments, layer by layer | teacher's own state | weights that learn
//
// With split plasticity the system ends before the weights, which [Integration]
// then moves by one Euler step a time step; the state of a Runge-Kutta stage
// is so much shorter.
//
// In float32 a carry stands beside the vector: what rounding withholds from it,
// so that slow change is not lost; see [synapse.Accumulate] and
// [integrator.Compensated].
type Continuous[F Float] struct {
	state   *State[F]
	machine *program.Machine[F]
	sources []*source[F]
	split   bool

	learning bool
	x        []F // everything
	carry    []F // beside x; nil if nothing is kept
	dynamic  int // length of the part before the weights
	bound    *F  // first element of the vector that the weights are read from
	rules    []plastic[F]
	held     []int // those of weights within bounds

	noise *stochastic // nil: none
	past  *history[F] // nil: there are no delays

	schedule Schedule // of learning rates; nil: they stay
	decay    float64  // of weights, 1/s
	// The part of the schedule between two knots that the network is in, and
	// whether rates change within it.
	since, until time.Duration
	ramps        bool

	capture bool // split plasticity: the next derivative is at the start of a step
	scratch []F  // for a change that does not wait

	pieces []piece // of the weights, if they are many; where they end; and what their rates follow from
	ends   []int
	kept   [][]kept[F]
}

// plastic is a rule in continuous time.
type plastic[F Float] struct {
	program.Rule
	from, to int     // of the vector
	base     float64 // 1/Tau
	course   stretch // of the schedule, that holds
	rate     float64 // as the schedule has it
	decay    float64 // of the weights, 1/s
	waits    bool

	// What the weights change by, as it was at the start of a step, for split
	// plasticity: factors, or where the rule is no single product, or weights
	// decay, their rate of change.
	single  bool
	started float64 // rate that product has still to be multiplied by
	product program.Product[F]
	change  []F
}

// NewContinuous puts a network in continuous time, with weights that begin as w,
// which stay as they are. streams holds one task a row.
func NewContinuous[F Float](w *Weights[F], streams []Stream, split bool) (*Continuous[F], error) {
	return newContinuous(w, streams, split, (*program.Network).Continuous)
}

func newContinuous[F Float](w *Weights[F], streams []Stream, split bool, compile func(*program.Network) (*program.Program, error)) (*Continuous[F], error) {
	state, err := newState(w, compile)
	if err != nil {
		return nil, err
	}
	sources, err := newSources(state, streams)
	if err != nil {
		return nil, err
	}
	c := &Continuous[F]{state: state, machine: state.machine, sources: sources, split: split}
	p := state.machine.Program()
	c.noise, c.past = newStochastic(p), newHistory[F](p, state.rows)
	n := p.Dim
	for _, s := range sources {
		n += len(s.state)
	}
	c.dynamic = n
	for k, r := range p.Rules {
		c.rules = append(c.rules, plastic[F]{Rule: r, from: n, to: n + r.Len(), base: 1 / r.Tau, waits: state.machine.Waits(k)})
		n += r.Len()
	}
	c.x = make([]F, n)
	c.reset()
	for _, r := range c.rules {
		own := c.x[r.from:r.to:r.to]
		copy(own, state.weights.values[r.Index()])
		state.weights.values[r.Index()] = own
	}
	c.bind(c.x)
	if c.held = c.bounded(); len(c.held) == 0 { // bounds need the weights themselves
		c.cut()
	}
	c.setSchedule(nil)
	if synapse.Compensated[F]() {
		c.Compensate()
	}
	return c, nil
}

// Compensate keeps what rounding withholds from the state from now on, as is
// done in float32 without being asked.
func (c *Continuous[F]) Compensate() {
	c.carry = make([]F, len(c.x))
	if !c.split {
		return
	}
	largest := 0
	for _, r := range c.rules {
		largest = max(largest, r.Len())
	}
	c.scratch = make([]F, largest)
}

// Carry is what rounding has withheld from State, element by element; nil if
// nothing is kept.
func (c *Continuous[F]) Carry() []F {
	if c.carry == nil {
		return nil
	}
	return c.carry[:c.Dim()]
}

// Withheld is Carry of the weights of rule k of the network's program, those
// with split plasticity too; nil if nothing is kept.
func (c *Continuous[F]) Withheld(k int) []F {
	if c.carry == nil {
		return nil
	}
	return c.carry[c.rules[k].from:c.rules[k].to]
}

// SetRates lets all weights that learn change at this rate (1/s), 1/tau_W,
// whatever the text says.
func (c *Continuous[F]) SetRates(rate float64) {
	for k := range c.rules {
		c.rules[k].base = rate
	}
	c.setSchedule(c.schedule)
}

// Parts are the compartments of each kind and layer, the teachers, and what each
// projection learns: many weights that hardly move do not hide the errors of a
// few somata.
func (c *Continuous[F]) Parts() []int {
	var ends []int
	for _, s := range c.state.compartments {
		ends = append(ends, s.At+c.state.rows*s.Units)
	}
	ends = append(ends, c.dynamic)
	if c.split {
		return ends
	}
	for _, r := range c.rules {
		ends = append(ends, r.to)
	}
	return ends
}

// visit visits the state and all weights. Rates follow from it when it is next
// read.
func (c *Continuous[F]) visit(visit Visit) {
	visit("teaching", &c.state.teaching)
	visit("learning", &c.learning)
	visit("state", c.x[:c.dynamic])
	c.state.Weights().visit(visit)
	if c.carry != nil {
		visit("carry", c.carry)
	}
	if c.past != nil {
		visit("history", c.past)
	}
}

// bind lets the network read its compartments, and the weights that are part of
// the system, from x, which has length Dim, or is the whole vector.
func (c *Continuous[F]) bind(x []F) {
	n := c.teachers()
	c.machine.Bind(x[:n:n], c.machine.Slope())
	if c.bound != nil && (c.split || &x[0] == c.bound) {
		return
	}
	c.bound = &x[0]
	for k := range c.rules {
		r := &c.rules[k]
		c.machine.SetWeights(r.Index(), x[r.from:r.to:r.to])
	}
}

// State is the vector that a stepper moves, of length Dim.
func (c *Continuous[F]) State() []F { return c.x[:c.Dim()] }

// Moved is what the system moves.
func (c *Continuous[F]) Moved() *State[F] { return c.state }

// Dim is the number of variables that a stepper moves.
func (c *Continuous[F]) Dim() int {
	if c.split {
		return c.dynamic
	}
	return len(c.x)
}

// SetTeaching says whether the target reaches the network, and whether the
// weights learn.
func (c *Continuous[F]) SetTeaching(teacher, learning bool) {
	c.state.teaching, c.learning = teacher, learning
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
func (c *Continuous[F]) teachers() int { return c.machine.Program().Dim }

// sample reads the tasks at time t, and what delays look back at.
func (c *Continuous[F]) sample(t float64, x []F) {
	at := c.teachers()
	for _, s := range c.sources {
		n := len(s.state)
		s.sample(t, x[at:at+n])
		at += n
	}
	if c.past != nil {
		c.lookBack(t)
	}
}

// read computes all quantities at time t and state x.
func (c *Continuous[F]) read(t float64, x []F) {
	c.bind(x)
	c.sample(t, x)
	c.machine.Observe(c.state.teaching)
}

// Derivative stores the rate of change at time t (s) and state x. Weights in x
// that left their bounds are put back on these first.
func (c *Continuous[F]) Derivative(dst []F, t float64, x []F) {
	c.derivative(dst, t, x)
	if c.split {
		c.captureFactors()
		return
	}
	for k := range c.rules {
		r := &c.rules[k]
		if c.learning {
			c.machine.Change(dst[r.from:r.to], k, r.rate)
			if r.decay > 0 {
				c.machine.AddWeights(dst[r.from:r.to], k, -r.decay)
			}
		} else {
			clear(dst[r.from:r.to])
		}
	}
	c.hold(dst, x)
}

// derivative stores the rates of change of what is before the weights.
func (c *Continuous[F]) derivative(dst []F, t float64, x []F) {
	c.bind(x)
	if len(c.held) > 0 && !c.split {
		c.machine.Constrain()
	}
	c.sample(t, x)
	if c.ramps {
		c.setRates(t)
	}
	n := c.teachers()
	c.machine.Bind(x[:n:n], dst[:n:n])
	c.machine.Derivative(c.state.teaching, c.learning && (!c.split || c.capture))
	c.teacherSlopes(dst[n:c.dynamic], t)
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
	c.machine.Flush()
	for k := range c.rules {
		r := &c.rules[k]
		var p program.Product[F]
		if p, r.single = c.machine.Product(k); r.single && r.decay == 0 {
			r.started, r.product.Factor = r.rate, p.Factor
			r.product.Post = append(r.product.Post[:0], p.Post...)
			if p.Pre != nil {
				r.product.Pre = append(r.product.Pre[:0], p.Pre...)
			}
			continue
		}
		if r.change == nil {
			r.change = make([]F, r.Len())
		}
		c.machine.Change(r.change, k, r.rate)
		if r.single = false; r.decay > 0 {
			c.machine.AddWeights(r.change, k, -r.decay)
		}
	}
	c.capture = false
}

// stepWeights moves the weights by h with what was captured at the start of the
// step; those of dense projections when they are next used, or by flush.
func (c *Continuous[F]) stepWeights(h float64) {
	if !c.learning {
		return
	}
	for k := range c.rules {
		r := &c.rules[k]
		carry := c.Withheld(k)
		switch {
		case r.single && r.waits:
			c.machine.Defer(k, h*r.started, carry, r.product)
		case r.single:
			c.machine.LearnProduct(k, h*r.started, carry, c.scratch, r.product)
		default:
			c.machine.LearnChange(k, h, carry, r.change)
		}
	}
	c.machine.Constrain()
}

// flush makes the changes that wait.
func (c *Continuous[F]) flush() { c.machine.Flush() }

// Leak stores the decay rates (1/s): 1/tau of every compartment, 0 for the
// weights.
func (c *Continuous[F]) Leak(dst []F) {
	clear(dst)
	for _, s := range c.state.compartments {
		own := dst[s.At:][:c.state.rows*s.Units]
		for i := range own {
			tau := s.Tau
			if s.Taus != nil {
				tau = s.Taus[i%s.Units]
			}
			if tau > 0 {
				own[i] = F(1 / tau)
			}
		}
	}
	at := c.teachers()
	for _, s := range c.sources {
		n := len(s.state)
		leak := make([]float64, n)
		s.StateLeak(leak)
		convert(dst[at:at+n], leak)
		at += n
	}
}

// where says what element i of the vector is.
func (c *Continuous[F]) where(i int) string {
	switch {
	case i < c.teachers():
		return c.state.compartmentAt(i)
	case i < c.dynamic:
		return "the teacher of the task"
	}
	for _, r := range c.rules {
		if i < r.to {
			return ruleAt(r.Rule, r.Len(), i-r.from)
		}
	}
	return "the network"
}
