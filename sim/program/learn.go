package program

import (
	"burstsim/internal/linalg"
	"burstsim/synapse"
)

// forward is W x + c, together with a change of W that waits for it.
func (m *Machine[F]) forward(i *instruction, dst []F) {
	k := i.w.stored.index
	src := m.array(i.src)
	var c []F
	if i.bias != nil {
		c = m.weights[i.bias.stored.index]
	}
	if p := &m.pending[k]; p.post != nil {
		if i.rows == 1 {
			s := i.w.shape
			if p.carry == nil {
				linalg.AddOuterMulTrans(dst, m.weights[k], p.factor, p.post, p.pre, src, s.out, s.in)
			} else {
				linalg.AccumulateOuterMulTrans(dst, m.weights[k], p.carry, p.factor, p.post, p.pre, src, s.out, s.in)
			}
			p.post = nil
			if c != nil {
				linalg.AddRows(dst, c)
			}
			return
		}
		m.flush(k)
	}
	m.projections[k].Forward(dst, src, m.weights[k], c, i.rows)
}

// flush makes a change of matrix k that waits.
func (m *Machine[F]) flush(k int) {
	p := &m.pending[k]
	if p.post == nil {
		return
	}
	synapse.Accumulate(m.projections[k], m.weights[k], p.carry, nil, p.factor, p.post, p.pre, 1)
	p.post = nil
}

// Flush makes all changes that wait.
func (m *Machine[F]) Flush() {
	for k := range m.pending {
		m.flush(k)
	}
}

// Change stores factor times the right-hand side of rule r in dst, of the shape
// of its weights, from the factors that Derivative or Factors computed last.
func (m *Machine[F]) Change(dst []F, r int, factor float64) {
	changes := m.latest.learned[r].changes
	for i := range changes {
		m.change(dst, r, i, factor, i == 0)
	}
	if len(changes) == 0 {
		clear(dst)
	}
}

// Learn adds what Change would store to the weights of rule r. carry, if not
// nil, keeps what rounding withholds from them, as in [synapse.Accumulate];
// scratch is as long.
func (m *Machine[F]) Learn(r int, factor float64, carry, scratch []F) {
	l := &m.latest.learned[r]
	w := m.weights[l.projection.stored.index]
	if carry == nil && l.rereads() { // all of it must see the weights from before
		change := m.sum[:len(w)]
		m.Change(change, r, factor)
		linalg.AddScaled(w, 1, change)
		return
	}
	if carry == nil {
		for i := range l.changes {
			m.change(w, r, i, factor, false)
		}
		return
	}
	if p, ok := m.Product(r); ok {
		m.LearnProduct(r, factor, carry, scratch, p)
		return
	}
	change := scratch[:len(w)]
	m.Change(change, r, factor)
	linalg.Accumulate(w, carry, 1, change)
}

// Product is the right-hand side of a rule that is one product of factors,
// post' pre or, of a bias, post, summed over the samples of a batch.
type Product[F Float] struct {
	Factor    float64
	Post, Pre []F // Pre is nil of a bias
}

// Product returns the factors of rule r, or false if it is no single product.
// They are the machine's own: valid until it runs again.
func (m *Machine[F]) Product(r int) (Product[F], bool) {
	l := &m.latest.learned[r]
	if len(l.changes) != 1 {
		return Product[F]{}, false
	}
	c := l.changes[0]
	if c.kind >= changeFunction {
		return Product[F]{}, false
	}
	p := Product[F]{Factor: c.factor / float64(m.rows), Post: m.array(*c.post)}
	if c.pre != nil {
		p.Pre = m.array(*c.pre)
	}
	return p, true
}

