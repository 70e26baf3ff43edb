package synapse

// instructions are the ways to compute on this processor, the fastest first:
// all of its kind have these.
func instructions() []instructionSet {
	return []instructionSet{{"NEON", func() {
		kernels32 = kernels[float32]{lanes: 4, squares: squaresNEONSingle, moves: [moves][2]kernel[float32]{
			descend:  {descendNEONSingle, descendCarryNEONSingle},
			momentum: {momentumNEONSingle, momentumCarryNEONSingle},
			adam:     {adamNEONSingle, adamCarryNEONSingle},
			adagrad:  {adagradNEONSingle, adagradCarryNEONSingle},
		}}
		kernels64 = kernels[float64]{lanes: 2, squares: squaresNEONDouble, moves: [moves][2]kernel[float64]{
			descend:  {descendNEONDouble, descendCarryNEONDouble},
			momentum: {momentumNEONDouble, momentumCarryNEONDouble},
			adam:     {adamNEONDouble, adamCarryNEONDouble},
			adagrad:  {adagradNEONDouble, adagradCarryNEONDouble},
		}}
	}}, oneByOne}
}
