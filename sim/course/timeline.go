package course

import (
	"time"

	"burstsim/sim/record"
)

// Timeline is when phases that follow each other from t = 0 begin and end, and
// when the target reaches the output dendrites in them.
func Timeline(phases []Phase) []record.Phase {
	var out []record.Phase
	var start time.Duration
	for _, p := range phases {
		end := start + p.Duration
		q := record.Phase{Name: p.Name, Start: start.Seconds(), End: end.Seconds(), Teacher: p.Teacher}
		for _, part := range p.Cycle {
			q.Cycle = append(q.Cycle, record.Part{Duration: part.Duration.Seconds(), Teacher: part.Teacher})
		}
		out = append(out, q)
		start = end
	}
	return out
}
