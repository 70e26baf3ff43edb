package program

import (
	"burstsim/neuron"
	"burstsim/synapse"
)

// Float is the precision of states and weights.
type Float = synapse.Float

// piece is how many numbers a loop works on at a time: few enough that what it
// keeps on the way stays in the processor's fastest memory.
const piece = 256

// Machine is the memory of one simulation of a program, and runs it. Machines
// share nothing that changes.
type Machine[F Float] struct {
	p       *Program
	rows    int
	memory  [spaces][]F
	weights [][]F // by matrix

	projections []synapse.Projection[F] // by matrix; nil of a bias
	elementwise *neuron.Elementwise[F]
	kernels     [lastElementwise]neuron.Kernel[F] // nil of operations without
	lanes       *lanes[F]                         // of large loops
	spreads     [3][]F                            // of what is the same for all units, for each operand
	scratch     []F                               // of the largest matrix whose rule needs it
	sum         []F                               // of the parts of a rule that rereads its weights
	means       []F                               // of a factor over a batch

	// Noise is the standard deviation of noisy quantities, and Random what they
	// are drawn from: a source of numbers of a standard normal distribution.
	Noise  float64
	Random interface{ NormFloat64() float64 }

	// Presentation is the number of the sample that is presented, by which the
	// noise of states is drawn in discrete time.
	Presentation uint64
	noise        map[*variable]*stochastic

	formulas []*formula[F] // of computed projections

	pending []pending[F] // by matrix
	latest  *section     // whose factors are in memory
	atRest  bool         // the quantities are those of Rest
}

// pending is a change of weights that waits for their next use: factor post'
// pre of one sample.
type pending[F Float] struct {
	factor           F
	post, pre, carry []F
}

// NewMachine allocates the memory of a simulation. Its weights are those of w,
// by matrix; they are not copied.
func NewMachine[F Float](p *Program, w [][]F) *Machine[F] {
	m := &Machine[F]{p: p, rows: p.net.Rows(), weights: w, elementwise: neuron.ElementwiseOf[F](), noise: map[*variable]*stochastic{}, lanes: &lanes[F]{}}
	regs, largest, widest, sum := 0, 0, 0, 0
	for _, s := range p.sections.all() {
		for _, i := range s.code {
			if i.loop != nil {
				regs = max(regs, i.loop.regs)
			}
			if i.op == opXi && m.noise[i.v] == nil {
				s := p.net.stream(i.v)
				m.noise[i.v] = &stochastic{s, make([]float64, s.Len())}
			}
		}
		for _, l := range s.learned {
			if l.rereads() {
				sum = max(sum, l.projection.stored.Len())
			}
			for _, c := range l.changes {
				if c.kind == changeMixed {
					largest = max(largest, l.projection.stored.Len())
					widest = max(widest, l.projection.shape.out, l.projection.shape.in)
				}
			}
		}
	}
	m.memory = [spaces][]F{
		spaceState: make([]F, p.Dim), spaceSlope: make([]F, p.Dim), spaceWork: make([]F, p.Work),
		spaceReg: make([]F, regs*piece), spaceConst: make([]F, len(p.constants)*piece),
	}
	for k, c := range p.constants {
		filled(m.memory[spaceConst][k*piece:][:piece], F(c))
	}
	m.fillTables()
	for o := range lastElementwise {
		if k, ok := o.vector(); ok {
			m.kernels[o] = m.elementwise.Kernel(k)
		}
	}
	for i := range m.spreads {
		m.spreads[i] = make([]F, piece)
	}
	m.scratch, m.sum, m.means = make([]F, largest), make([]F, sum), make([]F, widest)
	maps := map[*synapse.MapShape]synapse.Projection[F]{} // weights along a layer of maps share its memory
	matrices := p.net.matrices
	for _, c := range p.net.computed {
		matrices = append(matrices[:len(matrices):len(matrices)], c.stored)
	}
	for _, matrix := range matrices {
		s := matrix.proj.shape.maps
		if s == nil || maps[s] == nil {
			maps[s] = newProjection[F](matrix)
		}
		m.projections = append(m.projections, maps[s])
	}
	m.pending = make([]pending[F], len(matrices))
	m.prepareFormulas()
	return m
}

func newProjection[F Float](m *Matrix) synapse.Projection[F] {
	s := m.proj.shape
	switch {
	case s.pattern != nil:
		return synapse.NewSparse[F](s.pattern)
	case s.maps == nil:
		return synapse.Dense[F]{Out: s.out, In: s.in}
	}
	c, err := synapse.NewConv[F](s.maps.InChannels, s.maps.InHeight, s.maps.InWidth, s.maps.Channels, s.maps.Kernel, s.maps.Stride, s.maps.Padding)
	if err != nil {
		panic(err) // the network was built with this shape
	}
	return c
}

// Program is what the machine runs.
func (m *Machine[F]) Program() *Program { return m.p }

// State is the vector of compartments.
func (m *Machine[F]) State() []F { return m.memory[spaceState] }

// Slope is where a derivative, or a search for a fixed point, stores what it
// computes.
func (m *Machine[F]) Slope() []F { return m.memory[spaceSlope] }

// Bind points the machine at a vector of compartments, and at another for their
// slopes.
func (m *Machine[F]) Bind(state, slope []F) {
	m.memory[spaceState], m.memory[spaceSlope] = state, slope
}

