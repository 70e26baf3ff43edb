package integrator

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// heunEuler is the smallest embedded pair; its last stage cannot be reused.
var heunEuler = Tableau{
	Name:  "Heun-Euler 2(1)",
	A:     [][]float64{{}, {1}},
	B:     []float64{1. / 2, 1. / 2},
	C:     []float64{0, 1},
	Order: 2,
	Error: []float64{-1. / 2, 1. / 2},
}

// bogackiShampine is from Bogacki and Shampine, A 3(2) pair of Runge-Kutta
// formulas, Appl. Math. Lett. 2 (1989).
var bogackiShampine = Tableau{
	Name:  "Bogacki-Shampine 3(2)",
	A:     [][]float64{{}, {1. / 2}, {0, 3. / 4}, {2. / 9, 1. / 3, 4. / 9}},
	B:     []float64{2. / 9, 1. / 3, 4. / 9, 0},
	C:     []float64{0, 1. / 2, 3. / 4, 1},
	Order: 3,
	Error: []float64{2./9 - 7./24, 1./3 - 1./4, 4./9 - 1./3, -1. / 8},
}

var tableaus = []struct {
	Tableau
	fsal bool
}{{rk4, false}, {dormandPrince, true}, {bogackiShampine, true}, {heunEuler, false}}

// tree is a rooted tree: the subtrees at its root. A method has order p if
// every tree of up to p nodes gives one condition on its coefficients (Hairer,
// Nørsett and Wanner, Solving Ordinary Differential Equations I, section II.2).
type tree []tree

func (t tree) size() int {
	n := 1
	for _, sub := range t {
		n += sub.size()
	}
	return n
}

// density is the product of the sizes of all subtrees, the whole included.
func (t tree) density() float64 {
	d := float64(t.size())
	for _, sub := range t {
		d *= sub.density()
	}
	return d
}

// key is the same for trees that differ in the order of subtrees alone.
func (t tree) key() string {
	subs := make([]string, len(t))
	for i, sub := range t {
		subs[i] = sub.key()
	}
	slices.Sort(subs)
	return "(" + strings.Join(subs, "") + ")"
}

// grown lists the trees with one leaf more.
func (t tree) grown() []tree {
	grown := []tree{append(slices.Clone(t), tree{})}
	for i, sub := range t {
		for _, g := range sub.grown() {
			larger := slices.Clone(t)
			larger[i] = g
			grown = append(grown, larger)
		}
	}
	return grown
}

// weights is the elementary weight of the tree at each stage.
func (t tree) weights(tab Tableau) []float64 {
	w := slices.Repeat([]float64{1}, len(tab.B))
	for _, sub := range t {
		below := sub.weights(tab)
		for i, row := range tab.A {
			var s float64
			for j, a := range row {
				s += a * below[j]
			}
			w[i] *= s
		}
	}
	return w
}

// treesOf lists the trees of n nodes.
func treesOf(n int) []tree {
	if n == 1 {
		return []tree{{}}
	}
	var trees []tree
	seen := map[string]bool{}
	for _, smaller := range treesOf(n - 1) {
		for _, t := range smaller.grown() {
			if key := t.key(); !seen[key] {
				seen[key] = true
				trees = append(trees, t)
			}
		}
	}
	return trees
}

// residual is the largest violation of the conditions of order n by weights b.
func residual(tab Tableau, b []float64, n int) float64 {
	var worst float64
	for _, t := range treesOf(n) {
		defect := -1 / t.density()
		for i, w := range t.weights(tab) {
			defect += b[i] * w
		}
		worst = max(worst, math.Abs(defect))
	}
	return worst
}

func TestTreesOfOrderConditions(t *testing.T) {
	for i, want := range []int{1, 1, 2, 4, 9, 20} {
		if got := len(treesOf(i + 1)); got != want {
			t.Errorf("%d trees of %d nodes, want %d", got, i+1, want)
		}
	}
}

func TestOrderConditions(t *testing.T) {
	const rounding, broken = 1e-14, 1e-5
	for _, tab := range tableaus {
		t.Run(tab.Name, func(t *testing.T) {
			for n := 1; n <= tab.Order; n++ {
				if r := residual(tab.Tableau, tab.B, n); r > rounding {
					t.Errorf("the solution violates order %d by %g", n, r)
				}
			}
			if r := residual(tab.Tableau, tab.B, tab.Order+1); r < broken {
				t.Errorf("the order is higher than %d", tab.Order)
			}
			if tab.Error == nil {
				return
			}
			embedded := make([]float64, len(tab.B))
			for i := range embedded {
				embedded[i] = tab.B[i] - tab.Error[i]
			}
			for n := 1; n < tab.Order; n++ {
				if r := residual(tab.Tableau, embedded, n); r > rounding {
					t.Errorf("the embedded solution violates order %d by %g", n, r)
				}
			}
			if r := residual(tab.Tableau, embedded, tab.Order); r < broken {
				t.Errorf("the embedded solution has the order of the other")
			}
		})
	}
}

