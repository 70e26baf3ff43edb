package program

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/model"
)

// gradientsOf runs a presentation and returns what gradient descent and
// feedback alignment would change of each projection from below, summed over
// samples: minus the gradient, by matrix.
func gradientsOf(m *Machine[float64]) (descent, alignment map[*Matrix][]float64) {
	descent, alignment = map[*Matrix][]float64{}, map[*Matrix][]float64{}
	for _, g := range m.Gradients(nil) {
		at := func(delta []float64) []float64 {
			w := make([]float64, g.Len())
			g.Shape.Correlate(w, 1, delta, g.Pre, m.p.net.Rows())
			return w
		}
		descent[g.Matrix] = at(g.Delta)
		if g.Aligned != nil {
			alignment[g.Matrix] = at(g.Aligned)
		}
	}
	return descent, alignment
}

// loss is half the squared error of the discrete answer, summed over outputs and
// samples; of a softmax that takes the gradient of the cross entropy, that, but
// for a constant.
func (tr *trial) loss() float64 {
	sum := 0.0
	if tr.net.Values["output_activation"] == "softmax" {
		z := tr.naive(true, false).values(tr.output(), "z")
		for r, n := 0, tr.output().units; r < tr.net.Rows(); r++ {
			total := 0.0
			for i := r * n; i < (r+1)*n; i++ {
				total += math.Exp(z[i])
				sum -= tr.target[i] * z[i]
			}
			sum += math.Log(total)
		}
		return sum
	}
	for i, y := range tr.naive(true, false).values(tr.output(), "answer") {
		sum += (y - tr.target[i]) * (y - tr.target[i]) / 2
	}
	return sum
}

// slope is minus the derivative of the loss with respect to a weight, by central
// differences of two steps (Richardson).
func (tr *trial) slope(k, i int) float64 {
	w := &tr.weights[k][i]
	old := *w
	defer func() { *w = old }()
	difference := func(h float64) float64 {
		*w = old + h
		up := tr.loss()
		*w = old - h
		return (up - tr.loss()) / (2 * h)
	}
	return -(4*difference(1e-3) - difference(2e-3)) / 3
}

// curvature is what finite differences are good for: less where few units are
// normalised, whose rates turn within a step.
func (tr *trial) curvature() float64 {
	if name, ok := tr.net.Values["activation"]; ok && name != "sigmoid" {
		return 1e-5
	}
	return 1e-9
}

// descends compares the gradient section with finite differences.
func descends(t *testing.T, tr *trial, m *Machine[float64]) {
	t.Helper()
	descent, _ := gradientsOf(m)
	wanted := 0
	for _, r := range m.p.Rules {
		if !r.Forward || r.Bias {
			continue
		}
		wanted++
		got, ok := descent[r.Matrix]
		if !ok {
			t.Errorf("no gradient of %s", r.Name)
			continue
		}
		for range min(r.Len(), 2) { // some of them: each takes four readings of the text
			i := tr.rng.IntN(r.Len())
			same(t, fmt.Sprintf("gradient of %s, weight %d", r.Name, i), got[i:i+1], []float64{tr.slope(r.index, i)}, tr.curvature())
		}
	}
	if wanted != len(descent) {
		t.Errorf("%d gradients, want %d", len(descent), wanted)
	}
}

// TestGradientIsThatOfTheAnswer holds what burstsim calls backpropagation
// against finite differences of the error of the discrete answer, in discrete
// time and at the state in which continuous time agrees with it.
func TestGradientIsThatOfTheAnswer(t *testing.T) {
	cases(t, func(t *testing.T, text *model.Text, values model.Values) {
		if values["as_published"] == true && values["activation"] != nil {
			return // its derivatives are no derivatives
		}
		for name, s := range shapes {
			if name == "several pieces" || s.Maps != nil && !mapped(text) {
				continue // the pieces are slow here, and tell nothing more
			}
			t.Run(name, func(t *testing.T) {
				s.Values, s.Usage = values, model.Usage{Discrete: true, Presentation: 0.02}
				tr := newTrial(t, text, s, 4)
				m := machine[float64](t, tr, true)
				for _, teacher := range []bool{false, true} {
					m.Present(teacher, false)
					descends(t, tr, m)
				}
				// EDN's continuous somata see their apical dendrites, which
				// the gradient of the discrete answer leaves out.
				if values["recurrent_input"] == true || strings.HasPrefix(text.Name, "edn") {
					return
				}
				rest := tr.naive(true, false)
				for k := range tr.states {
					if rest.line(k.pop, k.name, model.Changes) != nil {
						tr.states[k] = rest.values(k.pop, k.name)
					}
				}
				c := machine[float64](t, tr, false)
				c.Observe(false)
				descends(t, tr, c)
			})
		}
	})
}

