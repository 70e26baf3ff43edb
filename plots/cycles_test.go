package plots

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/record"
)

// patterns is a cycle of two patterns, each 3 s without and 1 s with a teacher.
var patterns = []record.Part{{Name: "predict 01", Duration: 3}, {Name: "teach 01", Duration: 1, Teacher: true},
	{Name: "predict 11", Duration: 3}, {Name: "teach 11", Duration: 1, Teacher: true}}

// cycled records two populations for 8 s of a cycle without, 24 s of one with a
// teacher, and 8 s without: the last population has 10 Hz more in each
// repetition for the first pattern, 1 Hz less for the second, 100 Hz in the first
// half second of a pattern, and 50 Hz with a teacher.
func cycled() *record.Result {
	free := []record.Part{{Name: "show 01", Duration: 4}, {Name: "show 11", Duration: 4}}
	res := &record.Result{Phases: []record.Phase{
		{Name: "before", Start: 0, End: 8, Cycle: free},
		{Name: "learning", Start: 8, End: 32, Cycle: patterns},
		{Name: "after", Start: 32, End: 40, Cycle: free},
	}}
	t := record.NewTable("time", "event_rate_in", "burst_prob_in", "event_rate_out", "burst_prob_out", "target_in", "target_out")
	for at := 0.5; at <= 40; at += 0.5 {
		since := math.Mod(at-0.25, 8) // of the middle of the row
		repetition := math.Floor((at - 0.25) / 8)
		rate := 10 * repetition
		if since > 4 {
			rate = 20 - repetition
		}
		switch since = math.Mod(since, 4); {
		case since < 0.5:
			rate = 100
		case since > 3 && at > 8 && at <= 32:
			rate = 50
		}
		t.Append(at, 3, 0.1, rate, 0.4, math.NaN(), math.NaN())
	}
	res.Variants = []record.Variant{{Label: "spiking", Metrics: t}}
	return res
}

// What is drawn of a pattern is what the population does once it has settled,
// without its teacher.
func TestCyclesTellPatternsApart(t *testing.T) {
	res := cycled()
	d := newCycleData(&res.Variants[0], res.Phases)
	if d == nil {
		t.Fatal("no cycle found")
	}
	if d.population != "out" || !slices.Equal(d.patterns, []string{"01", "11"}) {
		t.Errorf("population %q, patterns %q", d.population, d.patterns)
	}
	if want := []series{{[]float64{0.5, 1.5, 2.5}, []float64{10, 20, 30}}, {[]float64{1, 2, 3}, []float64{19, 18, 17}}}; !reflect.DeepEqual(d.rates, want) {
		t.Errorf("rates %v, want %v", d.rates, want)
	}
	if d.shown == nil || d.shown.start != 32 || d.learning.start != 24 {
		t.Errorf("last cycles %+v and %+v, want from 32 and 24 s", d.shown, d.learning)
	}
	// Of a run that goes on, what it has.
	res.Variants[0].Metrics = firstRows(res.Variants[0].Metrics, 2*21)
	d = newCycleData(&res.Variants[0], res.Phases)
	if want := []series{{[]float64{0.5, 1.5}, []float64{10, 20}}, {[]float64{1}, []float64{19}}}; !reflect.DeepEqual(d.rates, want) || d.learning.start != 8 || d.shown.start != 0 {
		t.Errorf("after 21 s rates %v, want %v; last cycles %+v, %+v", d.rates, want, d.learning, d.shown)
	}
}

// A pattern that comes twice in a cycle is one pattern.
func TestPatternsComeAgain(t *testing.T) {
	res := cycled()
	res.Phases[1].Cycle = append(slices.Clone(patterns), patterns...)
	res.Phases[1].End = 24
	d := newCycleData(&res.Variants[0], res.Phases)
	if want := []series{{[]float64{0.25, 0.75}, []float64{10, 20}}, {[]float64{0.5, 1}, []float64{19, 18}}}; !reflect.DeepEqual(d.rates, want) {
		t.Errorf("rates %v, want %v", d.rates, want)
	}
	if d.learning.start != 8 || len(d.learning.spans) != 4 {
		t.Errorf("last cycle %+v", d.learning)
	}
}

func firstRows(t *record.Table, n int) *record.Table {
	out := record.NewTable(t.Columns...)
	for i := range n {
		var row []float64
		for _, c := range t.Columns {
			row = append(row, t.Column(c)[i])
		}
		out.Append(row...)
	}
	return out
}

// Parts of one pattern that follow each other are one, taught all the time or not.
func TestPatternsOfACycle(t *testing.T) {
	taught := []record.Part{{Name: "teach 01", Duration: 1, Teacher: true}, {Name: "teach 01", Duration: 1, Teacher: true}, {Duration: 2, Teacher: true}}
	want := []span{{name: "01", from: 0, to: 2, free: [2]float64{0, 2}}, {name: "3", from: 2, to: 4, free: [2]float64{2, 4}}}
	if got := spansOf(taught); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	want = []span{{name: "01", from: 0, to: 4, free: [2]float64{0, 3}}, {name: "11", from: 4, to: 8, free: [2]float64{4, 7}}}
	if got := spansOf(patterns); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestCyclesAreDrawn(t *testing.T) {
	res := cycled()
	res.Variants = append(res.Variants, record.Variant{Label: "other rule", Metrics: res.Variants[0].Metrics})
	fig, err := Cycles(res, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var svg bytes.Buffer
	if err := fig.WriteTo(&svg, "svg"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"other rule", "repetition of the cycle", "last cycle without teacher", "last cycle of learning", "01", "11"} {
		if !strings.Contains(svg.String(), want) {
			t.Errorf("the figure does not say %q", want)
		}
	}
	for _, phases := range [][]record.Phase{nil, {res.Phases[0]}, {{Name: "learning", End: 40, Teacher: true}}} {
		if _, err := Cycles(res, Options{Phases: [][]record.Phase{phases, phases}}); err == nil {
			t.Errorf("phases %+v are drawn, want an error", phases)
		}
	}
}

// A pattern that is shown and not taught is drawn in a style of no pattern that is.
func TestCyclesOfPatternsThatAreNotTaught(t *testing.T) {
	res := cycled()
	res.Phases[1].Cycle = patterns[:2]
	f, err := Cycles(res, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var svg bytes.Buffer
	if err := f.WriteTo(&svg, "svg"); err != nil {
		t.Fatal(err)
	}
	r, g, b, _ := mute.RGBA()
	if grey := fmt.Sprintf("stroke:#%02X%02X%02X", r>>8, g>>8, b>>8); !strings.Contains(svg.String(), grey) {
		t.Errorf("no line with %s", grey)
	}
}
