package record

import "fmt"

// Rows is a growing list of rows of equally many numbers. A run appends to it
// as it goes; [Memory] holds it in memory, a journal of a run folder on disk.
type Rows interface {
	// Append adds a row, which the caller may use again. The error is that of
	// the disk.
	Append(row []float64) error
	// Len is the number of rows.
	Len() int
	// Read stores row i in dst, which has the length of a row.
	Read(i int, dst []float64) error
}

// Memory is Rows in memory. The rows must all have Width numbers.
type Memory struct {
	Width  int
	values []float64
}

// Append adds a row.
func (m *Memory) Append(row []float64) error {
	if len(row) != m.Width {
		return fmt.Errorf("record: a row of %d numbers, expected %d", len(row), m.Width)
	}
	m.values = append(m.values, row...)
	return nil
}

// Len is the number of rows.
func (m *Memory) Len() int { return len(m.values) / max(1, m.Width) }

// Read stores row i in dst.
func (m *Memory) Read(i int, dst []float64) error {
	copy(dst, m.values[i*m.Width:(i+1)*m.Width])
	return nil
}

// mostValues is how many numbers of one list of rows are kept in memory for
// figures and summaries: 128 MiB. Of a longer list every k-th row is.
var mostValues = 1 << 24

// thinned calls add with every k-th row, so that at most mostValues are added,
// and with the last; before it, room with the number of rows that come. It
// returns the rows if it left any out, otherwise nil.
func thinned(rows Rows, width int, room func(rows int), add func(row []float64)) (full Rows, err error) {
	most, n := max(2, mostValues/max(1, width)), rows.Len()
	k := max(1, (n+most-1)/most)
	room((n + k - 1) / k)
	row := make([]float64, width)
	for i := 0; i < n; i += k {
		if n-i <= k {
			i = n - 1
		}
		if err := rows.Read(i, row); err != nil {
			return nil, err
		}
		add(row)
	}
	if k > 1 {
		full = rows
	}
	return full, nil
}

// ReadTable is a table of rows that were recorded under these columns. Of very
// many only some are in memory, and Full has all.
func ReadTable(columns []string, rows Rows) (t *Table, err error) {
	t = NewTable(columns...)
	room := func(n int) { t.rows = make([]float64, 0, n*len(columns)) }
	t.Full, err = thinned(rows, len(columns), room, func(row []float64) { t.Append(row...) })
	return t, err
}

// ReadTrajectory is a trajectory of rows that hold a time and then, signal
// after signal, the values of its units; signals come without values. Of very
// many rows only some are in memory, and Full has all.
func ReadTrajectory(signals []*Signal, rows Rows) (tr *Trajectory, err error) {
	tr = &Trajectory{}
	for _, s := range signals {
		own := *s
		tr.Signals = append(tr.Signals, &own)
	}
	room := func(n int) {
		tr.Time = make([]float64, 0, n)
		for _, s := range tr.Signals {
			s.Values = make([]float64, 0, n*s.Width())
		}
	}
	tr.Full, err = thinned(rows, tr.RowWidth(), room, func(row []float64) {
		tr.Time = append(tr.Time, row[0])
		row = row[1:]
		for _, s := range tr.Signals {
			s.Values = append(s.Values, row[:s.Width()]...)
			row = row[s.Width():]
		}
	})
	return tr, err
}

// ReadHistogram adds to a histogram the rows that hold an epoch and then its
// counts. Of very many rows only some are in memory, and Full has all.
func ReadHistogram(h *Histogram, rows Rows) (err error) {
	h.Full, err = thinned(rows, len(h.Edges), func(int) {}, func(row []float64) {
		h.Epochs = append(h.Epochs, row[0])
		counts := make([]int, len(row)-1)
		for i, v := range row[1:] {
			counts[i] = int(v)
		}
		h.Counts = append(h.Counts, counts)
	})
	return err
}

// All has all rows of the table, those that are not in memory too.
func (t *Table) All() Rows {
	if t.Full != nil {
		return t.Full
	}
	return &Memory{Width: len(t.Columns), values: t.rows}
}

// All has all samples, those that are not in memory too, as rows of a time and
// the values of all signals in their order.
func (tr *Trajectory) All() (Rows, error) {
	if tr.Full != nil {
		return tr.Full, nil
	}
	for _, s := range tr.Signals {
		if len(s.Values) != len(tr.Time)*s.Width() {
			return nil, fmt.Errorf("signal %s has %d values for %d times and %d units", s.Name, len(s.Values), len(tr.Time), s.Width())
		}
	}
	return samples{tr}, nil
}

// samples are those of a trajectory in memory.
type samples struct{ *Trajectory }

func (s samples) Append([]float64) error { return fmt.Errorf("record: these rows do not grow") }

func (s samples) Len() int { return len(s.Time) }

func (s samples) Read(i int, dst []float64) error {
	dst = append(dst[:0], s.Time[i])
	for _, signal := range s.Signals {
		n := signal.Width()
		dst = append(dst, signal.Values[i*n:(i+1)*n]...)
	}
	return nil
}
