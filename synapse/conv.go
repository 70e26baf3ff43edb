package synapse

import (
	"fmt"

	"burstsim/internal/linalg"
)

var _ Projection[float64] = (*Conv[float64])(nil)

// Conv is a convolution: neurons in OutChannels maps, each of which sees a
// window of Kernel x Kernel in all InChannels maps below, with weights that a
// map shares. Arrays of units have one sample a row, map after map, line after
// line.
type Conv[F Float] struct {
	InChannels, InHeight, InWidth int
	OutChannels                   int
	Kernel, Stride, Padding       int

	height, width int // of an output map

	// Of a batch, whose samples follow each other within a line, so that one
	// matrix product serves them all.
	columns []F // patches: a line a weight of a patch, a column a position
	maps    []F // output: a line a map, a column a position
	sums    []F // of the weights' shape

	// What the teams work on, each part of it in one of their tasks.
	rows                               int
	units, bias, changed               []F
	alpha                              F
	unfolding, folding                 *linalg.Team // by input maps of all samples
	scattering, gathering, summingBias *linalg.Team // by samples; by output maps
}

// NewConv returns a convolution with weights of OutChannels x InChannels x
// Kernel x Kernel. Padding is zeros around each map. The error says which size
// does not fit.
func NewConv[F Float](inChannels, inHeight, inWidth, outChannels, kernel, stride, padding int) (*Conv[F], error) {
	for _, v := range []struct {
		name       string
		value, low int
	}{
		{"input channels", inChannels, 1}, {"input height", inHeight, 1}, {"input width", inWidth, 1},
		{"output channels", outChannels, 1}, {"kernel", kernel, 1}, {"stride", stride, 1}, {"padding", padding, 0},
	} {
		if v.value < v.low || v.value > 1<<20 {
			return nil, fmt.Errorf("synapse: a convolution with %d %s, expected at least %d", v.value, v.name, v.low)
		}
	}
	if kernel > inHeight+2*padding || kernel > inWidth+2*padding {
		return nil, fmt.Errorf("synapse: a kernel of %d does not fit maps of %d x %d with padding %d", kernel, inHeight, inWidth, padding)
	}
	c := &Conv[F]{
		InChannels: inChannels, InHeight: inHeight, InWidth: inWidth, OutChannels: outChannels,
		Kernel: kernel, Stride: stride, Padding: padding,
		height: (inHeight+2*padding-kernel)/stride + 1, width: (inWidth+2*padding-kernel)/stride + 1,
	}
	c.unfolding, c.folding = linalg.NewTeam(c.unfoldPlane), linalg.NewTeam(c.foldPlane)
	c.scattering, c.gathering = linalg.NewTeam(c.scatterSample), linalg.NewTeam(c.gatherSample)
	c.summingBias = linalg.NewTeam(c.sumBias)
	return c, nil
}

// moveWork is what moving an element costs, in multiplications of a product.
const moveWork = 8

// share has a team do its tasks on these units of a batch.
func (c *Conv[F]) share(team *linalg.Team, tasks int, units []F, rows, elements int) {
	c.units, c.rows = units, rows
	team.Share(tasks, moveWork*elements)
	c.units = nil
}

// patch is the number of weights of an output neuron.
func (c *Conv[F]) patch() int { return c.InChannels * c.Kernel * c.Kernel }

// positions is the number of neurons of an output map.
func (c *Conv[F]) positions() int { return c.height * c.width }

// Shape is that of the output: channels, height and width.
func (c *Conv[F]) Shape() (channels, height, width int) { return c.OutChannels, c.height, c.width }

// Units are the numbers of neurons of all maps.
func (c *Conv[F]) Units() (out, in int) {
	return c.OutChannels * c.positions(), c.InChannels * c.InHeight * c.InWidth
}

// allocate makes the memory of a batch, once.
func (c *Conv[F]) allocate(rows int) {
	if n := rows * c.positions(); len(c.maps) < c.OutChannels*n {
		c.columns, c.maps, c.sums = make([]F, c.patch()*n), make([]F, c.OutChannels*n), make([]F, c.OutChannels*c.patch())
	}
}

// Forward stores the convolution of x plus the bias of each map.
func (c *Conv[F]) Forward(dst, x, w, bias []F, rows int) {
	c.unfold(x, rows)
	n := rows * c.positions()
	linalg.Product(c.maps[:c.OutChannels*n], w, c.columns[:c.patch()*n], c.OutChannels, c.patch(), n, false, false)
	c.bias = bias
	c.share(c.scattering, rows, dst, rows, len(dst))
	c.bias = nil
}

// scatterSample writes maps into the output's units of a sample, with the bias.
func (c *Conv[F]) scatterSample(r int) {
	for k := range c.OutChannels {
		unit, column := c.output(r, k)
		if c.bias == nil {
			copy(unit, column)
			continue
		}
		b := c.bias[k]
		for i, v := range column {
			unit[i] = v + b
		}
	}
}

