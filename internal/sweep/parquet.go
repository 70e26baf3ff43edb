package sweep

import (
	"io"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// WriteParquet writes what runs.csv has as a Parquet file: values of keys that are
// numbers in all runs, and results, are doubles; what a run does not have is null.
func (a *Aggregate) WriteParquet(w io.Writer) error {
	results := a.Results()
	group := parquet.Group{"run": parquet.String(), "status": parquet.String(), "variant": parquet.Optional(parquet.String()), "failure": parquet.Optional(parquet.String())}
	for i, key := range a.Plan.Keys {
		group[key] = parquet.String()
		if a.numeric(i) {
			group[key] = parquet.Leaf(parquet.DoubleType)
		}
	}
	for _, name := range results {
		group[name] = parquet.Optional(parquet.Leaf(parquet.DoubleType))
	}
	schema := parquet.NewSchema("runs", group)
	out := parquet.NewGenericWriter[any](w, schema)
	columns := schema.Columns()
	write := func(r Run, v *VariantRecord) error {
		row := make(parquet.Row, len(columns))
		for c, path := range columns {
			value, optional := a.parquetValue(path[0], r, v, results)
			level := 0
			if optional && !value.IsNull() {
				level = 1
			}
			row[c] = value.Level(0, level, c)
		}
		_, err := out.WriteRows([]parquet.Row{row})
		return err
	}
	for _, r := range a.Runs {
		if r.Record == nil || len(r.Record.Variants) == 0 {
			if err := write(r, nil); err != nil {
				return err
			}
			continue
		}
		for i := range r.Record.Variants {
			if err := write(r, &r.Record.Variants[i]); err != nil {
				return err
			}
		}
	}
	return out.Close()
}

// parquetValue is what a column has of a run and variant, and whether it may have
// nothing.
func (a *Aggregate) parquetValue(column string, r Run, v *VariantRecord, results []string) (value parquet.Value, optional bool) {
	text := func(s string) parquet.Value { return parquet.ByteArrayValue([]byte(s)) }
	switch {
	case column == "run":
		return text(r.Point.ID), false
	case column == "status":
		return text(r.State()), false
	case column == "variant" && v == nil, column == "failure" && r.Why() == "":
		return parquet.NullValue(), true
	case column == "variant":
		return text(v.Name), true
	case column == "failure":
		return text(r.Why()), true
	}
	if i := slices.Index(a.Plan.Keys, column); i >= 0 {
		if a.numeric(i) {
			x, _ := Number(r.Point.Values[i])
			return parquet.DoubleValue(x), false
		}
		return text(plain(r.Point.Values[i])), false
	}
	if v != nil && slices.Contains(results, column) {
		if x, ok := v.Results[column]; ok && !math.IsNaN(float64(x)) {
			return parquet.DoubleValue(float64(x)), true
		}
	}
	return parquet.NullValue(), true
}
