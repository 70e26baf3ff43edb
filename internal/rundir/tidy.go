package rundir

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"burstsim/internal/atomicfile"
	"burstsim/sim/record"
)

// tidyTable is a table of one number, or event, a row.
type tidyTable struct {
	name    string
	columns []string
	holds   func(record.Variant) bool
	write   func(out *csv.Writer, v record.Variant) error
}

var tidyTables = []tidyTable{
	{"metrics", []string{"variant", "time", "quantity", "value"}, func(v record.Variant) bool { return metricsOf(v) != nil },
		func(out *csv.Writer, v record.Variant) error { return tidyRows(out, v.Label, metricsOf(v)) }},
	{"epochs", []string{"variant", "epoch", "quantity", "value"}, func(v record.Variant) bool { return epochsOf(v) != nil },
		func(out *csv.Writer, v record.Variant) error { return tidyRows(out, v.Label, epochsOf(v)) }},
	{"log", []string{"variant", "epoch", "quantity", "value"}, func(v record.Variant) bool { return logOf(v) != nil },
		func(out *csv.Writer, v record.Variant) error { return tidyRows(out, v.Label, logOf(v)) }},
	{"trajectory", []string{"variant", "time", "signal", "unit", "value"}, func(v record.Variant) bool { return v.Trajectory != nil }, tidySignals},
	{"histograms", []string{"variant", "epoch", "quantity", "from", "to", "count"},
		func(v record.Variant) bool { return v.Training != nil && len(v.Training.Histograms) > 0 }, tidyHistograms},
	{"confusion", []string{"variant", "class", "answer", "images"},
		func(v record.Variant) bool { return v.Training != nil && len(v.Training.Confusion) > 0 }, tidyConfusion},
}

// ExportTables writes everything that a run recorded, until now if it goes on, as
// tidy tables into a folder that is there: a number a row, in columns that say of
// what. Weights have the places of unit and unit below, of layers of maps those in
// the kernel too, all counted from 0.
func ExportTables(folder, dir string) error {
	run, err := Snapshot(dir)
	if err != nil {
		return err
	}
	for _, t := range tidyTables {
		var with []record.Variant
		for _, v := range run.Result.Variants {
			if t.holds(v) {
				with = append(with, v)
			}
		}
		if len(with) == 0 {
			continue
		}
		if err := writeTidy(folder, t.name, t.columns, func(out *csv.Writer) error {
			for _, v := range with {
				if err := t.write(out, v); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(run.Result.Variants, hasSpikes) {
		err := atomicfile.Write(filepath.Join(folder, spikesText), func(w io.Writer) error { return WriteSpikesText(w, run.Result.Variants) })
		if err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, weightsFolder)); err != nil {
		return nil // it has not ended, or has none
	}
	err = writeTidy(folder, "weights", []string{"variant", "weights", "unit", "below", "row", "column", "value"}, func(out *csv.Writer) error {
		for _, v := range run.Result.Variants {
			if err := eachWeight(dir, v.Label, func(name string, shape []int, values []float64) error {
				return tidyWeights(out, []string{v.Label, name}, shape, values)
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !slices.ContainsFunc(run.Result.Variants, func(v record.Variant) bool { return hasCourse(dir, v.Label) }) {
		return err
	}
	return writeTidy(folder, courseName, []string{"variant", "time", "epoch", "weights", "unit", "below", "row", "column", "value"}, func(out *csv.Writer) error {
		for _, v := range run.Result.Variants {
			if err := tidyCourse(out, dir, v.Label); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeTidy(folder, name string, columns []string, write func(*csv.Writer) error) error {
	return atomicfile.Write(filepath.Join(folder, name+".csv"), func(w io.Writer) error {
		out := csv.NewWriter(w)
		if err := out.Write(columns); err != nil {
			return err
		}
		if err := write(out); err != nil {
			return err
		}
		out.Flush()
		return out.Error()
	})
}

// tidyRows leaves out values that do not exist.
func tidyRows(out *csv.Writer, label string, t *record.Table) error {
	rows, row := t.All(), make([]float64, len(t.Columns))
	for i := range rows.Len() {
		if err := rows.Read(i, row); err != nil {
			return err
		}
		for j, quantity := range quantities(t) {
			value := number(row[1+j])
			if value == "" {
				continue
			}
			if err := out.Write([]string{label, number(row[0]), quantity, value}); err != nil {
				return err
			}
		}
	}
	return nil
}

func tidySignals(out *csv.Writer, v record.Variant) error {
	rows, err := v.Trajectory.All()
	if err != nil {
		return err
	}
	row := make([]float64, v.Trajectory.RowWidth())
	for i := range rows.Len() {
		if err := rows.Read(i, row); err != nil {
			return err
		}
		time, at := number(row[0]), 1
		for _, s := range v.Trajectory.Signals {
			for _, unit := range s.Units {
				if err := out.Write([]string{v.Label, time, s.Name, strconv.Itoa(unit), number(row[at])}); err != nil {
					return err
				}
				at++
			}
		}
	}
	return nil
}

func tidyHistograms(out *csv.Writer, v record.Variant) error {
	for _, h := range v.Training.Histograms {
		for i, counts := range h.Counts {
			for j, n := range counts {
				if err := out.Write([]string{v.Label, number(h.Epochs[i]), h.Name, number(h.Edges[j]), number(h.Edges[j+1]), strconv.Itoa(n)}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func tidyConfusion(out *csv.Writer, v record.Variant) error {
	for class, answers := range v.Training.Confusion {
		for answer, n := range answers {
			if err := out.Write([]string{v.Label, strconv.Itoa(class), strconv.Itoa(answer), strconv.Itoa(n)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// weightPlaces is how many places a weight can have: unit, unit below, and the row
// and column of a kernel.
const weightPlaces = 4

// tidyWeights writes a line a weight, which begins with lead; that ends in the name of
// the weights.
func tidyWeights(out *csv.Writer, lead []string, shape []int, values []float64) error {
	if len(shape) > weightPlaces {
		return fmt.Errorf("weights %q have %d dimensions, expected at most %d", lead[len(lead)-1], len(shape), weightPlaces)
	}
	line := make([]string, len(lead)+weightPlaces+1)
	copy(line, lead)
	for i, x := range values {
		rest := i
		for d := len(shape) - 1; d >= 0; d-- {
			line[len(lead)+d] = strconv.Itoa(rest % shape[d])
			rest /= shape[d]
		}
		line[len(line)-1] = number(x)
		if err := out.Write(line); err != nil {
			return err
		}
	}
	return nil
}
