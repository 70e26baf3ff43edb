package synapse

import "burstsim/internal/linalg"

const (
	// moveWork is what moving an element costs, in multiplications of a product.
	moveWork = 8
	// turnedUnits are the neurons of a sample that are turned at a time.
	turnedUnits = 256
)

// place is where units of all samples lie when turned: in room, but where they
// are where there is one sample.
func (c *Conv[F]) place(room, units []F, rows int) []F {
	if rows == 1 {
		return units
	}
	return room[:len(units)]
}

// turn brings units of rows samples into the order of a column a sample. It
// returns their place.
func (c *Conv[F]) turn(room, units []F, rows int) []F {
	turned := c.place(room, units, rows)
	if rows > 1 {
		c.move(c.turning, units, turned, rows)
	}
	return turned
}

// restore brings units back from their place into the order of a line a sample,
// with the bias.
func (c *Conv[F]) restore(units, turned []F, rows int) {
	if rows > 1 || c.bias != nil {
		c.move(c.returning, units, turned, rows)
	}
}

// move has a team do its pieces of all units.
func (c *Conv[F]) move(team *linalg.Team, units, turned []F, rows int) {
	c.units, c.turned, c.rows = units, turned, rows
	team.Share((len(units)/rows+turnedUnits-1)/turnedUnits, moveWork*len(units))
	c.units, c.turned = nil, nil
}

// piece is part t of the units of each sample, of which there are n.
func (c *Conv[F]) piece(t int) (lo, hi, n int) {
	n = len(c.units) / c.rows
	return t * turnedUnits, min((t+1)*turnedUnits, n), n
}

func (c *Conv[F]) turnPiece(t int) {
	lo, hi, n := c.piece(t)
	linalg.Transpose(c.turned[lo*c.rows:], c.rows, c.units[lo:], n, c.rows, hi-lo)
}

func (c *Conv[F]) returnPiece(t int) {
	lo, hi, n := c.piece(t)
	if c.bias != nil {
		p := n / len(c.bias)
		for k := lo / p; k*p < hi; k++ {
			b := c.bias[k]
			unit := c.turned[max(lo, k*p)*c.rows : min(hi, (k+1)*p)*c.rows]
			for i := range unit {
				unit[i] += b
			}
		}
	}
	if c.rows > 1 {
		linalg.Transpose(c.units[lo:], n, c.turned[lo*c.rows:], c.rows, hi-lo, c.rows)
	}
}

// unfold writes the patches of a batch into columns, zeros where they reach into
// the padding.
func (c *Conv[F]) unfold(x []F, rows int) {
	c.allocate(rows)
	c.turned, c.rows = c.turn(c.below, c.inputs(x, rows), rows), rows
	c.unfolding.Share(c.InChannels*c.Kernel, moveWork*rows*c.patch()*c.positions())
	c.turned = nil
}

// unfoldLines writes the lines of columns that belong to a line of the kernel.
func (c *Conv[F]) unfoldLines(t int) {
	rows := c.rows
	for kx := range c.Kernel {
		c.visit(t, kx, func(column, line []F, lo, hi, at int) {
			clear(column[:lo*rows])
			clear(column[hi*rows:])
			switch {
			case c.Stride == 1:
				copy(column[lo*rows:hi*rows], line[at*rows:])
			case rows == 1:
				for i := lo; i < hi; i++ {
					column[i] = line[at]
					at += c.Stride
				}
			default:
				for i := lo; i < hi; i++ {
					copy(column[i*rows:(i+1)*rows], line[at*rows:])
					at += c.Stride
				}
			}
		})
	}
}

// fold adds the columns back to where unfold took them from.
func (c *Conv[F]) fold(dst []F, rows int) {
	dst = c.inputs(dst, rows)
	below := c.place(c.below, dst, rows)
	c.turned, c.rows = below, rows
	c.folding.Share(c.InChannels, moveWork*rows*c.patch()*c.positions())
	c.turned = nil
	c.restore(dst, below, rows)
}

func (c *Conv[F]) foldMap(channel int) {
	rows, n := c.rows, c.InHeight*c.InWidth*c.rows
	clear(c.turned[channel*n:][:n])
	for k := range c.Kernel * c.Kernel {
		c.visit(channel*c.Kernel+k/c.Kernel, k%c.Kernel, func(column, line []F, lo, hi, at int) {
			switch {
			case c.Stride == 1:
				add(line[at*rows:], column[lo*rows:hi*rows])
			case rows == 1:
				for _, v := range column[lo:hi] {
					line[at] += v
					at += c.Stride
				}
			default:
				for i := lo; i < hi; i++ {
					add(line[at*rows:], column[i*rows:(i+1)*rows])
					at += c.Stride
				}
			}
		})
	}
}

// add adds x to the beginning of dst.
func add[F Float](dst, x []F) { linalg.AddScaled(dst[:len(x)], 1, x) }

// visit calls f for each line of an output map, in the line of columns that
// belongs to column kx in line t of the kernel, which lines count over all input
// maps: with its part of columns, of which positions lo to hi meet line, from
// neuron at on in steps of Stride; each has an element a sample. No line: lo is
// hi.
func (c *Conv[F]) visit(t, kx int, f func(column, line []F, lo, hi, at int)) {
	channel, ky := t/c.Kernel, t%c.Kernel
	n := c.positions() * c.rows
	columns := c.columns[(t*c.Kernel+kx)*n:][:n]
	lo := min(c.width, max(0, (c.Padding-kx+c.Stride-1)/c.Stride))
	hi := max(lo, min(c.width, (c.InWidth-1+c.Padding-kx+c.Stride)/c.Stride))
	at := lo*c.Stride + kx - c.Padding
	for oy := range c.height {
		column := columns[oy*c.width*c.rows:][:c.width*c.rows]
		y := oy*c.Stride + ky - c.Padding
		if lo == hi || y < 0 || y >= c.InHeight {
			f(column, nil, c.width, c.width, 0)
			continue
		}
		f(column, c.turned[(channel*c.InHeight+y)*c.InWidth*c.rows:][:c.InWidth*c.rows], lo, hi, at)
	}
}
