package sweep

import "burstsim/plots"

// drawing is a figure and the name of its file.
type drawing struct {
	name   string
	figure *plots.Figure
}

// figures are those that the aggregate can show.
func (a *Aggregate) figures() ([]drawing, error) { return nil, nil }
