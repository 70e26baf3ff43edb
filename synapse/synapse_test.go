package synapse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func rng() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func randoms(n int) []float64 {
	r, out := rng(), make([]float64, n)
	for i := range out {
		out[i] = r.NormFloat64()
	}
	return out
}

// TestDenseByDefinition compares the projections with sums written out.
func TestDenseByDefinition(t *testing.T) {
	const out, in = 4, 7
	for _, rows := range []int{1, 3} {
		d := Dense[float64]{Out: out, In: in}
		w, c := randoms(out*in), randoms(out)
		x, y := randoms(rows*in), randoms(rows*out)
		forward, backward := make([]float64, rows*out), make([]float64, rows*in)
		change, bias := make([]float64, out*in), make([]float64, out)
		d.Forward(forward, x, w, c, rows)
		d.Backward(backward, y, w, rows)
		d.Correlate(change, 0.5, y, x, rows)
		d.AddCorrelation(change, 0.25, y, x, rows)
		d.CorrelateBias(bias, 0.5, y, rows)
		d.AddBiasCorrelation(bias, 0.25, y, rows)
		near := func(what string, got, want float64) {
			t.Helper()
			if math.Abs(got-want) > 1e-13 {
				t.Errorf("%d rows: %s is %v, want %v", rows, what, got, want)
			}
		}
		for r := range rows {
			for i := range out {
				want := c[i]
				for j := range in {
					want += w[i*in+j] * x[r*in+j]
				}
				near("forward", forward[r*out+i], want)
			}
			for j := range in {
				want := 0.0
				for i := range out {
					want += y[r*out+i] * w[i*in+j]
				}
				near("backward", backward[r*in+j], want)
			}
		}
		for i := range out {
			var sum float64
			for j := range in {
				var want float64
				for r := range rows {
					want += 0.75 * y[r*out+i] * x[r*in+j]
				}
				near("correlation", change[i*in+j], want)
			}
			for r := range rows {
				sum += 0.75 * y[r*out+i]
			}
			near("bias correlation", bias[i], sum)
		}
	}
}

