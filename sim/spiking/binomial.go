package spiking

import (
	"math"
	"sort"
)

// binomial is how many of n neurons something happens to that happens to each with
// probability p.
type binomial struct {
	n          int
	p          float64
	least      int
	cumulative []float64 // probability of at most least, least+1, ...
}

// newBinomial leaves out numbers of which all others together are less probable than
// what a float64 can tell from 1.
func newBinomial(n int, p float64) binomial {
	const never = 1e-20
	mode := min(n, int(float64(n+1)*p))
	logChoose := func(k int) float64 {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(n - k + 1))
		return a - b - c
	}
	at := math.Exp(logChoose(mode) + float64(mode)*math.Log(p) + float64(n-mode)*math.Log1p(-p))
	odds := p / (1 - p)
	b := binomial{n: n, p: p, least: mode}
	var below []float64 // from the mode down
	for q, k := at, mode; k > 0; k-- {
		if q *= float64(k) / float64(n-k+1) / odds; q < never {
			break
		}
		below = append(below, q)
		b.least = k - 1
	}
	sum := 0.0
	add := func(q float64) {
		sum += q
		b.cumulative = append(b.cumulative, sum)
	}
	for i := len(below) - 1; i >= 0; i-- {
		add(below[i])
	}
	add(at)
	for q, k := at, mode+1; k <= n; k++ {
		if q *= float64(n-k+1) / float64(k) * odds; q < never {
			break
		}
		add(q)
	}
	for i := range b.cumulative {
		b.cumulative[i] /= sum
	}
	return b
}

// draw is the number that belongs to u, uniform in (0, 1).
func (b *binomial) draw(u float64) int {
	return b.least + min(sort.SearchFloat64s(b.cumulative, u), len(b.cumulative)-1)
}