// Weights are those of all matrices, with all changes made, and behind them what
// is computed from these. Setting them changes what the machine computes;
// SetWeights points it at others.
func (m *Machine[F]) Weights() [][]F {
	m.Flush()
	m.refresh(m.p.net.computed)
	return m.weights
}

// SetWeights points the machine at an array of weights.
func (m *Machine[F]) SetWeights(k int, w []F) { m.weights[k] = w }

// array is an operand's memory.
func (m *Machine[F]) array(o operand) []F {
	if o.space == spaceWeights {
		return m.weights[o.at]
	}
	n := o.units * m.rows
	return m.memory[o.space][o.at:][:n:n]
}

// Stimulus is what the input shows, rows x units.
func (m *Machine[F]) Stimulus() []F {
	return m.array(m.p.vars[key{m.p.net.layers[0], stimulusName}].operand())
}

// Target is what the network should answer, rows x units.
func (m *Machine[F]) Target() []F {
	top := m.p.net.layers[m.p.net.Layers()]
	return m.array(m.p.vars[key{top, targetName}].operand())
}

// Answer is what it answers, rows x units, once it is computed.
func (m *Machine[F]) Answer() []F { return m.array(m.p.answer) }

// Value is a signal, rows x units, once it is computed. It is the machine's own:
// valid until the machine runs again.
func (m *Machine[F]) Value(s Signal) []F { return m.array(s.at) }

// run runs a section.
func (m *Machine[F]) run(s *section) {
	m.refresh(s.computed)
	for i := range s.code {
		if c := &s.code[i]; c.loop != nil {
			m.loop(c.loop)
		} else {
			m.whole(c)
		}
	}
}

// whole is an operation on whole arrays.
func (m *Machine[F]) whole(i *instruction) {
	dst := m.array(i.dst)
	switch i.op {
	case opForward:
		m.forward(i, dst)
	case opBackward:
		k := i.w.stored.index
		m.flush(k)
		m.projections[k].Backward(dst, m.array(i.src), m.weights[k], i.rows)
	case opBias:
		spreadBias(dst[:i.dst.units], m.weights[i.w.stored.index])
	case opXi:
		m.drawNoise(i.v, dst)
	case opNoise:
		for j, x := range m.array(i.src) {
			dst[j] = x + F(m.Noise*m.Random.NormFloat64())
		}
	default:
		m.reduce(i, dst)
	}
}

// spreadBias gives every neuron of a map the map's bias.
func spreadBias[F Float](dst, c []F) {
	n := len(dst) / len(c)
	for k, v := range c {
		for j := range n {
			dst[k*n+j] = v
		}
	}
}

// reduce sums over the units of a population, or over a batch.
func (m *Machine[F]) reduce(i *instruction, dst []F) {
	src, n := m.array(i.src), i.src.units
	switch i.op {
	case opSum, opMean:
		for r := range i.rows {
			var sum F
			for _, x := range src[r*n:][:n] {
				sum += x
			}
			if i.op == opMean {
				sum /= F(n)
			}
			dst[r] = sum
		}
	case opBatchMean:
		mean := dst[:n]
		copy(mean, src[:n])
		for r := 1; r < i.rows; r++ {
			for j, x := range src[r*n:][:n] {
				mean[j] += x
			}
		}
		for j := range mean {
			mean[j] /= F(i.rows)
		}
	case opSoftmax:
		for r := range i.rows {
			softmax(dst[r*n:][:n], src[r*n:][:n])
		}
	}
}

// Derivative computes the rate of change of the compartments at the state that
// Bind gave, into the slopes it gave. With learning, the factors of rules are
// computed too, for [Machine.Change].
func (m *Machine[F]) Derivative(teacher, learning bool) {
	m.latest = m.p.sections.derivative[which(teacher, learning)]
	m.run(m.latest)
}

// Observe computes all quantities at the state that Bind gave.
func (m *Machine[F]) Observe(teacher bool) { m.run(m.p.sections.observe[which(teacher, false)]) }

// Present lets every compartment take its drive, in discrete time. A model of
// two phases predicts first, and is taught then.
func (m *Machine[F]) Present(teacher, noise bool) {
	m.atRest = false
	two := m.p.net.Text.Discrete.TwoPhases
	m.run(m.p.sections.present[which(teacher && !two, noise)])
	if two && teacher {
		m.run(m.p.sections.teach[which(noise, false)])
	}
}

// Predict computes the answer to the stimulus without a teacher, and no more.
func (m *Machine[F]) Predict() { m.run(m.p.sections.answer) }

// Drives computes what the compartments of continuous time relax to at the
// present state, into the slopes. It returns false of a model that has states
// without a leak.
func (m *Machine[F]) Drives(teacher bool) bool {
	s := m.p.sections.drives[which(teacher, false)]
	if s != nil {
		m.run(s)
	}
	return s != nil
}

// Rest computes all quantities of continuous time at the present state, which
// Drives and their adoption have led to.
func (m *Machine[F]) Rest(teacher bool) {
	m.run(m.p.sections.rest[which(teacher, false)])
	m.atRest = true
}

// Factors computes what the rules multiply, for the quantities in memory: those
// that were presented or observed, or at which the network came to rest.
func (m *Machine[F]) Factors(teacher bool) {
	m.latest = m.p.sections.factors[which(teacher, false)]
	if m.atRest {
		m.latest = m.p.sections.restFactors[which(teacher, false)]
	}
	m.run(m.latest)
}
