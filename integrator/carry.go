package integrator

import "burstsim/internal/linalg"

// Compensated is a System that keeps what rounding withholds from its state. A
// change of a variable by less than half a unit in its last place would
// otherwise be lost, at every step anew, and with it all that is slow.
type Compensated[F Float] interface {
	System[F]
	// Carry has an element for each variable, zero at first, that steppers read
	// and change: the state is x + carry to about twice the digits of F. It is
	// nil if nothing is to be kept.
	Carry() []F
}

// carryOf is the carry of a system, nil if it keeps none.
func carryOf[F Float](sys System[F]) []F {
	if c, ok := sys.(Compensated[F]); ok {
		return c.Carry()
	}
	return nil
}

// advance adds h dx to x, with a carry or, if it is nil, without.
func advance[F Float](x, carry []F, h F, dx []F) {
	if carry == nil {
		linalg.AddScaled(x, h, dx)
		return
	}
	linalg.Accumulate(x, carry, h, dx)
}

// advance adds h sum_j a_j k_j to x, with a carry or, if it is nil, without.
// scratch, as long as x, is overwritten.
func (c *combination[F]) advance(x, carry, scratch []F, h float64) {
	if carry == nil {
		c.add(x, x, h)
		return
	}
	clear(scratch)
	c.add(scratch, scratch, h)
	linalg.Accumulate(x, carry, 1, scratch)
}
