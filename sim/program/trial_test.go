package program

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"burstsim/sim/model"
)

// trial is a network with random weights, states, input and target, in which
// the compiled text and the naive reading of it are compared.
type trial struct {
	net              *Network
	rng              *rand.Rand
	weights          [][]float64
	states           map[key][]float64
	stimulus, target []float64
}

func newTrial(t testing.TB, text *model.Text, s Setting, seed uint64) *trial {
	t.Helper()
	net, err := New(text, s)
	if err != nil {
		t.Fatalf("%v\n%s", err, text.Source)
	}
	tr := &trial{net: net, rng: rand.New(rand.NewPCG(seed, 12)), states: map[key][]float64{}}
	for _, m := range net.Matrices() {
		tr.weights = append(tr.weights, tr.draw(m.Len(), func() float64 { return 0.5 * tr.rng.NormFloat64() }))
	}
	tr.stimulus = tr.draw(net.Rows()*net.layers[0].units, func() float64 { return 2*tr.rng.Float64() - 1 })
	tr.target = tr.draw(net.Rows()*net.layers[net.Layers()].units, func() float64 { return 0.05 + 0.9*tr.rng.Float64() })
	for _, pop := range net.all {
		for _, name := range pop.names {
			k := key{pop, name}
			tr.states[k] = tr.draw(net.Rows()*net.width(k), tr.rng.NormFloat64)
		}
	}
	return tr
}

func (tr *trial) draw(n int, one func() float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = one()
	}
	return x
}

// naive reads the text in continuous or discrete time.
func (tr *trial) naive(discrete, teacher bool) *naive {
	v := &naive{net: tr.net, stimulus: tr.stimulus, target: tr.target, weights: tr.weights}
	return v.in(func(v *naive) { v.discrete, v.teacher, v.states = discrete, teacher, tr.states })
}

// presented reads a presentation in discrete time; with a teacher and two
// phases, the second of them, in which what is held keeps its value.
func (tr *trial) presented(teacher bool) *naive {
	if !teacher || !tr.net.Text.Discrete.TwoPhases {
		return tr.naive(true, teacher)
	}
	first := tr.naive(true, false)
	held := tr.held(first)
	return first.in(func(v *naive) { v.teacher, v.given = true, held })
}

// held are the values that what is held has.
func (tr *trial) held(first *naive) map[key][]float64 {
	held := map[key][]float64{}
	for _, pop := range tr.net.all {
		for _, h := range tr.net.Text.Discrete.Hold {
			own := h.Index == "" && pop.host == nil || h.Index != "" && h.Index == pop.kind
			if own && (first.line(pop, h.Name, model.Changes) != nil || first.line(pop, h.Name, model.Follows) != nil) {
				held[key{pop, h.Name}] = first.values(pop, h.Name)
			}
		}
	}
	return held
}

// where a compartment is in the network.
func (tr *trial) where(c Compartment) key {
	for _, pop := range tr.net.all {
		if pop.layer == c.Layer && (pop.host == nil && c.Beside == "" || pop.host != nil && pop.kind == c.Beside) {
			return key{pop, c.Name}
		}
	}
	panic("no such population")
}

func convert[F Float](x []float64) []F {
	out := make([]F, len(x))
	for i, v := range x {
		out[i] = F(v)
	}
	return out
}

// same fails the test if numbers differ by more than tolerance, relative to
// the largest of them where that is more than 1.
func same[F Float](t testing.TB, what string, got []F, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	scale := 1.0
	for _, x := range want {
		scale = math.Max(scale, math.Abs(x))
	}
	for i := range want {
		if !(math.Abs(float64(got[i])-want[i]) <= tolerance*scale) {
			t.Errorf("%s: number %d is %v, want %v: off by %.3g", what, i, got[i], want[i], float64(got[i])-want[i])
			return
		}
	}
}

