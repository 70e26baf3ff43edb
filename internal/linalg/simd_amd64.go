package linalg

import "golang.org/x/sys/cpu"

// Backends of generated assembly. Both sum each element of a tile in the same
// order, by fused multiplications.
var (
	avx512Backend = &Backend{
		name:   "AVX-512 kernels",
		single: &avx512Single,
		double: &avx512Double,
	}
	avx2Backend = &Backend{
		name:   "AVX2 kernels",
		single: &avx2Single,
		double: &avx2Double,
	}
)

// runnable are those that this processor runs, the fastest first.
func runnable() []*Backend {
	switch {
	case !hasAVX2():
		return nil
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ:
		return []*Backend{avx512Backend, avx2Backend}
	}
	return []*Backend{avx2Backend}
}

func hasAVX2() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }

var avx512Single = simd[float32]{
	small:  gonumSingle{},
	lanes:  16,
	stores: 3,
	tiles: []tileHeight[float32]{
		{8, []tileKernel[float32]{tileAVX512Single8x1, tileAVX512Single8x2, tileAVX512Single8x3}},
		{4, []tileKernel[float32]{tileAVX512Single4x1, tileAVX512Single4x2, tileAVX512Single4x3}},
		{2, []tileKernel[float32]{tileAVX512Single2x1, tileAVX512Single2x2, tileAVX512Single2x3}},
		{1, []tileKernel[float32]{tileAVX512Single1x1, tileAVX512Single1x2, tileAVX512Single1x3}},
	},
	panel:          panelAVX512Single,
	masked3:        true,
	dots:           dotsAVX512Single,
	addRowSum:      addRowSumAVX512Single,
	storeOuter:     storeOuterAVX512Single,
	addOuter:       addOuterAVX512Single,
	addOuterDots:   addOuterDotsAVX512Single,
	accumulate:     accumulateOuterAVX512Single,
	accumulateDots: accumulateOuterDotsAVX512Single,
	combinations: [...]func(n int, w, dst, x, k0, k1, k2, k3, k4, k5 *float32, mask *byte){
		combine1AVX512Single, combine2AVX512Single, combine3AVX512Single,
		combine4AVX512Single, combine5AVX512Single, combine6AVX512Single,
	},
	transpose: transposeSingle,
	square:    8,
	one:       1,
}

var avx512Double = simd[float64]{
	small:  gonumDouble{},
	lanes:  8,
	stores: 3,
	tiles: []tileHeight[float64]{
		{8, []tileKernel[float64]{tileAVX512Double8x1, tileAVX512Double8x2, tileAVX512Double8x3}},
		{4, []tileKernel[float64]{tileAVX512Double4x1, tileAVX512Double4x2, tileAVX512Double4x3}},
		{2, []tileKernel[float64]{tileAVX512Double2x1, tileAVX512Double2x2, tileAVX512Double2x3}},
		{1, []tileKernel[float64]{tileAVX512Double1x1, tileAVX512Double1x2, tileAVX512Double1x3}},
	},
	panel:          panelAVX512Double,
	masked3:        true,
	dots:           dotsAVX512Double,
	addRowSum:      addRowSumAVX512Double,
	storeOuter:     storeOuterAVX512Double,
	addOuter:       addOuterAVX512Double,
	addOuterDots:   addOuterDotsAVX512Double,
	accumulate:     accumulateOuterAVX512Double,
	accumulateDots: accumulateOuterDotsAVX512Double,
	combinations: [...]func(n int, w, dst, x, k0, k1, k2, k3, k4, k5 *float64, mask *byte){
		combine1AVX512Double, combine2AVX512Double, combine3AVX512Double,
		combine4AVX512Double, combine5AVX512Double, combine6AVX512Double,
	},
	transpose: transposeDouble,
	square:    4,
	one:       1,
}

var avx2Single = simd[float32]{
	small:  gonumSingle{},
	lanes:  8,
	stores: simdVectors * 8,
	tiles: []tileHeight[float32]{
		{4, []tileKernel[float32]{tileAVX2Single4x1, tileAVX2Single4x2, tileAVX2Single4x3}},
		{2, []tileKernel[float32]{tileAVX2Single2x1, tileAVX2Single2x2, tileAVX2Single2x3}},
		{1, []tileKernel[float32]{tileAVX2Single1x1, tileAVX2Single1x2, tileAVX2Single1x3}},
	},
	wide: []tileHeight[float32]{
		{3, []tileKernel[float32]{3: tileAVX2Single3x4}},
		{2, []tileKernel[float32]{3: tileAVX2Single2x4}},
		{1, []tileKernel[float32]{3: tileAVX2Single1x4}},
	},
	panel:          panelAVX2Single,
	dots:           dotsAVX2Single,
	addRowSum:      addRowSumAVX2Single,
	storeOuter:     storeOuterAVX2Single,
	addOuter:       addOuterAVX2Single,
	addOuterDots:   addOuterDotsAVX2Single,
	accumulate:     accumulateOuterAVX2Single,
	accumulateDots: accumulateOuterDotsAVX2Single,
	combinations: [...]func(n int, w, dst, x, k0, k1, k2, k3, k4, k5 *float32, mask *byte){
		combine1AVX2Single, combine2AVX2Single, combine3AVX2Single,
		combine4AVX2Single, combine5AVX2Single, combine6AVX2Single,
	},
	transpose: transposeSingle,
	square:    8,
	one:       1,
}

var avx2Double = simd[float64]{
	small:  gonumDouble{},
	lanes:  4,
	stores: simdVectors * 4,
	tiles: []tileHeight[float64]{
		{4, []tileKernel[float64]{tileAVX2Double4x1, tileAVX2Double4x2, tileAVX2Double4x3}},
		{2, []tileKernel[float64]{tileAVX2Double2x1, tileAVX2Double2x2, tileAVX2Double2x3}},
		{1, []tileKernel[float64]{tileAVX2Double1x1, tileAVX2Double1x2, tileAVX2Double1x3}},
	},
	wide: []tileHeight[float64]{
		{3, []tileKernel[float64]{3: tileAVX2Double3x4}},
		{2, []tileKernel[float64]{3: tileAVX2Double2x4}},
		{1, []tileKernel[float64]{3: tileAVX2Double1x4}},
	},
	panel:          panelAVX2Double,
	dots:           dotsAVX2Double,
	addRowSum:      addRowSumAVX2Double,
	storeOuter:     storeOuterAVX2Double,
	addOuter:       addOuterAVX2Double,
	addOuterDots:   addOuterDotsAVX2Double,
	accumulate:     accumulateOuterAVX2Double,
	accumulateDots: accumulateOuterDotsAVX2Double,
	combinations: [...]func(n int, w, dst, x, k0, k1, k2, k3, k4, k5 *float64, mask *byte){
		combine1AVX2Double, combine2AVX2Double, combine3AVX2Double,
		combine4AVX2Double, combine5AVX2Double, combine6AVX2Double,
	},
	transpose: transposeDouble,
	square:    4,
	one:       1,
}
