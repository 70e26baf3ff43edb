package spiking_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"burstsim/neuron"
	"burstsim/sim/record"
	"burstsim/sim/spiking"
)

// published is the published experiment; asPublished, with the times and the
// adaptation of its code.
func published(seed uint64, asPublished bool) *spiking.Course {
	net := spiking.BurstCCN(100, 100)
	net.TimesAdded = asPublished
	for k := range net.Populations {
		net.Populations[k].Cells.(*neuron.TwoCompartment).AdaptationAsPublished = asPublished
	}
	return &spiking.Course{Network: net, Seed: seed, Phases: spiking.BurstCCNPhases(),
		Record: spiking.Recording{Metrics: 1, Sample: 0.01, Units: 2, Windows: []spiking.Window{{Start: 19.5, End: 20.5}}}}
}

// between is the mean of a column of metrics.
func between(t *record.Table, column string, from, to float64) float64 {
	var m record.Mean
	at, values := t.Column("time"), t.Column(column)
	for i, v := range values {
		if at[i] > from && at[i] <= to {
			m.Add(v)
		}
	}
	return m.Value()
}

// TestPublishedProtocol: averages of the published protocol are those of the
// published system, within what seeds differ by.
func TestPublishedProtocol(t *testing.T) {
	// From, to, and the means and extremes over three seeds of the published
	// system: of the event rate of the input, its weight, the event and the burst
	// rate of the output.
	table := []struct {
		from, to float64
		low      [4]float64
		high     [4]float64
	}{
		{10, 20, [4]float64{4.61, 0.306, 5.52, 1.97}, [4]float64{4.90, 0.342, 5.85, 2.07}},
		{35, 40, [4]float64{9.41, 0.932, 9.93, 3.38}, [4]float64{10.26, 1.026, 10.80, 3.62}},
		{42, 50, [4]float64{9.45, 0.918, 9.72, 3.48}, [4]float64{9.83, 0.990, 10.20, 3.69}},
		{52, 60, [4]float64{9.22, 0.911, 9.45, 3.39}, [4]float64{9.74, 1.004, 10.07, 3.63}},
		{75, 80, [4]float64{3.83, 0.194, 5.16, 1.57}, [4]float64{4.04, 0.211, 5.34, 1.72}},
		{82, 90, [4]float64{3.73, 0.178, 5.04, 1.75}, [4]float64{3.95, 0.194, 5.14, 1.79}},
		{92, 100, [4]float64{3.73, 0.172, 4.92, 1.76}, [4]float64{3.84, 0.178, 5.16, 1.80}},
	}
	const seeds = 4
	sums := make([][4][]float64, len(table))
	for seed := range uint64(seeds) {
		out, err := published(seed+1, true).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for k, row := range table {
			for i, column := range []string{"event_rate_input", "weight_W_1", "event_rate_output", "burst_rate_output"} {
				sums[k][i] = append(sums[k][i], between(out.Metrics, column, row.from, row.to))
			}
		}
	}
	for k, row := range table {
		for i := range row.low {
			var m record.Mean
			for _, v := range sums[k][i] {
				m.Add(v)
			}
			// Three seeds have half of the range that the mean of four, with
			// their own spread, may lie beyond.
			slack := max(row.high[i]-row.low[i], 0.03*row.high[i])
			if v := m.Value(); !(v >= row.low[i]-slack && v <= row.high[i]+slack) {
				t.Errorf("%v to %v s, column %d: %.3f over seeds (%.3v), published %v to %v", row.from, row.to, i, v, sums[k][i], row.low[i], row.high[i])
			}
		}
	}
}

// journal keeps a course in memory, and stops it.
type journal struct {
	rows  map[string]*record.Memory
	saved kept
	stop  func()
	at    float64
	lens  map[string]int
}

func (j *journal) Rows(name string, l record.Layout) (record.Rows, error) {
	if j.rows[name] == nil {
		j.rows[name] = &record.Memory{Width: l.Width()}
	}
	return j.rows[name], nil
}

func (j *journal) Restore(state func(visit func(name string, ref any))) (bool, error) {
	if j.saved == nil {
		return false, nil
	}
	for name, m := range j.rows {
		if m.Len() != j.lens[name] {
			return false, fmt.Errorf("%d rows of %s, %d when it was saved", m.Len(), name, j.lens[name])
		}
	}
	state(j.saved.load())
	return true, nil
}

func (j *journal) Due(at float64) bool {
	if j.stop != nil && at >= j.at {
		j.stop()
	}
	return false
}

func (j *journal) Save(_ float64, state func(visit func(name string, ref any))) error {
	j.saved, j.lens = kept{}, map[string]int{}
	state(j.saved.save)
	for name, m := range j.rows {
		j.lens[name] = m.Len()
	}
	return nil
}

// TestCourseGoesOn: a course that was stopped in a phase of a cycle, and goes on,
// records what one does that was not.
func TestCourseGoesOn(t *testing.T) {
	course := func() *spiking.Course {
		return &spiking.Course{Network: everything(), Seed: 3, Phases: []spiking.Phase{
			{Name: "before", Duration: 0.2}, {Name: "learning", Duration: 1.5, Cycle: spiking.ShowPatterns(0.1, 0.08, true)},
		}, Record: spiking.Recording{Metrics: 0.05, Sample: 0.01, Units: 3, Windows: []spiking.Window{{Start: 0.1, End: 0.3}, {Start: 1, End: 1.5}}}}
	}
	whole, err := course().Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	j := &journal{rows: map[string]*record.Memory{}, stop: stop, at: 0.95}
	c := course()
	c.Journal = j
	if _, err := c.Run(ctx); ctx.Err() == nil || j.saved == nil {
		t.Fatalf("the course was not stopped: %v", err)
	}
	j.stop = nil
	c = course()
	c.Journal = j
	again, err := c.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	want, got := kept{}, kept{}
	whole.Simulation.Visit(want.save)
	again.Simulation.Visit(got.save)
	want.equal(t, got)
	all := func(o *spiking.Outcome) []record.Rows {
		trajectory, err := o.Trajectory.All()
		if err != nil {
			t.Fatal(err)
		}
		return []record.Rows{o.Metrics.All(), trajectory, o.Spikes}
	}
	for k, want := range all(whole) {
		got := all(again)[k]
		if got.Len() != want.Len() || want.Len() == 0 {
			t.Fatalf("%d rows of recording %d, want %d", got.Len(), k, want.Len())
		}
		widths := [...]int{len(whole.Metrics.Columns), whole.Trajectory.RowWidth(), 4}
		a, b := make([]float64, widths[k]), make([]float64, widths[k])
		for i := range want.Len() {
			if want.Read(i, a) != nil || got.Read(i, b) != nil {
				t.Fatal("a row cannot be read")
			}
			for c := range a {
				if math.Float64bits(a[c]) != math.Float64bits(b[c]) {
					t.Fatalf("recording %d, row %d, column %d: %v, want %v", k, i, c, b[c], a[c])
				}
			}
		}
	}
}
