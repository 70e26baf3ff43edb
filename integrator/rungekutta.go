package integrator

var _ Stepper[float64] = (*RungeKutta[float64])(nil)

// RungeKutta is the explicit Runge-Kutta method of a Butcher tableau, at a
// fixed step size. Terms with a zero coefficient cost nothing.
type RungeKutta[F Float] struct {
	// Tableau holds the coefficients. If it has no stages, those of the
	// classical method of order 4 are used.
	Tableau Tableau

	sys      System[F]
	carry    []F
	k        [][]F            // stage derivatives
	inputs   []combination[F] // of each stage
	solution combination[F]
	needed   int // stages the solution needs
	y        []F // state at a stage
}

// Init returns an error if the tableau is not that of a consistent explicit
// method.
func (r *RungeKutta[F]) Init(sys System[F]) error {
	n, err := dimension(sys)
	if err != nil {
		return err
	}
	tab := r.tableau()
	if err := tab.check(); err != nil {
		return err
	}
	stages := len(tab.B)
	r.Tableau, r.sys, r.carry = tab, sys, carryOf(sys)
	r.y = make([]F, n)
	r.k = make([][]F, stages)
	for i := range r.k {
		r.k[i] = make([]F, n)
	}
	r.inputs = make([]combination[F], stages)
	for i, row := range tab.A {
		r.inputs[i] = newCombination(row, r.k)
	}
	r.solution = newCombination(tab.B, r.k)
	r.needed = stages
	for r.needed > 1 && tab.B[r.needed-1] == 0 {
		r.needed--
	}
	return nil
}

// Step does not reuse the last stage of an FSAL method: it is of use to the
// error estimate alone, so leaving it out costs as little, and a jump of the
// system between two steps does no harm.
func (r *RungeKutta[F]) Step(t, h float64, x []F) {
	r.sys.Derivative(r.k[0], t, x)
	r.stages(t, h, x, r.needed)
	r.solution.advance(x, r.carry, r.y, h)
}

// stages computes the derivatives of the stages after the first, up to n. The
// state of the last one stays in y.
func (r *RungeKutta[F]) stages(t, h float64, x []F, n int) {
	for i := 1; i < n; i++ {
		r.inputs[i].add(r.y, x, h)
		r.sys.Derivative(r.k[i], t+r.Tableau.C[i]*h, r.y)
	}
}

// Reset does nothing: no step keeps anything for the next.
func (r *RungeKutta[F]) Reset() {}

// Order is that of the tableau.
func (r *RungeKutta[F]) Order() int { return r.tableau().Order }

// StabilityLimit is computed from the tableau, in some ten microseconds: 2.785
// for the classical method, 3.307 for that of Dormand and Prince. It is NaN if
// Init would refuse the tableau.
func (r *RungeKutta[F]) StabilityLimit() float64 { return r.tableau().stabilityLimit() }

func (r *RungeKutta[F]) tableau() Tableau {
	if len(r.Tableau.B) == 0 {
		return rk4
	}
	return r.Tableau
}
