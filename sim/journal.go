package sim

import "burstsim/sim/record"

// Visit is called with everything that decides the future of what is visited,
// by a name that is unique in it and a reference to the value: a pointer to a
// bool, int, int64, float64 or time.Duration, a slice of numbers whose length
// does not change, or an encoding.BinaryMarshaler that is a BinaryUnmarshaler.
// What reads values and what sets them see the same list.
type Visit = func(name string, ref any)

// Journal keeps what a run records, and the states from which it can go on
// after a break. A run that goes on leaves the same bits as one that was never
// broken off. Methods are called by one goroutine at a time.
type Journal interface {
	// Rows opens the list of rows of this name, each laid out like this. All are
	// opened before Restore is called.
	Rows(name string, layout record.Layout) (record.Rows, error)
	// Restore sets state and rows to those of the last checkpoint. It reports
	// false, and leaves no rows, if there is none.
	Restore(state func(Visit)) (bool, error)
	// Due asks, after a step, whether to save a checkpoint. progress is
	// simulated time (s) or epochs.
	Due(progress float64) bool
	// Save makes state and rows the last checkpoint.
	Save(progress float64, state func(Visit)) error
}

// unkept is the journal of a run that nothing is kept of.
type unkept struct{}

func (unkept) Rows(_ string, layout record.Layout) (record.Rows, error) {
	return &record.Memory{Width: layout.Width()}, nil
}

func (unkept) Restore(func(Visit)) (bool, error) { return false, nil }

func (unkept) Due(float64) bool { return false }

func (unkept) Save(float64, func(Visit)) error { return nil }

// within visits under a prefix.
func within(prefix string, visit Visit) Visit {
	return func(name string, ref any) { visit(prefix+"/"+name, ref) }
}

func (m *mean) visit(name string, visit Visit) {
	visit(name+"/sum", &m.sum)
	visit(name+"/n", &m.n)
}
