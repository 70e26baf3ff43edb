package plots

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"burstsim/sim/record"
)

// sizes is a made-up run of ensembles whose rows deviate as size to a power, in
// phases of ten rows each that share a current into the soma or the dendrite.
func sizes(power float64) (*record.Result, Options) {
	rnd := rand.New(rand.NewPCG(1, 2))
	w := record.Wiring{}
	columns := []string{"time", "loss"}
	res := &record.Result{Name: "made up", Variants: []record.Variant{{Label: "spiking", Spikes: &record.Spikes{Rows: &record.Memory{Width: 4}}}}}
	names := []string{"a", "b", "c", "d", "reference"}
	for k, name := range names {
		n := 10 << (2 * k)
		res.Variants[0].Spikes.Populations = append(res.Variants[0].Spikes.Populations, record.Population{Name: name, Size: n, Baseline: 0.4})
		w.Ensembles = append(w.Ensembles, name)
		w.Cells = append(w.Cells, record.Cell{Population: name, Window: 0.016})
		w.Inputs = append(w.Inputs, record.Input{Name: "soma " + name, To: name}, record.Input{Name: "dendrite " + name, To: name, Dendrite: true})
		w.Learners = append(w.Learners, record.Learner{Name: "W " + name, To: name, Step: 2, Baseline: 0.4})
		for _, c := range []string{"event_rate_", "burst_rate_", "spike_rate_", "burst_prob_", "weight_W ", "current_soma ", "current_dendrite "} {
			columns = append(columns, c+name)
		}
	}
	t := record.NewTable(columns...)
	inputs := [][2]float64{{100, 0}, {200, 0}, {200, 50}}
	for phase := range inputs {
		res.Phases = append(res.Phases, record.Phase{Name: "p", Start: 10 * float64(phase), End: 10 * float64(phase+1)})
		w.Learning = append(w.Learning, true)
	}
	weights := make([]float64, len(names))
	for i := range 10 * len(inputs) {
		in := inputs[i/10]
		row := []float64{float64(i + 1), math.NaN()}
		for k := range names {
			sd := math.Pow(float64(int(10)<<(2*k)), power)
			if k == len(names)-1 {
				sd = 0
			}
			if i%10 == 0 {
				sd = 1e3 // the first row of a phase does not count
			}
			e := 0.1*in[0] + sd*rnd.NormFloat64()
			p := 0.4 + 0.002*in[1] + sd*rnd.NormFloat64()
			weights[k] += 2 * (0.1*in[0]*(0.002*in[1]) + sd*rnd.NormFloat64())
			row = append(row, e, e*p, 2*e, p, weights[k], in[0], in[1])
		}
		t.Append(row...)
	}
	res.Variants[0].Metrics = t
	return res, Options{Wirings: []record.Wiring{w}}
}

// The fitted slope is that by which deviations fall.
func TestEnsemblesHaveTheirSlope(t *testing.T) {
	for _, power := range []float64{-0.5, -1} {
		res, opt := sizes(power)
		all := ensembles(&res.Variants[0], opt.wiring(0), res.Phases)
		if len(all) != 5 {
			t.Fatalf("%d ensembles", len(all))
		}
		for q := range quantities {
			// 27 rows have their deviation within 14 %, over a factor of 64 in size.
			if _, slope := approach(all, q); !(math.Abs(slope-power) < 0.15) {
				t.Errorf("quantity %d: slope %.3f, want %v", q, slope, power)
			}
		}
		shown := transfers(all)
		if len(shown) != 3 || len(shown[0].line) != 2 || shown[0].line[0].X != 100 || math.Abs(shown[0].line[1].Y-20) > 1e-9 || shown[1].line[1].X != 50 {
			t.Errorf("transfer functions %+v", shown)
		}
		f, err := Ensembles(res, opt)
		if err != nil {
			t.Fatal(err)
		}
		checkMargin(t, encode(t, f, "png"))
	}
}

