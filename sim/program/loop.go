package program

import (
	"math"
	"slices"

	"burstsim/neuron"
)

// loop runs element-wise operations piece by piece: each piece goes through all
// of them before the next, so that what one leaves for another is at hand.
func (m *Machine[F]) loop(l *loop) {
	n := l.rows * l.units
	switch {
	case l.spread:
		for r := range l.rows {
			for lo := 0; lo < l.units; lo += piece {
				m.spreadPiece(l, position{array: r*l.units + lo, unit: lo, row: r, n: min(piece, l.units-lo), wide: l.units > 1})
			}
		}
	case n == 1:
		m.scalar(l)
	case n >= shared:
		m.lanes.share(m, l, n)
	default:
		m.flatPieces(l, 0, n)
	}
}

func (m *Machine[F]) flatPieces(l *loop, lo, hi int) {
	for ; lo < hi; lo += piece {
		m.flatPiece(l, lo, min(piece, hi-lo))
	}
}

// flatPiece is a piece where all operands have the same shape, so that one
// position serves them.
func (m *Machine[F]) flatPiece(l *loop, lo, n int) {
	mask := m.elementwise.Mask(n)
	for i := range l.ops {
		o := &l.ops[i]
		if k := m.kernels[o.op]; k != nil {
			k(n, m.first(&o.dst, lo), m.first(&o.args[0], lo), m.first(&o.args[1], lo), m.first(&o.args[2], lo), mask)
			continue
		}
		dst, a := m.flat(&o.dst, lo, n), m.flat(&o.args[0], lo, n)
		if o.op == opSigmoid {
			m.elementwise.Sigmoid(dst, a)
		} else {
			apply(m.elementwise, o.op, dst, a, m.flat(&o.args[1], lo, n), m.flat(&o.args[2], lo, n))
		}
	}
}

// first is where a piece of an operand begins.
func (m *Machine[F]) first(o *operand, lo int) *F { return &m.memory[o.space][o.at+lo*o.step] }

// flat is a piece of an operand.
func (m *Machine[F]) flat(o *operand, lo, n int) []F {
	return m.memory[o.space][o.at+lo*o.step:][:n]
}

// scalar is a loop over one number.
func (m *Machine[F]) scalar(l *loop) {
	for i := range l.ops {
		o := &l.ops[i]
		dst, a, b, c := m.number(&o.dst), *m.number(&o.args[0]), *m.number(&o.args[1]), *m.number(&o.args[2])
		switch o.op {
		case opCopy:
			*dst = a
		case opAdd:
			*dst = a + b
		case opSub:
			*dst = a - b
		case opMul:
			*dst = a * b
		case opDiv:
			*dst = a / b
		case opMulAdd:
			*dst = F(a*b) + c
		case opSubMul:
			*dst = (a - b) * c
		case opRSubMul:
			*dst = (1 - a) * b
		case opRSubMulMul:
			*dst = (1 - a) * b * c
		default:
			apply(m.elementwise, o.op, m.flat(&o.dst, 0, 1), m.flat(&o.args[0], 0, 1), m.flat(&o.args[1], 0, 1), m.flat(&o.args[2], 0, 1))
		}
	}
}

func (m *Machine[F]) number(o *operand) *F { return &m.memory[o.space][o.at] }

// position is where a piece of n numbers begins: in arrays, in what is the same
// for all rows, and in what is the same for all units.
type position struct {
	array, unit, row, n int

	wide bool // more than one unit
}

// spreadPiece is a piece where operands are spread over rows or units.
func (m *Machine[F]) spreadPiece(l *loop, at position) {
	for i := range l.ops {
		o := &l.ops[i]
		var args [3][]F
		for k := range args {
			args[k] = m.part(&o.args[k], k, at)
		}
		apply(m.elementwise, o.op, m.part(&o.dst, 0, at), args[0], args[1], args[2])
	}
}

// part is a piece of operand k.
func (m *Machine[F]) part(o *operand, k int, at position) []F {
	array, lo := m.memory[o.space], at.array
	if o.space == spaceWeights {
		array = m.weights[o.at]
	} else {
		array = array[o.at:]
	}
	switch o.spread {
	case byUnit:
		lo = at.unit
	case byRow:
		if at.wide && o.space != spaceReg {
			return filled(m.spreads[k][:at.n], array[at.row])
		}
	}
	return array[lo*o.step:][:at.n]
}

// vector is the kernel of an operation; ok is false if it has none.
func (o op) vector() (k neuron.Operation, ok bool) {
	switch o {
	case opAdd:
		return neuron.Add, true
	case opSub:
		return neuron.Sub, true
	case opMul:
		return neuron.Mul, true
	case opDiv:
		return neuron.Div, true
	case opMulAdd:
		return neuron.MulAdd, true
	case opSubMul:
		return neuron.SubMul, true
	case opRSubMul:
		return neuron.OneMinusMul, true
	case opRSubMulMul:
		return neuron.OneMinusMulMul, true
	}
	return 0, false
}

// apply computes an operation element by element. dst may be any of its
// operands; those that the operation does not have are not looked at, but must
// be as long as the others.
func apply[F Float](e *neuron.Elementwise[F], o op, dst, a, b, c []F) {
	if k, ok := o.vector(); ok {
		e.Kernel(k)(len(dst), &dst[0], &a[0], &b[0], &c[0], e.Mask(len(dst)))
		return
	}
	switch o {
	case opCopy, opSurrogate:
		copy(dst, a)
	case opSigmoid:
		e.Sigmoid(dst, a)
	case opNeg:
		for i := range dst {
			dst[i] = -a[i]
		}
	case opRelu:
		for i := range dst {
			dst[i] = max(a[i], 0)
		}
	case opMin:
		for i := range dst {
			dst[i] = min(a[i], b[i])
		}
	case opMax:
		for i := range dst {
			dst[i] = max(a[i], b[i])
		}
	case opSelect:
		for i := range dst {
			if a[i] != 0 {
				dst[i] = b[i]
			} else {
				dst[i] = c[i]
			}
		}
	case opLogit:
		neuron.Logit(dst, a)
	case opPow:
		for i := range dst {
			dst[i] = F(math.Pow(float64(a[i]), float64(b[i])))
		}
	case opLess, opAtMost, opEqual:
		compare(o, dst, a, b)
	default:
		for i := range dst {
			dst[i] = F(evaluate1(o, float64(a[i])))
		}
	}
}

func compare[F Float](o op, dst, a, b []F) {
	for i := range dst {
		holds := a[i] < b[i]
		switch o {
		case opAtMost:
			holds = a[i] <= b[i]
		case opEqual:
			holds = a[i] == b[i]
		}
		dst[i] = F(truth(holds))
	}
}

func softmax[F Float](dst, x []F) {
	largest := slices.Max(x)
	var sum F
	for i, v := range x {
		dst[i] = F(math.Exp(float64(v - largest)))
		sum += dst[i]
	}
	for i := range dst {
		dst[i] /= sum
	}
}
