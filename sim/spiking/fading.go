package spiking

import "math"

// fading is a trace of each neuron that events add 1 to and that decays, at the
// cost of the events alone: values are kept relative to a scale that decays in
// their place.
type fading struct {
	values []float64
	scale  float64
	fade   float64 // of the scale in a step
}

func newFading(n int, dt, tau float64) fading {
	return fading{values: make([]float64, n), scale: 1, fade: math.Exp(-dt / tau)}
}

func (f *fading) at(i int32) float64 { return f.scale * f.values[i] }

func (f *fading) add(i int32) { f.values[i] += 1 / f.scale }

// decay lets a step pass.
func (f *fading) decay() {
	if f.scale *= f.fade; f.scale < 1e-9 {
		for i := range f.values {
			f.values[i] *= f.scale
		}
		f.scale = 1
	}
}
