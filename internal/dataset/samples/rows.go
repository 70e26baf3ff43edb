// Package samples holds numbers that users have: samples with labels or targets to
// learn from in batches or as a stream, and rows of signals over time.
package samples

import (
	"fmt"
	"math"

	"burstsim/internal/arrayfile"
)

// Rows are some rows of a table, each column moved and stretched: what a network
// sees of numbers in a file. The table is shared.
type Rows struct {
	table  *arrayfile.Table
	from   int
	n      int
	index  []int     // of the rows in the table, counted from from; nil: all n
	offset []float64 // of each column; nil: as in the file
	factor []float64
}

// Of is all rows of a table as they are.
func Of(t *arrayfile.Table) Rows { return Rows{table: t, n: t.Len()} }

// Len is the number of rows.
func (r Rows) Len() int { return r.n }

// Columns is the length of a row; 0 of no rows at all.
func (r Rows) Columns() int {
	if r.table == nil {
		return 0
	}
	return r.table.Columns()
}

// Shape is that of a row in the file: see [arrayfile.Table].
func (r Rows) Shape() []int { return r.table.Shape }

// Slice is the rows from up to, not including, to.
func (r Rows) Slice(from, to int) Rows {
	if r.index != nil {
		r.index = r.index[from:to:to]
	} else {
		r.from += from
	}
	r.n = to - from
	return r
}

// Pick is the rows with these indices, which it keeps, of rows that are all there.
func (r Rows) Pick(index []int) Rows {
	r.index, r.n = index, len(index)
	return r
}

// Place is which row of the file row i is, counted from 0.
func (r Rows) Place(i int) int {
	if r.index != nil {
		i = r.index[i]
	}
	return r.from + i
}

// At is a number as it is in the file.
func (r Rows) At(i, column int) float64 { return r.table.At(r.Place(i), column) }

// Fill stores row i, scaled.
func Fill[F float32 | float64](dst []F, r Rows, i int) {
	row := r.Place(i)
	if r.factor == nil {
		for j := range dst {
			dst[j] = F(r.table.At(row, j))
		}
		return
	}
	for j := range dst {
		dst[j] = F((r.table.At(row, j) - r.offset[j]) * r.factor[j])
	}
}

// Scalings are how columns can be scaled: not at all; to mean 0 and standard
// deviation 1; so that the smallest number is 0 and the largest 1.
var Scalings = []string{"none", "standard", "unit"}

// Scaled is the rows with each column scaled by what other rows, those that are
// learned from, have: see [Scalings]. A column that is the same in all of these
// becomes 0 there.
func (r Rows) Scaled(scaling string, by Rows) (Rows, error) {
	columns := r.Columns()
	switch scaling {
	case "none":
		return r, nil
	case "standard", "unit":
	default:
		return r, fmt.Errorf("samples: unknown scaling %q", scaling)
	}
	r.offset, r.factor = make([]float64, columns), make([]float64, columns)
	mean, squares := make([]float64, columns), make([]float64, columns)
	low, high := make([]float64, columns), make([]float64, columns)
	row := make([]float64, columns)
	for i := range by.n {
		by.table.Row(row, by.Place(i))
		for j, x := range row {
			if i == 0 {
				low[j], high[j] = x, x
			}
			low[j], high[j] = min(low[j], x), max(high[j], x)
			d := x - mean[j] // Welford's sums, which do not cancel
			mean[j] += d / float64(i+1)
			squares[j] += d * (x - mean[j])
		}
	}
	for j := range columns {
		width := high[j] - low[j]
		r.offset[j] = low[j]
		if scaling == "standard" {
			r.offset[j] = mean[j]
			if width > 0 { // rounding may leave some of it
				width = math.Sqrt(squares[j] / float64(by.n))
			}
		}
		r.factor[j] = 1
		if width > 0 {
			r.factor[j] = 1 / width
		}
		if math.IsInf(r.factor[j], 0) || math.IsInf(width, 0) || math.IsNaN(width) {
			return r, fmt.Errorf("column %d has numbers from %v to %v, which cannot be scaled", j, low[j], high[j])
		}
	}
	return r, nil
}
