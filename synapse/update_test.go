package synapse

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"
)

// everyWay runs a test with each set of instructions that this processor has.
func everyWay(t *testing.T, test func(t *testing.T)) {
	t.Cleanup(instructions()[0].use)
	for _, set := range instructions() {
		set.use()
		t.Run(set.name, test)
	}
}

// shapes of parameters, rows and inputs: around the lengths of vectors and of
// what one processor takes, without a bias, and a bias alone.
var shapes = [][2]int{{1, 1}, {3, 7}, {2, 16}, {5, 33}, {1, pieceElements + 5}, {150, 131}, {-4, 9}, {6, 0}}

// updated returns all that a rule has after some updates of parameters of these
// shapes; those with negative rows have no bias.
func updated[F Float](t *testing.T, name string, carries bool) []any {
	t.Helper()
	rule, err := NewRule[F](name, 0.7)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	draw := func(n int) []F {
		v := make([]F, n)
		for i := range v {
			v[i] = F(r.NormFloat64())
		}
		return v
	}
	var params []*Param[F]
	for k, s := range shapes {
		rows, biases := max(s[0], -s[0]), max(s[0], 0)
		p := &Param[F]{Rows: rows, W: draw(rows * s[1]), C: draw(biases), Rate: 0.01 * float64(k+1), DecayW: 1e-3, DecayC: 2e-3}
		if carries {
			p.CarryW, p.CarryC = make([]F, len(p.W)), make([]F, biases)
		}
		params = append(params, p)
	}
	for range 4 {
		for _, p := range params {
			p.GradW, p.GradC = draw(len(p.W)), draw(len(p.C))
		}
		rule.Update(params, r.Float64())
	}
	var out []any
	for _, p := range params {
		out = append(out, p.W, p.C, p.CarryW, p.CarryC)
	}
	rule.Visit(params, func(name string, ref any) { out = append(out, name, ref) })
	return out
}

// TestInstructionsAgree compares all sets of instructions and numbers of
// processors with one element after another, to the bit: weights, carries, and
// what rules keep.
func TestInstructionsAgree(t *testing.T) {
	t.Run("float32", testInstructionsAgree[float32])
	t.Run("float64", testInstructionsAgree[float64])
}

func testInstructionsAgree[F Float](t *testing.T) {
	for _, name := range RuleNames {
		for _, carries := range []bool{false, true} {
			oneByOne.use()
			want := updated[F](t, name, carries)
			everyWay(t, func(t *testing.T) {
				for _, processors := range []int{1, 2, 5} {
					old := runtime.GOMAXPROCS(processors)
					got := updated[F](t, name, carries)
					runtime.GOMAXPROCS(old)
					if !reflect.DeepEqual(got, want) {
						t.Errorf("%s, carries %v, %d processors: other bits than one by one", name, carries, processors)
					}
				}
			})
		}
	}
}

// TestUpdatesByDefinition compares updates in float64 with the equations of
// docs/equations.md, written out for one weight.
func TestUpdatesByDefinition(t *testing.T) {
	const rate, decay, loss, steps = 0.02, 1e-3, 0.3, 5
	for _, name := range RuleNames {
		for _, carries := range []bool{false, true} {
			everyWay(t, func(t *testing.T) {
				const rows, in = 4, 19
				r := rand.New(rand.NewPCG(5, 6))
				rule, err := NewRule[float64](name, 0.7)
				if err != nil {
					t.Fatal(err)
				}
				p := &Param[float64]{Rows: rows, W: randoms(rows * in), C: randoms(rows), GradW: make([]float64, rows*in), GradC: make([]float64, rows), Rate: rate, DecayW: decay}
				q := &Param[float64]{Rows: 3, C: randoms(3), GradC: make([]float64, 3), Rate: 2 * rate}
				if carries {
					p.CarryW, p.CarryC, q.CarryC = make([]float64, rows*in), make([]float64, rows), make([]float64, 3)
				}
				params := []*Param[float64]{p, q}
				oracle := newOracle(name, params)
				for range steps {
					for _, g := range [][]float64{p.GradW, p.GradC, q.GradC} {
						for i := range g {
							g[i] = r.NormFloat64()
						}
					}
					oracle.update(loss)
					rule.Update(params, loss)
				}
				got := append(append(append([]float64(nil), p.W...), p.C...), q.C...)
				for i, w := range oracle.w {
					if d := got[i] - w; !(d < 1e-12 && d > -1e-12) {
						t.Fatalf("%s, carries %v: weight %d is %v, want %v", name, carries, i, got[i], w)
					}
				}
			})
		}
	}
}

func TestUpdatesDoNotAllocate(t *testing.T) {
	old := runtime.GOMAXPROCS(1) // AllocsPerRun does so too
	defer runtime.GOMAXPROCS(old)
	for _, name := range RuleNames {
		everyWay(t, func(t *testing.T) {
			rule, err := NewRule[float32](name, 0.7)
			if err != nil {
				t.Fatal(err)
			}
			const rows, in = 50, 300
			p := &Param[float32]{Rows: rows, W: make([]float32, rows*in), C: make([]float32, rows), GradW: make([]float32, rows*in), GradC: make([]float32, rows)}
			params := []*Param[float32]{p}
			if n := testing.AllocsPerRun(20, func() { rule.Update(params, 1) }); n != 0 {
				t.Errorf("%s: %v allocations an update", name, n)
			}
		})
	}
}

func ExampleRule() {
	rule, err := NewRule[float64]("adam", 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	p := &Param[float64]{Rows: 1, W: []float64{1, -1}, GradW: []float64{0.5, 20}, Rate: 0.1}
	rule.Update([]*Param[float64]{p}, 0)
	fmt.Printf("%.3f\n", p.W) // the first step is as long as the rate
	// Output: [0.900 -1.100]
}

// TestGradientsAsTheyCome compares updates by gradients that are used while they
// are computed with those by stored ones, to the bit.
func TestGradientsAsTheyCome(t *testing.T) {
	const rows, out, in = 32, 60, 333
	d := Dense[float32]{Out: out, In: in}
	for _, name := range RuleNames {
		weights := func(come bool) [][]float32 {
			rule, err := NewRule[float32](name, 0.7)
			if err != nil {
				t.Fatal(err)
			}
			r := rand.New(rand.NewPCG(7, 8))
			draw := func(n int) []float32 {
				v := make([]float32, n)
				for i := range v {
					v[i] = r.Float32() - 0.5
				}
				return v
			}
			p := &Param[float32]{Rows: out, W: draw(out * in), GradW: make([]float32, out*in), CarryW: make([]float32, out*in), Rate: 0.1, DecayW: 1e-3}
			for range 3 {
				post, pre := draw(rows*out), draw(rows*in)
				if come {
					p.Store = func(then func(lo, hi int)) bool { return CorrelateThen(d, p.GradW, -1, post, pre, rows, then) }
				} else {
					d.Correlate(p.GradW, -1, post, pre, rows)
				}
				rule.Update([]*Param[float32]{p}, 0.5)
			}
			return [][]float32{p.W, p.CarryW}
		}
		if !reflect.DeepEqual(weights(true), weights(false)) {
			t.Errorf("%s: other weights than by stored gradients", name)
		}
	}
}
