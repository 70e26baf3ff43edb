package sweep

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"burstsim/plots"
)

// sampledKey is a key whose values were drawn, and not listed.
type sampledKey struct {
	key int // of Plan.Keys
	log bool
}

// sampled are the keys that were sampled together in some part of the plan, numbers
// all of them.
func (p *Plan) sampled() (keys []sampledKey) {
	for _, s := range p.doc.Sweeps {
		for _, axis := range s.Axes {
			k := slices.Index(p.Keys, axis.Key)
			if !axis.Sampled() || slices.ContainsFunc(keys, func(other sampledKey) bool { return other.key == k }) {
				continue
			}
			keys = append(keys, sampledKey{k, axis.Log})
		}
	}
	return keys
}

// means are a result of a variant in each group of runs that differ in their seeds
// only; NaN where there is none.
func means(groups []Group, variant, result string) (y []float64) {
	for _, g := range groups {
		y = append(y, g.Spread(variant, result).Mean)
	}
	return y
}

// numbersOf are the values of a key in each group.
func numbersOf(groups []Group, key int) (x []float64) {
	for _, g := range groups {
		v, _ := Number(g.Point.Values[key])
		x = append(x, v)
	}
	return x
}

// rankCorrelation is Spearman's of the pairs that have both numbers, of which there
// are n; NaN of fewer than three, and where one number never changes.
func rankCorrelation(x, y []float64) (rho float64, n int) {
	var both [2][]float64
	for i := range x {
		if !math.IsNaN(x[i]) && !math.IsNaN(y[i]) {
			both[0], both[1] = append(both[0], x[i]), append(both[1], y[i])
		}
	}
	if n = len(both[0]); n < 3 {
		return math.NaN(), n
	}
	return stat.Correlation(ranksOf(both[0]), ranksOf(both[1]), nil), n
}

// scatters draws each result over each key that was sampled: a point for each
// sample, the mean over seeds.
func (a *Aggregate) scatters(keys []sampledKey) (all []drawing, err error) {
	groups := a.Groups()
	drawn := plots.Scatter{}
	for _, k := range keys {
		drawn.Keys = append(drawn.Keys, plots.ScatterKey{Name: a.label(k.key), Log: k.log, X: numbersOf(groups, k.key)})
	}
	seeds := false
	for _, g := range groups {
		drawn.Failed = append(drawn.Failed, slices.ContainsFunc(g.Runs, func(r Run) bool { return r.State() == "failed" }))
		seeds = seeds || len(g.Runs) > 1
	}
	for _, result := range a.judged() {
		s := drawn
		if s.Y = unit(result); seeds {
			s.Y = "mean " + s.Y
		}
		for _, variant := range a.Variants() {
			one := plots.ScatterSeries{Label: variant, Y: means(groups, variant, result)}
			if !slices.ContainsFunc(one.Y, func(y float64) bool { return !math.IsNaN(y) }) {
				continue
			}
			for _, k := range s.Keys {
				rho, n := rankCorrelation(k.X, one.Y)
				one.Rho, one.N = append(one.Rho, rho), append(one.N, n)
			}
			s.Series = append(s.Series, one)
		}
		if len(s.Series) == 0 {
			continue
		}
		fig, err := s.Draw()
		if err != nil {
			return nil, err
		}
		all = append(all, drawing{"scatter_" + result, fig})
	}
	return all, nil
}