func machine[F Float](t testing.TB, tr *trial, discrete bool) *Machine[F] {
	t.Helper()
	p, err := tr.net.compile(discrete)
	if err != nil {
		t.Fatalf("%v\n%s", err, tr.net.Text.Source)
	}
	var w [][]F
	for _, x := range tr.weights {
		w = append(w, convert[F](x))
	}
	m := NewMachine(p, w)
	copy(m.Stimulus(), convert[F](tr.stimulus))
	copy(m.Target(), convert[F](tr.target))
	for _, c := range p.Compartments {
		copy(m.State()[c.At:], convert[F](tr.states[tr.where(c)]))
	}
	return m
}

// continuous compares rates of change, drives, quantities and changes of
// weights in continuous time.
func continuous[F Float](t *testing.T, tr *trial, tolerance float64) {
	t.Helper()
	m := machine[F](t, tr, false)
	for _, teacher := range []bool{false, true} {
		tag := fmt.Sprintf("continuous, teacher %v", teacher)
		v := tr.naive(false, teacher)
		for _, learning := range []bool{false, true} {
			m.Derivative(teacher, learning)
			for _, c := range m.p.Compartments {
				k := tr.where(c)
				e := v.line(k.pop, k.name, model.Changes)
				same(t, fmt.Sprintf("%s, learning %v: d%s/dt of the %s", tag, learning, k.name, k.pop),
					m.Slope()[c.At:][:len(tr.states[k])], v.slope(k.pop, e), tolerance)
				for unit, tau := range c.Taus {
					same(t, fmt.Sprintf("tau of %s, unit %d", c.Name, unit), []float64{tau}, []float64{v.relaxationOf(k.pop, e, unit)}, 1e-14)
				}
				if c.Tau != 0 {
					same(t, "tau of "+c.Name, []float64{c.Tau}, []float64{v.relaxation(k.pop, e)}, 1e-14)
				}
			}
		}
		rules(t, tag, m, v, tolerance)
		m.Observe(teacher)
		quantities(t, tag, m, v, tolerance)
		m.Factors(teacher)
		rules(t, tag+", observed", m, v, tolerance)
		if m.Drives(teacher) {
			for _, c := range m.p.Compartments {
				k := tr.where(c)
				same(t, fmt.Sprintf("%s: drive of %s of the %s", tag, k.name, k.pop),
					m.Slope()[c.At:][:len(tr.states[k])], v.drive(k.pop, v.line(k.pop, k.name, model.Changes)), tolerance)
			}
		}
	}
	deferred(t, tr, m, tolerance)
}

// resting compares what a discrete program knows of continuous time: what states
// relax to, and the quantities there.
func resting[F Float](t *testing.T, tr *trial, tolerance float64) {
	t.Helper()
	m := machine[F](t, tr, true)
	for _, teacher := range []bool{false, true} {
		tag := fmt.Sprintf("at rest, teacher %v", teacher)
		v := tr.naive(false, teacher)
		if teacher && tr.net.Text.Discrete.TwoPhases {
			held := tr.held(tr.naive(false, false))
			v = v.in(func(v *naive) { v.given = held })
		}
		if !m.Drives(teacher) {
			t.Fatalf("%s: no drives", tag)
		}
		for _, c := range m.p.Compartments {
			k := tr.where(c)
			want := v.given[k]
			if want == nil {
				want = v.drive(k.pop, v.line(k.pop, k.name, model.Changes))
			}
			same(t, fmt.Sprintf("%s: drive of %s of the %s", tag, k.name, k.pop), m.Slope()[c.At:][:len(tr.states[k])], want, tolerance)
		}
		m.Rest(teacher)
		quantities(t, tag, m, v, tolerance)
	}
}

// discrete compares a presentation, its changes of weights, and the answer.
func discrete[F Float](t *testing.T, tr *trial, tolerance float64) {
	t.Helper()
	m := machine[F](t, tr, true)
	for _, teacher := range []bool{true, false} {
		tag := fmt.Sprintf("discrete, teacher %v", teacher)
		v := tr.presented(teacher)
		m.Present(teacher, false)
		quantities(t, tag, m, v, tolerance)
		m.Factors(teacher)
		rules(t, tag, m, v, tolerance)
		if tr.net.Setting.Noise { // noise of no size
			m.Random = rand.New(rand.NewPCG(1, 1))
			m.Present(teacher, true)
			quantities(t, tag+", noise", m, v, tolerance)
		}
		clear(m.Answer())
		m.Predict()
		same(t, tag+": answer", m.Answer(), tr.naive(true, false).values(tr.output(), "answer"), tolerance)
	}
}

