package synapse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func patterns() map[string]*Pattern {
	mask := make([]float64, 9*13)
	for i := range mask {
		mask[i] = float64(i % 3)
	}
	masked, err := MaskPattern(9, 13, mask)
	if err != nil {
		panic(err)
	}
	return map[string]*Pattern{
		"few": RandomPattern(9, 13, 0.08, rng()), "many": RandomPattern(9, 13, 0.6, rng()), "all": RandomPattern(9, 13, 1, rng()),
		"blocks": BlockPattern(9, 13, 4), "one block": BlockPattern(9, 13, 1), "mask": masked,
	}
}

// TestSparseIsMaskedDense compares with a dense projection whose weights are zero
// where nothing is connected, and whose changes there are left out.
func TestSparseIsMaskedDense(t *testing.T) {
	t.Run("float64", func(t *testing.T) { testMasked[float64](t, 1e-13) })
	t.Run("float32", func(t *testing.T) { testMasked[float32](t, 2e-6) })
}

func testMasked[F Float](t *testing.T, tolerance float64) {
	random := func(n int) []F {
		out := make([]F, n)
		FillNormal(out, 1, rng())
		return out
	}
	for name, p := range patterns() {
		projections := []Projection[F]{NewSparse[F](p), &Sparse[F]{Pattern: p, densely: 0}, &Sparse[F]{Pattern: p, densely: 2}}
		for k, s := range slices.Repeat(projections, 4) {
			rows := []int{1, 2, 19, 3}[k/len(projections)] // in turn: memory grows
			d := Dense[F]{p.Out, p.In}
			if out, in := s.Units(); out != p.Out || in != p.In {
				t.Fatal(out, in)
			}
			w, c, whole := random(p.Len()), random(p.Out), make([]F, p.Out*p.In)
			Expand(p, whole, w)
			x, y := random(rows*p.In), random(rows*p.Out)
			near := func(what string, got, want []F) {
				t.Helper()
				for i := range want {
					if math.Abs(float64(got[i]-want[i])) > tolerance*float64(1+rows) {
						t.Fatalf("%s, %d rows: %s %d is %v, want %v", name, rows, what, i, got[i], want[i])
					}
				}
			}
			of := func(n int, f func(dst []F)) []F { dst := make([]F, n); f(dst); return dst }
			near("forward", of(rows*p.Out, func(dst []F) { s.Forward(dst, x, w, c, rows) }), of(rows*p.Out, func(dst []F) { d.Forward(dst, x, whole, c, rows) }))
			near("backward", of(rows*p.In, func(dst []F) { s.Backward(dst, y, w, rows) }), of(rows*p.In, func(dst []F) { d.Backward(dst, y, whole, rows) }))
			change := of(p.Out*p.In, func(dst []F) { d.Correlate(dst, 0.75, y, x, rows) })
			near("correlation", of(p.Len(), func(dst []F) {
				s.Correlate(dst, 0.5, y, x, rows)
				s.AddCorrelation(dst, 0.25, y, x, rows)
			}), of(p.Len(), func(dst []F) { Compress(p, dst, change) }))
			near("bias", of(p.Out, func(dst []F) {
				s.CorrelateBias(dst, 0.5, y, rows)
				s.AddBiasCorrelation(dst, 0.25, y, rows)
			}), of(p.Out, func(dst []F) { d.CorrelateBias(dst, 0.75, y, rows) }))
		}
	}
}

func TestPattern(t *testing.T) {
	for name, p := range patterns() {
		n := 0
		for i := range p.Out {
			from, to := p.Row(i)
			for k := from; k < to; k++ {
				if at, ok := p.Index(i, p.Column(k)); !ok || at != k || k != n || p.RowOf(k) != i {
					t.Fatalf("%s: connection %d of row %d is found at %d, in row %d", name, k, i, at, p.RowOf(k))
				}
				n++
			}
		}
		if n != p.Len() || p.Starts()[p.Out] != n {
			t.Errorf("%s: rows have %d connections, the pattern %d", name, n, p.Len())
		}
	}
	if p := BlockPattern(4, 8, 2); p.Density() != 0.5 || p.Len() != 16 {
		t.Errorf("two blocks of 4 x 8 have %d connections", p.Len())
	}
	if _, err := MaskPattern(2, 2, make([]float64, 3)); err == nil {
		t.Error("a mask of the wrong size was taken")
	}
}

