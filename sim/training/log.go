package training

import (
	"fmt"
	"math"

	"burstsim/sim"
	"burstsim/sim/analysis"
	"burstsim/sim/model"
	"burstsim/sim/record"
)

// trainingLog follows angles and states while a network trains.
type trainingLog[F sim.Float] struct {
	net     *sim.State[F]
	angles  *analysis.Comparison[F]
	states  []*loggedState[F]
	columns []string
	rows    record.Rows
	row     []float64
}

// loggedState is a quantity whose distribution is followed.
type loggedState[F sim.Float] struct {
	value   func() []F
	moments bool
	counts  *record.Histogram // nil: it is not counted
	rows    record.Rows       // of an epoch and its counts
}

// histogramBins is the number of bins of each histogram.
const histogramBins = 100

func newTrainingLog[F sim.Float](d *sim.Discrete[F], log Log, journal record.Journal) (*trainingLog[F], error) {
	net := d.Moved()
	l := &trainingLog[F]{net: net, angles: analysis.NewComparison(net)}
	l.columns = append([]string{"epoch", "loss"}, l.angles.Columns()...)
	var err error
	for _, s := range net.Signals() {
		counted := s.Range.Set
		if !log.States || !counted && !s.Moments {
			continue
		}
		name := fmt.Sprintf("%s_%d", s.Name, s.Layer)
		state := &loggedState[F]{value: s.Value, moments: s.Moments}
		if counted {
			state.counts = newHistogram(name, s.Label, s.Range)
			if state.rows, err = journal.Rows("histogram_"+name, record.Layout{Histogram: state.counts}); err != nil {
				return nil, err
			}
		}
		if state.moments {
			l.columns = append(l.columns, name+"_mean", name+"_variance", name+"_magnitude")
		}
		l.states = append(l.states, state)
	}
	l.rows, err = journal.Rows("log", record.Layout{Columns: l.columns})
	return l, err
}

func newHistogram(name, label string, r model.Range) *record.Histogram {
	h := &record.Histogram{Name: name, Label: label}
	for k := range histogramBins + 1 {
		h.Edges = append(h.Edges, r.Low+(r.High-r.Low)*float64(k)/histogramBins)
	}
	return h
}

// add logs the network as the last batch left it.
func (l *trainingLog[F]) add(epoch, loss float64) error {
	l.angles.Update()
	l.row = l.angles.Row(append(l.row[:0], epoch, loss))
	for _, s := range l.states {
		x := s.value()
		if s.moments {
			l.row = appendMoments(l.row, x)
		}
		if s.counts != nil {
			if err := s.rows.Append(append([]float64{epoch}, count(x, s.counts.Edges)...)); err != nil {
				return err
			}
		}
	}
	return l.rows.Append(l.row)
}

// appendMoments appends mean, variance and root mean square.
func appendMoments[F sim.Float](row []float64, x []F) []float64 {
	var sum, squares float64
	for _, v := range x {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(x))
	mean := sum / n
	return append(row, mean, max(0, squares/n-mean*mean), math.Sqrt(squares/n))
}

func count[F sim.Float](x []F, edges []float64) []float64 {
	bins := len(edges) - 1
	counts := make([]float64, bins)
	low, width := edges[0], (edges[bins]-edges[0])/float64(bins)
	for _, v := range x {
		k := (float64(v) - low) / width
		switch {
		case !(k > 0): // NaN too
			k = 0
		case k >= float64(bins):
			k = float64(bins - 1)
		}
		counts[int(k)]++
	}
	return counts
}

// collect reads back what was logged.
func (l *trainingLog[F]) collect(out *record.Training) (err error) {
	if out.Log, err = record.ReadTable(l.columns, l.rows); err != nil {
		return err
	}
	for _, s := range l.states {
		if s.counts == nil {
			continue
		}
		if err := record.ReadHistogram(s.counts, s.rows); err != nil {
			return err
		}
		out.Histograms = append(out.Histograms, s.counts)
	}
	return nil
}
