package spiking

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// TestBinomial: the table is the binomial distribution, and a draw its inverse.
func TestBinomial(t *testing.T) {
	for _, x := range []struct {
		n int
		p float64
	}{{1, 0.5}, {7, 0.3}, {500, 0.05}, {500, 0.015}, {130, 0.001}, {100000, 0.02}, {1000000, 0.5}} {
		b := newBinomial(x.n, x.p)
		want := distuv.Binomial{N: float64(x.n), P: x.p}
		for i, got := range b.cumulative {
			if cdf := want.CDF(float64(b.least + i)); math.Abs(got-cdf) > 1e-8 {
				t.Fatalf("%d with %v: at most %d with probability %v, want %v", x.n, x.p, b.least+i, got, cdf)
			}
		}
		last := b.least + len(b.cumulative) - 1
		if b.least < 0 || last > x.n || b.draw(1e-300) != b.least || b.draw(1) > last {
			t.Errorf("%d with %v: from %d to %d, draws %d and %d", x.n, x.p, b.least, last, b.draw(1e-300), b.draw(1))
		}
		if left := want.CDF(float64(b.least-1)) + want.Survival(float64(last)); left > 1e-15 {
			t.Errorf("%d with %v: numbers with a probability of %v are left out", x.n, x.p, left)
		}
	}
}
