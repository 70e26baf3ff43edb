package neuron

import "golang.org/x/sys/cpu"

// instructions are the ways to compute on this processor, the fastest first.
func instructions() []instructionSet {
	avx512 := instructionSet{"AVX-512", func() {
		vectors32.lanes, vectors32.some = 16, sigmoidAVX512Single
		vectors64.lanes, vectors64.some = 8, sigmoidAVX512Double
	}}
	avx2 := instructionSet{"AVX2", func() {
		vectors32.lanes, vectors32.some = 8, sigmoidAVX2Single
		vectors64.lanes, vectors64.some = 4, sigmoidAVX2Double
	}}
	switch {
	case !cpu.X86.HasAVX2 || !cpu.X86.HasFMA:
		return []instructionSet{oneByOne}
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ:
		return []instructionSet{avx512, avx2, oneByOne}
	}
	return []instructionSet{avx2, oneByOne}
}
