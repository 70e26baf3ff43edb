package program

import "math"

// activation is what hidden units of the follow-up make of their potentials, and
// the derivative of that times a vector: what errors go back by, and bursts.
type activation struct {
	e    []float64
	back func(g []float64) (errors, bursts []float64)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func positivePart(x float64) float64 { return math.Max(x, 0) }

func above(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}

// activate is the table of activations; published rectifiers have a ramp for
// their derivative.
func activate(name string, published bool, z []float64) activation {
	n := len(z)
	on := func(x float64) float64 {
		if published {
			return math.Min(math.Max(x, 0), 1)
		}
		return above(x)
	}
	both := func(f func(g []float64) []float64) func(g []float64) (a, b []float64) {
		return func(g []float64) (a, b []float64) { return f(g), f(g) }
	}
	centred := func(x []float64) []float64 {
		m := mean(x)
		return each(n, func(i int) float64 { return x[i] - m })
	}
	over := func(x []float64) (h []float64, r float64) {
		r = 1 / math.Sqrt(mean(each(n, func(i int) float64 { return x[i] * x[i] }))+1e-5)
		return each(n, func(i int) float64 { return r * x[i] }), r
	}
	across := func(g, h []float64, r float64) []float64 {
		m := mean(each(n, func(i int) float64 { return g[i] * h[i] }))
		return each(n, func(i int) float64 { return r * (g[i] - h[i]*m) })
	}
	switch name {
	case "sigmoid":
		e := each(n, func(i int) float64 { return logistic(z[i]) })
		return activation{e, both(func(g []float64) []float64 { return each(n, func(i int) float64 { return g[i] * e[i] * (1 - e[i]) }) })}
	case "relu":
		return activation{each(n, func(i int) float64 { return positivePart(z[i]) }),
			both(func(g []float64) []float64 { return each(n, func(i int) float64 { return g[i] * on(z[i]) }) })}
	case "ln_relu":
		h, r := over(centred(z))
		return activation{each(n, func(i int) float64 { return positivePart(1.5 * h[i]) }), both(func(g []float64) []float64 {
			return centred(across(each(n, func(i int) float64 { return 1.5 * g[i] * on(1.5*h[i]) }), h, r))
		})}
	case "relu_ln":
		h, r := over(centred(each(n, func(i int) float64 { return positivePart(z[i]) })))
		return activation{h, both(func(g []float64) []float64 {
			d := centred(across(g, h, r))
			return each(n, func(i int) float64 { return d[i] * on(z[i]) })
		})}
	case "ms_relu_n":
		x := centred(z)
		h, r := over(each(n, func(i int) float64 { return positivePart(x[i]) }))
		return activation{h, both(func(g []float64) []float64 {
			d := across(g, h, r)
			d = centred(each(n, func(i int) float64 { return d[i] * above(x[i]) }))
			if !published {
				return d
			}
			return each(n, func(i int) float64 { return d[i] * on(x[i]) })
		})}
	case "relu_rms":
		h, r := over(each(n, func(i int) float64 { return positivePart(z[i]) }))
		return activation{h, func(g []float64) (errors, bursts []float64) {
			d := across(g, h, r)
			errors = each(n, func(i int) float64 { return d[i] * above(z[i]) })
			if !published {
				return errors, errors
			}
			return errors, each(n, func(i int) float64 { return d[i] * on(5*h[i]) })
		}}
	case "ms_softplus_n":
		x := centred(z)
		h, r := over(each(n, func(i int) float64 { return math.Log(1+math.Exp(2*x[i])) / 2 }))
		return activation{h, both(func(g []float64) []float64 {
			d := across(g, h, r)
			return centred(each(n, func(i int) float64 { return d[i] * logistic(2*x[i]) }))
		})}
	}
	panic("no activation " + name)
}

// activities are those of all layers.
func (o *oracle) activities() (e [][]float64, hidden []activation) {
	e, hidden = [][]float64{o.stimulus}, make([]activation, o.top())
	for l := 1; l < o.top(); l++ {
		hidden[l] = activate(o.word("activation"), o.is("as_published"), o.at("z", l))
		e = append(e, hidden[l].e)
	}
	z := o.at("z", o.top())
	last := each(len(z), func(i int) float64 { return logistic(z[i]) })
	if o.word("output_activation") == "softmax" {
		total := 0.0
		for _, x := range z {
			total += math.Exp(x)
		}
		last = each(len(z), func(i int) float64 { return math.Exp(z[i]) / total })
	}
	return append(e, last), hidden
}

func ann2(o *oracle) {
	e, hidden := o.activities()
	o.somata(e)
	var d []float64
	for l := o.top(); l >= 1; l-- {
		higher := d
		if l == o.top() {
			d = each(o.sizes[l], func(i int) float64 {
				switch {
				case !o.teacher:
					return 0
				case o.word("output_activation") == "softmax":
					return o.target[i] - e[l][i]
				}
				return (o.target[i] - e[l][i]) * e[l][i] * (1 - e[l][i])
			})
		} else {
			d, _ = hidden[l].back(o.y(l).back(higher))
			switch o.word("y_rule") {
			case "kolen_pollack":
				o.learn("Y", l, outer(higher, e[l]))
			case "follow":
				o.learn("Y", l, sum(o.weights("W", l+1).scaled(o.number("y_scale")).x, o.weights("Y", l).x, -1))
			}
		}
		o.learn("W", l, outer(d, e[l-1]))
		o.learn("c", l, d)
	}
}

// bursting is the burst probability of an output unit.
func (o *oracle) bursting(e, target float64) float64 {
	pb, eps, shift, published := o.number("p_b"), o.number("error_scale"), o.number("output_shift"), o.is("as_published")
	x := e + shift
	switch {
	case !o.teacher:
		return pb
	case o.word("output_activation") == "sigmoid":
		return pb * ((target-e)*(1-e)*(e/x)*eps + 1)
	case shift == 0 && published:
		return 2 * pb * logistic(4*eps*(target-e)/(e+1e-8))
	case shift == 0:
		return 2 * pb * logistic(2*eps*(target-e)/(e+1e-8))
	case published:
		return 2 * pb * logistic(4*pb*eps*(target-e)/x)
	}
	return 2 * pb * logistic(2*eps*(target-e)/x)
}

func burstccn2(o *oracle) {
	pb, top, published, s := o.number("p_b"), o.top(), o.is("as_published"), o.number("feedback_scale")
	sigmoid := o.word("activation") == "sigmoid"
	e, hidden := o.activities()
	o.somata(e)
	scale := o.number("error_scale")
	var d, down []float64 // and what is handed down of bursts
	for l := top; l >= 1; l-- {
		n, higher, bursts := o.sizes[l], d, down
		if l == top {
			p := each(n, func(i int) float64 { return o.bursting(e[l][i], o.target[i]) })
			shift := o.number("output_shift")
			d = each(n, func(i int) float64 { return (p[i] - pb) * (e[l][i] + shift) })
			down = each(n, func(i int) float64 { return p[i]*(e[l][i]+shift) - pb*shift })
		} else {
			y, q := o.y(l), o.q(l)
			a := sum(y.back(bursts), q.back(e[l+1]), -1)
			for i := range a {
				a[i] *= s
			}
			_, derivative := hidden[l].back(a)
			o.relax("u", l, o.number("tau_dendrite"), func(i int) float64 {
				if sigmoid {
					return o.number("beta") * (1 - e[l][i]) * a[i]
				}
				return o.number("beta") * derivative[i] / (e[l][i] + 1e-8)
			})
			p := each(n, func(i int) float64 {
				if !sigmoid && published {
					return logistic(o.at("u", l)[i] / (2 * pb))
				}
				return 2 * pb * logistic(o.at("u", l)[i]/(2*pb))
			})
			o.feedbackRules(l, scale, bursts, e, higher)
			scale *= s
			d = each(n, func(i int) float64 { return (p[i] - pb) * e[l][i] })
			down = each(n, func(i int) float64 { return p[i] * e[l][i] })
		}
		normalised := each(n, func(i int) float64 { return d[i] / (pb * scale) })
		o.learn("W", l, outer(normalised, e[l-1]))
		o.learn("c", l, normalised)
	}
}

// q is the feedback of events onto layer l.
func (o *oracle) q(l int) matrix {
	switch o.word("q_mode") {
	case "tied":
		return o.y(l).scaled(o.number("p_b"))
	case "w_tied":
		return o.weights("W", l+1).scaled(o.number("q_scale") * o.number("p_b"))
	}
	return o.weights("Q", l)
}

// feedbackRules are how Y and Q onto layer l learn, scale the gain of errors
// above it, d errors there.
func (o *oracle) feedbackRules(l int, scale float64, bursts []float64, e [][]float64, d []float64) {
	pb, s := o.number("p_b"), o.number("feedback_scale")
	m := o.sizes[l+1]
	delta := each(m, func(i int) float64 { return d[i] / scale })
	if o.word("q_rule") == "kolen_pollack" {
		o.learn("Q", l, outer(delta, e[l]))
	}
	switch o.word("y_rule") {
	case "kolen_pollack":
		o.learn("Y", l, outer(each(m, func(i int) float64 { return delta[i] / pb }), e[l]))
	case "apical":
		branches := min(int(o.number("branches")), m)
		change := make([]float64, 0, m*o.sizes[l])
		for r := range branches {
			size := m / branches
			if r < m%branches {
				size++
			}
			from := len(change) / o.sizes[l]
			own := func(x []float64) []float64 {
				return each(m, func(i int) float64 {
					if i < from || i >= from+size {
						return 0
					}
					return x[i]
				})
			}
			a := sum(o.y(l).back(own(bursts)), o.q(l).back(own(e[l+1])), -1)
			by := -1 / (pb * scale)
			if o.is("as_published") {
				by = -math.Sqrt(float64(m)/float64(size)) / s
			}
			change = append(change, outer(each(size, func(i int) float64 { return by * bursts[from+i] }), a)...)
		}
		o.learn("Y", l, change)
	}
}
