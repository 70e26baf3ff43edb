package neuron

import "math"

// BurstPoisson is a pyramidal neuron of two compartments that do not drive each
// other. The soma decides when a spike comes, and the potential of the dendrite
// with what probability another follows it: a burst is two spikes. All is in SI
// units.
//
// Payeur, Guerguiev, Zenke, Richards and Naud, Burst-dependent synaptic plasticity
// can coordinate learning in hierarchical circuits, Nature Neuroscience 2021.
type BurstPoisson struct {
	Rest  float64 // E_L, to which both compartments leak
	Reset float64 // of the soma, after a spike

	SomaCapacitance float64 // C_s
	SomaTime        float64 // tau_s: of the leak
	SomaAdaptation  float64 // b_w: what a spike adds to the current w_s
	SomaAdaptTime   float64 // tau_ws
	Threshold       float64 // theta_0
	ThresholdRise   float64 // what a spike adds to theta
	ThresholdTime   float64 // tau_theta
	Refractory      float64 // shortest time between two spikes that the soma decides

	DendriteCapacity  float64 // C_d
	DendriteTime      float64 // tau_d: of the leak
	DendriteAdapt     float64 // a_w: conductance
	DendriteAdaptTime float64 // tau_wd
	BurstHalf         float64 // E_d: the potential at which half of the spikes are doubled
	BurstWidth        float64 // D_d
	SecondFrom        float64 // the second spike comes so long after the first at least,
	SecondTo          float64 // and at most
}

// BurstpropNeuron has the constants of the spiking network of Payeur et al. for
// exclusive-or.
func BurstpropNeuron() *BurstPoisson {
	const mV, pA, pF, ms, nS = 1e-3, 1e-12, 1e-12, 1e-3, 1e-9
	return &BurstPoisson{
		Rest: -70 * mV, Reset: -70 * mV,
		SomaCapacitance: 370 * pF, SomaTime: 16 * ms, SomaAdaptation: 200 * pA, SomaAdaptTime: 100 * ms,
		Threshold: -50 * mV, ThresholdRise: 2 * mV, ThresholdTime: 27 * ms, Refractory: 20 * ms,
		DendriteCapacity: 170 * pF, DendriteTime: 7 * ms, DendriteAdapt: 13 * nS, DendriteAdaptTime: 30 * ms,
		BurstHalf: -57 * mV, BurstWidth: 6 * mV, SecondFrom: 5 * ms, SecondTo: 15 * ms,
	}
}

// Begin is n neurons at rest.
func (p *BurstPoisson) Begin(n int) Compartments { return rest(n, p.Rest, p.Threshold) }

// Doubling is when neurons may spike, in steps to come: 0 where there is no
// waiting.
type Doubling struct {
	Refractory []int32 // until the soma may spike
	Second     []int32 // until the second spike of a burst
}

// Step moves the neurons dt further, with the currents that reach soma and
// dendrite, by an Euler step, and says in their History which of them spike.
// uniform gives two numbers in (0, 1) to a neuron whose soma spikes.
//
//	C_s dV_s/dt = -(C_s/tau_s)(V_s - E_L) + I_s - w_s
//	tau_theta dtheta/dt = theta_0 - theta
//	V_s > theta, not refractory: a spike; V_s = reset, theta += 2 mV, w_s += b_w;
//	    with probability sigmoid((V_d - E_d)/D_d), another 5 to 15 ms later
//	tau_ws dw_s/dt = -w_s
//	C_d dV_d/dt = -(C_d/tau_d)(V_d - E_L) + I_d - a_w w_d
//	tau_wd dw_d/dt = V_d - E_L - w_d
func (p *BurstPoisson) Step(dt float64, x *Compartments, wait *Doubling, soma, dendrite []float64, uniform func(i int) (float64, float64)) {
	var (
		leakS, leakD = dt / p.SomaTime, dt / p.DendriteTime
		stepS, stepD = dt / p.SomaCapacitance, dt / p.DendriteCapacity
		stepTheta    = dt / p.ThresholdTime
		fadeWS       = math.Exp(-dt / p.SomaAdaptTime)
		stepWD       = dt / p.DendriteAdaptTime
		refractory   = int32(math.Round(p.Refractory / dt))
		n            = len(soma)
	)
	vs, vd, theta, ws, wd := x.Soma[:n], x.Dendrite[:n], x.Threshold[:n], x.SomaAdapt[:n], x.DendriteAdapt[:n]
	history, id := x.History[:n], dendrite[:n]
	refr, second := wait.Refractory[:n], wait.Second[:n]
	for i, is := range soma {
		v := vs[i] + leakS*(p.Rest-vs[i]) + stepS*(is-ws[i])
		d := vd[i] + leakD*(p.Rest-vd[i]) + stepD*(id[i]-p.DendriteAdapt*wd[i])
		th := theta[i] + stepTheta*(p.Threshold-theta[i])
		w, h := ws[i]*fadeWS, history[i]<<1
		wd[i] += stepWD * (d - p.Rest - wd[i])
		if refr[i] > 0 {
			refr[i]--
		}
		due := second[i] == 1
		if second[i] > 0 {
			second[i]--
		}
		switch {
		case v > th && refr[i] == 0:
			v, th, w, h = p.Reset, th+p.ThresholdRise, w+p.SomaAdaptation, h|1
			refr[i], second[i] = refractory, 0
			if chance, when := uniform(i); chance < 1/(1+math.Exp(-(d-p.BurstHalf)/p.BurstWidth)) {
				second[i] = max(1, int32((p.SecondFrom+when*(p.SecondTo-p.SecondFrom))/dt)-1)
			}
		case due:
			h, refr[i] = h|1, refractory
		}
		vs[i], vd[i], theta[i], ws[i], history[i] = v, d, th, w, h
	}
}