// TestRulesDescend lets every rule minimise a bowl whose axes differ.
func TestRulesDescend(t *testing.T) {
	curvature := []float64{1, 0.3, 2, 0.5, 0.1, 1.5, 0.7, 1}
	for _, name := range RuleNames {
		rule, err := NewRule[float64](name, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		p := &Param[float64]{Rows: 2, W: randoms(6), C: randoms(2), GradW: make([]float64, 6), GradC: make([]float64, 2), Rate: 0.05}
		loss := func() (l float64) {
			for i, v := range append(append([]float64(nil), p.W...), p.C...) {
				l += curvature[i] * v * v / 2
			}
			return l
		}
		first := loss()
		for range 3000 {
			for i, v := range p.W {
				p.GradW[i] = curvature[i] * v
			}
			for i, v := range p.C {
				p.GradC[i] = curvature[6+i] * v
			}
			rule.Update([]*Param[float64]{p}, loss())
		}
		if last := loss(); !(last < 0.02*first) {
			t.Errorf("%s: loss went from %v to %v", name, first, last)
		}
	}
}

// TestRuleScale checks how steps follow the size of gradients: the adaptive
// rules do not care for it, the others are proportional.
func TestRuleScale(t *testing.T) {
	for _, name := range RuleNames {
		step := func(scale float64) float64 {
			rule, err := NewRule[float64](name, 0.5)
			if err != nil {
				t.Fatal(err)
			}
			p := &Param[float64]{Rows: 1, W: make([]float64, 2), C: make([]float64, 1), GradW: []float64{scale, 2 * scale}, GradC: []float64{scale}, Rate: 1}
			rule.Update([]*Param[float64]{p}, 1)
			return -p.W[0]
		}
		want := 1000.0
		if name == "adam" || strings.HasSuffix(name, "adagrad") {
			want = 1
		}
		if got := step(1000) / step(1); math.Abs(got/want-1) > 1e-6 {
			t.Errorf("%s: a gradient 1000 times as large makes a step %v times as large, want %v", name, got, want)
		}
	}
}

// TestFrozen: what is frozen stays as it is, and so does what a rule keeps of it;
// all else moves as if it were not there.
func TestFrozen(t *testing.T) {
	for _, name := range RuleNames {
		rng := rand.New(rand.NewPCG(7, 8))
		draw := func(p *Param[float64]) {
			for _, g := range [][]float64{p.GradW, p.GradC} {
				for i := range g {
					g[i] = rng.NormFloat64()
				}
			}
		}
		drawn := func(n int) *Param[float64] {
			p := &Param[float64]{Rows: 2, W: make([]float64, 2*n), C: make([]float64, 2), GradW: make([]float64, 2*n), GradC: make([]float64, 2),
				Rate: 0.1, DecayW: 0.01, DecayC: 0.01}
			for i := range p.W {
				p.W[i] = rng.NormFloat64()
			}
			return p
		}
		rule, err := NewRule[float64](name, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := NewRule[float64](name, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		kept := func(r Rule[float64], params []*Param[float64]) map[string]string {
			out := map[string]string{}
			r.Visit(params, func(name string, ref any) { out[name] = fmt.Sprint(reflect.Indirect(reflect.ValueOf(ref))) })
			return out
		}
		moving, frozen := drawn(3), drawn(5)
		twin := &Param[float64]{Rows: 2, W: slices.Clone(moving.W), C: slices.Clone(moving.C), GradW: moving.GradW, GradC: moving.GradC, Rate: 0.1, DecayW: 0.01, DecayC: 0.01}
		params := []*Param[float64]{moving, frozen}
		frozen.Frozen = true
		frozen.GradW[0] = math.NaN()
		before := slices.Concat(frozen.W, frozen.C)
		for range 3 {
			draw(moving)
			rule.Update(params, 0.5)
			alone.Update([]*Param[float64]{twin}, 0.5)
		}
		if !slices.Equal(before, slices.Concat(frozen.W, frozen.C)) {
			t.Errorf("%s: frozen weights moved", name)
		}
		if !slices.Equal(slices.Concat(moving.W, moving.C), slices.Concat(twin.W, twin.C)) {
			t.Errorf("%s: others move otherwise than without those that are frozen", name)
		}
		whole, part := kept(rule, params), kept(alone, []*Param[float64]{twin})
		for k, v := range part {
			if whole[k] != v {
				t.Errorf("%s keeps %s of %s, without frozen weights %s", name, whole[k], k, v)
			}
		}
		// Once they learn, it is as if they had just begun.
		frozen.Frozen = false
		if name == "fadagrad" {
			continue // one sum for all
		}
		fresh, err := NewRule[float64](name, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		draw(frozen)
		late := &Param[float64]{Rows: 2, W: slices.Clone(frozen.W), C: slices.Clone(frozen.C), GradW: frozen.GradW, GradC: frozen.GradC, Rate: 0.1, DecayW: 0.01, DecayC: 0.01}
		rule.Update(params, 0.5)
		fresh.Update([]*Param[float64]{late}, 0.5)
		if !slices.Equal(slices.Concat(frozen.W, frozen.C), slices.Concat(late.W, late.C)) {
			t.Errorf("%s: weights that thaw move otherwise than at their first update", name)
		}
	}
}

func TestWeightDecay(t *testing.T) {
	for _, bias := range []bool{false, true} {
		p := &Param[float64]{Rows: 1, W: []float64{2, 4}, C: []float64{8}, GradW: []float64{1, 0}, GradC: []float64{0}, Rate: 0.5, DecayW: 0.25}
		if bias {
			p.DecayC = p.DecayW
		}
		new(SGD[float64]).Update([]*Param[float64]{p}, 0)
		want := map[bool]string{false: "[1 3] [8]", true: "[1 3] [6]"}[bias]
		if got := fmt.Sprint(p.W, p.C); got != want {
			t.Errorf("bias decays %v: %s, want %s", bias, got, want)
		}
	}
}

func TestUnknownRule(t *testing.T) {
	if _, err := NewRule[float64]("adamw", 0); err == nil || !strings.Contains(err.Error(), "adam") {
		t.Errorf("error %v", err)
	}
}

func BenchmarkOptimiser(b *testing.B) {
	for _, name := range RuleNames {
		b.Run(name, func(b *testing.B) {
			rule, err := NewRule[float32](name, 0.9)
			if err != nil {
				b.Fatal(err)
			}
			const n = 500 * 500
			p := &Param[float32]{Rows: 500, W: make([]float32, n), C: make([]float32, 500), GradW: make([]float32, n), GradC: make([]float32, 500),
				CarryW: make([]float32, n), CarryC: make([]float32, 500), Rate: 1e-9}
			for i := range p.GradW {
				p.GradW[i] = float32(i%7) - 3
			}
			params := []*Param[float32]{p}
			b.SetBytes(4 * n)
			for b.Loop() {
				rule.Update(params, 0.1)
			}
		})
	}
}
