package sim

import (
	"math"
	"testing"

	"burstsim/integrator"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/program"
)

// whole hides that a system has pieces.
type whole[F Float] struct{ c *Continuous[F] }

func (w whole[F]) Dim() int                             { return w.c.Dim() }
func (w whole[F]) Carry() []F                           { return w.c.Carry() }
func (w whole[F]) Derivative(dst []F, t float64, x []F) { w.c.Derivative(dst, t, x) }

// Weights that move piece by piece move as those of which all rates are stored,
// and so does the state between two steps.
func TestPiecesMoveLikeTheWhole(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testPieces[float32](t, 0x1p-22) })
	t.Run("float64", func(t *testing.T) { testPieces[float64](t, 0x1p-50) })
}

func testPieces[F Float](t *testing.T, tolerance float64) {
	sizes := []int{300, 61, 7}
	input, target := make([]float64, sizes[0]), make([]float64, sizes[2])
	for i := range input {
		input[i] = float64(1+i%7) / 7
	}
	target[3] = 1
	for name, stepper := range map[string]func() integrator.Stepper[F]{
		"euler":  func() integrator.Stepper[F] { return &integrator.Euler[F]{} },
		"rk4":    func() integrator.Stepper[F] { return integrator.NewRK4[F]() },
		"dopri5": func() integrator.Stepper[F] { return integrator.NewDormandPrince[F]() },
	} {
		t.Run(name, func(t *testing.T) {
			var systems [2]*Continuous[F]
			var steppers [2]integrator.Stepper[F]
			for i := range systems {
				sys, err := NewContinuous(build[F](t, "burstccn", program.Setting{Sizes: sizes}),
					[]Stream{&fixture.Constant{In: input, Out: target}}, false)
				if err != nil {
					t.Fatal(err)
				}
				systems[i], steppers[i] = sys, stepper()
				var moved integrator.System[F] = sys
				if i == 1 {
					moved = whole[F]{sys}
				} else if _, ends := sys.Pieces(); len(ends) < 5 || ends[len(ends)-1] != sys.Dim() {
					t.Fatalf("%d pieces that end at %d, want some up to %d", len(ends), ends[len(ends)-1], sys.Dim())
				}
				if err := steppers[i].Init(moved); err != nil {
					t.Fatal(err)
				}
			}
			first := append([]F(nil), systems[0].State()...)
			var between [2][]F
			for n := range 40 {
				for i, sys := range systems {
					sys.SetTeaching(n >= 10, n%20 < 15)
					steppers[i].Step(0.01*float64(n), 0.01, sys.State())
					between[i] = make([]F, sys.Dim())
					steppers[i].Interpolate(between[i], sys.State(), 0.3)
				}
				near(t, systems[0], systems[0].State(), systems[1].State(), tolerance)
				near(t, systems[0], between[0], between[1], tolerance)
			}
			if n := testing.AllocsPerRun(5, func() { steppers[0].Step(0.4, 0.01, systems[0].State()) }); n != 0 {
				t.Errorf("%v allocations in a step", n)
			}
			w := systems[0].dynamic
			if r := systems[0].rules[0]; first[w] == systems[0].x[w] || first[r.to-1] == systems[0].x[r.to-1] {
				t.Error("the weights have not moved")
			}
		})
	}
}

func near[F Float](t *testing.T, sys *Continuous[F], a, b []F, tolerance float64) {
	t.Helper()
	for i := range a {
		if x, y := float64(a[i]), float64(b[i]); !(math.Abs(x-y) <= tolerance*max(1, math.Abs(y))) {
			t.Fatalf("%s (element %d): %v in pieces, %v as a whole", sys.where(i), i, x, y)
		}
	}
}

// Weights that are few, that learn from a batch or that are stepped apart have no
// pieces.
func TestNoPieces(t *testing.T) {
	sizes := []int{300, 60, 5}
	for _, c := range []struct {
		name  string
		split bool
		rows  int
		sizes []int
	}{{"split", true, 1, sizes}, {"batch", false, 2, sizes}, {"few", false, 1, []int{3, 50, 1}}} {
		in, out := make([]float64, c.sizes[0]), make([]float64, c.sizes[2])
		var streams []Stream
		for range c.rows {
			streams = append(streams, &fixture.Constant{In: in, Out: out})
		}
		sys, err := NewContinuous(build[float64](t, "burstccn", program.Setting{Sizes: c.sizes, Rows: c.rows}), streams, c.split)
		if err != nil {
			t.Fatal(err)
		}
		if _, ends := sys.Pieces(); len(ends) != 0 {
			t.Errorf("%s: %d pieces, want none", c.name, len(ends))
		}
	}
}
