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
	Rest  float64 // E_L, to which both compartments leak
	Reset float64 // of the soma, after a spike

	SomaCapacitance   float64 // C_s
	SomaTime          float64 // tau_s: of the leak
	SomaPlateau       float64 // g_s: current of a dendrite at its plateau into the soma
	SomaAdaptation    float64 // b_w: what a spike adds to the current w_s
	SomaAdaptTime     float64 // tau_ws
	Threshold         float64 // theta_0
	ThresholdRise     float64 // what a spike adds to theta
	ThresholdTime     float64 // tau_theta
	DendriteCapacity  float64 // C_d
	DendriteTime      float64 // tau_d
	DendritePlateau   float64 // g_d: current of the plateau into the dendrite itself
	PlateauHalf       float64 // E_d: the potential at which half of it flows
	PlateauWidth      float64 // D_d
	BackPropagating   float64 // c_d: current of a spike that goes back
	BackFrom, BackTo  float64 // when it flows, after the spike
	DendriteAdapt     float64 // a_w: conductance
	DendriteAdaptTime float64 // tau_wd
	// AdaptationAsPublished lets a spike add b_w dt to w_s, as if dt were one
	// second: the published code has 1 where a delta function would be 1/dt.
	AdaptationAsPublished bool
}

// BurstCCNNeuron has the constants of spiking BurstCCN.
func BurstCCNNeuron() *TwoCompartment {
	const mV, pA, pF, ms, nS = 1e-3, 1e-12, 1e-12, 1e-3, 1e-9
	return &TwoCompartment{
		Rest: -70 * mV, Reset: -70 * mV,
		SomaCapacitance: 370 * pF, SomaTime: 16 * ms, SomaPlateau: 1300 * pA, SomaAdaptation: 200 * pA, SomaAdaptTime: 100 * ms,
		Threshold: -50 * mV, ThresholdRise: 2 * mV, ThresholdTime: 27 * ms,
		DendriteCapacity: 170 * pF, DendriteTime: 7 * ms, DendritePlateau: 1200 * pA, PlateauHalf: -38 * mV, PlateauWidth: 6 * mV,
		BackPropagating: 2600 * pA, BackFrom: 0.5 * ms, BackTo: 2.5 * ms, DendriteAdapt: 13 * nS, DendriteAdaptTime: 30 * ms,
	}
}

// Begin is n neurons at rest.
func (p *TwoCompartment) Begin(n int) Compartments { return Rest(n, p.Rest, p.Threshold) }

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
	m := membrane{
		rest: p.Rest, leakSoma: dt / p.SomaTime, stepSoma: dt / p.SomaCapacitance, leakDend: dt / p.DendriteTime, stepDend: dt / p.DendriteCapacity,
		theta: p.Threshold, stepTheta: dt / p.ThresholdTime, fadeSoma: 1 - dt/p.SomaAdaptTime, stepAdapt: dt / p.DendriteAdaptTime, slope: p.DendriteAdapt,
	}
	fired = m.advance(x, soma, dendrite, fired)
	spike := p.SomaAdaptation
	if p.AdaptationAsPublished {
		spike *= dt
	}
	for _, i := range fired {
		x.Soma[i] = p.Reset
		x.Threshold[i] += p.ThresholdRise
		x.SomaAdapt[i] += spike
	}
	return fired
}
