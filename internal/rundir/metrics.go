package rundir

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"burstsim/sim/record"
)

const timeColumn = "time"

// WriteMetrics writes the variants' tables side by side as CSV: column time
// (s), then variant.quantity. Rows of equal time, to rounding, are one row. A
// NaN, or a time that a variant has no row for, is an empty field; every other
// number is written with as many digits as give back the same bits.
func WriteMetrics(w io.Writer, variants []record.Variant) error {
	header := []string{timeColumn}
	for _, v := range variants {
		for _, quantity := range quantities(v.Metrics) {
			header = append(header, v.Label+"."+quantity)
		}
	}
	out := csv.NewWriter(w)
	if err := out.Write(header); err != nil {
		return err
	}
	next := make([]int, len(variants)) // row to be written of each variant
	fields := make([]string, len(header))
	for {
		t, more := earliest(variants, next)
		if !more {
			break
		}
		clear(fields)
		fields[0] = number(t)
		column := 1
		for k, v := range variants {
			if next[k] < rows(v.Metrics) && !(v.Metrics.Row(next[k])[0] > t+rounding(t)) {
				for j, x := range v.Metrics.Row(next[k])[1:] {
					fields[column+j] = number(x)
				}
				next[k]++
			}
			column += len(quantities(v.Metrics))
		}
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// earliest is the smallest time among the rows to be written next.
func earliest(variants []record.Variant, next []int) (t float64, more bool) {
	t = math.Inf(1)
	for k, v := range variants {
		if next[k] < rows(v.Metrics) {
			more = true
			t = math.Min(t, v.Metrics.Row(next[k])[0])
		}
	}
	return t, more
}

// rounding is how far two times may be apart and still be the same: one
// variant adds up time steps, another multiplies them.
func rounding(t float64) float64 { return 1e-9 * (1 + math.Abs(t)) }

func rows(t *record.Table) int {
	if t == nil {
		return 0
	}
	return t.Len()
}

func quantities(t *record.Table) []string {
	if t == nil || len(t.Columns) == 0 {
		return nil
	}
	return t.Columns[1:]
}

func number(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// ReadMetrics reads what WriteMetrics wrote. The variants come in the order of
// their columns, without trajectories; rows in which a variant has no value are
// left out of its table. name stands for the file in errors.
func ReadMetrics(r io.Reader, name string) ([]record.Variant, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: empty file, expected a header that starts with %q", name, timeColumn)
	}
	if err != nil {
		return nil, csvError(name, err)
	}
	variants, owner, err := splitColumns(header)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return variants, nil
		}
		if err != nil {
			return nil, csvError(name, err)
		}
		if err := appendFields(variants, owner, fields); err != nil {
			line, _ := in.FieldPos(0)
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
	}
}

// splitColumns makes an empty table for each variant that the header names,
// and tells for each column behind the time the variant it belongs to.
func splitColumns(header []string) (variants []record.Variant, owner []int, err error) {
	if header[0] != timeColumn {
		return nil, nil, fmt.Errorf("first column is %q, expected %q", header[0], timeColumn)
	}
	index := map[string]int{}
	seen := map[string]bool{}
	for _, column := range header[1:] {
		dot := strings.LastIndexByte(column, '.')
		if dot < 0 {
			return nil, nil, fmt.Errorf("column %q, expected variant.quantity", column)
		}
		if seen[column] {
			return nil, nil, fmt.Errorf("column %q appears twice", column)
		}
		seen[column] = true
		label, quantity := column[:dot], column[dot+1:]
		k, known := index[label]
		if !known {
			k = len(variants)
			index[label] = k
			variants = append(variants, record.Variant{Label: label, Metrics: record.NewTable(timeColumn)})
		}
		variants[k].Metrics.Columns = append(variants[k].Metrics.Columns, quantity)
		owner = append(owner, k)
	}
	return variants, owner, nil
}

func appendFields(variants []record.Variant, owner []int, fields []string) error {
	t, err := strconv.ParseFloat(fields[0], 64)
	if err != nil || math.IsNaN(t) {
		return fmt.Errorf("%s: %q, expected a number", timeColumn, fields[0])
	}
	row := make([][]float64, len(variants))
	present := make([]bool, len(variants))
	for i, field := range fields[1:] {
		k := owner[i]
		if row[k] == nil {
			row[k] = []float64{t}
		}
		x := math.NaN()
		if field != "" {
			if x, err = strconv.ParseFloat(field, 64); err != nil {
				return fmt.Errorf("column %d: %q, expected a number or nothing", i+2, field)
			}
			present[k] = true
		}
		row[k] = append(row[k], x)
	}
	for k, v := range variants {
		if present[k] {
			v.Metrics.Append(row[k]...)
		}
	}
	return nil
}

// csvError puts the line in front, where editors look for it.
func csvError(name string, err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %w", name, parse.Line, parse.Err)
	}
	return fmt.Errorf("%s: %w", name, err)
}
