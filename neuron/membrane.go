package neuron

//go:generate go -C ../internal/asm run ./membrane -out ../../neuron/membrane_amd64.s -stubs ../../neuron/membrane_amd64.go -pkg neuron

// Compartments are the states of neurons with a soma and a dendrite, one element
// each, in SI units.
type Compartments struct {
	Soma, Dendrite           []float64 // potentials
	Threshold                []float64 // of the soma
	SomaAdapt, DendriteAdapt []float64 // currents of adaptation, w_s and w_d
}

// Rest is n neurons at a potential, with a threshold.
func Rest(n int, potential, threshold float64) Compartments {
	c := Compartments{
		Soma: make([]float64, n), Dendrite: make([]float64, n), Threshold: make([]float64, n),
		SomaAdapt: make([]float64, n), DendriteAdapt: make([]float64, n),
	}
	for i := range n {
		c.Soma[i], c.Dendrite[i], c.Threshold[i] = potential, potential, threshold
	}
	return c
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
