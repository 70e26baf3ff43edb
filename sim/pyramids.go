package sim

import (
	"burstsim/neuron"
)

// pyramids is a population of pyramidal neurons and what others see of it.
type pyramids[F Float] struct {
	soma, dendrite *stage[F]

	e, p, b []F        // event rate, burst probability, burst rate
	a       []F        // net feedback onto the apical dendrites
	apical  func() []F // computes a of the present rates and returns it; nil without dendrite
	d       []F        // (p - baseline) e

	// What reaches other layers and plasticity: e, p and b themselves, or in
	// the layer-by-layer order their values before the step.
	seen struct{ e, p, b []F }
}

func newPyramids[F Float](net *Network[F], layer int) *pyramids[F] {
	pop := &pyramids[F]{}
	for _, v := range []*[]F{&pop.e, &pop.p, &pop.b, &pop.a, &pop.d} {
		*v = net.array(layer)
	}
	pop.seen.e, pop.seen.p, pop.seen.b = pop.e, pop.p, pop.b
	net.rates[layer] = pop.e
	net.lag(pop.p, &pop.seen.p)
	net.lag(pop.b, &pop.seen.b)
	if layer == net.Layers() {
		net.lag(pop.e, &pop.seen.e)
	}
	return pop
}

// newPopulations makes one population for each layer with weights; element 0
// is nil.
func newPopulations[F Float](net *Network[F]) []*pyramids[F] {
	pops := make([]*pyramids[F], net.Layers()+1)
	for l := 1; l <= net.Layers(); l++ {
		pops[l] = newPyramids(net, l)
	}
	return pops
}

// relaxSoma adds the soma of layer l: z relaxes to W e_{l-1} + c, and
// e = sigmoid(z).
func relaxSoma[F Float](net *Network[F], l int, tau float64, e []F) *stage[F] {
	w := net.forward[l]
	var soma *stage[F]
	soma = net.compartment("soma", l, tau,
		func(dst []F) { w.Forward(dst, net.send(l), net.rows) },
		func() { neuron.Sigmoid(e, soma.x) })
	soma.answers = true
	return soma
}

// deviation is the postsynaptic factor (p - baseline) e.
func (pop *pyramids[F]) deviation(baseline func() []F) func() []F {
	return func() []F {
		neuron.Deviation(pop.d, pop.seen.p, baseline(), pop.seen.e)
		return pop.d
	}
}

// record declares what can be recorded of the population.
func (pop *pyramids[F]) record(net *Network[F], l int) {
	net.signal("soma", l, "somatic potential", func() []F { return pop.soma.x })
	if pop.dendrite != nil {
		net.signal("dendrite", l, "dendritic potential", func() []F { return pop.dendrite.x })
		net.signal("apical", l, "apical input", pop.apical)
	}
	net.signal("event_rate", l, "event rate", func() []F { return pop.e })
	net.signal("burst_prob", l, "burst probability", func() []F { return pop.p })
	net.signal("burst_rate", l, "burst rate", func() []F { return pop.b })
}

// presynaptic returns the presynaptic factor of the weights onto layer l: the
// events of layer l-1, low-passed where the error comes late. The output's own
// comes at once, and so it needs no trace.
func presynaptic[F Float](net *Network[F], l int, delay float64) func() []F {
	tau := delay * float64(net.Layers()-l)
	if tau == 0 {
		return func() []F { return net.from(l) }
	}
	trace := net.compartmentOf("trace", l, net.sizes[l-1], tau,
		func(dst []F) { copy(dst, net.from(l)) }, func() {})
	return func() []F { return trace.x }
}
