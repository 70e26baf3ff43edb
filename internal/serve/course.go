package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// courseView is how the weights of a variant moved: the times that are shown, of all
// that were recorded, and for each array what it was like at each.
type courseView struct {
	Variant  string        `json:"variant"`
	Unit     string        `json:"unit"` // "time" (s) or "epoch"
	Recorded int           `json:"recorded"`
	At       []string      `json:"at"`
	Values   []number      `json:"values"`
	Arrays   []courseArray `json:"arrays"`
}

// courseArray is an array over time, in bins that all times share.
type courseArray struct {
	Name   string   `json:"name"`
	Shape  []int    `json:"shape"`
	Edges  []number `json:"edges"`
	Counts [][]int  `json:"counts"`
	Min    []number `json:"min"`
	Max    []number `json:"max"`
	Mean   []number `json:"mean"`
	SD     []number `json:"sd"`
}

const (
	// mostTimes is how many times of a course are shown, spread evenly.
	mostTimes = 200
	// mostRecorded is how many times a course may have.
	mostRecorded = 1 << 20
)

// course is an open archive of weights in the course of a run.
type course struct {
	*archive
	unit string
	at   []float64
}

// withCourse opens that of a variant. Without it the error is fs.ErrNotExist.
func (l *library) withCourse(r *run, label string, use func(course) error) error {
	if strings.ContainsAny(label, `/\`) {
		return fs.ErrNotExist // no label of a run
	}
	name := path.Join(r.path, "weights", label+".npz")
	info, err := l.root.Stat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fs.ErrNotExist
	}
	f, err := l.root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	a, err := openArchive(f)
	if err != nil {
		return err
	}
	c := course{archive: a}
	for _, unit := range []string{"time", "epoch"} {
		if a.members[unit] != nil {
			c.unit = unit
		}
	}
	if c.unit == "" {
		return fmt.Errorf("%s has neither time nor epoch", name)
	}
	t, err := a.table(c.unit)
	if err == nil && t.rows > mostRecorded {
		err = fmt.Errorf("%d times, expected at most %d", t.rows, mostRecorded)
	}
	if err == nil {
		c.at, err = t.read(0, t.rows)
	}
	if err == nil {
		err = use(c)
	}
	if err != nil {
		var f *failure
		if errors.As(err, &f) {
			return err
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// label names a time, as the query of an array has it.
func (c course) label(i int) string {
	text := strconv.FormatFloat(c.at[i], 'f', -1, 64)
	if c.unit == "epoch" {
		return "epoch " + text
	}
	return text + " s"
}

// arrays are the names of the weights.
func (c course) arrays() []string {
	return slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return name == c.unit })
}

// weights finds an array with a row a time.
func (c course) weights(name string) (table, error) {
	t, err := c.find(name)
	switch {
	case err == nil && t.rows != len(c.at):
		err = fmt.Errorf("%d times, expected %d", t.rows, len(c.at))
	case err == nil && t.width > mostWeights:
		err = fmt.Errorf("%d weights, expected at most %d", t.width, mostWeights)
	}
	if err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// row is one row as a table of one number a row, which is read piece by piece.
func (t table) row(i int) table {
	t.begin += 8 * int64(t.stride) * int64(i)
	t.rows, t.stride, t.width = t.width, 1, 1
	return t
}

// view reads the array at so many times twice: first for the range that they share.
func (c course) view() (out courseView, err error) {
	var tables []table
	names, width := c.arrays(), 1
	for _, name := range names {
		t, err := c.weights(name)
		if err != nil {
			return out, err
		}
		tables, width = append(tables, t), width+t.width
	}
	out = courseView{Unit: c.unit, Recorded: len(c.at), At: []string{}, Values: []number{}, Arrays: []courseArray{}}
	times := spread(len(c.at), min(mostTimes, max(2, mostWeights/width)))
	for _, i := range times {
		out.At, out.Values = append(out.At, c.label(i)), append(out.Values, number(c.at[i]))
	}
	for k, t := range tables {
		a, err := overTimes(t, times)
		if err != nil {
			return out, fmt.Errorf("%s: %w", names[k], err)
		}
		a.Name = names[k]
		out.Arrays = append(out.Arrays, a)
	}
	return out, nil
}

// spread are at most this many of n places, evenly, with the first and the last.
func spread(n, most int) []int {
	if n <= most {
		most = n
	}
	out := make([]int, most)
	for i := range out {
		if most > 1 {
			out[i] = i * (n - 1) / (most - 1)
		}
	}
	return out
}

func overTimes(t table, times []int) (a courseArray, err error) {
	a = courseArray{Shape: some(t.shape[1:]), Counts: [][]int{}, Edges: []number{}, Min: []number{}, Max: []number{}, Mean: []number{}, SD: []number{}}
	least, most := math.Inf(1), math.Inf(-1)
	for _, i := range times {
		low, high, mean, squares, n := math.Inf(1), math.Inf(-1), 0.0, 0.0, 0.0
		if err := t.row(i).each(0, t.width, func(_ int, values []float64) error {
			for _, x := range values {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					continue // weights of a run that exploded
				}
				n++
				d := x - mean // Welford's method: one pass
				mean += d / n
				squares += d * (x - mean)
				low, high = min(low, x), max(high, x)
			}
			return nil
		}); err != nil {
			return a, err
		}
		a.Min, a.Max = append(a.Min, number(low)), append(a.Max, number(high))
		if n == 0 {
			mean = math.NaN()
		}
		a.Mean, a.SD = append(a.Mean, number(mean)), append(a.SD, number(math.Sqrt(squares/n)))
		least, most = min(least, low), max(most, high)
	}
	if least > most {
		least, most = 0, 0 // there are none
	}
	from, width := binsOf(least, most)
	for i := range histogramBins + 1 {
		a.Edges = append(a.Edges, number(from+width*float64(i)/histogramBins))
	}
	for _, i := range times {
		counts := make([]int, histogramBins)
		if err := t.row(i).each(0, t.width, func(_ int, values []float64) error {
			for _, x := range values {
				count(counts, from, width, x)
			}
			return nil
		}); err != nil {
			return a, err
		}
		a.Counts = append(a.Counts, counts)
	}
	return a, nil
}

// array is an array at a time.
func (c course) array(name, at string) ([]byte, error) {
	for i := range c.at {
		if c.label(i) != at {
			continue
		}
		if !slices.Contains(c.arrays(), name) {
			return nil, notFound("there is no array of this name")
		}
		t, err := c.weights(name)
		if err != nil {
			return nil, err
		}
		values := make([]float32, 0, t.width)
		err = t.row(i).each(0, t.width, func(_ int, part []float64) error {
			for _, x := range part {
				values = append(values, float32(x))
			}
			return nil
		})
		return packedArray(name, t.shape[1:], values), err
	}
	return nil, notFound("there are no such weights")
}
