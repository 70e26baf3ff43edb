package program

import (
	"fmt"
	"math"
	"testing"

	"burstsim/sim/model"
)

// The derivatives of the models, written down by hand from the papers for
// one sample and dense layers: what the texts themselves are held against.

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

type matrix struct {
	rows, columns int
	x             []float64
}

func (m matrix) times(x []float64) []float64 {
	out := make([]float64, m.rows)
	for i := range out {
		for j := range m.columns {
			out[i] += m.x[i*m.columns+j] * x[j]
		}
	}
	return out
}

// back is the transposed matrix times x.
func (m matrix) back(x []float64) []float64 {
	out := make([]float64, m.columns)
	for j := range out {
		for i := range m.rows {
			out[j] += m.x[i*m.columns+j] * x[i]
		}
	}
	return out
}

func (m matrix) scaled(by float64) matrix {
	x := make([]float64, len(m.x))
	for i := range x {
		x[i] = by * m.x[i]
	}
	return matrix{m.rows, m.columns, x}
}

func each(n int, f func(i int) float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = f(i)
	}
	return x
}

func outer(post, pre []float64) []float64 {
	out := make([]float64, 0, len(post)*len(pre))
	for _, a := range post {
		for _, b := range pre {
			out = append(out, a*b)
		}
	}
	return out
}

// oracle has a trial's numbers by name, as z1 or W_PI2, and collects rates of
// change.
type oracle struct {
	sizes            []int
	stimulus, target []float64
	teacher          bool
	p                model.Values
	v                map[string][]float64 // states, those of populations beside layers as z[interneuron]1
	w                map[string]matrix
	slopes           map[string][]float64 // of states, 1/s
	changes          map[string][]float64 // right-hand sides of rules
}

func newOracle(tr *trial, teacher bool) *oracle {
	o := &oracle{sizes: tr.net.Setting.Sizes, stimulus: tr.stimulus, target: tr.target, teacher: teacher, p: tr.net.Values,
		v: map[string][]float64{}, w: map[string]matrix{}, slopes: map[string][]float64{}, changes: map[string][]float64{}}
	for k, x := range tr.states {
		o.v[nameOf(k)] = x
	}
	for _, m := range tr.net.Matrices() {
		columns := 1
		if len(m.Shape) == 2 {
			columns = m.Shape[1]
		}
		o.w[m.Name] = matrix{m.Shape[0], columns, tr.weights[m.index]}
	}
	return o
}

func nameOf(k key) string {
	if k.pop.host != nil {
		return fmt.Sprintf("%s[%s]%d", k.name, k.pop.kind, k.pop.layer)
	}
	return fmt.Sprint(k.name, k.pop.layer)
}

func (o *oracle) top() int                   { return len(o.sizes) - 1 }
func (o *oracle) number(name string) float64 { return o.p[name].(float64) }
func (o *oracle) word(name string) string    { return o.p[name].(string) }
func (o *oracle) is(name string) bool        { return o.p[name].(bool) }
func (o *oracle) at(name string, l int) []float64 {
	return o.v[fmt.Sprint(name, l)]
}
func (o *oracle) weights(name string, l int) matrix { return o.w[fmt.Sprint(name, l)] }

// relax stores the rate of change with which x follows its drive.
func (o *oracle) relax(name string, l int, tau float64, drive func(i int) float64) {
	x := o.at(name, l)
	o.slopes[fmt.Sprint(name, l)] = each(len(x), func(i int) float64 { return (drive(i) - x[i]) / tau })
}

func (o *oracle) learn(name string, l int, change []float64) { o.changes[fmt.Sprint(name, l)] = change }

// y is the feedback onto layer l: free, that of the layer above, or that of events.
func (o *oracle) y(l int) matrix {
	switch o.word("y_mode") {
	case "tied":
		return o.weights("W", l+1).scaled(o.number("y_scale"))
	case "q_tied":
		return o.q(l).scaled(1 / o.number("p_b"))
	}
	return o.weights("Y", l)
}

// rates are the event rates of all layers, from the input.
func (o *oracle) rates() [][]float64 {
	e := [][]float64{o.stimulus}
	for l := 1; l <= o.top(); l++ {
		z := o.at("z", l)
		e = append(e, each(len(z), func(i int) float64 { return logistic(z[i]) }))
	}
	return e
}

func (o *oracle) somata(e [][]float64) {
	for l := 1; l <= o.top(); l++ {
		basal, c := o.weights("W", l).times(e[l-1]), o.weights("c", l).x
		o.relax("z", l, o.number("tau_soma"), func(i int) float64 { return basal[i] + c[i] })
	}
}

