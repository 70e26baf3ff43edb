package spiking_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

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
	// From, to, and for three seeds of the published system: the event rate of
	// the input, its weight, the event and the burst rate of the output.
	table := []struct {
		from, to float64
		values   [4][3]float64
	}{
		{10, 20, [4][3]float64{{4.61, 4.90, 4.81}, {0.306, 0.342, 0.331}, {5.52, 5.85, 5.74}, {1.97, 2.07, 2.04}}},
		{35, 40, [4][3]float64{{9.41, 9.59, 10.26}, {0.932, 0.969, 1.026}, {9.99, 9.93, 10.80}, {3.49, 3.62, 3.38}}},
		{42, 50, [4][3]float64{{9.45, 9.83, 9.50}, {0.918, 0.990, 0.956}, {9.92, 10.20, 9.72}, {3.48, 3.69, 3.55}}},
		{52, 60, [4][3]float64{{9.22, 9.74, 9.69}, {0.911, 0.986, 1.004}, {9.45, 10.03, 10.07}, {3.39, 3.63, 3.59}}},
		{75, 80, [4][3]float64{{3.83, 3.99, 4.04}, {0.198, 0.211, 0.194}, {5.16, 5.21, 5.34}, {1.64, 1.72, 1.57}}},
		{82, 90, [4][3]float64{{3.95, 3.84, 3.73}, {0.178, 0.194, 0.183}, {5.13, 5.14, 5.04}, {1.79, 1.77, 1.75}}},
		{92, 100, [4][3]float64{{3.82, 3.73, 3.84}, {0.173, 0.178, 0.172}, {5.16, 4.97, 4.92}, {1.80, 1.76, 1.77}}},
	}
	const seeds = 8
	got := make([][4][]float64, len(table))
	for seed := range uint64(seeds) {
		out, err := published(seed+1, true).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for k, row := range table {
			for i, column := range []string{"event_rate_input", "weight_W_1", "event_rate_output", "burst_rate_output"} {
				got[k][i] = append(got[k][i], between(out.Metrics, column, row.from, row.to))
			}
		}
	}
	for k, row := range table {
		for i, want := range row.values {
			m, sd := stat.MeanStdDev(got[k][i], nil)
			published := stat.Mean(want[:], nil)
			if z := (m - published) / (sd * math.Sqrt(1./seeds+1./3)); !(math.Abs(z) < 3.5) {
				t.Errorf("%v to %v s, column %d: %.3f (%.3f) over seeds, published %.3f: %.1f standard errors apart", row.from, row.to, i, m, sd, published, z)
			} else {
				t.Logf("%v to %v s, column %d: %.3f (%.3f) over seeds, published %.3f: %.1f standard errors apart", row.from, row.to, i, m, sd, published, z)
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
		return []record.Rows{o.Metrics.All(), trajectory, o.Spikes.Rows}
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

// TestNudgesHaveACost: the loss is that of the population that is nudged, where a
// nudge begins, and there is none at other times.
func TestNudgesHaveACost(t *testing.T) {
	c := &spiking.Course{Network: everything(), Seed: 1, Phases: []spiking.Phase{{Name: "learning", Duration: 0.6, Cycle: spiking.ShowPatterns(0.1, 0.05, true)}},
		Record: spiking.Recording{Metrics: 0.05, Sample: 0.01}}
	out, err := c.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	// So early no average has reached the 2 Hz that stand for 0.
	right, wrong := -math.Log(0.99), -math.Log(0.01)
	want := []float64{right, wrong, wrong, right}
	for i, loss := range out.Metrics.Column("loss") {
		switch {
		case i%3 == 2 && math.Abs(loss-want[i/3]) > 1e-12:
			t.Errorf("loss of pattern %d: %v, want %v", i/3, loss, want[i/3])
		case i%3 != 2 && !math.IsNaN(loss):
			t.Errorf("loss %v before the nudge of pattern %d", loss, i/3)
		}
	}
}