func (tr *trial) output() *population { return tr.net.layers[tr.net.Layers()] }

// quantities compares all that there are.
func quantities[F Float](t *testing.T, tag string, m *Machine[F], v *naive, tolerance float64) {
	t.Helper()
	compared := 0
	for _, pop := range m.p.net.all {
		for _, name := range pop.names {
			if v.line(pop, name, model.Changes) == nil && v.line(pop, name, model.Follows) == nil {
				continue
			}
			x := m.p.vars[key{pop, name}]
			if x == nil || x.space == spaceNone {
				t.Errorf("%s: %s of the %s has no place in memory", tag, name, pop)
				continue
			}
			same(t, fmt.Sprintf("%s: %s of the %s", tag, name, pop), m.array(x.operand()), v.values(pop, name), tolerance)
			compared++
		}
	}
	if compared == 0 {
		t.Errorf("%s: no quantities", tag)
	}
}

// rules compares changes of weights, whose factors the machine has computed.
func rules[F Float](t *testing.T, tag string, m *Machine[F], v *naive, tolerance float64) {
	t.Helper()
	learning := 0
	for _, matrix := range m.p.net.Matrices() {
		if v.line(matrix.proj.of, matrix.proj.name, model.Changes) != nil {
			learning++
		}
	}
	if learning != len(m.p.Rules) {
		t.Errorf("%s: %d rules, want %d", tag, len(m.p.Rules), learning)
	}
	for r, rule := range m.p.Rules {
		want := v.change(rule.proj)
		e := v.line(rule.proj.of, rule.proj.name, model.Changes)
		same(t, fmt.Sprintf("%s: tau of %s", tag, rule.Name), []float64{rule.Tau}, []float64{v.tau(rule.proj.of, e, 0, 0)}, 1e-14)
		got := make([]F, rule.Len())
		m.Change(got, r, 1)
		same(t, fmt.Sprintf("%s: change of %s", tag, rule.Name), got, want, tolerance)
		m.AddChange(got, r, -0.25)
		for i := range want {
			want[i] *= 0.75
		}
		same(t, fmt.Sprintf("%s: three quarters of the change of %s", tag, rule.Name), got, want, tolerance)
	}
}

// deferred lets changes of weights wait, which must come out as if they had
// been made at once. The weights of m are other ones then.
func deferred[F Float](t *testing.T, tr *trial, m *Machine[F], tolerance float64) {
	t.Helper()
	const factor = 0.125
	v := tr.naive(false, true)
	m.Derivative(true, true)
	after := tr.naive(false, true)
	after.weights = append([][]float64{}, tr.weights...)
	var order []int // what reads the weights of others comes before they change
	for r, l := range m.latest.learned {
		if l.borrows {
			order = append(order, r)
		}
	}
	for r, l := range m.latest.learned {
		if !l.borrows {
			order = append(order, r)
		}
	}
	for _, r := range order {
		rule := m.p.Rules[r]
		w := append([]float64{}, tr.weights[rule.index]...)
		for i, x := range v.change(rule.proj) {
			w[i] += factor * x
		}
		after.weights[rule.index] = w
		carry, scratch := make([]F, len(w)), make([]F, len(w))
		if r%2 == 0 {
			carry = nil
		}
		p, single := m.Product(r)
		if !single || !m.Waits(r) {
			m.Learn(r, factor, carry, scratch)
			continue
		}
		p.Post, p.Pre = append([]F{}, p.Post...), append([]F{}, p.Pre...)
		m.Defer(r, factor, carry, p)
	}
	m.Observe(true)
	quantities(t, "with changes that waited", m, after, tolerance)
	for k, w := range m.Weights()[:len(tr.weights)] {
		same(t, m.p.net.matrices[k].Name+" after a change that waited", w, after.weights[k], tolerance)
	}
}
