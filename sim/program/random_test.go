package program

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/model"
)

// author writes random well-formed models. Quantities depend on those before
// them in the forward direction (below, beside) or, in hidden layers, in the
// backward one, so that the model has a discrete form too.
type author struct {
	rng  *rand.Rand
	text strings.Builder
}

func (a *author) line(format string, args ...any) { fmt.Fprintf(&a.text, "    "+format+"\n", args...) }

func (a *author) head(s string) { a.text.WriteString(s + ":\n") }

func (a *author) chance(p float64) bool { return a.rng.Float64() < p }

func pick[T any](a *author, from ...T) T { return from[a.rng.IntN(len(from))] }

// number is one that changes little in size.
func (a *author) number() string {
	return pick(a, "2", "0.5", "0.3", "1.7", "k_1", "0.9 k_2", "(1 - k_2)", "k_1^2", "sqrt(k_1)", "k_2/4", "exp(-k_1)", "0.25 depth", "1/n", "1/batch", "pi/4")
}

// atom is a name, a number, or a function of a name.
func (a *author) atom(names []string) string {
	if len(names) == 0 || a.chance(0.15) {
		return a.number()
	}
	return names[a.rng.IntN(len(names))]
}

// expr writes an expression that stays of the size of what it is made of.
func (a *author) expr(names []string, depth int) string {
	if depth <= 0 {
		return a.atom(names)
	}
	x := func() string { return a.expr(names, depth-1) }
	switch a.rng.IntN(21) {
	case 0, 1, 2:
		return fmt.Sprintf("(%s %s %s)", x(), pick(a, "+", "-"), x())
	case 3, 4, 5:
		return fmt.Sprintf("(%s %s tanh(%s))", x(), pick(a, "", "*"), x())
	case 6:
		return fmt.Sprintf("(%s / (1 + abs(%s)))", x(), x())
	case 7, 8:
		return fmt.Sprintf("%s(%s)", pick(a, "sigmoid", "tanh", "relu", "softplus", "abs", "-", "-"), x())
	case 9:
		return fmt.Sprintf("sqrt(0.5 + abs(%s))", x())
	case 10:
		return fmt.Sprintf("log(1.5 + (%s)^2)", x())
	case 11:
		return fmt.Sprintf("exp(-abs(%s))", x())
	case 12:
		return fmt.Sprintf("logit(clip(%s, 0.1, 0.8))", x())
	case 13:
		return fmt.Sprintf("%s(%s, %s)", pick(a, "min", "max"), x(), x())
	case 14:
		return fmt.Sprintf("(%s if %s else %s)", x(), a.cond(names), x())
	case 15:
		return fmt.Sprintf("(1 - %s) %s", a.atom(names), a.atom(names))
	case 16:
		return fmt.Sprintf("%s(%s - 0.3171)", pick(a, "step", "sign"), a.atom(names))
	case 17:
		return fmt.Sprintf("tanh(%s)^%s", x(), pick(a, "2", "3"))
	case 18:
		return fmt.Sprintf("(%s %s %s)", a.number(), a.atom(names), pick(a, "", "/ 2", "- 0.2"))
	case 19:
		return fmt.Sprintf("surrogate(%s, %s, %s)", x(), a.atom(names), a.number())
	}
	return fmt.Sprintf("(0.7 + tanh(%s)^2)^%s", x(), pick(a, "0.5", "(-1)", "1.5", "k_1"))
}

func (a *author) cond(names []string) string {
	one := func() string {
		if a.chance(0.2) {
			return pick(a, "teacher", "discrete", "continuous", "flag", "not flag", "choice = one", "choice != two", "k_1 > 0.5")
		}
		return fmt.Sprintf("%s %s %s", a.atom(names), pick(a, "<", "<=", ">", ">="), pick(a, "0.2113", "-0.1377", "k_2"))
	}
	switch a.rng.IntN(4) {
	case 0:
		return fmt.Sprintf("%s %s %s", one(), pick(a, "and", "or"), one())
	case 1:
		return fmt.Sprintf("not (%s or %s)", one(), one())
	}
	return one()
}

