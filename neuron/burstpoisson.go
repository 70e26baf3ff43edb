package neuron

import (
	"math"
	"slices"
)

// BurstPoisson is a pyramidal neuron of two compartments that do not drive each
// other. The soma decides when a spike comes, and the potential of the dendrite
// with what probability another follows it: a burst is two spikes. All is in SI
// units.
//
// Payeur, Guerguiev, Zenke, Richards and Naud, Burst-dependent synaptic plasticity
// can coordinate learning in hierarchical circuits, Nature Neuroscience 2021.
type BurstPoisson struct {
	Membranes
	Refractory float64 // shortest time between two spikes that the soma decides
	BurstHalf  float64 // E_d: the potential at which half of the spikes are doubled
	BurstWidth float64 // D_d
	SecondFrom float64 // the second spike comes so long after the first at least,
	SecondTo   float64 // and at most
}

// BurstpropNeuron has the constants of the spiking network of Payeur et al. for
// exclusive-or.
func BurstpropNeuron() *BurstPoisson {
	const mV, ms = 1e-3, 1e-3
	return &BurstPoisson{
		Membranes:  pyramidal(),
		Refractory: 20 * ms, BurstHalf: -57 * mV, BurstWidth: 6 * mV, SecondFrom: 5 * ms, SecondTo: 15 * ms,
	}
}

// Doubling is when neurons spike whose membranes do not decide it.
type Doubling struct {
	Refractory []int64 // until which step the soma of a neuron is refractory
	Second     []int64 // in which step its second spike comes; 0: in none
	Due        []int32 // neurons that wait for one
}

// Waiting is n neurons that wait for nothing.
func Waiting(n int) Doubling {
	return Doubling{Refractory: make([]int64, n), Second: make([]int64, n), Due: make([]int32, 0, n)}
}

// Step moves the neurons dt further, to a step with this number, above 0, by an
// Euler step, with the currents that reach soma and dendrite. It appends to fired
// those that spike. above is scratch. uniform gives two numbers in (0, 1) to a
// neuron whose soma spikes.
//
//	C_s dV_s/dt = -(C_s/tau_s)(V_s - E_L) + I_s - w_s
//	tau_theta dtheta/dt = theta_0 - theta
//	V_s >= theta, not refractory: a spike; V_s = reset, theta += 2 mV, w_s += b_w;
//	    with probability sigmoid((V_d - E_d)/D_d), another 5 to 15 ms later
//	tau_ws dw_s/dt = -w_s
//	C_d dV_d/dt = -(C_d/tau_d)(V_d - E_L) + I_d - w_d
//	tau_wd dw_d/dt = a_w (V_d - E_L) - w_d
func (p *BurstPoisson) Step(dt float64, step int64, x *Compartments, wait *Doubling, soma, dendrite []float64, uniform func(i int) (float64, float64), above, fired []int32) []int32 {
	m := p.step(dt, math.Exp(-dt/p.SomaAdaptTime))
	refractory := int64(math.Round(p.Refractory / dt))
	for _, i := range m.advance(x, soma, dendrite, above) {
		if step < wait.Refractory[i] {
			continue
		}
		fired = append(fired, i)
		p.spike(x, i, p.SomaAdaptation)
		wait.Refractory[i] = step + refractory
		waits := wait.Second[i] > 0
		wait.Second[i] = 0
		if chance, when := uniform(int(i)); chance < 1/(1+math.Exp(-(x.Dendrite[i]-p.BurstHalf)/p.BurstWidth)) {
			wait.Second[i] = step + max(1, int64((p.SecondFrom+when*(p.SecondTo-p.SecondFrom))/dt)-1)
			if !waits {
				wait.Due = append(wait.Due, i)
			}
		}
	}
	decided := len(fired)
	left := wait.Due[:0]
	for _, i := range wait.Due {
		switch due := wait.Second[i]; {
		case due == step:
			wait.Second[i], wait.Refractory[i] = 0, step+refractory
			fired = append(fired, i)
		case due > step:
			left = append(left, i)
		}
	}
	wait.Due = left
	if len(fired) > decided {
		slices.Sort(fired)
	}
	return fired
}