func TestFSAL(t *testing.T) {
	for _, tab := range tableaus {
		if got := tab.FSAL(); got != tab.fsal {
			t.Errorf("%s: FSAL is %v, want %v", tab.Name, got, tab.fsal)
		}
	}
}

func TestTableauCheck(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name, want string
		change     func(tab *Tableau)
	}{
		{"row of A missing", "3 rows of A", func(tab *Tableau) { tab.A = tab.A[:3] }},
		{"implicit", "row 1 of A has 2", func(tab *Tableau) { tab.A[1] = []float64{0.5, 0} }},
		{"row of A short", "row 3 of A has 2", func(tab *Tableau) { tab.A[3] = tab.A[3][:2] }},
		{"C missing", "0 C", func(tab *Tableau) { tab.C = nil }},
		{"C off", "row 2 of A sums to", func(tab *Tableau) { tab.C[2] += 1e-6 }},
		{"B short", "3 B", func(tab *Tableau) { tab.B = tab.B[:3] }},
		{"B off", "B sums to", func(tab *Tableau) { tab.B[0] += 1e-6 }},
		{"B not a number", "B sums to", func(tab *Tableau) { tab.B[0] = nan }},
		{"A not a number", "row 1 of A", func(tab *Tableau) { tab.A[1][0], tab.C[1] = nan, nan }},
		{"Error short", "1 Error", func(tab *Tableau) { tab.Error = tab.Error[:1] }},
		{"Dense short", "1 Dense", func(tab *Tableau) { tab.Dense = []float64{0} }},
		{"Error off", "Error sums to", func(tab *Tableau) { tab.Error[0] += 1e-6 }},
		{"no order", "order 0", func(tab *Tableau) { tab.Order = 0 }},
		{"order beyond the stages", "order 5", func(tab *Tableau) { tab.Order = 5 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tab := bogackiShampine
			tab.A, tab.B = slices.Clone(tab.A), slices.Clone(tab.B)
			tab.C, tab.Error = slices.Clone(tab.C), slices.Clone(tab.Error)
			tab.A[1] = slices.Clone(tab.A[1])
			tt.change(&tab)
			sys := newSystem[float64](problems[0])
			fixed := &RungeKutta[float64]{Tableau: tab}
			adaptive := &Adaptive[float64]{}
			for _, err := range []error{fixed.Init(sys), adaptive.Init(sys, &RungeKutta[float64]{Tableau: tab})} {
				if err == nil {
					t.Fatal("accepted")
				}
				if msg := err.Error(); !strings.Contains(msg, tt.want) || !strings.Contains(msg, tab.Name) {
					t.Errorf("error %q, want %q and the method's name in it", msg, tt.want)
				}
			}
			if limit := fixed.StabilityLimit(); !math.IsNaN(limit) {
				t.Errorf("its stability limit is %g, want NaN", limit)
			}
		})
	}
}

func TestTableauOfEulerIsEuler(t *testing.T) {
	p := problems[4]
	r := &RungeKutta[float64]{Tableau: Tableau{
		Name: "Euler", A: [][]float64{{}}, B: []float64{1}, C: []float64{0}, Order: 1,
	}}
	sys := newSystem[float64](p)
	if err := r.Init(sys); err != nil {
		t.Fatal(err)
	}
	x := sys.initial()
	for i := range 50 {
		r.Step(0.04*float64(i), 0.04, x)
	}
	// Not to the bit: where the compiler fuses x*y+z, the two may round apart.
	if want := solve[float64](t, "euler", p, 50); !floats.EqualApprox(x, want, 1e-14) {
		t.Errorf("got %g, want %g", x, want)
	}
	if limit := r.StabilityLimit(); math.Abs(limit-2) > 1e-11 {
		t.Errorf("stability limit %g, want 2", limit)
	}
}

// Every number of terms has a kernel of its own, or shares those of fewer.
func TestCombination(t *testing.T) {
	const n, h = 5, 0.5
	for terms := range 15 {
		var coefficients []float64
		var k [][]float64
		x, want := make([]float64, n), make([]float64, n)
		for i := range n {
			x[i] = float64(10 + i)
			want[i] = x[i]
		}
		for j := range terms {
			// Zeros between the terms must be passed over with their stage,
			// though that were not a number.
			coefficients = append(coefficients, float64(j+1), 0)
			stage, unused := make([]float64, n), make([]float64, n)
			for i := range n {
				stage[i], unused[i] = float64(j*j+i), math.NaN()
				want[i] += h * float64(j+1) * stage[i]
			}
			k = append(k, stage, unused)
		}
		c := newCombination(coefficients, k)
		apart := make([]float64, n)
		c.add(apart, x, h)
		c.add(x, x, h)
		if !slices.Equal(apart, want) || !slices.Equal(x, want) {
			t.Errorf("%d terms: %g and, in place, %g, want %g", terms, apart, x, want)
		}
	}
}
