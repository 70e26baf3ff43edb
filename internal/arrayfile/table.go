package arrayfile

import (
	"fmt"
	"math"

	"burstsim/internal/memory"
)

// Table is numbers in memory, a sample or a time a row. They take half of the
// memory where float32 holds all numbers of the types that the file has. It must
// not be changed.
type Table struct {
	// Shape is that of a row in the file: {28, 28} of images; none if a row is one
	// number, or several arrays, or columns of text, stand side by side.
	Shape []int

	rows, columns int
	narrow        []float32
	wide          []float64
}

// newTable allocates a table, if there is memory for it.
func newTable(rows, columns int, narrow bool) (*Table, error) {
	item := 8.0
	if narrow {
		item = 4
	}
	if err := memory.Check("its numbers", item*float64(rows)*float64(columns)); err != nil {
		return nil, err
	}
	t := &Table{rows: rows, columns: columns}
	if narrow {
		t.narrow = make([]float32, rows*columns)
	} else {
		t.wide = make([]float64, rows*columns)
	}
	return t, nil
}

// Len is the number of rows, at least 1.
func (t *Table) Len() int { return t.rows }

// Columns is the length of a row, at least 1.
func (t *Table) Columns() int { return t.columns }

// Bytes is the memory that the numbers take.
func (t *Table) Bytes() int { return 4*len(t.narrow) + 8*len(t.wide) }

// At is a number; places count from 0.
func (t *Table) At(row, column int) float64 {
	if t.narrow != nil {
		return float64(t.narrow[row*t.columns+column])
	}
	return t.wide[row*t.columns+column]
}

// Row stores a row.
func (t *Table) Row(dst []float64, row int) {
	if t.narrow == nil {
		copy(dst, t.wide[row*t.columns:(row+1)*t.columns])
		return
	}
	for j, x := range t.narrow[row*t.columns : (row+1)*t.columns] {
		dst[j] = float64(x)
	}
}

func (t *Table) set(row, column int, x float64) {
	if t.narrow != nil {
		t.narrow[row*t.columns+column] = float32(x)
	} else {
		t.wide[row*t.columns+column] = x
	}
}

// exact is where integers begin that float64 has not.
const exact = 1 << 53

// sound says why a number is none that can be used.
func sound(x float64, integer bool) error {
	switch {
	case x-x != 0:
		return fmt.Errorf("is %v, expected a finite number", x)
	case integer && math.Abs(x) >= exact:
		return fmt.Errorf("is %.0f, expected an integer below 2^53, which float64 holds", x)
	}
	return nil
}
