package program

import (
	"fmt"
	"math"
)

// edn2 is the follow-up's error-dendrite network.
func edn2(o *oracle) {
	inter, hidden, tau := o.number("lambda_interneuron"), o.number("lambda_hidden"), o.number("tau_soma")
	nudge := o.number("lambda_output")
	if o.is("as_published") {
		nudge = hidden
	}
	r, top := o.rates(), o.top()
	gain := func(l int) float64 { return nudge * math.Pow(hidden*(1-inter), float64(top-l)) }
	seen := func(name string, l int, now []float64) []float64 { // what plasticity compares a soma with
		if !o.is("basal_lag") {
			return now
		}
		x := o.v[name]
		o.slopes[name] = each(len(x), func(i int) float64 { return (now[i] - x[i]) / tau })
		return x
	}
	for l := 1; l <= top; l++ {
		n := o.sizes[l]
		in, c := o.weights("W", l).times(r[l-1]), o.weights("c", l).x
		basal := each(n, func(i int) float64 { return in[i] + c[i] })
		expected := seen(fmt.Sprint("v_L", l), l, basal)
		d := each(n, func(i int) float64 { return (r[l][i] - logistic(expected[i])) / gain(l) })
		o.learn("W", l, outer(d, r[l-1]))
		o.learn("c", l, d)
		if l == top {
			o.relax("z", l, tau, func(i int) float64 {
				e := logistic(basal[i])
				if o.teacher {
					e += nudge * (o.target[i] - e) * e * (1 - e)
					e = math.Max(1e-6, math.Min(1-1e-6, e))
				}
				return math.Log(e / (1 - e))
			})
			continue
		}
		above := o.sizes[l+1]
		y, onto, bias, from := o.y(l), o.weights("W_PI", l), o.weights("c_PI", l).x, o.weights("W_IP", l)
		tied := o.word("interneuron_mode") == "tied"
		if tied {
			onto, bias, from = o.weights("W", l+1), o.weights("c", l+1).x, y
		}
		name := fmt.Sprintf("z[interneuron]%d", l)
		zi := o.v[name]
		ri := each(above, func(i int) float64 { return logistic(zi[i]) })
		dendrite := onto.times(r[l])
		for i := range dendrite {
			dendrite[i] += bias[i]
		}
		o.slopes[name] = each(above, func(i int) float64 { return ((1-inter)*dendrite[i] + inter*o.at("z", l+1)[i] - zi[i]) / tau })
		predicted := seen(fmt.Sprintf("v_L[interneuron]%d", l), l, dendrite)
		down, cancel := y.back(r[l+1]), from.back(ri)
		apical := each(n, func(i int) float64 { return down[i] - cancel[i] })
		o.relax("z", l, tau, func(i int) float64 { return basal[i] + hidden*apical[i] })
		if !tied {
			miss := each(above, func(i int) float64 { return (ri[i] - logistic(predicted[i])) / gain(l) })
			o.learn("W_PI", l, outer(miss, r[l]))
			o.learn("c_PI", l, miss)
			o.learn("W_IP", l, outer(ri, apical))
		} else if o.is("basal_lag") {
			delete(o.slopes, fmt.Sprintf("v_L[interneuron]%d", l)) // nothing learns from it
		}
	}
}