// pooled adds reductions of quantities to what can be referred to.
func (a *author) pooled(names []string) []string {
	out := append([]string{}, names...)
	for _, n := range names {
		if a.chance(0.4) {
			out = append(out, fmt.Sprintf("%s(%s)", pick(a, "mean", "sum", "batch_mean", "softmax", "mean", "batch_mean"), n))
		}
	}
	return out
}

func mentionsAny(s string, names []string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ()^,*/+-", r) }),
		func(word string) bool { return slices.Contains(names, word) })
}

// rule writes a right-hand side of plasticity.
func (a *author) rule(w string, post, pre []string, bias bool) string {
	var terms []string
	for range 1 + a.rng.IntN(3) {
		p, q, k := a.expr(post, 1), a.expr(pre, 1), a.number()
		if len(pre) > 0 && !mentionsAny(q, pre) { // a number has no transpose
			q = pre[0] + " (" + q + ")"
		}
		switch n := a.rng.IntN(9); {
		case bias && n < 6:
			terms = append(terms, pick(a, p, "("+p+") "+k, k+" ("+p+")"))
		case bias:
			terms = append(terms, pick(a, k, k+" "+w, fmt.Sprintf("tanh(%s) %s", w, k), fmt.Sprintf("(%s) %s", p, w)))
		case n < 4:
			terms = append(terms, fmt.Sprintf("(%s) (%s)'", p, q))
		case n == 4:
			terms = append(terms, fmt.Sprintf("(%s - %s) (%s)'", p, k, q))
		case n == 5:
			terms = append(terms, fmt.Sprintf("(%s) ((%s)' - %s)", p, q, w))
		case n == 6:
			terms = append(terms, pick(a, "0.1 "+w, "k_1 "+w+" ("+p+")^2", "("+w+" - 0.3 "+w+") ("+p+")", "k_2 "+w+"^3", "tanh("+w+")", "sign("+w+") / 2", k, "exp(-abs("+w+"))"))
		case n == 7:
			terms = append(terms, fmt.Sprintf("(%s)^2 %s", p, w), fmt.Sprintf("%s (%s)'", k, q))
		default:
			terms = append(terms, fmt.Sprintf("%s (%s) max(%s, 0) (%s)'", k, p, w, q), p)
		}
	}
	return strings.Join(terms, pick(a, " + ", " - "))
}

