package sweep

import (
	"cmp"
	"encoding/csv"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/stat/distuv"
)

// losses are the results of which less is better.
func (a *Aggregate) losses() []string {
	return slices.DeleteFunc(a.judged(), isAngle)
}

// writeRanking writes, for each result of which less is better, the groups of runs
// that differ in their seeds only and their variants, from the least mean on.
func (a *Aggregate) writeRanking(out *csv.Writer) {
	keys := a.Plan.Varied()
	_ = out.Write(slices.Concat([]string{"result", "rank"}, names(a.Plan.Keys, keys), []string{"variant", "runs", "mean", "sd"}))
	type place struct {
		group   Group
		variant string
		Spread
	}
	for _, result := range a.losses() {
		var all []place
		for _, g := range a.Groups() {
			for _, variant := range a.Variants() {
				if s := g.Spread(variant, result); s.N > 0 && !math.IsNaN(s.Mean) {
					all = append(all, place{g, variant, s})
				}
			}
		}
		slices.SortStableFunc(all, func(x, y place) int { return cmp.Compare(x.Mean, y.Mean) })
		for i, p := range all {
			row := append([]string{result, strconv.Itoa(i + 1)}, values(p.group.Point, keys)...)
			_ = out.Write(append(row, p.variant, strconv.Itoa(p.N), cell(p.Mean), cell(p.SD)))
		}
	}
}

// pairedTest is Student's t test of the differences of pairs.
const pairedTest = "paired t test, two-sided"

// paired is the mean difference of pairs, their t, and how probable one as large is
// if there is none; t and p are NaN of fewer than two pairs, or if all differ
// alike.
func paired(x, y []float64) (difference, t, p float64) {
	d := make([]float64, len(x))
	for i := range x {
		d[i] = x[i] - y[i]
	}
	s := spreadOf(d)
	if !(s.SD > 0) {
		return s.Mean, math.NaN(), math.NaN()
	}
	t = s.Mean / (s.SD / math.Sqrt(float64(s.N)))
	return s.Mean, t, 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(s.N - 1)}.CDF(-math.Abs(t))
}

// writeComparisons writes, for each group of runs that differ in their seeds only,
// how two variants differ over the seeds that both have.
func (a *Aggregate) writeComparisons(out *csv.Writer) {
	keys, variants := a.Plan.Varied(), a.Variants()
	_ = out.Write(slices.Concat(names(a.Plan.Keys, keys), []string{"result", "variant", "other", "pairs", "mean_difference", "t", "p", "test"}))
	for _, g := range a.Groups() {
		for _, result := range a.losses() {
			for i, one := range variants {
				for _, other := range variants[i+1:] {
					x, y := g.pairs(one, other, result)
					if len(x) == 0 {
						continue
					}
					difference, t, p := paired(x, y)
					_ = out.Write(append(values(g.Point, keys), result, one, other, strconv.Itoa(len(x)), cell(difference), cell(t), cell(p), pairedTest))
				}
			}
		}
	}
}

// pairs are a result of two variants in the runs that have both.
func (g Group) pairs(one, other, result string) (x, y []float64) {
	for _, r := range g.Runs {
		a, b := r.Variant(one), r.Variant(other)
		if a == nil || b == nil || r.Record.Failure != "" {
			continue
		}
		u, hasU := a.Results[result]
		v, hasV := b.Results[result]
		if hasU && hasV && !math.IsNaN(float64(u)) && !math.IsNaN(float64(v)) {
			x, y = append(x, float64(u)), append(y, float64(v))
		}
	}
	return x, y
}

// writeCorrelations writes how results follow each parameter that is a number:
// Spearman's rank correlation over groups of runs that differ in their seeds only.
func (a *Aggregate) writeCorrelations(out *csv.Writer) {
	_ = out.Write([]string{"parameter", "variant", "result", "points", "rank_correlation"})
	groups := a.Groups()
	for _, key := range a.Plan.Varied() {
		if !a.numeric(key) {
			continue
		}
		for _, variant := range a.Variants() {
			for _, result := range a.judged() {
				rho, n := rankCorrelation(numbersOf(groups, key), means(groups, variant, result))
				if n > 2 {
					_ = out.Write([]string{a.Plan.Keys[key], variant, result, strconv.Itoa(n), cell(rho)})
				}
			}
		}
	}
}

// ranksOf are the places of numbers in their order, the mean place of those that
// are equal.
func ranksOf(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	ranks := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			ranks[k] = float64(i+j-1) / 2
		}
		i = j
	}
	return ranks
}
