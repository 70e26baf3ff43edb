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
	// Of order 4, from Hairer, Nørsett and Wanner, Solving Ordinary
	// Differential Equations I, section II.6.
	Dense: []float64{
		-12715105075. / 11282082432, 0, 87487479700. / 32700410799, -10690763975. / 1880347072,
		701980252875. / 199316789632, -1453857185. / 822651844, 69997945. / 29380423,
	},
}

// NewDormandPrince returns the method of Dormand and Prince of order 5,
// with an error estimate of order 4: the method that experiment files call
// dopri5, which [Adaptive] moves.
func NewDormandPrince[F Float]() *RungeKutta[F] { return &RungeKutta[F]{Tableau: dormandPrince} }