// TestRandomPattern looks at the number of connections, and that more of them
// hold those that there were before.
func TestRandomPattern(t *testing.T) {
	const out, in = 300, 400
	var before *Pattern
	for _, density := range []float64{0.01, 0.1, 0.5, 1} {
		p := RandomPattern(out, in, density, rand.New(rand.NewPCG(7, 8)))
		deviation := math.Sqrt(density * (1 - density) / (out * in))
		if d := p.Density(); math.Abs(d-density) > 5*deviation {
			t.Errorf("density %v, want %v", d, density)
		}
		if again := RandomPattern(out, in, density, rand.New(rand.NewPCG(7, 8))); !p.Equal(again) {
			t.Error("the same source gave another graph")
		}
		for k := range before.connections() {
			if _, ok := p.Index(before.RowOf(k), before.Column(k)); !ok {
				t.Fatalf("connection %d is lost at density %v", k, density)
			}
		}
		before = p
	}
}

func (p *Pattern) connections() []int32 {
	if p == nil {
		return nil
	}
	return p.columns
}

// TestAdagradPerNeuronOfRows: the mean over a neuron is that of its own
// connections, however many others have.
func TestAdagradPerNeuronOfRows(t *testing.T) {
	p, err := MaskPattern(2, 3, []float64{1, 1, 1, 0, 0, 1})
	if err != nil {
		t.Fatal(err)
	}
	param := &Param[float64]{Rows: 2, Starts: p.Starts(), W: make([]float64, 4), GradW: []float64{3, 3, 3, 5}, Rate: 0.5}
	rule := &Adagrad[float64]{Scope: PerNeuron}
	rule.Update([]*Param[float64]{param}, 1)
	for i, w := range param.W {
		if math.Abs(w+0.5) > 1e-7 {
			t.Errorf("weight %d is %v, want -0.5", i, w)
		}
	}
	if !slices.Equal(p.Starts(), []int{0, 3, 4}) {
		t.Error(p.Starts())
	}
}

// BenchmarkSparse compares a product with the connections of a pattern with that
// of whole matrices: the density from which the latter is faster is densely.
func BenchmarkSparse(b *testing.B) {
	const n = 1000
	for _, rows := range []int{1, 32} {
		x, y := make([]float32, rows*n), make([]float32, rows*n)
		FillNormal(x, 1, rng())
		dense := make([]float32, n*n)
		b.Run(fmt.Sprintf("rows=%d/dense", rows), func(b *testing.B) {
			d := Dense[float32]{n, n}
			for b.Loop() {
				d.Forward(y, x, dense, nil, rows)
				d.Backward(y, x, dense, rows)
				d.AddCorrelation(dense, 0, x, y, rows)
			}
		})
		for _, density := range []float64{0.01, 0.03, 0.05, 0.07, 0.1, 0.3} {
			p := RandomPattern(n, n, density, rng())
			w := make([]float32, p.Len())
			for _, whole := range []bool{false, true} {
				if rows == 1 && whole {
					continue
				}
				s := &Sparse[float32]{Pattern: p, densely: 2}
				if whole {
					s.densely = 0
				}
				b.Run(fmt.Sprintf("rows=%d/density=%v/whole=%v", rows, density, whole), func(b *testing.B) {
					for b.Loop() {
						s.Forward(y, x, w, nil, rows)
						s.Backward(y, x, w, rows)
						s.AddCorrelation(w, 0, x, y, rows)
					}
				})
			}
		}
	}
}
