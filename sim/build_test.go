package sim

import (
	"math/rand/v2"
	"testing"

	"burstsim/sim/model"
	"burstsim/sim/program"
)

// build draws the weights of a built-in model.
func build[F Float](t testing.TB, name string, s program.Setting) *Weights[F] {
	t.Helper()
	text, err := model.Builtin(name)
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows == 0 {
		s.Rows = 1
	}
	if s.Usage.Presentation == 0 {
		s.Usage.Presentation = 1
	}
	net, err := program.New(text, s)
	if err != nil {
		t.Fatal(err)
	}
	w, err := Draw[F](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return w
}
