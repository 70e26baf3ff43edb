package integrator

// rk4 is from Kutta, Beitrag zur näherungsweisen Integration totaler
// Differentialgleichungen, Z. Math. Phys. 46 (1901).
var rk4 = Tableau{
	Name: "classical Runge-Kutta",
	A: [][]float64{
		{},
		{1. / 2},
		{0, 1. / 2},
		{0, 0, 1},
	},
	B:     []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6},
	C:     []float64{0, 1. / 2, 1. / 2, 1},
	Order: 4,
}

// NewRK4 returns the classical Runge-Kutta method of order 4.
func NewRK4[F Float]() *RungeKutta[F] { return &RungeKutta[F]{Tableau: rk4} }