// pre is what the rule of W multiplies with: the rates below, or their trace
// with a time constant that is given or grows with the distance from the output.
func (o *oracle) pre(l int, e [][]float64) []float64 {
	tau, given := o.p["tau_trace"].(float64)
	if !given || tau == 0 {
		tau = o.number("trace_delay") * float64(o.top()-l)
	}
	if tau == 0 {
		return e[l-1]
	}
	o.relax("s", l, tau, func(i int) float64 { return e[l-1][i] })
	return o.at("s", l)
}

func burstccn(o *oracle) {
	pb, beta := o.number("p_b"), o.number("beta")
	e := o.rates()
	o.somata(e)
	p := make([][]float64, len(e))
	for l := o.top(); l >= 1; l-- {
		n := o.sizes[l]
		if l == o.top() {
			p[l] = each(n, func(i int) float64 {
				if !o.teacher {
					return pb
				}
				return pb + pb*(o.target[i]-e[l][i])*(1-e[l][i])
			})
		} else {
			u := o.at("u", l)
			p[l] = each(n, func(i int) float64 {
				if o.word("burst_probability") == "published" {
					return logistic(u[i])
				}
				return 2 * pb * logistic(u[i]/(2*pb))
			})
			y := o.y(l)
			q := y.scaled(pb)
			if o.word("q_mode") != "tied" {
				q = o.weights("Q", l)
			}
			above := o.sizes[l+1]
			bursts := y.back(each(above, func(i int) float64 { return p[l+1][i] * e[l+1][i] }))
			events := q.back(e[l+1])
			apical := each(n, func(i int) float64 { return bursts[i] - events[i] })
			o.relax("u", l, o.number("tau_dendrite"), func(i int) float64 { return beta * (1 - e[l][i]) * apical[i] })
			if o.is("y_plastic") {
				o.learn("Y", l, outer(each(above, func(i int) float64 { return -e[l+1][i] }), apical))
			}
			if o.is("q_plastic") {
				o.learn("Q", l, outer(e[l+1], apical))
			}
		}
		d := each(n, func(i int) float64 { return (p[l][i] - pb) * e[l][i] })
		o.learn("W", l, outer(d, o.pre(l, e)))
		o.learn("c", l, d)
	}
}

func burstprop(o *oracle) {
	pb, beta := o.number("p_b"), o.number("beta")
	e := o.rates()
	o.somata(e)
	var delta [][]float64 // of the layer above, for Y
	p := make([][]float64, len(e))
	delta = make([][]float64, len(e))
	for l := o.top(); l >= 1; l-- {
		n, ea, ba := o.sizes[l], o.at("e_a", l), o.at("b_a", l)
		if l == o.top() {
			p[l] = each(n, func(i int) float64 {
				if !o.teacher {
					return pb
				}
				return pb + pb*(o.target[i]-ea[i])*(1-ea[i])
			})
		} else {
			u := o.at("u", l)
			p[l] = each(n, func(i int) float64 { return logistic(u[i]) })
			apical := o.y(l).back(each(o.sizes[l+1], func(i int) float64 { return p[l+1][i] * e[l+1][i] }))
			o.relax("u", l, o.number("tau_dendrite"), func(i int) float64 { return beta * (1 - e[l][i]) * apical[i] })
			if o.is("y_plastic") {
				o.learn("Y", l, outer(delta[l+1], e[l]))
			}
		}
		o.relax("e_a", l, o.number("tau_average"), func(i int) float64 { return e[l][i] })
		o.relax("b_a", l, o.number("tau_average"), func(i int) float64 { return p[l][i] * e[l][i] })
		delta[l] = each(n, func(i int) float64 {
			average := p[l][i] // at the start, when there is none
			if ea[i] > 0 {
				average = ba[i] / ea[i]
			}
			return (p[l][i] - average) * e[l][i]
		})
		o.learn("W", l, outer(delta[l], o.pre(l, e)))
		o.learn("c", l, delta[l])
	}
}

