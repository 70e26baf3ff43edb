package record

// Journal keeps what a run records, and the states from which it can go on
// after a break. A state is all that the function visit is called with, by names
// and references; see sim.Visit. A run that goes on leaves the same bits as one that was never
// broken off. Methods are called by one goroutine at a time.
type Journal interface {
	// Rows opens the list of rows of this name, each laid out like this. All are
	// opened before Restore is called.
	Rows(name string, layout Layout) (Rows, error)
	// Restore sets state and rows to those of the last checkpoint. It reports
	// false, and leaves no rows, if there is none.
	Restore(state func(visit func(name string, ref any))) (bool, error)
	// Due asks, after a step, whether to save a checkpoint. progress is
	// simulated time (s) or epochs.
	Due(progress float64) bool
	// Save makes state and rows the last checkpoint.
	Save(progress float64, state func(visit func(name string, ref any))) error
}

// Unkept is the Journal of a run whose record stays in memory, without
// checkpoints.
type Unkept struct{}

// Rows opens a list in memory.
func (Unkept) Rows(_ string, layout Layout) (Rows, error) {
	return &Memory{Width: layout.Width()}, nil
}

// Restore finds no checkpoint.
func (Unkept) Restore(func(visit func(name string, ref any))) (bool, error) { return false, nil }

// Due is never.
func (Unkept) Due(float64) bool { return false }

// Save does nothing.
func (Unkept) Save(float64, func(visit func(name string, ref any))) error { return nil }
