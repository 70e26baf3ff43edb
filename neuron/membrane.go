package neuron

//go:generate go -C ../internal/asm run ./membrane -out ../../neuron/membrane_amd64.s -stubs ../../neuron/membrane_amd64.go -pkg neuron

// Compartments are the states of neurons with a soma and a dendrite, one element
// each, in SI units.
type Compartments struct {
	Soma, Dendrite           []float64 // potentials
	Threshold                []float64 // of the soma
	SomaAdapt, DendriteAdapt []float64 // currents of adaptation, w_s and w_d
}

// Membranes are the parameters that neurons with a soma and a dendrite have in
// common, in SI units: leaks, a moving threshold, and adaptation of both
// compartments.
type Membranes struct {
	Rest  float64 // E_L, to which both compartments leak
	Reset float64 // of the soma, after a spike

	SomaCapacitance float64 // C_s
	SomaTime        float64 // tau_s: of the leak
	SomaAdaptation  float64 // b_w: what a spike adds to the current w_s
	SomaAdaptTime   float64 // tau_ws
	Threshold       float64 // theta_0
	ThresholdRise   float64 // what a spike adds to theta
	ThresholdTime   float64 // tau_theta

	DendriteCapacity  float64 // C_d
	DendriteTime      float64 // tau_d: of the leak
	DendriteAdapt     float64 // a_w: conductance
	DendriteAdaptTime float64 // tau_wd
}

// pyramidal has the constants that spiking BurstCCN took from Payeur et al. (2021).
func pyramidal() Membranes {
	const mV, pA, pF, ms, nS = 1e-3, 1e-12, 1e-12, 1e-3, 1e-9
	return Membranes{
		Rest: -70 * mV, Reset: -70 * mV,
		SomaCapacitance: 370 * pF, SomaTime: 16 * ms, SomaAdaptation: 200 * pA, SomaAdaptTime: 100 * ms,
		Threshold: -50 * mV, ThresholdRise: 2 * mV, ThresholdTime: 27 * ms,
		DendriteCapacity: 170 * pF, DendriteTime: 7 * ms, DendriteAdapt: 13 * nS, DendriteAdaptTime: 30 * ms,
	}
}

// Begin is n neurons at rest.
func (p *Membranes) Begin(n int) Compartments {
	c := Compartments{
		Soma: make([]float64, n), Dendrite: make([]float64, n), Threshold: make([]float64, n),
		SomaAdapt: make([]float64, n), DendriteAdapt: make([]float64, n),
	}
	for i := range n {
		c.Soma[i], c.Dendrite[i], c.Threshold[i] = p.Rest, p.Rest, p.Threshold
	}
	return c
}

// Leaks are the conductances of the leaks of soma and dendrite.
func (p *Membranes) Leaks() (soma, dendrite float64) {
	return p.SomaCapacitance / p.SomaTime, p.DendriteCapacity / p.DendriteTime
}

// step is what a step of dt does, with so much of w_s left after it.
func (p *Membranes) step(dt, fadeSoma float64) membrane {
	return membrane{
		rest: p.Rest, leakSoma: dt / p.SomaTime, stepSoma: dt / p.SomaCapacitance, leakDend: dt / p.DendriteTime, stepDend: dt / p.DendriteCapacity,
		theta: p.Threshold, stepTheta: dt / p.ThresholdTime, fadeSoma: fadeSoma, stepAdapt: dt / p.DendriteAdaptTime, slope: p.DendriteAdapt,
	}
}

// spike is what a spike that the soma of neuron i decides does to it.
func (p *Membranes) spike(x *Compartments, i int32, adaptation float64) {
	x.Soma[i] = p.Reset
	x.Threshold[i] += p.ThresholdRise
	x.SomaAdapt[i] += adaptation
}

// membrane is what a step of time does to the states of a neuron, but for its
// spikes. The kernels know the order of the fields.
type membrane struct {
	rest               float64
	leakSoma, stepSoma float64 // dt/tau_s, dt/C_s
	leakDend, stepDend float64
	theta, stepTheta   float64 // theta_0, dt/tau_theta
	fadeSoma           float64 // what is left of w_s
	stepAdapt, slope   float64 // dt/tau_wd, a_w
}

// advance moves the states of neurons by a step, with the currents that reach
// soma and dendrite, and appends to above those whose potential is at or above
// threshold then.
//
//	V_s += dt/tau_s (E_L - V_s) + dt/C_s (I_s - w_s)
//	V_d += dt/tau_d (E_L - V_d) + dt/C_d (I_d - w_d)
//	theta += dt/tau_theta (theta_0 - theta), w_s *= fade
//	w_d += dt/tau_wd (a_w (V_d - E_L) - w_d), with the new V_d
func (m *membrane) advance(x *Compartments, soma, dendrite []float64, above []int32) []int32 {
	n := len(soma)
	done := advanceSome(m, n, x, soma, dendrite, &above)
	vs, vd, theta, ws, wd := x.Soma[:n], x.Dendrite[:n], x.Threshold[:n], x.SomaAdapt[:n], x.DendriteAdapt[:n]
	dendrite = dendrite[:n]
	for i := done; i < n; i++ {
		v := vs[i] + m.leakSoma*(m.rest-vs[i]) + m.stepSoma*(soma[i]-ws[i])
		d := vd[i] + m.leakDend*(m.rest-vd[i]) + m.stepDend*(dendrite[i]-wd[i])
		th := theta[i] + m.stepTheta*(m.theta-theta[i])
		vs[i], vd[i], theta[i] = v, d, th
		ws[i] *= m.fadeSoma
		wd[i] += m.stepAdapt * (m.slope*(d-m.rest) - wd[i])
		if v >= th {
			above = append(above, int32(i))
		}
	}
	return above
}

// Conduct adds to in what flows through conductances open at potentials v,
//
//	I += leak g (reversal - V), g *= fade,
//
// and lets them decay.
func Conduct(leak, reversal, fade float64, open, v, in []float64) {
	n := len(open)
	v, in = v[:n], in[:n]
	for i := conductSome(leak, reversal, fade, open, v, in); i < n; i++ {
		g := open[i]
		in[i] += leak * g * (reversal - v[i])
		open[i] = g * fade
	}
}
