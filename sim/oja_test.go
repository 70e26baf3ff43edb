package sim

import (
	"math"
	"os"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// elongated varies most in one direction: along (2, 1)/sqrt(5).
type elongated struct{ fixture.Constant }

func (e *elongated) Input(dst []float64, t float64) {
	a, b := math.Cos(2*math.Pi*t/0.7), 0.3*math.Cos(2*math.Pi*t/0.31)
	dst[0], dst[1] = (2*a-b)/math.Sqrt(5), (a+2*b)/math.Sqrt(5)
}

// TestOja runs a model that is not built in, in both kinds of time: its weights
// must become the first principal component, of length 1.
func TestOja(t *testing.T) {
	source, err := os.ReadFile("../examples/oja.model")
	if err != nil {
		t.Fatal(err)
	}
	text, err := model.Parse("oja.model", string(source))
	if err != nil {
		t.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: []int{2, 1}, Rows: 1, Usage: model.Usage{Presentation: 0.02}})
	if err != nil {
		t.Fatal(err)
	}
	w := draw[float64](t, net)
	task := &elongated{fixture.Constant{In: make([]float64, 2), Out: make([]float64, 1)}}
	c, err := NewContinuous(w, []Stream{task}, false)
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewIntegration(c, Method{Name: "rk4", Step: 2 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDiscrete(w, Learning{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPresentation(d, []Stream{task}, 20*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]Engine[float64]{"continuous": in, "discrete": p} {
		e.SetTeaching(true, true)
		advance := in.Advance
		if name == "discrete" {
			advance = p.Advance
		}
		if _, err := advance(0, 100*time.Second); err != nil {
			t.Fatal(err)
		}
		v := e.Moved().Weights().Of("W1")
		length, along := math.Hypot(v[0], v[1]), math.Abs(2*v[0]+v[1])/math.Sqrt(5)
		if math.Abs(length-1) > 0.05 || along/length < 0.99 {
			t.Errorf("%s: weights %v, of length %.3f, cosine to the principal component %.4f", name, v, length, along/length)
		}
	}
}
