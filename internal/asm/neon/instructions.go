package neon

import "fmt"

// Address is that of memory: a base, and an offset in another register or in
// bytes.
type Address struct {
	Base   Register
	Index  Register
	Offset int
	Sum    bool // of Base and Index; Offset is not looked at
}

// At is the address base + index.
func At(base, index Register) Address { return Address{Base: base, Index: index, Sum: true} }

func (a Address) String() string {
	if a.Sum {
		return fmt.Sprintf("(%v)(%v)", a.Base, a.Index)
	}
	return fmt.Sprintf("%d(%v)", a.Offset, a.Base)
}

// float names a vector as instructions for scalars do.
func (v Vector) float() string { return fmt.Sprintf("F%d", int(v)) }

// arranged names a vector of elements of the precision: V3.S4.
func (p Precision) arranged(v Vector) string {
	if p.Double {
		return fmt.Sprintf("V%d.D2", int(v))
	}
	return fmt.Sprintf("V%d.S4", int(v))
}

// named is arranged as Arm writes it: v3.4s.
func (p Precision) named(v Vector) string {
	if p.Double {
		return fmt.Sprintf("v%d.2d", int(v))
	}
	return fmt.Sprintf("v%d.4s", int(v))
}

// move is the instruction for so many elements.
func (p Precision) move(lanes int) string {
	return map[int]string{4: "FMOVS", 8: "FMOVD", 16: "FMOVQ"}[lanes*p.Size()]
}

// Load loads elements, as many as Pieces has, and zeros for the others of the
// vector; Store stores them.
func (f *Function) Load(a Address, lanes int, v Vector) {
	if a.Sum && lanes == f.Lanes() {
		f.word(0x3ce06800|a.rest(v), "ldr q%d, [x%d, x%d]", v, a.Base, a.Index)
		return
	}
	f.Do(f.move(lanes), a, v.float())
}

func (f *Function) Store(v Vector, lanes int, a Address) {
	if a.Sum && lanes == f.Lanes() {
		f.word(0x3ca06800|a.rest(v), "str q%d, [x%d, x%d]", v, a.Base, a.Index)
		return
	}
	f.Do(f.move(lanes), v.float(), a)
}

func (a Address) rest(v Vector) uint32 { return three(Vector(a.Index), Vector(a.Base), v) }

// Zero clears a vector.
func (f *Function) Zero(v Vector) {
	f.line(fmt.Sprintf("VEOR V%[1]d.B16, V%[1]d.B16, V%[1]d.B16", int(v)))
}

// One fills a vector with the number one.
func (f *Function) One(v Vector) {
	f.Do(f.move(1), "$1.0", v.float())
	f.Broadcast(v, v)
}

// Broadcast fills a vector with the first element of another.
func (f *Function) Broadcast(from, v Vector) {
	f.line(fmt.Sprintf("VDUP V%d.%s[0], %s", int(from), f.arranged(0)[3:4], f.arranged(v)))
}

// Add stores a + b in v, Sub a - b, Mul a b, Div a / b.
func (f *Function) Add(a, b, v Vector) { f.same("fadd", 0x4e20d400, a, b, v) }
func (f *Function) Sub(a, b, v Vector) { f.same("fsub", 0x4ea0d400, a, b, v) }
func (f *Function) Mul(a, b, v Vector) { f.same("fmul", 0x6e20dc00, a, b, v) }
func (f *Function) Div(a, b, v Vector) { f.same("fdiv", 0x6e20fc00, a, b, v) }

// AddPairs stores the sums of neighbours, those of a before those of b.
func (f *Function) AddPairs(a, b, v Vector) { f.same("faddp", 0x6e20d400, a, b, v) }

// MulFirst stores a times the first element of scale in v, MulAddFirst adds it
// to sum, rounding once.
func (f *Function) MulFirst(a, scale, v Vector)      { f.first("fmul", 0x4f809000, a, scale, v) }
func (f *Function) MulAddFirst(a, scale, sum Vector) { f.first("fmla", 0x4f801000, a, scale, sum) }

// MulAdd adds a b to sum, rounding once.
func (f *Function) MulAdd(a, b, sum Vector) {
	f.Do("VFMLA", f.arranged(b), f.arranged(a), f.arranged(sum))
}

// Interleave stores every second element of a, each followed by its neighbour
// of b, in even, and the others in odd.
func (f *Function) Interleave(a, b, even, odd Vector) {
	f.Do("VTRN1", f.arranged(b), f.arranged(a), f.arranged(even))
	f.Do("VTRN2", f.arranged(b), f.arranged(a), f.arranged(odd))
}