// Backward stores the transposed convolution of y with w.
func (c *Conv[F]) Backward(dst, y, w []F, rows int) {
	c.gather(y, rows)
	n := rows * c.positions()
	linalg.Product(c.columns[:c.patch()*n], w, c.maps[:c.OutChannels*n], c.patch(), c.OutChannels, n, true, false)
	c.fold(dst, rows)
}

// Correlate stores alpha times the sum over samples and positions of post times
// the patch it saw.
func (c *Conv[F]) Correlate(dst []F, alpha F, post, pre []F, rows int) {
	clear(dst)
	c.AddCorrelation(dst, alpha, post, pre, rows)
}

// AddCorrelation adds what Correlate would store.
func (c *Conv[F]) AddCorrelation(dst []F, alpha F, post, pre []F, rows int) {
	c.unfold(pre, rows)
	c.gather(post, rows)
	n := rows * c.positions()
	linalg.Product(c.sums, c.maps[:c.OutChannels*n], c.columns[:c.patch()*n], c.OutChannels, n, c.patch(), false, true)
	linalg.AddScaled(dst, alpha, c.sums)
}

// output is map k of sample r: its units, and its column in maps.
func (c *Conv[F]) output(r, k int) (unit, column []F) {
	p := c.positions()
	return c.units[(r*c.OutChannels+k)*p:][:p], c.maps[(k*c.rows+r)*p:][:p]
}

// gather writes a quantity of the output's units into maps.
func (c *Conv[F]) gather(y []F, rows int) {
	c.allocate(rows)
	c.share(c.gathering, rows, y, rows, len(y))
}

func (c *Conv[F]) gatherSample(r int) {
	for k := range c.OutChannels {
		unit, column := c.output(r, k)
		copy(column, unit)
	}
}

// CorrelateBias stores alpha times the sum of post over samples and positions.
func (c *Conv[F]) CorrelateBias(dst []F, alpha F, post []F, rows int) {
	clear(dst)
	c.AddBiasCorrelation(dst, alpha, post, rows)
}

// AddBiasCorrelation adds what CorrelateBias would store.
func (c *Conv[F]) AddBiasCorrelation(dst []F, alpha F, post []F, rows int) {
	c.changed, c.alpha = dst, alpha
	c.share(c.summingBias, len(dst), post, rows, len(post))
	c.changed = nil
}

func (c *Conv[F]) sumBias(k int) {
	n := c.positions()
	for r := range c.rows {
		var sum F
		for _, v := range c.units[(r*c.OutChannels+k)*n:][:n] {
			sum += v
		}
		c.changed[k] += c.alpha * sum
	}
}

// unfold writes the patches of a batch into columns, zeros where they reach into
// the padding.
func (c *Conv[F]) unfold(x []F, rows int) {
	c.allocate(rows)
	c.share(c.unfolding, rows*c.InChannels, x, rows, rows*c.patch()*c.positions())
}

func (c *Conv[F]) unfoldPlane(plane int) {
	c.visit(plane, func(column, line []F, lo, hi, at int) {
		clear(column[:lo])
		clear(column[hi:])
		if c.Stride == 1 {
			copy(column[lo:hi], line[at:])
			return
		}
		for i := lo; i < hi; i++ {
			column[i] = line[at]
			at += c.Stride
		}
	})
}

// fold adds the columns back to where unfold took them from.
func (c *Conv[F]) fold(x []F, rows int) {
	c.share(c.folding, rows*c.InChannels, x, rows, rows*c.patch()*c.positions())
}

func (c *Conv[F]) foldPlane(plane int) {
	n := c.InHeight * c.InWidth
	clear(c.units[plane*n:][:n])
	c.visit(plane, func(column, line []F, lo, hi, at int) {
		for _, v := range column[lo:hi] {
			line[at] += v
			at += c.Stride
		}
	})
}

// visit calls f for each line of an output map and each weight of a patch in an
// input map: with their part of columns, of which elements lo to hi meet line,
// from element at on in steps of Stride. plane counts the input maps of all
// samples. No line: lo is hi.
func (c *Conv[F]) visit(plane int, f func(column, line []F, lo, hi, at int)) {
	p, r, channel := c.positions(), plane/c.InChannels, plane%c.InChannels
	for ky := range c.Kernel {
		for kx := range c.Kernel {
			k := (channel*c.Kernel+ky)*c.Kernel + kx
			columns := c.columns[(k*c.rows+r)*p:][:p]
			lo := min(c.width, max(0, (c.Padding-kx+c.Stride-1)/c.Stride))
			hi := max(lo, min(c.width, (c.InWidth-1+c.Padding-kx+c.Stride)/c.Stride))
			at := lo*c.Stride + kx - c.Padding
			for oy := range c.height {
				column := columns[oy*c.width:][:c.width]
				y := oy*c.Stride + ky - c.Padding
				if lo == hi || y < 0 || y >= c.InHeight {
					f(column, nil, c.width, c.width, 0)
					continue
				}
				f(column, c.units[(plane*c.InHeight+y)*c.InWidth:][:c.InWidth], lo, hi, at)
			}
		}
	}
}