// TestFeedbackAlignment goes back through Y in place of W.
func TestFeedbackAlignment(t *testing.T) {
	cases(t, func(t *testing.T, text *model.Text, values model.Values) {
		tr := newTrial(t, text, Setting{Sizes: []int{3, 5, 4, 2}, Rows: 1, Values: values, Usage: model.Usage{Discrete: true}}, 5)
		if len(tr.net.Along(1)) == 0 {
			return // has no feedback weights
		}
		m := machine[float64](t, tr, true)
		m.Present(true, false)
		_, alignment := gradientsOf(m)
		o, v := newOracle(tr, true), tr.naive(true, false)
		name := map[string]string{"edn": "s", "edn2": "s"}[text.Name] // what a layer hands upwards
		if name == "" {
			name = "e"
		}
		e := [][]float64{tr.stimulus}
		for l := 1; l <= o.top(); l++ {
			e = append(e, v.values(tr.net.layers[l], name))
		}
		top := o.top()
		d := each(o.sizes[top], func(i int) float64 {
			if o.p["output_activation"] == "softmax" {
				return tr.target[i] - e[top][i]
			}
			return (tr.target[i] - e[top][i]) * e[top][i] * (1 - e[top][i])
		})
		for l := top; l >= 1; l-- {
			w := tr.net.Forward(l)
			same(t, "feedback alignment of "+w.Name, alignment[w], outer(d, e[l-1]), 1e-12)
			if l == 1 {
				break
			}
			y := tr.net.layers[l-1].projections["Y"]
			back := matrix{y.shape.out, y.shape.in, nil}
			for i := range y.shape.out {
				for j := range y.shape.in {
					back.x = append(back.x, v.weight(y, i, j))
				}
			}
			passed := back.back(d)
			if name, ok := o.p["activation"].(string); ok {
				d, _ = activate(name, o.is("as_published") && text.Name != "burstprop2", v.values(tr.net.layers[l-1], "z")).back(passed)
				continue
			}
			d = each(len(passed), func(i int) float64 { return passed[i] * e[l-1][i] * (1 - e[l-1][i]) })
		}
	})
}

const threeNonlinearities = `model mixed
time constants:
    tau = 10 ms
layer:
    projection W from below
    W(0) = normal(1)
    tau dz/dt = -z + W e[below]
    tau dW/dt = d e[below]'
hidden:
    projection Y along W[above]
    Y(0) = normal(1)
    d = Y' d[above]
    e = %s
output:
    e = %s
    d = target - e
    answer = e
`

// TestGradientOfOtherNonlinearities does the same by hand for a text with
// others than the logistic function.
func TestGradientOfOtherNonlinearities(t *testing.T) {
	derivatives := map[string]func(z float64) float64{
		"tanh(z)":             func(z float64) float64 { return 1 - math.Tanh(z)*math.Tanh(z) },
		"relu(z)":             func(z float64) float64 { return called("step", []float64{z}) },
		"softplus(z)":         logistic,
		"0.5 z + tanh(z^2)":   func(z float64) float64 { return 0.5 + 2*z*(1-math.Tanh(z*z)*math.Tanh(z*z)) },
		"exp(-z) / (1 + z^2)": func(z float64) float64 { return -math.Exp(-z) * (1 + z) * (1 + z) / (1 + z*z) / (1 + z*z) },
		"max(z, 0.1) - min(z, -0.2)": func(z float64) float64 {
			return called("step", []float64{z - 0.1}) - called("step", []float64{-0.2 - z})
		},
		"(sqrt(1 + z^2) if z > 0.3 else -z abs(z))": func(z float64) float64 {
			if z > 0.3 {
				return z / math.Sqrt(1+z*z)
			}
			return -2 * math.Abs(z)
		},
		"log(1 + exp(z))^3": func(z float64) float64 { y := math.Log(1 + math.Exp(z)); return 3 * y * y * logistic(z) },
	}
	for hidden, derivative := range derivatives {
		for _, output := range []string{"softmax(z)", "z - mean(z)", "tanh(z) - 2 z batch_mean(z^2)", "z / (1 + sum(z^2))", "clip(z, -0.5, 0.5) - 0.1 sum(z)"} {
			t.Run(hidden+" "+output, func(t *testing.T) {
				text, err := model.Parse("mixed.model", fmt.Sprintf(threeNonlinearities, hidden, output))
				if err != nil {
					t.Fatal(err)
				}
				tr := newTrial(t, text, Setting{Sizes: []int{3, 5, 4, 3}, Rows: 2, Usage: model.Usage{Discrete: true}}, 6)
				m := machine[float64](t, tr, true)
				m.Present(true, false)
				descends(t, tr, m)

				// Below the output, feedback alignment by hand from what the
				// gradient is there.
				v := tr.naive(true, false)
				gradients := m.Gradients(nil)
				d := slices.Clone(gradients[2].Delta)
				for l := 2; l >= 1; l-- {
					pop, above := tr.net.layers[l], tr.net.layers[l+1]
					z := v.values(pop, "z")
					y := pop.projections["Y"].stored
					next := make([]float64, len(z))
					for row := range tr.net.Rows() {
						back := matrix{y.Shape[0], y.Shape[1], tr.weights[y.index]}.back(d[row*above.units:][:above.units])
						for i, x := range back {
							next[row*pop.units+i] = x * derivative(z[row*pop.units+i])
						}
					}
					d = next
					same(t, fmt.Sprintf("feedback alignment of layer %d", l), gradients[l-1].Aligned, d, 1e-12)
				}
			})
		}
	}
}
