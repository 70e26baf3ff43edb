package neuron

import "golang.org/x/sys/cpu"

// instructions are the ways to compute on this processor, the fastest first.
func instructions() []instructionSet {
	avx512 := instructionSet{"AVX-512", func() {
		vectors32.lanes, vectors32.some = 16, sigmoidAVX512Single
		vectors64.lanes, vectors64.some = 8, sigmoidAVX512Double
		elementwise32.use(16, [operations]Kernel[float32]{
			Add: addAVX512Single, Sub: subAVX512Single, Mul: mulAVX512Single, Div: divAVX512Single,
			MulAdd: mulAddAVX512Single, SubMul: subMulAVX512Single, OneMinusMul: oneMinusMulAVX512Single, OneMinusMulMul: oneMinusMulMulAVX512Single,
		})
		elementwise64.use(8, [operations]Kernel[float64]{
			Add: addAVX512Double, Sub: subAVX512Double, Mul: mulAVX512Double, Div: divAVX512Double,
			MulAdd: mulAddAVX512Double, SubMul: subMulAVX512Double, OneMinusMul: oneMinusMulAVX512Double, OneMinusMulMul: oneMinusMulMulAVX512Double,
		})
	}}
	avx2 := instructionSet{"AVX2", func() {
		vectors32.lanes, vectors32.some = 8, sigmoidAVX2Single
		vectors64.lanes, vectors64.some = 4, sigmoidAVX2Double
		elementwise32.use(8, [operations]Kernel[float32]{
			Add: addAVX2Single, Sub: subAVX2Single, Mul: mulAVX2Single, Div: divAVX2Single,
			MulAdd: mulAddAVX2Single, SubMul: subMulAVX2Single, OneMinusMul: oneMinusMulAVX2Single, OneMinusMulMul: oneMinusMulMulAVX2Single,
		})
		elementwise64.use(4, [operations]Kernel[float64]{
			Add: addAVX2Double, Sub: subAVX2Double, Mul: mulAVX2Double, Div: divAVX2Double,
			MulAdd: mulAddAVX2Double, SubMul: subMulAVX2Double, OneMinusMul: oneMinusMulAVX2Double, OneMinusMulMul: oneMinusMulMulAVX2Double,
		})
	}}
	switch {
	case !cpu.X86.HasAVX2 || !cpu.X86.HasFMA:
		return []instructionSet{oneByOne}
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ:
		return []instructionSet{avx512, avx2, oneByOne}
	}
	return []instructionSet{avx2, oneByOne}
}
