//go:build !amd64

package neuron

func advanceSome(*membrane, int, *Compartments, []float64, []float64, *[]int32) int { return 0 }

func conductSome(float64, float64, float64, []float64, []float64, []float64) int { return 0 }
