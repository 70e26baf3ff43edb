package neuron

// instructions are the ways to compute on this processor, the fastest first:
// all of its kind have these.
func instructions() []instructionSet {
	return []instructionSet{{"NEON", func() {
		vectors32.lanes, vectors32.some = 4, sigmoidNEONSingle
		elementwise32.use(4, [operations]Kernel[float32]{
			Add: addNEONSingle, Sub: subNEONSingle, Mul: mulNEONSingle, Div: divNEONSingle,
			MulAdd: mulAddNEONSingle, SubMul: subMulNEONSingle, OneMinusMul: oneMinusMulNEONSingle, OneMinusMulMul: oneMinusMulMulNEONSingle,
		})
		vectors64.lanes, vectors64.some = 2, sigmoidNEONDouble
		elementwise64.use(2, [operations]Kernel[float64]{
			Add: addNEONDouble, Sub: subNEONDouble, Mul: mulNEONDouble, Div: divNEONDouble,
			MulAdd: mulAddNEONDouble, SubMul: subMulNEONDouble, OneMinusMul: oneMinusMulNEONDouble, OneMinusMulMul: oneMinusMulMulNEONDouble,
		})
	}}, oneByOne}
}
