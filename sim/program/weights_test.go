package program

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"burstsim/sim/model"
)

// TestDraw holds the weights that a network begins with against the lines that
// say so: what is random by its spread, the rest to the bit.
func TestDraw(t *testing.T) {
	cases(t, func(t *testing.T, text *model.Text, values model.Values) {
		for _, s := range []Setting{{Sizes: []int{60, 50, 70, 40}, Rows: 1}, convolutional()} {
			if s.Maps != nil && text.Dense() != "" {
				continue // populations beside maps are not
			}
			s.Values = values
			s.Usage = model.Usage{Discrete: true, Images: s.Maps != nil}
			net, err := New(text, s)
			if err != nil {
				t.Fatal(err)
			}
			w, err := Draw[float64](net, rand.New(rand.NewPCG(3, 4)))
			if err != nil {
				t.Fatal(err)
			}
			v := (&naive{net: net}).in(func(v *naive) { v.weights, v.discrete = w, true })
			for _, m := range net.Matrices() {
				begins(t, v, m)
			}
		}
	})
}

func begins(t *testing.T, v *naive, m *Matrix) {
	t.Helper()
	p, w := m.proj, v.weights[m.index]
	if len(w) != m.Len() {
		t.Fatalf("%s: %d weights, want %d", m.Name, len(w), m.Len())
	}
	e := v.line(p.of, p.name, model.Begins)
	if e == nil {
		for _, x := range w {
			if x != 0 {
				t.Errorf("%s begins with %v, want 0", m.Name, x)
				break
			}
		}
		return
	}
	if c, ok := e.Right.(*model.Call); ok && c.Func == "normal" {
		in, out := p.shape.in, p.shape.out
		if maps := p.shape.maps; maps != nil {
			in, out = maps.InChannels*maps.Kernel*maps.Kernel, maps.Channels*maps.Kernel*maps.Kernel
		}
		want := deviation(v, p, c.Args[0], float64(in), float64(out))
		sum := 0.0
		for _, x := range w {
			sum += x * x
		}
		n := float64(len(w))
		if got := math.Sqrt(sum / n); math.Abs(got/want-1) > 4/math.Sqrt(2*n) {
			t.Errorf("%s: standard deviation %v of %v weights, want %v", m.Name, got, n, want)
		}
		return
	}
	if v.isNumber(p.of, e.Right) {
		for i, x := range w {
			if want := v.eval(p.of, e.Right, 0, 0); x != want {
				t.Fatalf("%s: weight %d is %v, want %v", m.Name, i, x, want)
			}
		}
		return
	}
	if v.functions(p.of, e.Right) {
		want := v.matrix(p.of, e.Right)
		rows, columns := want.Dims()
		for i := range rows {
			for j := range columns {
				if got := w[i*columns+j]; math.Abs(got-want.At(i, j)) > 1e-12 {
					t.Fatalf("%s: weight %d, %d is %v, want %v", m.Name, i, j, got, want.At(i, j))
				}
			}
		}
		return
	}
	if p.biasOf != "" {
		for i := range p.shape.out {
			if got, want := w[ofBias(p, i)], v.eval(p.of, e.Right, 0, i); got != want {
				t.Fatalf("%s: bias %d is %v, want %v", m.Name, i, got, want)
			}
		}
		return
	}
	for i := range p.shape.out {
		for j := range p.shape.in {
			k := kernel(p, i, j)
			if k < 0 {
				continue
			}
			if got, want := w[k], v.element(p.of, e.Right, i, j); math.Abs(got-want) > 1e-15 {
				t.Fatalf("%s: weight %d, %d is %v, want %v", m.Name, i, j, got, want)
			}
		}
	}
}

// deviation is what a standard deviation in a beginning says.
func deviation(v *naive, p *projection, e model.Expr, in, out float64) float64 {
	switch e := e.(type) {
	case *model.Ref:
		switch e.Name {
		case "n_in":
			return in
		case "n_out":
			return out
		}
	case *model.Binary:
		return arithmetic(e.Op, deviation(v, p, e.X, in, out), deviation(v, p, e.Y, in, out))
	case *model.Call:
		return called(e.Func, []float64{deviation(v, p, e.Args[0], in, out)})
	}
	return v.eval(p.of, e, 0, 0)
}

// TestTied compares weights that follow others with what they are tied to.
func TestTied(t *testing.T) {
	source := paper + `
inhibition beside hidden, 6 units:
    projection P from beside
    P(0) = uniform(1, 2)
    r = P e[beside]
hidden:
    projection K from inhibition
    K = 2 P[inhibition]' - P[inhibition]' / 4
    projection V along W[above]
    V = Y - 0.5 W[above]
    projection L from inhibition
    L(0) = 2 P[inhibition]' + 1
    f = K r[inhibition] + V' e[above]
`
	text, err := model.Parse("tied.model", source)
	if err != nil {
		t.Fatal(err)
	}
	tr := newTrial(t, text, Setting{Sizes: []int{3, 5, 4, 2}, Rows: 2, Usage: model.Usage{Presentation: 1}}, 8)
	v := tr.naive(false, false)
	for layer := 1; layer <= 2; layer++ {
		for _, name := range []string{"K", "V", "Y", "W"} {
			p := tr.net.layers[layer].projections[name]
			var want []float64
			for i := range p.shape.out {
				for j := range p.shape.in {
					want = append(want, v.weight(p, i, j))
				}
			}
			mixture, ok := tr.net.Mixture(layer, name)
			if !ok {
				t.Fatalf("no %s of layer %d", name, layer)
			}
			same(t, name, Of(mixture, make([]float64, len(want)), tr.weights), want, 1e-15)
		}
	}
	if _, ok := tr.net.Mixture(3, "K"); ok {
		t.Error("the output has a K")
	}
	continuous[float64](t, tr, 1e-12)

	w, err := Draw[float64](tr.net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range tr.net.Matrices() {
		if m.Kind() != "L" {
			continue
		}
		p := tr.net.layers[m.Layer].beside[0].projections["P"].stored
		for i := range m.Shape[0] {
			for j := range m.Shape[1] {
				if got, want := w[m.index][i*m.Shape[1]+j], 2*w[p.index][j*m.Shape[0]+i]+1; got != want {
					t.Fatalf("%s: weight %d, %d is %v, want %v", m.Name, i, j, got, want)
				}
			}
		}
	}
}

// TestKeep moves weights into their bounds.
func TestKeep(t *testing.T) {
	text, err := model.Parse("keep.model", strings.Replace(paper, "    W(0) =", "    keep W in [-0.5, 1/4]\n    keep c >= 0  if discrete\n    W(0) =", 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, discrete := range []bool{false, true} {
		tr := newTrial(t, text, Setting{Sizes: []int{3, 5, 2}, Rows: 2, Usage: model.Usage{Discrete: discrete, Presentation: 1}}, 8)
		m := machine[float64](t, tr, discrete)
		if !m.Constrain() {
			t.Error("no weights were outside")
		}
		for k, matrix := range tr.net.Matrices() {
			want := append([]float64{}, tr.weights[k]...)
			for i, x := range want {
				switch {
				case matrix.Kind() == "W":
					want[i] = math.Min(math.Max(x, -0.5), 0.25)
				case matrix.Kind() == "c" && discrete:
					want[i] = math.Max(x, 0)
				}
			}
			same(t, matrix.Name, m.Weights()[k], want, 0)
		}
		if m.Constrain() {
			t.Error("weights inside were moved")
		}
	}
}
