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
	return &Conv[F]{
		InChannels: inChannels, InHeight: inHeight, InWidth: inWidth, OutChannels: outChannels,
		Kernel: kernel, Stride: stride, Padding: padding,
		height: (inHeight+2*padding-kernel)/stride + 1, width: (inWidth+2*padding-kernel)/stride + 1,
	}, nil
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
	c.each(dst, rows, func(k int, unit, column []F) {
		if bias == nil {
			copy(unit, column)
			return
		}
		b := bias[k]
		for i, v := range column {
			unit[i] = v + b
		}
	})
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

// each visits the units of every map of every sample with their columns in
// maps.
func (c *Conv[F]) each(units []F, rows int, f func(k int, unit, column []F)) {
	p := c.positions()
	for r := range rows {
		for k := range c.OutChannels {
			f(k, units[(r*c.OutChannels+k)*p:][:p], c.maps[(k*rows+r)*p:][:p])
		}
	}
}

// gather writes a quantity of the output's units into maps.
func (c *Conv[F]) gather(y []F, rows int) {
	c.allocate(rows)
	c.each(y, rows, func(_ int, unit, column []F) { copy(column, unit) })
}

// CorrelateBias stores alpha times the sum of post over samples and positions.
func (c *Conv[F]) CorrelateBias(dst []F, alpha F, post []F, rows int) {
	clear(dst)
	c.AddBiasCorrelation(dst, alpha, post, rows)
}

// AddBiasCorrelation adds what CorrelateBias would store.
func (c *Conv[F]) AddBiasCorrelation(dst []F, alpha F, post []F, rows int) {
	n := c.positions()
	for r := range rows {
		for k := range dst {
			var sum F
			for _, v := range post[(r*c.OutChannels+k)*n : (r*c.OutChannels+k+1)*n] {
				sum += v
			}
			dst[k] += alpha * sum
		}
	}
}

// unfold writes the patches of a batch into columns, zeros where they reach into
// the padding.
func (c *Conv[F]) unfold(x []F, rows int) {
	c.allocate(rows)
	c.visit(rows, func(column []F, plane, ky, kx int) {
		i := 0
		for oy := range c.height {
			line, inside := c.line(x, plane, oy*c.Stride+ky-c.Padding)
			for ox := range c.width {
				at := ox*c.Stride + kx - c.Padding
				if inside && at >= 0 && at < c.InWidth {
					column[i] = line[at]
				} else {
					column[i] = 0
				}
				i++
			}
		}
	})
}

// fold adds the columns back to where unfold took them from.
func (c *Conv[F]) fold(x []F, rows int) {
	clear(x)
	c.visit(rows, func(column []F, plane, ky, kx int) {
		i := 0
		for oy := range c.height {
			line, inside := c.line(x, plane, oy*c.Stride+ky-c.Padding)
			for ox := range c.width {
				if at := ox*c.Stride + kx - c.Padding; inside && at >= 0 && at < c.InWidth {
					line[at] += column[i]
				}
				i++
			}
		}
	})
}

// line is line y of an input map, and whether there is one.
func (c *Conv[F]) line(x []F, plane, y int) (line []F, inside bool) {
	if y < 0 || y >= c.InHeight {
		return nil, false
	}
	return x[(plane*c.InHeight+y)*c.InWidth:][:c.InWidth], true
}

// visit calls f for each sample and each weight of a patch with their part of
// columns; plane counts the input maps of all samples.
func (c *Conv[F]) visit(rows int, f func(column []F, plane, ky, kx int)) {
	p, k := c.positions(), 0
	for channel := range c.InChannels {
		for ky := range c.Kernel {
			for kx := range c.Kernel {
				for r := range rows {
					f(c.columns[(k*rows+r)*p:][:p], r*c.InChannels+channel, ky, kx)
				}
				k++
			}
		}
	}
}