// write writes a model.
func (a *author) write() string {
	a.text.Reset()
	a.text.WriteString("model random\n\n")
	a.head("parameters")
	a.line("k_1 = 0.8 in (0, inf)\n    k_2 = 0.35\n    flag = %v\n    choice = %s of one, two", a.chance(0.5), pick(a, "one", "two"))
	a.head("time constants")
	a.line("tau_a = %s in (0, inf)\n    tau_w = 10 s in (0, inf) rate lr", pick(a, "20 ms", "20 ms", "lognormal(20 ms, 0.3) per unit"))
	various := a.chance(0.3)
	if various {
		a.head("parameters")
		a.line("h = normal(0.8, 0.4) per unit in [0.3, 1.1]")
	}

	inputs := []string{"e[below]"}
	if a.chance(0.5) {
		a.head("input")
		a.line("e = %s", a.expr([]string{"stimulus"}, 1))
	}
	beside := a.chance(0.6)
	size := ""
	if beside {
		size = pick(a, "", ", as many as above", ", as many as below", ", 4 units", ", as many as layer", ", 1 units")
	}

	// Layers, forward.
	a.head("layer")
	bias := a.chance(0.7)
	a.line("projection W%s from below%s", map[bool]string{true: ", c"}[bias], a.structure())
	second := a.chance(0.3)
	if second {
		a.line("projection V from below%s", a.structure())
		a.line("V(0) = uniform(0, 1)\n    keep V >= 0")
	}
	a.line("W(0) = normal(1)")
	drive := "W x"
	switch {
	case second && a.chance(0.5):
		drive = "(W - V) x"
	case second:
		drive = "(W - 0.5 V) x - V sigmoid(x)"
	}
	if bias {
		drive += pick(a, " + c", " + k_1 c", " + c + 0.1")
	}
	a.line("x = %s", pick(a, "noisy(e[below])", "e[below]", "e[below] "+a.expr(inputs, 1), "e[below] - mean(e[below])"))
	a.line("%s", pick(a,
		"tau_a dz/dt = -z + "+drive,
		"dz/dt = ("+drive+" - z) / tau_a",
		"dz/dt = ("+drive+" - z) / tau_a : 1",
		"tau_a dz/dt = k_1 ("+drive+") - 1.5 z",
		"(tau_a + 5ms) dz/dt = -(z - ("+drive+")) / 2",
		"tau_a dz/dt = "+drive+" - (1 + k_2) z"))
	a.line("e = %s", pick(a, "sigmoid(z)", "tanh(z)", "relu(z)", "softplus(z)", "softmax(z)", "sigmoid(z) (1 - mean(sigmoid(z)))"))
	own, global := []string{"z", "e"}, []string{}
	if a.chance(0.5) { // one number for all units
		a.line("s = mean(tanh(z)) - k_1 sum(e)")
		a.line("tau_w dq/dt = -q + %s", pick(a, "s", "s^2 + mean(z)", "k_2 s"))
		global = []string{"s", "q"}
	}
	if various {
		a.line("hz = h z + (0.2 if h > 0.8 else h^2)")
		own = append(own, "hz")
	}
	for i := range a.rng.IntN(4) {
		name := fmt.Sprintf("f_%d", i)
		a.line("%s = 0.1 z + %s", name, a.expr(append(a.pooled(own), global...), 2))
		own = append(own, name)
	}
	if a.chance(0.6) {
		a.line("tau_w da/dt = -a + %s", a.expr(own, 1))
		own = append(own, "a")
	}
	if a.chance(0.3) {
		a.line("g = %s  if flag\n    g = %s  otherwise", a.expr(own, 2), a.expr(own, 1))
		own = append(own, "g")
	}
	forward := append([]string{}, own...)

	// Beside them, driven by what is forward there.
	var inhibition []string
	if beside {
		a.head("inhibition beside hidden" + size)
		a.line("projection P from beside%s\n    P(0) = normal(1)", a.structure())
		a.line("projection S from below%s\n    S(0) = normal(1)", a.structure())
		a.line("in = P %s", pick(a, "e[beside]", "tanh(z[beside])"))
		a.text.WriteString("")
		a.line("tau_a dm/dt = -m + in_ + S e[below]")
		a.line("r = %s", a.expr([]string{"m", "in_"}, 1))
		if a.chance(0.5) {
			a.line("tau_w dP/dt = %s", a.rule("P", []string{"m", "r"}, []string{"e[beside]", "z[beside]"}, false))
		}
		if a.chance(0.5) {
			a.line("tau_w dS/dt = %s, plain", a.rule("S", []string{"m", "r"}, []string{"e[below]"}, false))
		}
		inhibition = []string{"r[inhibition]", "m[inhibition]"}
	}

	// Hidden layers, backward.
	a.head("hidden")
	hidden := append([]string{}, own...)
	a.line("projection Y along W[above]")
	tied := a.chance(0.4)
	if tied {
		a.line("Y = %s", pick(a, "W[above]", "k_1 W[above]", "-W[above]", "2 W[above] / 3"))
	} else {
		a.line("Y(0) = normal(1)")
	}
	feedback := "Y' b[above]"
	if a.chance(0.4) {
		a.line("projection Q along W[above]")
		a.line("Q = %s", pick(a, "k_2 Y", "Y - k_1 W[above]", "W[above] + 2 Y"))
		feedback = pick(a, "Y' b[above] - Q' e[above]", "(Y - Q)' b[above]", "Y' b[above] - k_1 Q' b[above]")
	}
	if beside {
		a.line("projection K from inhibition\n    K(0) = normal(1)")
		feedback += " - K r[inhibition]"
		if a.chance(0.5) {
			a.line("tau_w dK/dt = %s", a.rule("K", forward, inhibition, false))
		}
		// Weights onto and from the population share a layer: dense feedback.
		feedback += pick(a, "", " + P[inhibition]' r[inhibition]")
	}
	a.line("u_in = %s", feedback)
	a.line("tau_a du/dt = -u + %s u_in", pick(a, "", "k_1", "(1 - e)", "2 (1 - e)", "-"))
	hidden = append(hidden, "u", "u_in")
	above := []string{}
	for _, name := range global {
		above = append(above, name, name+"[above]")
	}
	a.line("b = 0.1 z + %s", a.expr(append(a.pooled(hidden), above...), 2))
	hidden = append(hidden, "b")
	if !tied && a.chance(0.6) {
		a.line("tau_w dY/dt = %s", a.rule("Y", []string{"b[above]", "e[above]"}, []string{"u", "e"}, false))
	}

	// Rules of all layers.
	a.head("output")
	output := append([]string{"target"}, own...)
	a.line("b = %s", pick(a, "target - e if teacher else 0", a.expr(output, 2), a.expr(own, 2)))
	output = append(output, "b")
	a.line("answer = %s", pick(a, "e", "sigmoid(z)", "e^2", a.expr(own, 1)))
	a.head("hidden")
	a.line("tau_w dW/dt = %s", a.rule("W", hidden, []string{"x", "e[below]"}, false))
	if bias {
		a.line("tau_w dc/dt = %s, no decay", a.rule("c", hidden, nil, true))
	}
	a.head("output")
	a.line("dW/dt = (%s) / tau_w", a.rule("W", output, []string{"x", "e[below]"}, false))
	if bias {
		a.line("tau_w dc/dt = %s", a.rule("c", output, nil, true))
	}
	a.head("signals")
	a.line("e rate \"rate\"\n    z soma")
	s := strings.ReplaceAll(a.text.String(), "    in = ", "    in_ = ")
	// No parameter is unused.
	return strings.Replace(s, "layer:\n", "layer:\n    all = k_1 + k_2 if flag or choice = one else 0\n", 1)
}

