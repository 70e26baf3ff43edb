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

// labelled is a variant's table.
type labelled struct {
	label string
	table *record.Table // nil: none
}

// writeTables writes tables side by side as CSV: the column that they share,
// called key, then variant.quantity. Rows of equal key, to rounding, are one
// row. A NaN, or a key that a table has no row for, is an empty field; every
// other number is written with as many digits as give back the same bits.
func writeTables(w io.Writer, key string, tables []labelled) error {
	header := []string{key}
	for _, v := range tables {
		for _, quantity := range quantities(v.table) {
			header = append(header, v.label+"."+quantity)
		}
	}
	out := csv.NewWriter(w)
	if err := out.Write(header); err != nil {
		return err
	}
	cursors := make([]*cursor, len(tables))
	for k, v := range tables {
		c, err := newCursor(v.table)
		if err != nil {
			return err
		}
		cursors[k] = c
	}
	fields := make([]string, len(header))
	for {
		t := earliest(cursors)
		if math.IsInf(t, 1) {
			break
		}
		clear(fields)
		fields[0] = number(t)
		column := 1
		for _, c := range cursors {
			if !c.over() && !(c.row[0] > t+rounding(t)) {
				for j, x := range c.row[1:] {
					fields[column+j] = number(x)
				}
				if err := c.advance(); err != nil {
					return err
				}
			}
			column += max(0, len(c.row)-1)
		}
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// cursor goes through the rows of a table.
type cursor struct {
	rows record.Rows
	next int
	row  []float64 // the present one
}

// newCursor stands on the first row; without a table, on none.
func newCursor(t *record.Table) (*cursor, error) {
	if t == nil {
		return &cursor{rows: &record.Memory{}}, nil
	}
	c := &cursor{rows: t.All(), row: make([]float64, len(t.Columns))}
	return c, c.advance()
}

func (c *cursor) over() bool { return c.next > c.rows.Len() || len(c.row) == 0 }

func (c *cursor) advance() error {
	c.next++
	if c.over() {
		return nil
	}
	return c.rows.Read(c.next-1, c.row)
}

// earliest is the smallest key among the rows to be written next; +Inf if there
// are none.
func earliest(cursors []*cursor) float64 {
	t := math.Inf(1)
	for _, c := range cursors {
		if !c.over() {
			t = math.Min(t, c.row[0])
		}
	}
	return t
}

// rounding is how far two times may be apart and still be the same: one
// variant adds up time steps, another multiplies them.
func rounding(t float64) float64 { return 1e-9 * (1 + math.Abs(t)) }

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

// readTables reads what writeTables wrote. The tables come in the order of
// their columns; rows in which one has no value are left out of it. name
// stands for the file in errors.
func readTables(r io.Reader, key, name string) ([]labelled, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: empty file, expected a header that starts with %q", name, key)
	}
	if err != nil {
		return nil, csvError(name, err)
	}
	tables, owner, err := splitColumns(header, key)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return tables, nil
		}
		if err != nil {
			return nil, csvError(name, err)
		}
		if err := appendFields(tables, owner, key, fields); err != nil {
			line, _ := in.FieldPos(0)
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
	}
}

// splitColumns makes an empty table for each variant that the header names,
// and tells for each column behind the key the table it belongs to.
func splitColumns(header []string, key string) (tables []labelled, owner []int, err error) {
	if header[0] != key {
		return nil, nil, fmt.Errorf("first column is %q, expected %q", header[0], key)
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
			k = len(tables)
			index[label] = k
			tables = append(tables, labelled{label, record.NewTable(key)})
		}
		tables[k].table.Columns = append(tables[k].table.Columns, quantity)
		owner = append(owner, k)
	}
	return tables, owner, nil
}

func appendFields(tables []labelled, owner []int, key string, fields []string) error {
	t, err := strconv.ParseFloat(fields[0], 64)
	if err != nil || math.IsNaN(t) {
		return fmt.Errorf("%s: %q, expected a number", key, fields[0])
	}
	row := make([][]float64, len(tables))
	present := make([]bool, len(tables))
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
	for k, v := range tables {
		if present[k] {
			v.table.Append(row[k]...)
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
