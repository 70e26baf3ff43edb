package integrator

// dormandPrince is RK5(4)7M of Dormand and Prince, A family of embedded
// Runge-Kutta formulae, J. Comput. Appl. Math. 6 (1980).
var dormandPrince = Tableau{
	Name: "Dormand-Prince 5(4)",
	A: [][]float64{
		{},
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	},
	B:     []float64{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84, 0},
	C:     []float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1},
	Order: 5,
	Error: []float64{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40},
}

// NewDormandPrince returns the method of Dormand and Prince of order 5, at a
// fixed step size; [Adaptive] is the same method with error control.
func NewDormandPrince[F Float]() *RungeKutta[F] { return &RungeKutta[F]{Tableau: dormandPrince} }