// MulSub takes a b from difference, rounding once.
func (f *Function) MulSub(a, b, difference Vector) {
	f.Do("VFMLS", f.arranged(b), f.arranged(a), f.arranged(difference))
}

// Negate stores -a in v, Sqrt the root of a.
func (f *Function) Negate(a, v Vector) { f.of("fneg", 0x6ea0f800, a, v) }
func (f *Function) Sqrt(a, v Vector)   { f.of("fsqrt", 0x6ea1f800, a, v) }

// Widen stores the four float32 of a as float64.
func (f *Function) Widen(a, low, high Vector) {
	f.word(0x0e617800|three(0, a, low), "fcvtl v%d.2d, v%d.2s", low, a)
	f.word(0x4e617800|three(0, a, high), "fcvtl2 v%d.2d, v%d.4s", high, a)
}

// Copy stores a in v.
func (f *Function) Copy(a, v Vector) {
	f.line(fmt.Sprintf("VMOV V%d.B16, V%d.B16", int(a), int(v)))
}

// ShiftLeft moves the bits of each element, AddIntegers adds elements as
// integers.
func (f *Function) ShiftLeft(a Vector, by int, v Vector) {
	f.Do("VSHL", by, f.arranged(a), f.arranged(v))
}
func (f *Function) AddIntegers(a, b, v Vector) {
	f.Do("VADD", f.arranged(b), f.arranged(a), f.arranged(v))
}

// GoIfLarger goes to a label if an element of a vector is no number, or larger
// than limit, whatever its sign.
func (f *Function) GoIfLarger(vectors []Vector, limit Vector, label string) {
	f.Scope(func() {
		within, bits := f.Vector(), f.Register()
		f.same("facge", 0x6e20ec00, limit, vectors[0], within)
		for _, v := range vectors[1:] {
			f.Scope(func() {
				more := f.Vector()
				f.same("facge", 0x6e20ec00, limit, v, more)
				f.line(fmt.Sprintf("VAND V%[1]d.B16, V%[2]d.B16, V%[2]d.B16", int(more), int(within)))
			})
		}
		f.word(0x6eb1a800|three(0, within, within), "uminv s%d, v%d.4s", within, within)
		f.Do("FMOVS", within.float(), bits)
		f.Do("CMNW", 1, bits)
		f.Do("BNE", label)
	})
}

// Vectors3 are vectors with numbers one after another, as Load3 and Store3 need
// them. They move the columns of a matrix with three, as many rows as a vector
// has lanes.
func (f *Function) Vectors3() [3]Vector { return [3]Vector{f.Vector(), f.Vector(), f.Vector()} }

func (f *Function) Load3(from Register, v [3]Vector) {
	f.Do("VLD3", Address{Base: from}, f.list(v))
}
func (f *Function) Store3(v [3]Vector, to Register) {
	f.Do("VST3", f.list(v), Address{Base: to})
}

func (f *Function) list(v [3]Vector) string {
	return fmt.Sprintf("[%s, %s, %s]", f.arranged(v[0]), f.arranged(v[1]), f.arranged(v[2]))
}

// of is an instruction on one vector of the precision, same on two.
func (f *Function) of(name string, opcode uint32, a, v Vector) {
	if f.Double {
		opcode |= 1 << 22
	}
	f.word(opcode|three(0, a, v), "%s %s, %s", name, f.named(v), f.named(a))
}

func (f *Function) same(name string, opcode uint32, a, b, v Vector) {
	if f.Double {
		opcode |= 1 << 22
	}
	f.word(opcode|three(b, a, v), "%s %s, %s, %s", name, f.named(v), f.named(a), f.named(b))
}

// first is one with the first element of the second operand.
func (f *Function) first(name string, opcode uint32, a, b, v Vector) {
	if f.Double {
		opcode |= 1 << 22
	}
	f.word(opcode|three(b, a, v), "%s %s, %s, v%d.%s[0]", name, f.named(v), f.named(a), b, f.named(0)[4:])
}

// three are the fields of an instruction with three operands.
func three(m, n, d Vector) uint32 { return uint32(m)<<16 | uint32(n)<<5 | uint32(d) }

func (f *Function) word(bits uint32, format string, operands ...any) {
	for i, o := range operands {
		switch o := o.(type) {
		case Vector:
			operands[i] = int(o)
		case Register:
			operands[i] = int(o)
		}
	}
	f.line(fmt.Sprintf("WORD $0x%08x // %s", bits, fmt.Sprintf(format, operands...)))
}
