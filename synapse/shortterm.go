package synapse

import "math"

// ShortTerm is how a synapse depends on the spikes that came through it last:
// resources x are used up and recover, and their use u facilitates and falls back.
// With little recovery a synapse passes events and not what follows within a
// burst; with much facilitation it passes the second spikes of bursts.
//
// Tsodyks and Markram, PNAS 1997, as extended by Costa, Sjöström and van Rossum,
// Frontiers in Computational Neuroscience 2013.
type ShortTerm struct {
	Recovery     float64 // tau_D, in s
	Facilitation float64 // tau_F, in s
	Use          float64 // U, to which u falls back, in (0, 1]
	Increase     float64 // f: what a spike adds to u, as a part of what is missing to 1
}

// Depressing and Facilitating route events and bursts in Payeur et al. (2021).
func Depressing() ShortTerm {
	return ShortTerm{Recovery: 0.020, Facilitation: 1, Use: 0.9, Increase: 0.1}
}
func Facilitating() ShortTerm {
	return ShortTerm{Recovery: 0.100, Facilitation: 0.100, Use: 0.02, Increase: 0.1}
}

// Rested is the state of a synapse without spikes: resources and use.
func (s ShortTerm) Rested() (x, u float64) { return 1, s.Use }

// Spike is the state after a spike that comes some time after the state given
// for the spike before, and how strong the synapse is for it, relative to its
// weight.
//
//	dx/dt = (1 - x)/tau_D, du/dt = (U - u)/tau_F between spikes;
//	a spike transmits u x, then x -= u x, u += f (1 - u)
func (s ShortTerm) Spike(x, u, after float64) (strength, xNext, uNext float64) {
	x = 1 + (x-1)*math.Exp(-after/s.Recovery)
	u = s.Use + (u-s.Use)*math.Exp(-after/s.Facilitation)
	strength = u * x
	return strength, x - strength, u + s.Increase*(1-u)
}
