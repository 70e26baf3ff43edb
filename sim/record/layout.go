package record

// Layout says what the numbers of a row are, for those who read a recording
// that is not finished. It has Columns, Signals, a Histogram or Weights.
type Layout struct {
	Columns   []string   // names of the columns of a table
	Signals   []*Signal  // of a trajectory, without values: the time comes first, then the units of each
	Histogram *Histogram // without counts: the epoch comes first, then the count of each bin
	Weights   []Shape    // of snapshots: the time or epoch comes first, then the values of each
	Phases    []Phase    // that the times of a table fall into, up to the end of the run
}

// Width is the length of a row; 0 without a layout.
func (l Layout) Width() int {
	switch {
	case l.Histogram != nil:
		return len(l.Histogram.Edges)
	case len(l.Signals) > 0:
		return (&Trajectory{Signals: l.Signals}).RowWidth()
	case len(l.Weights) > 0:
		n := 1
		for _, s := range l.Weights {
			n += s.Len()
		}
		return n
	}
	return len(l.Columns)
}
