package integrator

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// matrix is dx/dt = a x + t, in blocks.
type matrix struct {
	a    [][]float64
	ends []int
}

func (m matrix) Dim() int      { return len(m.a) }
func (m matrix) Blocks() []int { return m.ends }

func (m matrix) row(i int, t float64, x []float64) float64 {
	s := t
	for j, a := range m.a[i] {
		s += a * x[j]
	}
	return s
}

func (m matrix) Derivative(dst []float64, t float64, x []float64) {
	for i := range dst {
		dst[i] = m.row(i, t, x)
	}
}

func (m matrix) BlockDerivative(dst []float64, k int, t float64, x []float64) {
	start := 0
	if k > 0 {
		start = m.ends[k-1]
	}
	for i := range dst {
		dst[i] = m.row(start+i, t, x)
	}
}

func randomMatrix(n int, ends ...int) matrix {
	rng := rand.New(rand.NewPCG(3, uint64(n)))
	m := matrix{ends: ends}
	for range n {
		row := make([]float64, n)
		for j := range row {
			row[j] = rng.NormFloat64()
		}
		m.a = append(m.a, row)
	}
	return m
}

func TestLayerwiseIsGaussSeidel(t *testing.T) {
	// Three blocks of different sizes and an empty one.
	m := randomMatrix(6, 1, 4, 4, 6)
	var l Layerwise[float64]
	if err := l.Init(m); err != nil {
		t.Fatal(err)
	}
	const h = 0.05
	x := []float64{1, -1, 2, 0, 0.5, 3}
	want := slices.Clone(x)
	for step := range 20 {
		now := float64(step) * h
		l.Step(now, h, x)

		a := want[0] + h*m.row(0, now, want)
		y := slices.Clone(want)
		y[0] = a
		for i := 1; i < 4; i++ {
			want[i] += h * m.row(i, now, y)
		}
		want[0] = a
		y = slices.Clone(want)
		for i := 4; i < 6; i++ {
			want[i] += h * m.row(i, now, y)
		}
		for i := range x {
			if math.Abs(x[i]-want[i]) > 1e-13*(1+math.Abs(want[i])) {
				t.Fatalf("step %d: got %g, want %g", step, x, want)
			}
		}
	}
}

func TestLayerwiseOfOneBlockIsEuler(t *testing.T) {
	m := randomMatrix(4, 4)
	x, y := []float64{1, 2, 3, 4}, []float64{1, 2, 3, 4}
	var l Layerwise[float64]
	var e Euler[float64]
	for stepper, state := range map[Stepper[float64]][]float64{&l: x, &e: y} {
		if err := stepper.Init(m); err != nil {
			t.Fatal(err)
		}
		for i := range 10 {
			stepper.Step(float64(i), 0.01, state)
		}
	}
	if !slices.Equal(x, y) {
		t.Errorf("layerwise %g, Euler %g", x, y)
	}
}

func TestInputCrossesAllLayersInAStep(t *testing.T) {
	const layers = 5
	chain := matrix{a: make([][]float64, layers)}
	for i := range chain.a {
		chain.a[i] = make([]float64, layers)
		if i > 0 {
			chain.a[i][i-1] = 1
		}
		chain.ends = append(chain.ends, i+1)
	}
	reached := func(stepper Stepper[float64]) int {
		if err := stepper.Init(chain); err != nil {
			t.Fatal(err)
		}
		x := make([]float64, layers)
		x[0] = 1
		stepper.Step(0, 0.1, x)
		return layers - slices.Index(append(slices.Clone(x), 0), 0)
	}
	if left := reached(&Layerwise[float64]{}); left != 0 {
		t.Errorf("layerwise: %d layers not reached", left)
	}
	if left := reached(&Euler[float64]{}); left != layers-2 {
		t.Errorf("Euler: %d layers not reached, want all but one", left)
	}
}

func TestLayerwiseInitErrors(t *testing.T) {
	plain := struct{ System[float64] }{newSystem[float64](problems[0])}
	for name, tt := range map[string]struct {
		sys  System[float64]
		want string
	}{
		"not in blocks": {plain, "in blocks"},
		"no blocks":     {randomMatrix(3), "ends at 0"},
		"too short":     {randomMatrix(3, 1, 2), "ends at 2"},
		"too long":      {randomMatrix(3, 1, 4), "ends at 4"},
		"descending":    {randomMatrix(3, 2, 1, 3), "block 1"},
		"negative":      {randomMatrix(3, -1, 3), "block 0"},
		"beyond, back":  {randomMatrix(3, 7, 3), "block 1"},
	} {
		err := (&Layerwise[float64]{}).Init(tt.sys)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, tt.want)
		}
	}
}
