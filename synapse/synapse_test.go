package synapse

import (
	"fmt"
	"math"
	"math/rand/v2"
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
		d := NewDense[float64](out, in)
		d.InitNormal(1, rng())
		copy(d.C, randoms(out))
		x, y := randoms(rows*in), randoms(rows*out)
		forward, backward := make([]float64, rows*out), make([]float64, rows*in)
		change, bias := make([]float64, out*in), make([]float64, out)
		d.Forward(forward, x, rows)
		d.Backward(backward, y, d.W, rows)
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
				want := d.C[i]
				for j := range in {
					want += d.W[i*in+j] * x[r*in+j]
				}
				near("forward", forward[r*out+i], want)
			}
			for j := range in {
				want := 0.0
				for i := range out {
					want += y[r*out+i] * d.W[i*in+j]
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

func TestInitNormal(t *testing.T) {
	d := NewDense[float64](300, 200)
	d.InitNormal(3, rng())
	var sum, squares float64
	for _, w := range d.W {
		sum += w
		squares += w * w
	}
	n := float64(len(d.W))
	want := 3 * math.Sqrt(2.0/500)
	if std := math.Sqrt(squares / n); math.Abs(std/want-1) > 0.01 || math.Abs(sum/n) > 4*want/math.Sqrt(n) {
		t.Errorf("mean %v, standard deviation %v, want 0 and %v", sum/n, std, want)
	}
}

// TestFeedbackModes checks what each mode promises of Y and Q.
func TestFeedbackModes(t *testing.T) {
	const pb = 0.3
	for _, y := range []Mode{Tied, Random, SymmetricInit} {
		for _, q := range []Mode{Tied, Random, SymmetricInit, WSymmetricInit} {
			c := Coupling{YMode: y, YScale: 0.7, QMode: q, QScale: 1}
			if q == Random || q == WSymmetricInit {
				c.QScale = 0.4
			}
			if err := c.Validate(); err != nil {
				t.Fatal(err)
			}
			w := NewDense[float64](5, 6)
			w.InitNormal(1, rng())
			f := NewFeedback(c, w, pb, 2, rng())
			start := append([]float64(nil), w.W...)
			for i := range w.W {
				w.W[i] *= 2 // as learning would
			}
			Y, Q := f.BurstWeights(make([]float64, 30)), f.EventWeights(make([]float64, 30))
			for i := range Y {
				wantY := map[Mode]float64{Tied: 0.7 * w.W[i], SymmetricInit: 0.7 * start[i], Random: Y[i]}[y]
				wantQ := map[Mode]float64{Tied: pb * Y[i], SymmetricInit: pb * Y[i], WSymmetricInit: pb * 0.4 * start[i], Random: Q[i]}[q]
				if q == SymmetricInit && y == Tied {
					wantQ = pb * 0.7 * start[i]
				}
				if math.Abs(Y[i]-wantY) > 1e-15 || math.Abs(Q[i]-wantQ) > 1e-15 {
					t.Fatalf("y %s, q %s: Y[%d] = %v, Q = %v, want %v and %v", y, q, i, Y[i], Q[i], wantY, wantQ)
				}
			}
			// The apical input is b Y - e Q, however it is computed.
			b, e := randoms(10), randoms(20)[10:]
			a := make([]float64, 12)
			f.Apical(a, b, e, 2)
			for r := range 2 {
				for j := range 6 {
					var want float64
					for i := range 5 {
						want += b[r*5+i]*Y[i*6+j] - e[r*5+i]*Q[i*6+j]
					}
					if math.Abs(a[r*6+j]-want) > 1e-13 {
						t.Fatalf("y %s, q %s: apical input %v, want %v", y, q, a[r*6+j], want)
					}
				}
			}
		}
	}
}

func TestCouplingErrors(t *testing.T) {
	for _, c := range []struct {
		c    Coupling
		want string
	}{
		{Coupling{YMode: "x", QMode: Tied, QScale: 1}, "YMode"},
		{Coupling{YMode: WSymmetricInit, QMode: Tied, QScale: 1}, "YMode"},
		{Coupling{YMode: Tied, QMode: "x", QScale: 1}, "QMode"},
		{Coupling{YMode: Tied, QMode: Tied, QScale: 0.5}, "QScale"},
		{Coupling{YMode: Tied, QMode: SymmetricInit, QScale: 2}, "QScale"},
		{Coupling{YMode: Tied, YPlastic: true, QMode: Tied, QScale: 1}, "Y cannot learn"},
		{Coupling{YMode: Random, QMode: Tied, QScale: 1, QPlastic: true}, "Q cannot learn"},
	} {
		if err := c.c.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one about %s", c.c, err, c.want)
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
		p := &Param[float64]{Rows: 2, W: randoms(6), C: randoms(2), GradW: make([]float64, 6), GradC: make([]float64, 2)}
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
			rule.Steps([]*Param[float64]{p}, loss())
			Descend(p, 0.05, 0, true)
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
			p := &Param[float64]{Rows: 1, W: make([]float64, 2), C: make([]float64, 1), GradW: []float64{scale, 2 * scale}, GradC: []float64{scale}}
			rule.Steps([]*Param[float64]{p}, 1)
			return p.GradW[0]
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

func TestWeightDecay(t *testing.T) {
	for _, bias := range []bool{false, true} {
		p := &Param[float64]{Rows: 1, W: []float64{2, 4}, C: []float64{8}, GradW: []float64{1, 0}, GradC: []float64{0}}
		Descend(p, 0.5, 0.25, bias)
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
			p := &Param[float32]{Rows: 500, W: make([]float32, n), C: make([]float32, 500), GradW: make([]float32, n), GradC: make([]float32, 500)}
			for i := range p.GradW {
				p.GradW[i] = float32(i%7) - 3
			}
			params := []*Param[float32]{p}
			b.SetBytes(4 * n)
			for b.Loop() {
				rule.Steps(params, 0.1)
				Descend(p, 1e-9, 0, true)
			}
		})
	}
}
