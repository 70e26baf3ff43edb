package rundir

import (
	"io"

	"burstsim/sim/record"
)

const (
	timeColumn  = "time"
	epochColumn = "epoch"
)

// WriteMetrics writes the variants' metrics side by side as CSV: column time
// (s), then variant.quantity. Rows of equal time, to rounding, are one row. A
// NaN, or a time that a variant has no row for, is an empty field; every other
// number is written with as many digits as give back the same bits.
func WriteMetrics(w io.Writer, variants []record.Variant) error {
	return writeTables(w, timeColumn, tablesOf(variants, metricsOf))
}

// WriteEpochs writes what the variants' trainings came to, epoch by epoch, as
// WriteMetrics does with epoch in the place of time.
func WriteEpochs(w io.Writer, variants []record.Variant) error {
	return writeTables(w, epochColumn, tablesOf(variants, epochsOf))
}

// WriteLog writes what was logged between the epochs, as WriteEpochs does;
// epoch has a fraction.
func WriteLog(w io.Writer, variants []record.Variant) error {
	return writeTables(w, epochColumn, tablesOf(variants, logOf))
}

// ReadMetrics reads what WriteMetrics wrote. The variants come in the order of
// their columns, without trajectories; rows in which a variant has no value are
// left out of its table. name stands for the file in errors.
func ReadMetrics(r io.Reader, name string) ([]record.Variant, error) {
	tables, err := readTables(r, timeColumn, name)
	if err != nil {
		return nil, err
	}
	var variants []record.Variant
	for _, t := range tables {
		variants = append(variants, record.Variant{Label: t.label, Metrics: t.table})
	}
	return variants, nil
}

func tablesOf(variants []record.Variant, of func(record.Variant) *record.Table) []labelled {
	out := make([]labelled, len(variants))
	for i, v := range variants {
		out[i] = labelled{v.Label, of(v)}
	}
	return out
}

func metricsOf(v record.Variant) *record.Table { return v.Metrics }

func epochsOf(v record.Variant) *record.Table {
	if v.Training == nil {
		return nil
	}
	return v.Training.Epochs
}

func logOf(v record.Variant) *record.Table {
	if v.Training == nil {
		return nil
	}
	return v.Training.Log
}

// ReadTable reads a table of any of the three kinds, whose first column is key:
// time or epoch. The variants come in the order of their columns. name stands for
// the file in errors.
func ReadTable(r io.Reader, key, name string) (labels []string, tables []*record.Table, err error) {
	found, err := readTables(r, key, name)
	for _, t := range found {
		labels, tables = append(labels, t.label), append(tables, t.table)
	}
	return labels, tables, err
}
