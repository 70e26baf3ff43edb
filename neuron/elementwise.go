package neuron

import "unsafe"

//go:generate go -C ../internal/asm run ./elementwise -out ../../neuron/elementwise_amd64.s -stubs ../../neuron/elementwise_amd64.go -pkg neuron
//go:generate go -C ../internal/asm run ./neon/elementwise -out ../../neuron/elementwise_arm64.s -stubs ../../neuron/elementwise_arm64.go -pkg neuron

// Operation is what expressions are made of, element by element.
type Operation int

// Products are rounded before they are added, on every processor: all give the
// same bits.
const (
	Add            Operation = iota // a + b
	Sub                             // a - b
	Mul                             // a b
	Div                             // a / b
	MulAdd                          // a b + c
	SubMul                          // (a - b) c
	OneMinusMul                     // (1 - a) b
	OneMinusMulMul                  // (1 - a) b c
	operations
)

// Kernel computes an operation on n elements, at least one. dst may be one of
// the operands. Those that the operation does not have are not looked at. mask
// is what [Elementwise.Mask] returns for n.
type Kernel[F Float] func(n int, dst, a, b, c *F, mask *byte)

// Elementwise computes operations on several elements at once, where the
// processor can.
type Elementwise[F Float] struct {
	lanes, bytes int // lanes: 1 if one by one
	kernels      [operations]Kernel[F]
	sigmoid      *vectors[F]
}

var (
	elementwise32 = Elementwise[float32]{bytes: 4, sigmoid: &vectors32}
	elementwise64 = Elementwise[float64]{bytes: 8, sigmoid: &vectors64}
)

// ElementwiseOf returns the operations of a precision.
func ElementwiseOf[F Float]() *Elementwise[F] {
	if e, ok := any(&elementwise32).(*Elementwise[F]); ok {
		return e
	}
	return any(&elementwise64).(*Elementwise[F])
}

// Kernel is the fastest for an operation.
func (e *Elementwise[F]) Kernel(o Operation) Kernel[F] { return e.kernels[o] }

// Mask is what kernels need to know of n elements beside their number: which
// those are behind the last full vector.
func (e *Elementwise[F]) Mask(n int) *byte { return &masks[64-n%e.lanes*e.bytes] }

// Sigmoid is [Sigmoid].
func (e *Elementwise[F]) Sigmoid(dst, x []F) { e.sigmoid.sigmoid(dst, x) }

func (e *Elementwise[F]) use(lanes int, kernels [operations]Kernel[F]) {
	e.lanes, e.kernels = lanes, kernels
}

// plainKernels compute one element after another.
func plainKernels[F Float]() [operations]Kernel[F] {
	return [...]Kernel[F]{
		Add: plain(func(dst, a, b, _ []F) {
			for i := range dst {
				dst[i] = a[i] + b[i]
			}
		}),
		Sub: plain(func(dst, a, b, _ []F) {
			for i := range dst {
				dst[i] = a[i] - b[i]
			}
		}),
		Mul: plain(func(dst, a, b, _ []F) {
			for i := range dst {
				dst[i] = a[i] * b[i]
			}
		}),
		Div: plain(func(dst, a, b, _ []F) {
			for i := range dst {
				dst[i] = a[i] / b[i]
			}
		}),
		MulAdd: plain(func(dst, a, b, c []F) {
			for i := range dst {
				dst[i] = F(a[i]*b[i]) + c[i]
			}
		}),
		SubMul: plain(func(dst, a, b, c []F) {
			for i := range dst {
				dst[i] = (a[i] - b[i]) * c[i]
			}
		}),
		OneMinusMul: plain(func(dst, a, b, _ []F) {
			for i := range dst {
				dst[i] = (1 - a[i]) * b[i]
			}
		}),
		OneMinusMulMul: plain(func(dst, a, b, c []F) {
			for i := range dst {
				dst[i] = (1 - a[i]) * b[i] * c[i]
			}
		}),
	}
}

// plain is a kernel of a function of slices. Those of operands that the
// operation does not have may be empty.
func plain[F Float](compute func(dst, a, b, c []F)) Kernel[F] {
	return func(n int, dst, a, b, c *F, _ *byte) {
		compute(unsafe.Slice(dst, n), unsafe.Slice(a, n), slice(b, n), slice(c, n))
	}
}

func slice[F Float](x *F, n int) []F {
	if x == nil {
		return nil
	}
	return unsafe.Slice(x, n)
}
