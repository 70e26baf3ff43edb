package integrator

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Tableau holds the coefficients of an explicit Runge-Kutta method with
// s stages:
//
//	k_i = f(t + C_i h, x + h sum_j<i A_ij k_j),  x += h sum_i B_i k_i
type Tableau struct {
	Name string      // for error messages
	A    [][]float64 // s rows, row i of length i
	B    []float64   // s weights of the solution
	C    []float64   // s stage times, as fractions of the step

	// Order is the order of convergence.
	Order int
	// Error holds the s weights of the solution less those of an embedded
	// solution of order Order-1, or is nil if there is none.
	Error []float64
	// Dense holds s weights d of a term that the solution within a step has
	// beside the cubic through the states and derivatives at both ends,
	//
	//	h theta^2 (1 - theta)^2 sum_i d_i k_i
	//
	// or is nil if there is none, which will do up to order 4. From order 5 on
	// d must make it as accurate as the method.
	Dense []float64
}

// FSAL reports whether the last stage is the derivative at the end of the step
// ("first same as last"), so that the next step can begin with it.
func (tab Tableau) FSAL() bool {
	last := len(tab.B) - 1
	return last > 0 && tab.C[last] == 1 && tab.B[last] == 0 && slices.Equal(tab.A[last], tab.B[:last])
}

// estimates reports whether there is an error estimate. As its weights sum to
// zero, it takes two stages.
func (tab Tableau) estimates() bool {
	return len(tab.Error) > 1 && slices.ContainsFunc(tab.Error[1:], func(e float64) bool { return e != 0 })
}

// stabilityLimit is the end of the interval (0, z) on which the stability
// polynomial obeys |R(-z)| < 1, NaN if check fails.
func (tab Tableau) stabilityLimit() float64 {
	if tab.check() != nil {
		return math.NaN()
	}
	// No consistent polynomial of degree s stays bounded beyond 2 s^2
	// (Hairer and Wanner, Solving ODEs II, theorem IV.2.1), so the scan ends.
	const scan = 1.0 / 64
	s := float64(len(tab.B))
	low, high := 0.0, scan
	for tab.decays(high) && high <= 2*s*s {
		low, high = high, high+scan
	}
	for range 60 {
		if mid := low + (high-low)/2; tab.decays(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// decays reports whether a step over dx/dt = -x of size z does not grow x,
// rounding aside.
func (tab Tableau) decays(z float64) bool {
	k := make([]float64, len(tab.B))
	after := 1.0
	for i, row := range tab.A {
		x := 1.0
		for j, a := range row {
			x -= z * a * k[j]
		}
		k[i] = x
		after -= z * tab.B[i] * x
	}
	return math.Abs(after) <= 1+1e-12
}

// check returns an error unless the coefficients have the right shapes and
// make a consistent method.
func (tab Tableau) check() error {
	s := len(tab.B)
	if len(tab.A) != s || len(tab.C) != s || tab.Error != nil && len(tab.Error) != s ||
		tab.Dense != nil && len(tab.Dense) != s {
		return fmt.Errorf("integrator: tableau %q has %d rows of A, %d B, %d C, %d Error and %d Dense, want as many of each",
			tab.Name, len(tab.A), s, len(tab.C), len(tab.Error), len(tab.Dense))
	}
	for i, row := range tab.A {
		if len(row) != i {
			return fmt.Errorf("integrator: tableau %q: row %d of A has %d entries, want %d", tab.Name, i, len(row), i)
		}
		if !near(floats.Sum(row), tab.C[i]) {
			return fmt.Errorf("integrator: tableau %q: row %d of A sums to %g, want C = %g", tab.Name, i, floats.Sum(row), tab.C[i])
		}
	}
	if !near(floats.Sum(tab.B), 1) {
		return fmt.Errorf("integrator: tableau %q: B sums to %g, want 1", tab.Name, floats.Sum(tab.B))
	}
	if !near(floats.Sum(tab.Error), 0) {
		return fmt.Errorf("integrator: tableau %q: Error sums to %g, want 0", tab.Name, floats.Sum(tab.Error))
	}
	if tab.Order < 1 || tab.Order > s { // an explicit method needs a stage an order
		return fmt.Errorf("integrator: tableau %q: order %d, want 1 to %d, its stages", tab.Name, tab.Order, s)
	}
	return nil
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12 }
