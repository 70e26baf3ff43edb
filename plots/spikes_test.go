package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/record"
)

// spiking is a made-up run of so many populations of a size, for 2 s, of which
// spikes of these kinds were kept in the first and the last half second.
func spiking(populations, size int, kinds ...int) *record.Result {
	columns := []string{"time", "loss"}
	s := &record.Spikes{Windows: [][2]float64{{0, 0.5}, {1.5, 2}}}
	tr := &record.Trajectory{}
	for i := range 100 {
		tr.Time = append(tr.Time, float64(i%50)/100+1.5*float64(i/50))
	}
	rows := &record.Memory{Width: 4}
	for k := range populations {
		name := string(rune('a' + k))
		s.Populations = append(s.Populations, record.Population{Name: name, Size: size, Baseline: 0.3})
		columns = append(columns, "event_rate_"+name, "burst_prob_"+name, "target_"+name)
		for _, what := range []string{"soma_", "dendrite_"} {
			x := &record.Signal{Name: what + name, Units: record.Spread(size, 2)}
			for i := range tr.Time {
				for range x.Units {
					x.Values = append(x.Values, -70+float64(i%7))
				}
			}
			tr.Signals = append(tr.Signals, x)
		}
	}
	for i, kind := range kinds {
		_ = rows.Append([]float64{0.1 + 0.01*float64(i), float64(i % populations), 0, float64(kind)})
	}
	s.Rows = rows
	t := record.NewTable(columns...)
	for i := range 8 {
		row := []float64{0.25 * float64(i+1), math.NaN()}
		for range populations {
			rate, probability := 0.0, math.NaN()
			if len(kinds) > 0 {
				rate, probability = float64(len(kinds)), 0.5
			}
			row = append(row, rate, probability, math.NaN())
		}
		t.Append(row...)
	}
	return &record.Result{Name: "made up", Phases: []record.Phase{{Name: "p", End: 2}},
		Variants: []record.Variant{{Label: "spiking", Metrics: t, Trajectory: tr, Spikes: s}}}
}

func texts(f *Figure) string {
	var all []string
	for _, p := range f.parts {
		switch x := p.(type) {
		case legend:
			for _, row := range x.rows {
				for _, e := range row {
					all = append(all, e.text)
				}
			}
		case label:
			all = append(all, x.text)
		}
	}
	return strings.Join(all, "; ")
}

// Mean weights are told apart by the legend, in styles that no population has.
func TestSpikesOfWeights(t *testing.T) {
	for connections, want := range map[int]string{1: "", mostWeights: "", mostWeights + 3: "(weights: 8 of 11 connections)"} {
		res := spiking(2, 5, record.Event)
		m := res.Variants[0].Metrics
		columns := slices.Clone(m.Columns)
		for k := range connections {
			columns = append(columns, "weight_W"+string(rune('a'+k)))
		}
		table := record.NewTable(columns...)
		for i := range m.Len() {
			var row []float64
			for _, c := range m.Columns {
				row = append(row, m.Column(c)[i])
			}
			for k := range connections {
				row = append(row, float64(i*k))
			}
			table.Append(row...)
		}
		res.Variants[0].Metrics = table
		f, err := Spikes(res, Options{})
		if err != nil {
			t.Fatal(err)
		}
		all := texts(f)
		if got := strings.Count(all, "weight of W"); got != min(connections, mostWeights) || !strings.Contains(all, want) {
			t.Errorf("%d connections: %q", connections, all)
		}
		styles := map[string]bool{}
		for _, p := range f.parts {
			if l, ok := p.(legend); ok {
				for _, row := range l.rows {
					for _, e := range row {
						if len(e.text) == 1 || strings.HasPrefix(e.text, "weight of ") { // of the populations a and b
							styles[fmt.Sprint(e.line)] = true
						}
					}
				}
			}
		}
		if len(styles) != 2+min(connections, mostWeights) {
			t.Errorf("%d connections and 2 populations in %d styles", connections, len(styles))
		}
	}
}

// Names of populations are as long as the panels they stand beside, at most.
func TestSpikesOfLongNames(t *testing.T) {
	res := spiking(2, 5, record.Event)
	v := &res.Variants[0]
	for k, short := range []string{"a", "b"} {
		long := short + strings.Repeat(" long", 20)
		v.Spikes.Populations[k].Name = long
		for i, c := range v.Metrics.Columns {
			if before, ok := strings.CutSuffix(c, "_"+short); ok {
				v.Metrics.Columns[i] = before + "_" + long
			}
		}
		for _, s := range v.Trajectory.Signals {
			if before, ok := strings.CutSuffix(s.Name, "_"+short); ok {
				s.Name = before + "_" + long
			}
		}
	}
	f, err := Spikes(res, Options{})
	if err != nil {
		t.Fatal(err)
	}
	rasters := 0
	for _, p := range panels(f) {
		if name, ok := strings.CutPrefix(p.Y.Label.Text, "neurons of\n"); ok {
			if rasters++; textWidth(name) > rasterHeight+rowGap || !strings.Contains(name, "\u2026") {
				t.Errorf("%q beside a panel", name)
			}
		}
	}
	if rasters == 0 {
		t.Error("no rasters")
	}
}

