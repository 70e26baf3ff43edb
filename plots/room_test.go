package plots

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

// Whatever its entries, a legend ends within its figure.
func TestLegendsFit(t *testing.T) {
	many := ordinary
	for i := range 10 {
		many.variants = append(many.variants, fmt.Sprintf("%d ", i)+strings.Repeat("long ", 2*i))
	}
	res := many.result()
	for i, v := range trained(1, many.variants...).Variants {
		res.Variants[i].Training = v.Training
	}
	for _, s := range res.Variants[0].Trajectory.Signals { // ten units instead of five
		values := s.Values
		s.Values, s.Units = nil, []int{0, 1, 2, 3, 4, 1005, 1006, 1007, 1008, 1009}
		for i := 0; i < len(values); i += 5 {
			s.Values = append(append(s.Values, values[i:i+5]...), values[i:i+5]...)
		}
	}
	for _, d := range append(drawings, trainingDrawings...) {
		f, err := d.draw(res, Options{Units: 10})
		if err != nil {
			t.Fatalf("%s: %v", d.name, err)
		}
		for _, part := range f.parts {
			l, ok := part.(legend)
			if !ok {
				continue
			}
			for _, row := range l.rows {
				end := l.at.X - entryGap
				for _, e := range row {
					end += entryGap + e.width()
				}
				if end > f.width-edgePad+0.01 {
					t.Errorf("%s: a legend ends at %.0f of %.0f points", d.name, end, f.width)
				}
			}
		}
	}
}

// No variant is left out in silence.
func TestVariantsThatAreNotShownAreSaid(t *testing.T) {
	labels := func(n int) []string {
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf("variant-%d", i))
		}
		return out
	}
	for _, d := range []struct {
		drawing
		most int
	}{{drawing{"confusion", Confusion}, 9}, {drawing{"filters", Filters}, 9}, {drawing{"states", States}, 3}} {
		for _, n := range []int{2, 3, 5, 12, 13} {
			names := labels(n)
			texts := figureTexts(t, d.draw, trained(1, names...), Options{})
			shown := 0
			for _, name := range names {
				if strings.Contains(texts, "["+name+"]") {
					shown++
				}
			}
			said := strings.Contains(texts, fmt.Sprintf("[(%d of %d variants)]", shown, n))
			if shown != min(n, d.most) || said != (shown < n) {
				t.Errorf("%s: %d of %d variants, said: %v", d.name, shown, n, said)
			}
		}
	}
	deep := ordinary
	deep.layers = mostLayers + 2
	deep.starts = []float64{0, 100, 200, 300, 400, 500, 600}
	if texts := figureTexts(t, Learning, deep.result(), Options{}); !strings.Contains(texts, "[(angles: 6 of 8 layers)]") {
		t.Errorf("layers that are not shown are not said in %s", texts)
	}
	if texts := figureTexts(t, Dynamics, deep.result(), Options{}); !strings.Contains(texts, "[(5 of 7 windows)]") {
		t.Errorf("windows that are not shown are not said in %s", texts)
	}
	many := ordinary
	many.variants = labels(mostTraces + 3)
	if texts := figureTexts(t, Learning, many.result(), Options{}); !strings.Contains(texts, fmt.Sprintf("[(outputs: %d of %d)]", mostTraces, mostTraces+3)) {
		t.Errorf("outputs that are not shown are not said in %s", texts)
	}
}

// TestHiddenProbabilitiesOfBurstpropAreSeen beside an output at 0.2 and their
// averages behind them.
func TestHiddenProbabilitiesOfBurstpropAreSeen(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	tr := &record.Trajectory{}
	for i := range 200 {
		tr.Time = append(tr.Time, float64(i)/10)
	}
	for name, at := range map[string][2]float64{"burst_prob_1": {0.5, 0.01}, "burst_prob_average_1": {0.5, 0.001},
		"burst_prob_2": {0.2, 0.02}, "burst_prob_average_2": {0.2, 0.001}} {
		s := &record.Signal{Name: name, Units: []int{3}}
		for range tr.Time {
			s.Values = append(s.Values, at[0]+at[1]*(2*rnd.Float64()-1))
		}
		tr.Signals = append(tr.Signals, s)
	}
	f, err := Dynamics(&record.Result{Variants: []record.Variant{{Trajectory: tr}}}, Options{PBaseline: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	rows := panels(f)
	if len(rows) != 2 {
		t.Fatalf("%d rows, want one of the layer and one of the output", len(rows))
	}
	for i, p := range rows {
		wide := 0
		e := noExtent()
		for _, d := range p.data {
			c := d.(curve)
			if len(c.x) < 3 {
				continue // the baseline
			}
			e.include(c.y...)
			if c.style.Width == targetWidth {
				wide++
			}
		}
		if p.Y.Max-p.Y.Min > mostFlat*(e.hi-e.lo) {
			t.Errorf("row %d: values from %v to %v on an axis from %v to %v", i, e.lo, e.hi, p.Y.Min, p.Y.Max)
		}
		if wide != 1 {
			t.Errorf("row %d: %d averages, want one", i, wide)
		}
	}
}

// Columns of long times say two times at least.
func TestColumnsOfLongRunsHaveTicks(t *testing.T) {
	for _, start := range []float64{190, 19990, 1999990, 1.5e9} {
		long := ordinary
		long.starts = []float64{start, 2 * start, 3 * start, 4 * start, 5 * start}
		f, err := Dynamics(long.result(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		bottom := vg.Length(math.Inf(1))
		for _, p := range panels(f) {
			bottom = min(bottom, p.area.Min.Y)
		}
		for _, p := range panels(f) {
			if n := len(p.numbered()); p.area.Min.Y == bottom && n < 2 {
				t.Errorf("from %v s: %d numbers below a column", start, n)
			}
		}
	}
}

// The inputs that are shown are not those that never change.
func TestShownInputsVary(t *testing.T) {
	s := &record.Signal{Name: "input", Units: []int{0, 10, 20, 30, 40}}
	for i := range 10 {
		s.Values = append(s.Values, 0, float64(i), 0, float64(-i), 0)
	}
	if got := shownInputs(s, 3); len(got) != 2 || got[0] != 1 || got[1] != 3 {
		t.Errorf("inputs %v, want those that vary, 1 and 3", got)
	}
	if got := shownInputs(&record.Signal{Units: []int{0, 1}, Values: make([]float64, 8)}, 3); len(got) != 2 {
		t.Errorf("inputs %v, want both", got)
	}
}

func TestLabelsKeepTheirEnds(t *testing.T) {
	a, b := strings.Repeat("x", 100)+"-seed1", strings.Repeat("x", 100)+"-seed2"
	if clean(a) == clean(b) || len([]rune(clean(a))) != longest {
		t.Errorf("%q and %q", clean(a), clean(b))
	}
	if w := textWidth(fit(a, 50)); w > 50 {
		t.Errorf("%v points wide, want 50 at most", w)
	}
}

func TestCheckLabel(t *testing.T) {
	for label, want := range map[string]string{
		"continuous": "", "τ = 5 ms, é, Ж": "", "e\u0301": "",
		"bp é漢字": "漢, 字", "🙂": "🙂",
	} {
		err := CheckLabel(label)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), "cannot write "+want+":") {
			t.Errorf("%q: %v", label, err)
		}
	}
}