// A population that gets another current is not one of the ensembles.
func TestEnsemblesGetTheSameCurrents(t *testing.T) {
	res, opt := sizes(-0.5)
	m := res.Variants[0].Metrics
	other := record.NewTable(m.Columns...)
	for i := range m.Len() {
		row := append([]float64(nil), m.Row(i)...)
		row[7]++ // current into the soma of the first
		other.Append(row...)
	}
	res.Variants[0].Metrics = other
	if all := ensembles(&res.Variants[0], opt.wiring(0), res.Phases); len(all) != 4 || all[0].name != "b" {
		t.Errorf("%d ensembles, the first is %q", len(all), all[0].name)
	}
}

// Figures of networks say in one line what they lack, and draw what is broken.
func TestFiguresOfNetworksOfBrokenRuns(t *testing.T) {
	figures := map[string]func(*record.Result, Options) (*Figure, error){"plasticity": Plasticity, "routing": Routing, "ensembles": Ensembles}
	for name, draw := range figures {
		res, opt := sizes(-0.5)
		opt.Wirings[0].Routes = []record.Route{{Name: "r", From: "a", To: "b"}}
		whole, err := draw(res, opt)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkMargin(t, encode(t, whole, "png"))
		for _, value := range []float64{0, 1, math.NaN(), math.Inf(1), 1e300, -1e-300} {
			res, opt := sizes(-0.5)
			opt.Wirings[0].Routes = []record.Route{{Name: "r", From: "a", To: "b"}, {Name: "s", From: "a", To: "c", Facilitating: true}}
			res.Variants[0].Trajectory = &record.Trajectory{}
			res.Limit = &record.Limit{}
			spoil(res, value)
			if f, err := draw(res, opt); err == nil {
				encode(t, f, "svg")
			} else if bytes.ContainsRune([]byte(err.Error()), '\n') {
				t.Errorf("%s of %v: %v", name, value, err)
			}
			// Fewer rows than phases.
			res.Variants[0].Metrics = record.NewTable(res.Variants[0].Metrics.Columns...)
			if f, err := draw(res, opt); err == nil {
				t.Errorf("%s of no rows: %v", name, f)
			}
		}
		if _, err := draw(&record.Result{Variants: make([]record.Variant, 1)}, Options{}); err == nil {
			t.Errorf("%s of nothing was drawn", name)
		}
	}
}

func TestIntervalsAreRowsOfAPhase(t *testing.T) {
	times := []float64{1, 2, 3, 4, 5}
	phases := []record.Phase{{Start: 0, End: 2}, {Start: 2, End: 5}, {Start: 5, End: 5.5}}
	got := intervals(times, phases, 0)
	if len(got) != 2 || got[0] != (interval{1, 1, 1, 0}) || got[1] != (interval{2, 4, 3, 1}) {
		t.Errorf("%+v", got)
	}
	if got = intervals(times, phases, 1); len(got) != 1 || got[0] != (interval{3, 4, 2, 1}) {
		t.Errorf("without the first: %+v", got)
	}
	column := []float64{7, 1, 2, 4, 6}
	if v := got[0]; v.mean(times, column) != 5 || v.slope(column) != 2 {
		t.Errorf("mean %v, slope %v", v.mean(times, column), v.slope(column))
	}
}

// Constant currents that differ are no difference in size only.
func TestEnsemblesUnderConstantCurrents(t *testing.T) {
	under := func(current func(name string) float64) error {
		res, opt := sizes(-0.5)
		m := res.Variants[0].Metrics
		table := record.NewTable(m.Columns...)
		for i := range m.Len() {
			var row []float64
			for _, c := range m.Columns {
				x := m.Column(c)[i]
				if name, ok := strings.CutPrefix(c, "current_soma "); ok {
					x = current(name)
				} else if strings.HasPrefix(c, "current_dendrite ") {
					x = 0
				}
				row = append(row, x)
			}
			table.Append(row...)
		}
		res.Variants[0].Metrics = table
		_, err := Ensembles(res, opt)
		return err
	}
	if err := under(func(string) float64 { return 300 }); err != nil {
		t.Errorf("the same currents: %v", err)
	}
	if err := under(func(name string) float64 { return 100 * float64(len(name)+int(name[0])) }); err == nil {
		t.Error("a figure of populations that get other currents")
	}
}
