package synapse

import (
	"fmt"
	"math"
	"math/rand/v2"

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
	Weights[F]                    // W is OutChannels x InChannels x Kernel x Kernel

	height, width int // of an output map
	columns       []F // patches of one sample, one line a weight, one column a position
	sums          []F // gradient of one sample
}

// NewConv returns a convolution of zero weights. Padding is zeros around each
// map. The error says which size does not fit.
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
	c.W, c.C = make([]F, outChannels*c.patch()), make([]F, outChannels)
	c.columns, c.sums = make([]F, c.patch()*c.positions()), make([]F, len(c.W))
	return c, nil
}

// patch is the number of weights of an output neuron.
func (c *Conv[F]) patch() int { return c.InChannels * c.Kernel * c.Kernel }

// positions is the number of neurons of an output map.
func (c *Conv[F]) positions() int { return c.height * c.width }

// Shape is that of the output: channels, height and width.
func (c *Conv[F]) Shape() (channels, height, width int) { return c.OutChannels, c.height, c.width }

// Params are the weights, shared by all neurons of a map.
func (c *Conv[F]) Params() *Weights[F] { return &c.Weights }

// Units are the numbers of neurons of all maps.
func (c *Conv[F]) Units() (out, in int) {
	return c.OutChannels * c.positions(), c.InChannels * c.InHeight * c.InWidth
}

// InitNormal counts connections of a neuron by the kernel: n_in is
// InChannels Kernel², n_out is OutChannels Kernel².
func (c *Conv[F]) InitNormal(gain float64, rng *rand.Rand) {
	n := float64(c.Kernel * c.Kernel * (c.InChannels + c.OutChannels))
	FillNormal(c.W, gain*math.Sqrt(2/n), rng)
	clear(c.C)
}

// Forward stores the convolution of x plus the bias.
func (c *Conv[F]) Forward(dst, x []F, rows int) {
	out, in := c.Units()
	for r := range rows {
		c.unfold(x[r*in : (r+1)*in])
		y := dst[r*out : (r+1)*out]
		linalg.Product(y, c.W, c.columns, c.OutChannels, c.patch(), c.positions(), false, false)
		for k, bias := range c.C {
			for i := range y[k*c.positions() : (k+1)*c.positions()] {
				y[k*c.positions()+i] += bias
			}
		}
	}
}

// Backward stores the transposed convolution of y with w.
func (c *Conv[F]) Backward(dst, y, w []F, rows int) {
	out, in := c.Units()
	for r := range rows {
		linalg.Product(c.columns, w, y[r*out:(r+1)*out], c.patch(), c.OutChannels, c.positions(), true, false)
		c.fold(dst[r*in : (r+1)*in])
	}
}

// Correlate stores alpha times the sum over samples and positions of post times
// the patch it saw.
func (c *Conv[F]) Correlate(dst []F, alpha F, post, pre []F, rows int) {
	clear(dst)
	c.AddCorrelation(dst, alpha, post, pre, rows)
}

// AddCorrelation adds what Correlate would store.
func (c *Conv[F]) AddCorrelation(dst []F, alpha F, post, pre []F, rows int) {
	out, in := c.Units()
	for r := range rows {
		c.unfold(pre[r*in : (r+1)*in])
		linalg.Product(c.sums, post[r*out:(r+1)*out], c.columns, c.OutChannels, c.positions(), c.patch(), false, true)
		linalg.AddScaled(dst, alpha, c.sums)
	}
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

// unfold writes the patches of a sample into columns, zeros where they reach
// into the padding.
func (c *Conv[F]) unfold(x []F) {
	c.visit(func(column []F, channel, ky, kx int) {
		i := 0
		for oy := range c.height {
			y := oy*c.Stride + ky - c.Padding
			for ox := range c.width {
				xx := ox*c.Stride + kx - c.Padding
				if y < 0 || y >= c.InHeight || xx < 0 || xx >= c.InWidth {
					column[i] = 0
				} else {
					column[i] = x[(channel*c.InHeight+y)*c.InWidth+xx]
				}
				i++
			}
		}
	})
}

// fold adds the columns back to where unfold took them from.
func (c *Conv[F]) fold(x []F) {
	clear(x)
	c.visit(func(column []F, channel, ky, kx int) {
		i := 0
		for oy := range c.height {
			y := oy*c.Stride + ky - c.Padding
			for ox := range c.width {
				xx := ox*c.Stride + kx - c.Padding
				if y >= 0 && y < c.InHeight && xx >= 0 && xx < c.InWidth {
					x[(channel*c.InHeight+y)*c.InWidth+xx] += column[i]
				}
				i++
			}
		}
	})
}

// visit calls f for each weight of a patch with its line of columns.
func (c *Conv[F]) visit(f func(column []F, channel, ky, kx int)) {
	n, k := c.positions(), 0
	for channel := range c.InChannels {
		for ky := range c.Kernel {
			for kx := range c.Kernel {
				f(c.columns[k*n:(k+1)*n], channel, ky, kx)
				k++
			}
		}
	}
}
