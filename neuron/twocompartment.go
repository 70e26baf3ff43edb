package neuron

import "math/bits"

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

// Compartments are the states of neurons, one element each.
type Compartments struct {
	Soma, Dendrite           []float64 // potentials in V
	Threshold                []float64 // theta in V
	SomaAdapt, DendriteAdapt []float64 // w_s and w_d, in the unit that the neuron's equations give them
	// History has a bit for each of the last 64 steps in which a neuron spiked,
	// the lowest for the last.
	History []uint64
}

// Begin is n neurons at rest.
func (p *TwoCompartment) Begin(n int) Compartments {
	return rest(n, p.Rest, p.Threshold)
}

func rest(n int, potential, threshold float64) Compartments {
	c := Compartments{
		Soma: make([]float64, n), Dendrite: make([]float64, n), Threshold: make([]float64, n),
		SomaAdapt: make([]float64, n), DendriteAdapt: make([]float64, n), History: make([]uint64, n),
	}
	for i := range n {
		c.Soma[i], c.Dendrite[i], c.Threshold[i] = potential, potential, threshold
	}
	return c
}

// Echo is the mask of the steps of a History during which the current of a spike
// that goes back flows, where steps are of dt.
func (p *TwoCompartment) Echo(dt float64) uint64 {
	var mask uint64
	for k := range 64 {
		if after := float64(k+1) * dt; after > p.BackFrom-dt/1e6 && after < p.BackTo+dt/1e6 {
			mask |= 1 << k
		}
	}
	return mask
}

// Step moves the neurons from one time to another, dt later, with the currents
// that reach soma and dendrite, by an Euler step, and says in their History which
// of them spike. plateau is scratch as long as they are.
//
//	s = sigmoid((V_d - E_d)/D_d)
//	C_s dV_s/dt = -(C_s/tau_s)(V_s - E_L) + g_s s + I_s - w_s
//	tau_theta dtheta/dt = theta_0 - theta
//	V_s >= theta: a spike; V_s = reset, theta += 2 mV, w_s += b_w
//	tau_ws dw_s/dt = -w_s
//	C_d dV_d/dt = -(C_d/tau_d)(V_d - E_L) + g_d s + c_d K + I_d - w_d
//	tau_wd dw_d/dt = -w_d + a_w (V_d - E_L)
func (p *TwoCompartment) Step(dt float64, x *Compartments, soma, dendrite, plateau []float64) {
	echo := p.Echo(dt)
	for i, v := range x.Dendrite {
		plateau[i] = (v - p.PlateauHalf) / p.PlateauWidth
	}
	Sigmoid(plateau, plateau)
	spike := p.SomaAdaptation
	if p.AdaptationAsPublished {
		spike *= dt
	}
	var (
		leakS, leakD = p.SomaCapacitance / p.SomaTime, p.DendriteCapacity / p.DendriteTime
		stepS, stepD = dt / p.SomaCapacitance, dt / p.DendriteCapacity
		stepTheta    = dt / p.ThresholdTime
		stepWS       = dt / p.SomaAdaptTime
		stepWD       = dt / p.DendriteAdaptTime
		n            = len(plateau)
	)
	// One length for all, so that the compiler sees that no index is out of range.
	vs, vd, theta, ws, wd := x.Soma[:n], x.Dendrite[:n], x.Threshold[:n], x.SomaAdapt[:n], x.DendriteAdapt[:n]
	history, is, id := x.History[:n], soma[:n], dendrite[:n]
	for i, s := range plateau {
		v := vs[i] + stepS*(-leakS*(vs[i]-p.Rest)+p.SomaPlateau*s+is[i]-ws[i])
		th := theta[i] + stepTheta*(p.Threshold-theta[i])
		w := ws[i] - stepWS*ws[i]
		before := history[i]
		h := before << 1
		if v >= th {
			v, th, w, h = p.Reset, th+p.ThresholdRise, w+spike, h|1
		}
		back := 0.0
		if k := before & echo; k != 0 {
			back = p.BackPropagating * float64(bits.OnesCount64(k))
		}
		d := vd[i] + stepD*(-leakD*(vd[i]-p.Rest)+p.DendritePlateau*s+back+id[i]-wd[i])
		vs[i], theta[i], ws[i], history[i], vd[i] = v, th, w, h, d
		wd[i] += stepWD * (-wd[i] + p.DendriteAdapt*(d-p.Rest))
	}
}