func TestSpikesOfOddRuns(t *testing.T) {
	tests := []struct {
		name        string
		populations int
		size        int
		kinds       []int
		has, hasNot []string
	}{
		{"one silent neuron", 1, 1, nil, []string{"no spikes"}, []string{"event;", "burst;", "other spike"}},
		{"no bursts", 2, 3, []int{record.Event, record.Event}, []string{"event"}, []string{"burst;", "other spike"}},
		{"five populations", 5, 1000, []int{record.Event, record.Burst, record.Other, record.Event, record.Event, record.Event},
			[]string{"event", "burst", "other spike", "up to 40 neurons"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := Spikes(spiking(test.populations, test.size, test.kinds...), Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkMargin(t, encode(t, f, "png"))
			all := texts(f) + ";"
			for _, want := range test.has {
				if !strings.Contains(all, want) {
					t.Errorf("no %q in %q", want, all)
				}
			}
			for _, not := range test.hasNot {
				if strings.Contains(all, not) {
					t.Errorf("%q in %q", not, all)
				}
			}
			if p := panels(f)[0]; len(test.kinds) == 0 && p.Y.Min < -0.1 {
				t.Errorf("rates from %v Hz", p.Y.Min)
			}
		})
	}
}

func TestSpikesOfChosenWindowsAndNeurons(t *testing.T) {
	res := spiking(2, 3, record.Event, record.Burst)
	f, err := Spikes(res, Options{Windows: [][2]float64{{0.05, 0.7}}, Indices: []int{2}})
	if err != nil {
		t.Fatal(err)
	}
	if p := panels(f); p[len(p)-1].X.Min != 0.05 || p[len(p)-1].X.Max != 0.5 {
		t.Errorf("window from %v to %v s", p[len(p)-1].X.Min, p[len(p)-1].X.Max)
	}
	for _, test := range []struct {
		opt  Options
		want string
	}{
		{Options{Windows: [][2]float64{{0.6, 1}}}, "kept are 0 to 0.5 s, 1.5 to 2 s"},
		{Options{Windows: [][2]float64{{0, 1}, {0, 1}, {0, 1}}}, "at most 2"},
		{Options{Indices: []int{1}}, "recorded are 0, 2"},
		{Options{Indices: []int{0, 2}}, "expected 1"},
	} {
		if _, err := Spikes(res, test.opt); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.opt, err, test.want)
		}
	}
}

func TestSpikeRatesOfRuns(t *testing.T) {
	one, two, other := spiking(2, 3, record.Event), spiking(1, 3, record.Event), spiking(1, 3)
	both := &record.Result{Variants: append(one.Variants, two.Variants...)}
	f, err := SpikeRates(both, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkMargin(t, encode(t, f, "png"))
	if p := panels(f); len(p) != 2 || len(p[0].data) != 2 {
		t.Errorf("%d panels", len(p))
	}
	other.Variants[0].Spikes.Populations[0].Name = "x"
	if _, err := SpikeRates(&record.Result{Variants: append(one.Variants, other.Variants...)}, Options{}); err == nil {
		t.Error("runs without a population in common were drawn")
	}
}

// Of a run that did not come to its end, windows are shown as far as it came.
func TestSpikesOfUnfinishedRuns(t *testing.T) {
	for rows, want := range map[int]int{3: 1, 7: 2} {
		res := spiking(1, 3, record.Event)
		v := &res.Variants[0]
		part := record.NewTable(v.Metrics.Columns...)
		for i := range rows {
			part.Append(v.Metrics.Row(i)...)
		}
		v.Metrics = part
		tr := v.Trajectory
		end := part.Column("time")[rows-1]
		tr.Time = slices.DeleteFunc(tr.Time, func(t float64) bool { return t > end })
		for _, x := range tr.Signals {
			x.Values = x.Values[:len(tr.Time)*x.Width()]
		}
		f, err := Spikes(res, Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkMargin(t, encode(t, f, "png"))
		p := panels(f)
		if got := len(p) - 2; got != 2*want { // rates and probabilities; a raster and potentials each
			t.Errorf("%d rows: %d panels of windows, want %d", rows, got, 2*want)
		}
		if end := p[len(p)-1].X.Max; rows == 7 && end != 1.75 {
			t.Errorf("the last window ends at %v s", end)
		}
	}
}