// ChangeThen is Change of a rule of weights that is the product p. It calls then
// with the bounds of each part of dst as soon as it is stored, and returns true,
// where [synapse.CorrelateThen] does.
func (m *Machine[F]) ChangeThen(dst []F, r int, factor float64, p Product[F], then func(lo, hi int)) bool {
	return synapse.CorrelateThen(m.projections[m.p.Rules[r].index], dst, F(p.Factor*factor), p.Post, p.Pre, m.rows, then)
}

// LearnProduct is Learn of a rule that is the product p.
func (m *Machine[F]) LearnProduct(r int, factor float64, carry, scratch []F, p Product[F]) {
	proj := m.p.Rules[r].proj
	k, rows, alpha := proj.stored.index, m.rows, F(p.Factor*factor)
	if p.Pre == nil {
		synapse.AccumulateBias(m.projections[k], m.weights[k], carry, scratch, alpha, p.Post, rows)
		return
	}
	synapse.Accumulate(m.projections[k], m.weights[k], carry, scratch, alpha, p.Post, p.Pre, rows)
}

// AddChange adds what Change would store.
func (m *Machine[F]) AddChange(dst []F, r int, factor float64) {
	for i := range m.latest.learned[r].changes {
		m.change(dst, r, i, factor, false)
	}
}

// change adds a part of a rule to dst, or stores it.
func (m *Machine[F]) change(dst []F, r, i int, factor float64, store bool) {
	l := &m.latest.learned[r]
	c := &l.changes[i]
	k, rows := l.projection.stored.index, m.rows
	alpha := F(c.factor * factor)
	if rows > 1 {
		alpha = F(c.factor * factor / float64(rows))
	}
	switch c.kind {
	case changeOuter:
		s := &l.projection.shape
		if store {
			linalg.Outer(dst, alpha, m.array(*c.post), m.array(*c.pre), 1, s.out, s.in)
		} else {
			linalg.AddOuter(dst, alpha, m.array(*c.post), m.array(*c.pre), 1, s.out, s.in)
		}
	case changeProduct:
		if store {
			m.projections[k].Correlate(dst, alpha, m.array(*c.post), m.array(*c.pre), rows)
		} else {
			m.projections[k].AddCorrelation(dst, alpha, m.array(*c.post), m.array(*c.pre), rows)
		}
	case changeBias:
		if store {
			m.projections[k].CorrelateBias(dst, alpha, m.array(*c.post), rows)
		} else {
			m.projections[k].AddBiasCorrelation(dst, alpha, m.array(*c.post), rows)
		}
	case changeFunction:
		m.function(dst, c, F(c.factor*factor), store)
	case changeMixed:
		m.mixed(dst, l, c, factor, store)
	}
}

// function is a function of the weights alone, or a constant.
func (m *Machine[F]) function(dst []F, c *compiledChange, factor F, store bool) {
	if store {
		clear(dst)
	}
	if c.weights == nil {
		for j := range dst {
			dst[j] += factor
		}
		return
	}
	linalg.AddScaled(dst, factor, m.array1(*c.weights, len(dst)))
}

// array1 is an array that is the same for all rows.
func (m *Machine[F]) array1(o operand, n int) []F {
	if o.space == spaceWeights {
		return m.weights[o.at]
	}
	return m.memory[spaceWork][o.at:][:n]
}

// mixed is a product of quantities and functions of the weights.
func (m *Machine[F]) mixed(dst []F, l *learned, c *compiledChange, factor float64, store bool) {
	s, rows := l.projection.shape, m.rows
	out, in := s.out, s.in
	if l.projection.biasOf != "" {
		out, in = s.biases, 1
	}
	x := m.scratch[:l.projection.stored.Len()]
	pattern := l.projection.stored.Pattern()
	switch {
	case c.post != nil && c.pre != nil:
		m.projections[l.projection.stored.index].Correlate(x, F(1/float64(rows)), m.array(*c.post), m.array(*c.pre), rows)
	case c.post != nil:
		mean := m.means[:s.out]
		linalg.ColumnSums(mean, F(1/float64(rows)), m.array(*c.post), rows)
		for i := range out {
			from, to := i*in, (i+1)*in
			if pattern != nil {
				from, to = pattern.Row(i)
			}
			filled(x[from:to], mean[i])
		}
	default:
		mean := m.means[:in]
		linalg.ColumnSums(mean, F(1/float64(rows)), m.array(*c.pre), rows)
		if pattern != nil {
			for k := range x {
				x[k] = mean[pattern.Column(k)]
			}
			break
		}
		for i := range out {
			copy(x[i*in:][:in], mean)
		}
	}
	if c.weights != nil {
		for j, w := range m.array1(*c.weights, len(x)) {
			x[j] *= w
		}
	}
	if store {
		clear(dst)
	}
	linalg.AddScaled(dst, F(c.factor*factor), x)
}