// structure leaves connections out, where not all are there.
func (a *author) structure() string {
	return pick(a, "", "", "", ", density 0.6", ", density k_1", ", blocks n^0")
}

// settled is a setting with a seed of its own, for which no projection is left
// without any connection.
func settled(t *testing.T, text *model.Text, s Setting) Setting {
	for s.Seed = range 1000 {
		if _, err := New(text, s); err == nil || !strings.Contains(err.Error(), "nothing is connected") {
			return s
		}
	}
	t.Fatal("no seed connects anything")
	return s
}

// TestRandomModels compares random models, compiled, with the naive reading.
func TestRandomModels(t *testing.T) {
	n := uint64(300)
	if testing.Short() {
		n = 30
	}
	for seed := range n {
		a := &author{rng: rand.New(rand.NewPCG(seed, 3))}
		source := a.write()
		ok := t.Run(fmt.Sprint(seed), func(t *testing.T) {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%v\n%s", r, debug.Stack())
				}
			}()
			text, err := model.Parse("random.model", source)
			if err != nil {
				t.Fatal(err)
			}
			sizes := pick(a, []int{3, 4, 2}, []int{2, 5, 3, 4}, []int{3, 1, 2}, []int{1, 2, 1})
			if seed%150 == 59 {
				sizes = []int{2, piece + 4, 2} // loops of several pieces
			}
			s := Setting{Sizes: sizes, Rows: 1 + a.rng.IntN(3), Usage: model.Usage{Presentation: 0.1}}
			s = settled(t, text, s)
			tr := newTrial(t, text, s, seed)
			continuous[float64](t, tr, 1e-12)
			continuous[float32](t, tr, 1e-5)
			s.Usage.Discrete, s.Noise = true, seed%2 == 0
			tr = newTrial(t, text, s, seed)
			resting[float64](t, tr, 1e-12)
			discrete[float64](t, tr, 1e-12)
			discrete[float32](t, tr, 1e-5)
		})
		if !ok {
			t.Logf("model %d:\n%s", seed, source)
		}
	}
}
