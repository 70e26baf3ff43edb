package sweep

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/linalg"
	"burstsim/internal/runner"
)

// Status is how far a sweep is.
type Status struct {
	Total, Done, Failed int           // Done has those of Failed that would fail again
	Unfinished          int           // runs with a folder of checkpoints
	Each                time.Duration // mean time of a run; 0 if none is over
	Failures            []Failure     // all
	Open                [][2]int      // stretches of runs with something left to do: first, count
}

// Failure is a run that failed.
type Failure struct {
	Number int
	Point  Point
	Why    string
}

// Status reads how far the sweep is, whoever runs it.
func (p *Plan) Status() (Status, error) {
	if err := linalg.Use(p.BLAS); err != nil {
		return Status{}, err
	}
	cfg, err := p.parse(p.doc.Set)
	if err != nil {
		return Status{}, err
	}
	id, err := runner.Identify(cfg)
	if err != nil {
		return Status{}, err
	}
	states, err := p.states(0, len(p.Points), id.Program+" "+id.BLAS)
	if err != nil {
		return Status{}, err
	}
	s := Status{Total: len(p.Points)}
	var sum float64
	for i, pt := range p.Points {
		st, known := states[pt.ID]
		if known {
			sum += st.seconds
			if st.failure != "" {
				s.Failed++
				s.Failures = append(s.Failures, Failure{i, pt, st.failure})
			}
		}
		switch last := len(s.Open) - 1; {
		case st.done:
			s.Done++
		case last >= 0 && s.Open[last][0]+s.Open[last][1] == i:
			s.Open[last][1]++
		default:
			s.Open = append(s.Open, [2]int{i, 1})
		}
	}
	if n := len(states); n > 0 {
		s.Each = seconds(sum / float64(n))
	}
	folders, err := filepath.Glob(filepath.Join(p.Path, unfinished, "*"))
	if err != nil {
		return s, err
	}
	ids := make(map[string]bool)
	for _, folder := range folders { // of a run there is one for each process that did it
		id, _, _ := strings.Cut(filepath.Base(folder), ".")
		ids[id] = true
	}
	s.Unfinished = len(ids)
	return s, nil
}

// Find is the point whose number in the plan, or the beginning of whose ID,
// is given.
func (p *Plan) Find(text string) (Point, error) {
	var found []Point
	for i, pt := range p.Points {
		if text == fmt.Sprint(i) {
			return pt, nil
		}
		if len(text) >= 4 && len(text) <= len(pt.ID) && pt.ID[:len(text)] == text {
			found = append(found, pt)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Point{}, fmt.Errorf("%s has no run %.40q, expected a number below %d or the first digits of an ID in runs.csv", p.Path, text, len(p.Points))
	}
	return Point{}, fmt.Errorf("%q is the beginning of %d IDs, expected more digits", text, len(found))
}

// Experiment is that of a point, with a name of its own, for a full run folder.
func (p *Plan) Experiment(pt Point) (config.Config, error) {
	cfg, err := p.Config(pt)
	if err == nil {
		cfg.Run.Name = p.Name + "-" + pt.ID[:8]
	}
	return cfg, err
}