func filled[F Float](x []F, v F) []F {
	for i := range x {
		x[i] = v
	}
	return x
}

// Waits says whether a product that is the change of rule r can wait for the
// next use of its weights: of one sample, in a dense projection.
func (m *Machine[F]) Waits(r int) bool {
	proj := m.p.Rules[r].proj
	return proj.biasOf == "" && proj.shape.dense() && m.rows == 1 && !m.p.borrowed[proj.stored.index]
}

// Defer lets a change that can wait be made when its weights are next used, with
// the same bits as LearnProduct. Until then, its factors must not change.
func (m *Machine[F]) Defer(r int, factor float64, carry []F, p Product[F]) {
	k := m.p.Rules[r].index
	m.flush(k)
	m.pending[k] = pending[F]{F(p.Factor * factor), p.Post, p.Pre, carry}
}

// Gradient is minus the gradient of half the squared error, summed over outputs,
// with respect to the weights of a projection: the sum over samples of delta'
// pre.
type Gradient[F Float] struct {
	*Matrix
	Delta, Pre []F
	// Aligned is Delta with feedback weights in place of the projections' own;
	// nil in a network without.
	Aligned []F
	Shape   synapse.Projection[F]
}

// Gradients computes those of all projections from below that learn, at the
// present values of all quantities, layer by layer. Its arrays are valid until
// the machine runs again.
func (m *Machine[F]) Gradients(out []Gradient[F]) []Gradient[F] {
	m.run(m.p.sections.gradient)
	out = out[:0]
	for _, g := range m.p.gradient {
		k := g.projection.stored.index
		one := Gradient[F]{Matrix: m.p.net.matrices[k], Delta: m.array(g.delta), Pre: m.array(g.pre), Shape: m.projections[k]}
		if g.aligned.units > 0 {
			one.Aligned = m.array(g.aligned)
		}
		out = append(out, one)
	}
	return out
}

// LearnChange adds factor times a change that was computed before to the weights
// of rule r.
func (m *Machine[F]) LearnChange(r int, factor float64, carry, change []F) {
	w := m.weights[m.p.Rules[r].index]
	if carry == nil {
		linalg.AddScaled(w, F(factor), change)
		return
	}
	linalg.Accumulate(w, carry, F(factor), change)
}

// AddWeights adds factor times the weights of rule r to dst.
func (m *Machine[F]) AddWeights(dst []F, r int, factor float64) {
	k := m.p.Rules[r].index
	m.flush(k)
	linalg.AddScaled(dst, F(factor), m.weights[k])
}

// Constrain moves weights that left their bounds back into them, and says
// whether there were any.
func (m *Machine[F]) Constrain() bool {
	moved := false
	for k, matrix := range m.p.net.matrices {
		low, high := matrix.bound[0], matrix.bound[1]
		if low == nil && high == nil {
			continue
		}
		m.flush(k)
		w := m.weights[k]
		for i, v := range w {
			switch {
			case low != nil && v < F(*low):
				w[i], moved = F(*low), true
			case high != nil && v > F(*high):
				w[i], moved = F(*high), true
			}
		}
	}
	return moved
}