// burstprop2 is the follow-up's Burstprop.
func burstprop2(o *oracle) {
	pb, shift, top := o.number("p_b"), o.number("output_shift"), o.top()
	rectified, softmax, published := o.word("activation") == "relu", o.word("output_activation") == "softmax", o.is("as_published")
	e := [][]float64{o.stimulus}
	for l := 1; l <= top; l++ {
		z := o.at("z", l)
		switch {
		case l == top && softmax:
			var total float64
			for _, x := range z {
				total += math.Exp(x)
			}
			e = append(e, each(len(z), func(i int) float64 { return math.Exp(z[i]) / total }))
		case l < top && rectified:
			e = append(e, each(len(z), func(i int) float64 { return math.Max(0, z[i]) }))
		default:
			e = append(e, each(len(z), func(i int) float64 { return logistic(z[i]) }))
		}
	}
	o.somata(e)
	gain := o.number("error_scale")
	events, sent := e[top], []float64(nil)
	for l := top; l >= 1; l-- {
		n := o.sizes[l]
		p := make([]float64, n)
		if l == top {
			events = each(n, func(i int) float64 { return e[l][i] + shift })
			for i := range p {
				error := 0.0
				if o.teacher {
					error = o.target[i] - e[l][i]
				}
				odds := 2 * gain * error / events[i]
				if shift == 0 {
					odds = 2 * gain * error / (events[i] + 1e-8)
				}
				switch {
				case !softmax:
					p[i] = pb * (1 + gain*error*(1-e[l][i])*e[l][i]/events[i])
				case published && shift == 0:
					p[i] = logistic(2 * odds)
				case published:
					p[i] = logistic(2 * pb * odds)
				default:
					p[i] = 2 * pb * logistic(odds)
				}
			}
		} else {
			scale := o.number("feedback_scale")
			apical := o.y(l).back(sent)
			o.relax("u", l, o.number("tau_dendrite"), func(i int) float64 {
				switch {
				case !rectified:
					return scale * apical[i] * (1 - e[l][i])
				case e[l][i] > 1e-8:
					return scale * apical[i] / e[l][i]
				}
				return 0
			})
			gain, events = gain*scale, e[l]
			u := o.at("u", l)
			p = each(n, func(i int) float64 { return 2 * pb * logistic(2*u[i]/pb) })
		}
		sent = each(n, func(i int) float64 {
			b := p[i] * events[i]
			if l == top {
				b -= pb * shift
			}
			return b
		})
		ea, ba := o.at("e_a", l), o.at("b_a", l)
		o.relax("e_a", l, o.number("tau_average"), func(i int) float64 { return events[i] })
		o.relax("b_a", l, o.number("tau_average"), func(i int) float64 { return p[i] * events[i] })
		d := each(n, func(i int) float64 {
			if !(ea[i] > 0) {
				return 0
			}
			return (p[i] - ba[i]/ea[i]) * events[i] / (pb * gain)
		})
		o.learn("W", l, outer(d, e[l-1]))
		o.learn("c", l, d)
	}
}

// nodePerturbation is that of the follow-up, without the noise that is added to
// the slope of η.
func nodePerturbation(o *oracle) {
	top, tau := o.top(), o.number("tau_soma")
	rate := func(z []float64, l int) []float64 {
		if l < top || o.word("output_activation") == "sigmoid" {
			return each(len(z), func(i int) float64 { return logistic(z[i]) })
		}
		var total float64
		for _, x := range z {
			total += math.Exp(x)
		}
		return each(len(z), func(i int) float64 { return math.Exp(z[i]) / total })
	}
	clean, noisy := [][]float64{o.stimulus}, [][]float64{o.stimulus}
	for l := 1; l <= top; l++ {
		z, y, noise := o.at("z", l), o.at("y", l), o.at("η", l)
		clean = append(clean, rate(z, l))
		noisy = append(noisy, rate(each(len(y), func(i int) float64 { return y[i] + noise[i] }), l))
		w, c := o.weights("W", l), o.weights("c", l).x
		a, b := w.times(clean[l-1]), w.times(noisy[l-1])
		o.relax("z", l, tau, func(i int) float64 { return a[i] + c[i] })
		o.relax("y", l, tau, func(i int) float64 { return b[i] + c[i] })
		o.relax("η", l, o.number("tau_noise"), func(int) float64 { return 0 })
	}
	var more float64 // mean squared error with noise less that without
	for i, t := range o.target {
		more += (math.Pow(t-noisy[top][i], 2) - math.Pow(t-clean[top][i], 2)) / float64(len(o.target))
	}
	if !o.teacher {
		more = 0
	}
	for l := 1; l <= top; l++ {
		noise := o.at("η", l)
		d := each(len(noise), func(i int) float64 { return -more * noise[i] / (o.number("sigma") * o.number("sigma")) })
		o.learn("W", l, outer(d, noisy[l-1]))
		o.learn("c", l, d)
	}
}
