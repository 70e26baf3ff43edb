package neuron

//go:generate go -C ../internal/asm run ./sigmoid -out ../../neuron/sigmoid_amd64.s -stubs ../../neuron/sigmoid_amd64.go -pkg neuron
//go:generate go -C ../internal/asm run ./neon/sigmoid -out ../../neuron/sigmoid_arm64.s -stubs ../../neuron/sigmoid_arm64.go -pkg neuron

// vectors computes functions of several elements at once, where the processor
// can.
type vectors[F Float] struct {
	lanes int // 0: one by one
	// some stores the sigmoids of the first elements, and returns how many: it
	// stops before a group of lanes with one that is larger than farthest, or no
	// number. mask is that of what n has beyond full groups.
	some     func(n int, x, dst *F, mask *byte) int
	farthest F
	alone    func(dst, x []F)
	bytes    int // of an element
}

var (
	vectors32 = vectors[float32]{alone: sigmoid32, bytes: 4, farthest: 87}
	vectors64 = vectors[float64]{alone: sigmoid64, bytes: 8, farthest: 700}
)

// instructionSet is a way to compute; use chooses it for both precisions.
type instructionSet struct {
	name string
	use  func()
}

var oneByOne = instructionSet{"one by one", func() {
	vectors32.lanes, vectors64.lanes = 0, 0
	elementwise32.use(1, plainKernels[float32]())
	elementwise64.use(1, plainKernels[float64]())
}}

func init() {
	instructions()[0].use()
	inUse = instructions()[0].name
}

var inUse string

// Instructions names the way in which this processor computes sigmoids. Ways
// differ in the last place of results.
func Instructions() string { return inUse }

// masks are what the kernels read a mask from: that of n bytes begins n bytes
// before the middle.
var masks = func() (table [128]byte) {
	for i := range 64 {
		table[i] = 0xff
	}
	return table
}()

func (v *vectors[F]) sigmoid(dst, x []F) {
	if v.lanes == 0 {
		v.alone(dst, x)
		return
	}
	for x = x[:len(dst)]; len(x) > 0; {
		n := v.some(len(x), &x[0], &dst[0], &masks[64-len(x)%v.lanes*v.bytes])
		if n == len(x) {
			return
		}
		x, dst = x[n:], dst[n:]
		n = min(v.lanes, len(x))
		v.withFar(dst[:n], x[:n])
		x, dst = x[n:], dst[n:]
	}
}

// withFar computes a group that may have far elements. The others must not
// notice.
func (v *vectors[F]) withFar(dst, x []F) {
	for i, value := range x {
		if -v.farthest <= value && value <= v.farthest {
			v.some(1, &x[i], &dst[i], &masks[64-v.bytes])
		} else {
			dst[i] = F(farSigmoid(float64(value)))
		}
	}
}
