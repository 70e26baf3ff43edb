// Package isa describes what the generated kernels differ in: the width of
// vectors and the precision of their elements. It names instructions once for
// all of them.
package isa

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Set is a set of instructions applied to one precision.
type Set struct {
	Wide   bool // AVX-512 (F and DQ), otherwise AVX2 and FMA
	Double bool // float64, otherwise float32
}

// Sets are all that kernels are generated for.
var Sets = []Set{{Wide: true}, {Wide: true, Double: true}, {}, {Double: true}}

// Name is a suffix for functions.
func (s Set) Name() string {
	name := "AVX2"
	if s.Wide {
		name = "AVX512"
	}
	if s.Double {
		return name + "Double"
	}
	return name + "Single"
}

// Float is the Go type of an element.
func (s Set) Float() string { return fmt.Sprintf("float%d", 8*s.Size()) }

// Size is that of an element in bytes.
func (s Set) Size() int {
	if s.Double {
		return 8
	}
	return 4
}

// Bytes is the size of a vector, Lanes its number of elements.
func (s Set) Bytes() int {
	if s.Wide {
		return 64
	}
	return 32
}
func (s Set) Lanes() int { return s.Bytes() / s.Size() }

// Vector is a new vector register.
func (s Set) Vector() reg.VecVirtual {
	if s.Wide {
		return ZMM()
	}
	return YMM()
}

// Zero clears a vector.
func (s Set) Zero(v reg.VecVirtual) {
	if s.Wide {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
}

// Pick does single or double, whichever the precision is, to ops.
func (s Set) Pick(single, double func(...Op), ops ...Op) {
	if s.Double {
		double(ops...)
	} else {
		single(ops...)
	}
}

// Load and Store move a whole vector, Broadcast fills one with an element.
func (s Set) Load(m Mem, v Op)  { s.Pick(VMOVUPS, VMOVUPD, m, v) }
func (s Set) Store(v Op, m Mem) { s.Pick(VMOVUPS, VMOVUPD, v, m) }

// Broadcast fills a vector with one element.
func (s Set) Broadcast(m Mem, v Op) { s.Pick(VBROADCASTSS, VBROADCASTSD, m, v) }

// MulAdd adds a b to sum; a may be in memory.
func (s Set) MulAdd(a Op, b, sum Op) { s.Pick(VFMADD231PS, VFMADD231PD, a, b, sum) }

// ScaleAdd replaces v by v scale + a; a may be in memory.
func (s Set) ScaleAdd(a Op, scale, v Op) { s.Pick(VFMADD213PS, VFMADD213PD, a, scale, v) }

// Mul replaces v by a v. MulTo stores a b in v.
func (s Set) Mul(a, v Op)      { s.MulTo(a, v, v) }
func (s Set) MulTo(a, b, v Op) { s.Pick(VMULPS, VMULPD, a, b, v) }

// Add stores a + b in v, Sub a - b, Div a / b.
func (s Set) Add(a, b, v Op) { s.Pick(VADDPS, VADDPD, a, b, v) }
func (s Set) Sub(a, b, v Op) { s.Pick(VSUBPS, VSUBPD, b, a, v) }
func (s Set) Div(a, b, v Op) { s.Pick(VDIVPS, VDIVPD, b, a, v) }

// Sqrt stores the root of a in v.
func (s Set) Sqrt(a, v Op) { s.Pick(VSQRTPS, VSQRTPD, a, v) }

// Mask is the first elements of a vector, whose number the caller chose by
// where pointer lies in a table of bytes: 0xff, followed by 0.
func (s Set) Mask(pointer reg.Register) reg.Register {
	v := s.Vector()
	VMOVUPS(Mem{Base: pointer}, v)
	if !s.Wide {
		return v
	}
	k := K()
	if s.Double {
		VPMOVQ2M(v, k)
	} else {
		VPMOVD2M(v, k)
	}
	return k
}

// LoadPart loads the elements in mask, and zeros for the others.
func (s Set) LoadPart(m Mem, mask reg.Register, v Op) {
	switch {
	case s.Wide && s.Double:
		VMOVUPD_Z(m, mask, v)
	case s.Wide:
		VMOVUPS_Z(m, mask, v)
	case s.Double:
		VMASKMOVPD(m, mask, v)
	default:
		VMASKMOVPS(m, mask, v)
	}
}

// StorePart stores the elements in mask.
func (s Set) StorePart(v Op, mask reg.Register, m Mem) {
	switch {
	case s.Wide:
		s.Pick(VMOVUPS, VMOVUPD, v, mask, m)
	case s.Double:
		VMASKMOVPD(v, mask, m)
	default:
		VMASKMOVPS(v, mask, m)
	}
}

// Integer loads a parameter.
func Integer(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

// Stride loads a parameter that counts elements, in bytes.
func (s Set) Stride(name string) reg.GPVirtual {
	r := Integer(name)
	shift := U8(2)
	if s.Double {
		shift = 3
	}
	SHLQ(shift, r)
	return r
}

// Addresses are those of elements at a, a + stride, a + 2 stride and so on, up
// to eight.
func Addresses(n int, a, stride reg.Register) []Mem {
	odd := map[int]reg.Register{1: stride}
	for i := 3; i < n; i += 2 {
		r := GP64()
		LEAQ(Mem{Base: odd[i-2], Index: stride, Scale: 2}, r)
		odd[i] = r
	}
	all := []Mem{{Base: a}}
	for i := 1; i < n; i++ {
		factor, scale := i, uint8(1)
		for factor%2 == 0 {
			factor, scale = factor/2, scale*2
		}
		all = append(all, Mem{Base: a, Index: odd[factor], Scale: scale})
	}
	return all
}

// Scalar is where a parameter lies.
func Scalar(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// Sum adds the lanes of up to four vectors and stores the sums at m, one after
// another. It needs the vectors no longer.
func (s Set) Sum(vectors []reg.VecVirtual, m Mem) {
	if s.Double && len(vectors) > 2 {
		s.Sum(vectors[:2], m)
		s.Sum(vectors[2:], m.Offset(16))
		return
	}
	var halves []reg.Register
	for _, v := range vectors {
		if s.Wide {
			upper := YMM()
			VEXTRACTF64X4(U8(1), v, upper)
			s.pick3(VADDPS, VADDPD, upper, v.AsY())
		}
		upper := XMM()
		VEXTRACTF128(U8(1), v.AsY(), upper)
		s.pick3(VADDPS, VADDPD, upper, v.AsX())
		halves = append(halves, v.AsX())
	}
	switch {
	case s.Double && len(halves) == 2:
		VHADDPD(halves[1], halves[0], halves[0])
		VMOVUPD(halves[0], m)
	case s.Double:
		VHADDPD(halves[0], halves[0], halves[0])
		VMOVSD(halves[0], m)
	case len(halves) == 4:
		VHADDPS(halves[1], halves[0], halves[0])
		VHADDPS(halves[3], halves[2], halves[2])
		VHADDPS(halves[2], halves[0], halves[0])
		VMOVUPS(halves[0], m)
	default:
		VHADDPS(halves[0], halves[0], halves[0])
		VHADDPS(halves[0], halves[0], halves[0])
		VMOVSS(halves[0], m)
	}
}

// pick3 replaces v by a and v, combined.
func (s Set) pick3(single, double func(...Op), a, v Op) { s.Pick(single, double, a, v, v) }

// One is where the number one lies.
func (s Set) One() Mem {
	name := "one" + s.Name()
	if s.Double {
		return ConstData(name, U64(math.Float64bits(1)))
	}
	return ConstData(name, U32(math.Float32bits(1)))
}
