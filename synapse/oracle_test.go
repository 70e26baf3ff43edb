package synapse

import "math"

// oracle makes updates one weight at a time, straight from their definition,
// without carries.
type oracle struct {
	name    string
	params  []*Param[float64]
	w, m, v []float64 // of all parameters, W before C
	n       int
}

func newOracle(name string, params []*Param[float64]) *oracle {
	o := &oracle{name: name, params: params}
	for _, p := range params {
		o.w = append(append(o.w, p.W...), p.C...)
	}
	o.m, o.v = make([]float64, len(o.w)), make([]float64, len(o.w))
	return o
}

func (o *oracle) update(loss float64) {
	o.n++
	at := 0
	for k, p := range o.params {
		g := append(append([]float64(nil), p.GradW...), p.GradC...)
		for i, gi := range g {
			decay := p.DecayW
			if i >= len(p.W) {
				decay = p.DecayC
			}
			o.w[at] += -p.Rate*o.step(at, gi, loss, o.group(k, i)) - decay*o.w[at]
			at++
		}
	}
}

// group are the gradients that weight i of parameter k, of [W | C], shares a
// sum of squares with.
func (o *oracle) group(k, i int) []float64 {
	p := o.params[k]
	switch o.name {
	case "sadagrad":
		return append(append([]float64(nil), p.GradW...), p.GradC...)[i : i+1]
	case "nadagrad":
		in := len(p.W) / p.Rows
		row := i - len(p.W)
		if i < len(p.W) {
			row = i / in
		}
		return append(append([]float64(nil), p.GradW[row*in:(row+1)*in]...), p.GradC[row])
	case "ladagrad":
		return append(append([]float64(nil), p.GradW...), p.GradC...)
	}
	var all []float64
	for _, q := range o.params {
		all = append(append(all, q.GradW...), q.GradC...)
	}
	return all
}

func (o *oracle) step(at int, g, loss float64, group []float64) float64 {
	switch o.name {
	case "sgd":
		return g
	case "global_cost":
		return loss * g
	case "momentum":
		o.m[at] = 0.7*o.m[at] + g
		return o.m[at]
	case "adam":
		o.m[at] = 0.9*o.m[at] + 0.1*g
		o.v[at] = 0.999*o.v[at] + 0.001*g*g
		return o.m[at] / (1 - math.Pow(0.9, float64(o.n))) / (math.Sqrt(o.v[at]/(1-math.Pow(0.999, float64(o.n)))) + 1e-8)
	}
	var sum float64
	for _, x := range group {
		sum += x * x
	}
	o.v[at] += sum / float64(len(group))
	return g / (math.Sqrt(o.v[at]) + 1e-8)
}
