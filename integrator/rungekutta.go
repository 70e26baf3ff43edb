package integrator

var _ Embedded[float64] = (*RungeKutta[float64])(nil)

// RungeKutta is the explicit Runge-Kutta method of a Butcher tableau. Terms with
// a zero coefficient cost nothing.
type RungeKutta[F Float] struct {
	// Tableau holds the coefficients. If it has no stages, those of the
	// classical method of order 4 are used.
	Tableau Tableau

	sys      System[F]
	pieces   *pieces[F]
	apart    bool // the last step went by pieces, of which k holds no derivatives
	carry    []F
	k        [][]F            // stage derivatives; behind them, that at the end of the step, unless a stage is
	inputs   []combination[F] // of each stage
	solution combination[F]
	estimate combination[F]
	dense    combination[F] // of all k
	needed   int            // stages the solution needs
	y        []F            // state at a stage
	errs     []F            // nil without an estimate

	fsal    bool
	current bool    // end is the derivative at the present state
	ended   bool    // end is the derivative at the end of the last step
	t, h    float64 // the last step
}

// Init returns an error if the tableau is not that of a consistent explicit
// method, or if the system is [Noisy].
func (r *RungeKutta[F]) Init(sys System[F]) error {
	n, err := dimension(sys)
	if err != nil {
		return err
	}
	tab := r.tableau()
	if err := tab.check(); err != nil {
		return err
	}
	if err := without(sys, tab.Name); err != nil {
		return err
	}
	stages := len(tab.B)
	r.Tableau, r.sys, r.carry, r.fsal = tab, sys, carryOf(sys), tab.FSAL()
	r.y = make([]F, n)
	r.k = make([][]F, stages, stages+1)
	for i := range r.k {
		r.k[i] = make([]F, n)
	}
	if !r.fsal {
		r.k = append(r.k, make([]F, n))
	}
	r.inputs = make([]combination[F], stages)
	for i, row := range tab.A {
		r.inputs[i] = newCombination(row, r.k)
	}
	r.solution = newCombination(tab.B, r.k)
	r.estimate, r.errs = combination[F]{}, nil
	if tab.estimates() {
		r.estimate, r.errs = newCombination(tab.Error, r.k), make([]F, n)
	}
	r.dense = combination[F]{coefficients: make([]float64, len(r.k)), k: r.k, weights: make([]F, len(r.k))}
	for i := range r.k {
		r.dense.stages = append(r.dense.stages, i)
	}
	r.pieces, r.apart = piecesOf(sys, len(r.k)), false
	r.needed = stages
	for r.needed > 1 && tab.B[r.needed-1] == 0 {
		r.needed--
	}
	r.Reset()
	return nil
}

// end is the derivative at the end of a step.
func (r *RungeKutta[F]) end() []F { return r.k[len(r.k)-1] }

// Step does not reuse the last stage of an FSAL method: it is of use to the
// error estimate alone, so leaving it out costs as little, and a jump of the
// system between two steps does no harm.
func (r *RungeKutta[F]) Step(t, h float64, x []F) {
	r.apart = r.pieces != nil
	r.derivative(0, t, x)
	r.stages(t, h, x, r.needed)
	if r.apart {
		r.pieces.advance(&r.solution, x, r.carry, h)
	} else {
		r.solution.advance(x, r.carry, r.y, h)
	}
	r.t, r.h, r.ended, r.current = t, h, false, false
}

// stages computes the derivatives of the stages after the first, up to n. The
// state of the last one stays in y.
func (r *RungeKutta[F]) stages(t, h float64, x []F, n int) {
	for i := 1; i < n; i++ {
		r.add(&r.inputs[i], r.y, x, h)
		r.derivative(i, t+r.Tableau.C[i]*h, r.y)
	}
}

// derivative is that of stage i, or at the end of the step.
func (r *RungeKutta[F]) derivative(i int, t float64, x []F) {
	if r.apart {
		r.pieces.sys.Partial(r.k[i][:r.pieces.head], i, t, x)
	} else {
		r.sys.Derivative(r.k[i], t, x)
	}
}

func (r *RungeKutta[F]) add(c *combination[F], dst, x []F, h float64) {
	if r.apart {
		r.pieces.add(c, dst, x, h)
	} else {
		c.add(dst, x, h)
	}
}

// Estimates reports whether the tableau has an embedded error estimate.
func (r *RungeKutta[F]) Estimates() bool { return r.errs != nil }

// Start evaluates the derivative unless the step before ended with it.
func (r *RungeKutta[F]) Start(t float64, x []F) []F {
	r.apart = false
	if r.current {
		copy(r.k[0], r.end())
	} else {
		r.sys.Derivative(r.k[0], t, x)
	}
	r.current, r.ended = false, false
	return r.k[0]
}

// Try leaves x as it is.
func (r *RungeKutta[F]) Try(t, h float64, x []F) (y, err []F) {
	r.t, r.h = t, h
	r.stages(t, h, x, len(r.Tableau.B))
	if !r.fsal { // otherwise the last stage already stands on the solution
		r.solution.add(r.y, x, h)
	}
	clear(r.errs)
	r.estimate.add(r.errs, r.errs, h)
	return r.y, r.errs
}

// Accept moves x.
func (r *RungeKutta[F]) Accept(x []F) {
	if r.carry == nil {
		copy(x, r.y)
	} else {
		r.solution.advance(x, r.carry, r.y, r.h)
	}
	r.current, r.ended = r.fsal, r.fsal
}

// Interpolate is the cubic through the states and derivatives at both ends of
// the step, and the Dense term of the tableau. It costs a derivative, once a
// step, unless the last stage has it.
func (r *RungeKutta[F]) Interpolate(dst, x []F, theta float64) {
	if !r.ended {
		r.derivative(len(r.k)-1, r.t+r.h, x)
		r.ended = true
	}
	// In terms of x, which the step led to, not of where it began, which is
	// gone.
	rest := 1 - theta
	c := r.dense.coefficients
	clear(c)
	for i, b := range r.Tableau.B {
		c[i] = -rest * rest * (1 + 2*theta) * b
	}
	c[0] += theta * rest * rest
	c[len(c)-1] -= theta * theta * rest
	for i, d := range r.Tableau.Dense {
		c[i] += theta * theta * rest * rest * d
	}
	r.add(&r.dense, dst, x, r.h)
}

// Reset forgets the derivative kept from the step before.
func (r *RungeKutta[F]) Reset() { r.current = false }

// Visit visits what decides the next Start.
func (r *RungeKutta[F]) Visit(visit func(name string, ref any)) {
	visit("current", &r.current)
	visit("derivative", r.end())
}

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
