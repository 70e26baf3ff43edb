package linalg

// neonBackend is that of every processor of this kind. It sums each element of
// a tile in the same order as the backends for amd64, by fused multiplications.
var neonBackend = &Backend{
	name:   "NEON kernels",
	single: &neonSingle,
	double: &neonDouble,
}

func runnable() []*Backend { return []*Backend{neonBackend} }

var neonSingle = simd[float32]{
	small:  gonumSingle{},
	lanes:  4,
	stores: 4,
	tiles: []tileHeight[float32]{
		{8, []tileKernel[float32]{tileNEONSingle8x1, tileNEONSingle8x2, tileNEONSingle8x3}},
		{4, []tileKernel[float32]{tileNEONSingle4x1, tileNEONSingle4x2, tileNEONSingle4x3}},
		{2, []tileKernel[float32]{tileNEONSingle2x1, tileNEONSingle2x2, tileNEONSingle2x3}},
		{1, []tileKernel[float32]{tileNEONSingle1x1, tileNEONSingle1x2, tileNEONSingle1x3}},
	},
	parts: []tileHeight[float32]{
		{8, []tileKernel[float32]{tileNEONSingle8xPart1, tileNEONSingle8xPart2}},
		{4, []tileKernel[float32]{tileNEONSingle4xPart1, tileNEONSingle4xPart2}},
		{2, []tileKernel[float32]{tileNEONSingle2xPart1, tileNEONSingle2xPart2}},
		{1, []tileKernel[float32]{tileNEONSingle1xPart1, tileNEONSingle1xPart2}},
	},
	panel:          panelNEONSingle,
	dots:           dotsNEONSingle,
	addRowSum:      addRowSumNEONSingle,
	storeOuter:     storeOuterNEONSingle,
	addOuter:       addOuterNEONSingle,
	addOuterDots:   addOuterDotsNEONSingle,
	accumulate:     accumulateOuterNEONSingle,
	accumulateDots: accumulateOuterDotsNEONSingle,
	combinations: [...]func(n int, w, dst, x, k0, k1, k2, k3, k4, k5 *float32, mask *byte){
		combine1NEONSingle, combine2NEONSingle, combine3NEONSingle,
		combine4NEONSingle, combine5NEONSingle, combine6NEONSingle,
	},
	transpose: transposeNEONSingle,
	square:    4,
	one:       1,
}

var neonDouble = simd[float64]{
	small:  gonumDouble{},
	lanes:  2,
	stores: 4,
	tiles: []tileHeight[float64]{
		{8, []tileKernel[float64]{tileNEONDouble8x1, tileNEONDouble8x2, tileNEONDouble8x3}},
		{4, []tileKernel[float64]{tileNEONDouble4x1, tileNEONDouble4x2, tileNEONDouble4x3}},
		{2, []tileKernel[float64]{tileNEONDouble2x1, tileNEONDouble2x2, tileNEONDouble2x3}},
		{1, []tileKernel[float64]{tileNEONDouble1x1, tileNEONDouble1x2, tileNEONDouble1x3}},
	},
	parts: []tileHeight[float64]{
		{8, []tileKernel[float64]{tileNEONDouble8xPart1}},
		{4, []tileKernel[float64]{tileNEONDouble4xPart1}},
		{2, []tileKernel[float64]{tileNEONDouble2xPart1}},
		{1, []tileKernel[float64]{tileNEONDouble1xPart1}},
	},
	panel:          panelNEONDouble,
	dots:           dotsNEONDouble,
	addRowSum:      addRowSumNEONDouble,
	storeOuter:     storeOuterNEONDouble,
	addOuter:       addOuterNEONDouble,
	addOuterDots:   addOuterDotsNEONDouble,
	accumulate:     accumulateOuterNEONDouble,
	accumulateDots: accumulateOuterDotsNEONDouble,
	combinations: [...]func(n int, w, dst, x, k0, k1, k2, k3, k4, k5 *float64, mask *byte){
		combine1NEONDouble, combine2NEONDouble, combine3NEONDouble,
		combine4NEONDouble, combine5NEONDouble, combine6NEONDouble,
	},
	transpose: transposeNEONDouble,
	square:    2,
	one:       1,
}
