package synapse

import "golang.org/x/sys/cpu"

// instructions are the ways to compute on this processor, the fastest first.
func instructions() []instructionSet {
	avx512 := instructionSet{"AVX-512", func() {
		kernels32 = kernels[float32]{lanes: 16, squares: squaresAVX512Single, moves: [moves][2]kernel[float32]{
			descend:  {descendAVX512Single, descendCarryAVX512Single},
			momentum: {momentumAVX512Single, momentumCarryAVX512Single},
			adam:     {adamAVX512Single, adamCarryAVX512Single},
			adagrad:  {adagradAVX512Single, adagradCarryAVX512Single},
		}}
		kernels64 = kernels[float64]{lanes: 8, squares: squaresAVX512Double, moves: [moves][2]kernel[float64]{
			descend:  {descendAVX512Double, descendCarryAVX512Double},
			momentum: {momentumAVX512Double, momentumCarryAVX512Double},
			adam:     {adamAVX512Double, adamCarryAVX512Double},
			adagrad:  {adagradAVX512Double, adagradCarryAVX512Double},
		}}
	}}
	avx2 := instructionSet{"AVX2", func() {
		kernels32 = kernels[float32]{lanes: 8, squares: squaresAVX2Single, moves: [moves][2]kernel[float32]{
			descend:  {descendAVX2Single, descendCarryAVX2Single},
			momentum: {momentumAVX2Single, momentumCarryAVX2Single},
			adam:     {adamAVX2Single, adamCarryAVX2Single},
			adagrad:  {adagradAVX2Single, adagradCarryAVX2Single},
		}}
		kernels64 = kernels[float64]{lanes: 4, squares: squaresAVX2Double, moves: [moves][2]kernel[float64]{
			descend:  {descendAVX2Double, descendCarryAVX2Double},
			momentum: {momentumAVX2Double, momentumCarryAVX2Double},
			adam:     {adamAVX2Double, adamCarryAVX2Double},
			adagrad:  {adagradAVX2Double, adagradCarryAVX2Double},
		}}
	}}
	switch {
	case !cpu.X86.HasAVX2:
		return []instructionSet{oneByOne}
	case cpu.X86.HasAVX512F:
		return []instructionSet{avx512, avx2, oneByOne}
	}
	return []instructionSet{avx2, oneByOne}
}
