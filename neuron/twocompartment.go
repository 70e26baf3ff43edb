package neuron

// TwoCompartment is a pyramidal neuron of two compartments. Its soma has a moving
// threshold; its dendrite has plateaus, and learns of a spike of the soma by the
// potential that goes back. Each drives the other by the same sigmoid of the
// dendrite's potential. All is in SI units: volts, amperes, siemens, farads and
// seconds.
//
// Naud and Sprekeler, Sparse bursts optimize information transmission in a
// multiplexed neural code, PNAS 2018, with the constants of spiking BurstCCN.
type TwoCompartment struct {
	Membranes
	SomaPlateau      float64 // g_s: current of a dendrite at its plateau into the soma
	DendritePlateau  float64 // g_d: current of the plateau into the dendrite itself
	PlateauHalf      float64 // E_d: the potential at which half of it flows
	PlateauWidth     float64 // D_d
	BackPropagating  float64 // c_d: current of a spike that goes back
	BackFrom, BackTo float64 // when it flows, after the spike
	// AdaptationAsPublished lets a spike add b_w dt to w_s, as if dt were one
	// second: the published code has 1 where a delta function would be 1/dt.
	AdaptationAsPublished bool
}

// BurstCCNNeuron has the constants of spiking BurstCCN.
func BurstCCNNeuron() *TwoCompartment {
	const mV, pA, ms = 1e-3, 1e-12, 1e-3
	return &TwoCompartment{
		Membranes:   pyramidal(),
		SomaPlateau: 1300 * pA, DendritePlateau: 1200 * pA, PlateauHalf: -38 * mV, PlateauWidth: 6 * mV,
		BackPropagating: 2600 * pA, BackFrom: 0.5 * ms, BackTo: 2.5 * ms,
	}
}

// Step moves the neurons from one time to another, dt later, by an Euler step. soma
// and dendrite are the currents that reach them, of spikes that go back too, and
// are changed; plateau is scratch as long as they are. It appends to fired those
// that spike.
//
//	s = sigmoid((V_d - E_d)/D_d)
//	C_s dV_s/dt = -(C_s/tau_s)(V_s - E_L) + g_s s + I_s - w_s
//	tau_theta dtheta/dt = theta_0 - theta
//	V_s >= theta: a spike; V_s = reset, theta += 2 mV, w_s += b_w
//	tau_ws dw_s/dt = -w_s
//	C_d dV_d/dt = -(C_d/tau_d)(V_d - E_L) + g_d s + c_d K + I_d - w_d
//	tau_wd dw_d/dt = -w_d + a_w (V_d - E_L)
func (p *TwoCompartment) Step(dt float64, x *Compartments, soma, dendrite, plateau []float64, fired []int32) []int32 {
	for i, v := range x.Dendrite {
		plateau[i] = (v - p.PlateauHalf) / p.PlateauWidth
	}
	Sigmoid(plateau, plateau)
	soma, dendrite = soma[:len(plateau)], dendrite[:len(plateau)]
	for i, s := range plateau {
		soma[i] += p.SomaPlateau * s
		dendrite[i] += p.DendritePlateau * s
	}
	m := p.step(dt, 1-dt/p.SomaAdaptTime)
	fired = m.advance(x, soma, dendrite, fired)
	adaptation := p.SomaAdaptation
	if p.AdaptationAsPublished {
		adaptation *= dt
	}
	for _, i := range fired {
		p.spike(x, i, adaptation)
	}
	return fired
}