func edn(o *oracle) {
	output, inter, hidden := o.number("lambda_output"), o.number("lambda_interneuron"), o.number("lambda_hidden")
	tau := o.number("tau_soma")
	r := o.rates()
	for l := 1; l <= o.top(); l++ {
		n := o.sizes[l]
		in, c := o.weights("W", l).times(r[l-1]), o.weights("c", l).x
		basal := each(n, func(i int) float64 { return in[i] + c[i] })
		seen := basal
		if o.is("basal_lag") {
			o.relax("v_L", l, tau, func(i int) float64 { return basal[i] })
			seen = o.at("v_L", l)
		}
		d := each(n, func(i int) float64 { return r[l][i] - logistic(seen[i]) })
		o.learn("W", l, outer(d, r[l-1]))
		o.learn("c", l, d)
		if l == o.top() {
			o.relax("z", l, tau, func(i int) float64 {
				if !o.teacher {
					return basal[i]
				}
				squeezed := 0.2 + 0.6*o.target[i]
				return (1-output)*basal[i] + output*math.Log(squeezed/(1-squeezed))
			})
			continue
		}
		// Interneurons, as many as units above.
		above := o.sizes[l+1]
		tied := o.word("interneuron_mode") == "tied"
		y := o.y(l)
		onto, bias, from := o.weights("W_PI", l), o.weights("c_PI", l).x, o.weights("W_IP", l)
		if tied {
			onto, bias, from = o.weights("W", l+1), o.weights("c", l+1).x, y
		}
		zi := o.at("z[interneuron]", l)
		ri := each(above, func(i int) float64 { return logistic(zi[i]) })
		dendrite := onto.times(r[l])
		for i := range dendrite {
			dendrite[i] += bias[i]
		}
		o.relax("z[interneuron]", l, tau, func(i int) float64 { return (1-inter)*dendrite[i] + inter*o.at("z", l+1)[i] })
		down, cancel := y.back(r[l+1]), from.back(ri)
		apical := each(n, func(i int) float64 { return down[i] - cancel[i] })
		o.relax("z", l, tau, func(i int) float64 { return basal[i] + hidden*apical[i] })
		if !tied {
			miss := each(above, func(i int) float64 { return ri[i] - logistic(dendrite[i]) })
			o.learn("W_PI", l, outer(miss, r[l]))
			o.learn("c_PI", l, miss)
			o.learn("W_IP", l, outer(ri, apical))
		}
		if o.is("y_plastic") {
			o.learn("Y", l, outer(r[l+1], each(n, func(i int) float64 { return r[l][i] - logistic(down[i]) })))
		}
	}
}

func ann(o *oracle) {
	e := o.rates()
	o.somata(e)
	var d []float64
	for l := o.top(); l >= 1; l-- {
		back := []float64(nil)
		if l < o.top() {
			back = o.y(l).back(d)
		}
		d = each(o.sizes[l], func(i int) float64 {
			switch {
			case l < o.top():
				return back[i] * e[l][i] * (1 - e[l][i])
			case o.teacher:
				return (o.target[i] - e[l][i]) * e[l][i] * (1 - e[l][i])
			}
			return 0
		})
		o.learn("W", l, outer(d, e[l-1]))
		o.learn("c", l, d)
	}
}

// TestBuiltinsAreTheirPapers holds the texts, compiled, against derivatives that
// were written by hand.
func TestBuiltinsAreTheirPapers(t *testing.T) {
	papers := map[string]func(*oracle){"burstccn": burstccn, "burstprop": burstprop, "edn": edn, "ann": ann, "burstccn_dales": dales,
		"burstccn2": burstccn2, "ann2": ann2,
		"burstprop2": burstprop2, "edn2": edn2, "node_perturbation": nodePerturbation}
	cases(t, func(t *testing.T, text *model.Text, values model.Values) {
		if values["recurrent_input"] == true {
			return // has a discrete form only
		}
		for seed := range uint64(3) {
			s := Setting{Sizes: []int{3, 5, 4, 2}, Rows: 1, Values: values, Usage: model.Usage{Presentation: 0.02}}
			tr := newTrial(t, text, s, seed)
			m := machine[float64](t, tr, false)
			for _, teacher := range []bool{false, true} {
				o := newOracle(tr, teacher)
				papers[text.Name](o)
				m.Derivative(teacher, true)
				if len(o.slopes) != len(m.p.Compartments) {
					t.Errorf("%d states, want %d", len(m.p.Compartments), len(o.slopes))
				}
				for _, c := range m.p.Compartments {
					k := tr.where(c)
					same(t, fmt.Sprintf("teacher %v: d%s/dt", teacher, nameOf(k)), m.Slope()[c.At:][:c.Units], o.slopes[nameOf(k)], 1e-12)
				}
				if len(o.changes) != len(m.p.Rules) {
					t.Errorf("%d rules, want %d", len(m.p.Rules), len(o.changes))
				}
				for r, rule := range m.p.Rules {
					got := make([]float64, rule.Len())
					m.Change(got, r, 1)
					same(t, fmt.Sprintf("teacher %v: change of %s", teacher, rule.Name), got, o.changes[rule.Name], 1e-12)
				}
			}
		}
	})
}
