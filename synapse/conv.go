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
	// matrix product serves them all, and what moves together lies together.
	columns []F // patches: a line a weight of a patch, a column a position of a sample
	maps    []F // output: a line a map, a column a position of a sample
	below   []F // a line a neuron of the input, a column a sample
	sums    []F // of the weights' shape

	mapSums []F // one a map of each sample
	ones    []F // one a position

	// What the teams work on, each part of it in one of their tasks.
	rows               int
	units, turned      []F // a line a sample, and a column a sample
	bias               []F
	turning, returning *linalg.Team // by pieces of a sample
	unfolding          *linalg.Team // by input maps and lines of the kernel
	folding            *linalg.Team // by input maps
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
	c.turning, c.returning = linalg.NewTeam(c.turnPiece), linalg.NewTeam(c.returnPiece)
	c.unfolding, c.folding = linalg.NewTeam(c.unfoldLines), linalg.NewTeam(c.foldMap)
	return c, nil
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

// outputs and inputs are the units of so many samples.
func (c *Conv[F]) outputs(y []F, rows int) []F { return y[:rows*c.OutChannels*c.positions()] }
func (c *Conv[F]) inputs(x []F, rows int) []F  { return x[:rows*c.InChannels*c.InHeight*c.InWidth] }

// allocate makes the memory of a batch, once.
func (c *Conv[F]) allocate(rows int) {
	if n := rows * c.positions(); len(c.columns) < c.patch()*n {
		c.columns, c.sums = make([]F, c.patch()*n), make([]F, c.OutChannels*c.patch())
		if rows > 1 {
			c.maps, c.below = make([]F, c.OutChannels*n), make([]F, rows*c.InChannels*c.InHeight*c.InWidth)
		}
	}
}

// Forward stores the convolution of x plus the bias of each map.
func (c *Conv[F]) Forward(dst, x, w, bias []F, rows int) {
	dst, n := c.outputs(dst, rows), rows*c.positions()
	c.unfold(x, rows)
	maps := c.place(c.maps, dst, rows)
	linalg.Product(maps, w, c.columns[:c.patch()*n], c.OutChannels, c.patch(), n, false, false)
	c.bias = bias
	c.restore(dst, maps, rows)
	c.bias = nil
}

// Backward stores the transposed convolution of y with w.
func (c *Conv[F]) Backward(dst, y, w []F, rows int) {
	c.allocate(rows)
	n := rows * c.positions()
	linalg.Product(c.columns[:c.patch()*n], w, c.turn(c.maps, c.outputs(y, rows), rows), c.patch(), c.OutChannels, n, true, false)
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
	n := rows * c.positions()
	linalg.Product(c.sums, c.turn(c.maps, c.outputs(post, rows), rows), c.columns[:c.patch()*n], c.OutChannels, n, c.patch(), false, true)
	linalg.AddScaled(dst, alpha, c.sums)
}

// CorrelateBias stores alpha times the sum of post over samples and positions.
func (c *Conv[F]) CorrelateBias(dst []F, alpha F, post []F, rows int) {
	clear(dst)
	c.AddBiasCorrelation(dst, alpha, post, rows)
}

// AddBiasCorrelation adds what CorrelateBias would store.
func (c *Conv[F]) AddBiasCorrelation(dst []F, alpha F, post []F, rows int) {
	n, p := rows*c.OutChannels, c.positions()
	if len(c.mapSums) < n {
		c.mapSums = make([]F, n)
	}
	if c.ones == nil {
		c.ones = make([]F, p)
		for i := range c.ones {
			c.ones[i] = 1
		}
	}
	// The sum of each map of each sample, as a product of a matrix of a map a
	// row and a vector.
	linalg.MulTrans(c.mapSums[:n], c.ones, post, 1, n, p)
	linalg.AddColumnSums(dst, alpha, c.mapSums[:n], rows)
}
