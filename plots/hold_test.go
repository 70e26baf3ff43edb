package plots

import (
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"burstsim/sim/record"
)

// strokes are the points, in data coordinates of x from 0 to 4 and y from 0 to
// 4, of what a curve strokes.
func strokes(t *testing.T, c curve) []vg.Point {
	t.Helper()
	var canvas recorder.Canvas
	area := draw.Canvas{Canvas: &canvas, Rectangle: vg.Rectangle{Max: vg.Point{X: 400, Y: 400}}}
	p := newPanel(area.Rectangle)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 4, 0, 4
	c.Plot(area, p.Plot)
	var out []vg.Point
	for _, a := range canvas.Actions {
		if s, ok := a.(*recorder.Stroke); ok {
			for _, part := range s.Path {
				out = append(out, part.Pos.Scale(0.01))
			}
		}
	}
	return out
}

// Sample k holds from k to k+1.
func TestStepsHoldUntilTheNextSample(t *testing.T) {
	got := strokes(t, curve{x: []float64{0, 1, 2, 3, 4}, y: []float64{1, 3, 3, 2, 2}, style: targetStyle, steps: true})
	want := []vg.Point{{X: 0, Y: 1}, {X: 1, Y: 1}, {X: 1, Y: 3}, {X: 3, Y: 3}, {X: 3, Y: 2}, {X: 4, Y: 2}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i, p := range got {
		if math.Abs(float64(p.X-want[i].X)) > 1e-9 || math.Abs(float64(p.Y-want[i].Y)) > 1e-9 {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// TestDiscreteDynamicsAreWhereTheTeacherIs draws ten samples a second apart, of
// which the teacher reaches those from 4 to 7.
func TestDiscreteDynamicsAreWhereTheTeacherIs(t *testing.T) {
	tr := &record.Trajectory{}
	output := &record.Signal{Name: "burst_prob_1", Units: []int{0}}
	for k := range 11 {
		tr.Time = append(tr.Time, float64(k))
		p := 0.5
		if k >= 4 && k < 8 {
			p = 0.75
		}
		output.Values = append(output.Values, p)
	}
	tr.Signals = []*record.Signal{output}
	res := &record.Result{Variants: []record.Variant{{Label: "discrete", Trajectory: tr}}, Phases: []record.Phase{
		{Start: 0, End: 4}, {Start: 4, End: 8, Teacher: true}, {Start: 8, End: 10},
	}}
	f, err := Dynamics(res, Options{Discrete: []bool{true}})
	if err != nil {
		t.Fatal(err)
	}
	p := panels(f)[0]
	if p.X.Max != 10 {
		t.Errorf("the window ends at %v s, want 10", p.X.Max)
	}
	for _, d := range p.data {
		c := d.(curve)
		if len(c.x) < 10 { // the baseline
			continue
		}
		if !c.steps {
			t.Error("not drawn as steps")
		}
		if n := len(c.x) - 1; c.x[n] != 10 || c.x[n-1] != 9 {
			t.Errorf("samples at %v, want those of 0 to 9 s and the end of the run", c.x)
		}
	}
	shaded := p.conditions()
	if len(shaded) != 3 || shaded[1].start != 4 || shaded[1].end != 8 || shaded[1].share != 1 {
		t.Errorf("conditions %+v", shaded)
	}
}

func TestLastSampleOfAWindowHolds(t *testing.T) {
	for _, test := range []struct {
		first, last, end float64 // of samples 1 s apart, and of the run
		wantLast         int
		wantEnd          float64
	}{
		{3, 7, 20, 5, 8},
		{3, 7, 7.5, 5, 7.5},
		{3, 7, 7, 4, 7}, // the last sample closes the recording
		{3, 7, math.Inf(1), 5, 8},
	} {
		w := record.Window{First: 0, Last: int(test.last-test.first) + 1, Start: test.first, End: test.last}
		if got := lasting(w, test.end); got.End != test.wantEnd || got.Last != test.wantLast {
			t.Errorf("%+v: %+v", test, got)
		}
	}
}

// Outputs of both kinds of time share an axis, though the last sample of the
// discrete one holds for longer.
func TestOutputsOfBothTimesEndTogether(t *testing.T) {
	trajectory := func(interval float64) *record.Trajectory {
		tr := &record.Trajectory{}
		s := &record.Signal{Name: "output", Units: []int{0}}
		for k := 0; float64(k)*interval <= 5; k++ {
			tr.Time = append(tr.Time, 20+float64(k)*interval)
			s.Values = append(s.Values, float64(k%3))
		}
		tr.Signals = []*record.Signal{s}
		return tr
	}
	res := &record.Result{Phases: []record.Phase{{Start: 0, End: 20, Teacher: true}, {Start: 20, End: 100}},
		Variants: []record.Variant{{Label: "c", Trajectory: trajectory(0.1)}, {Label: "d", Trajectory: trajectory(1)}}}
	l := newLearningData(res, Options{Discrete: []bool{false, true}})
	for _, c := range l.traceColumns() {
		if c.relative || c.start != 20 || c.end > 25.001 {
			t.Errorf("outputs on an axis from %v to %v, relative: %v", c.start, c.end, c.relative)
		}
	}
}

// A single value among missing ones is seen.
func TestSingleValueIsADot(t *testing.T) {
	var canvas recorder.Canvas
	area := draw.Canvas{Canvas: &canvas, Rectangle: vg.Rectangle{Max: vg.Point{X: 100, Y: 100}}}
	p := newPanel(area.Rectangle)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 3, 0, 4
	nan := math.NaN()
	curve{x: []float64{0, 1, 2, 3}, y: []float64{nan, 2, nan, 9}, style: targetStyle}.Plot(area, p.Plot)
	fills := 0
	for _, a := range canvas.Actions {
		if _, ok := a.(*recorder.Fill); ok {
			fills++
		}
	}
	if fills != 1 {
		t.Errorf("%d dots, want that of the value within the panel", fills)
	}
}

// Metrics are about the time since the row before.
func TestMetricsStandInTheMiddleOfTheirTime(t *testing.T) {
	table := record.NewTable("time", "loss")
	for _, end := range []float64{4, 8, 9} {
		table.Append(end, 1)
	}
	res := &record.Result{Variants: []record.Variant{{Metrics: table}}}
	l := newLearningData(res, Options{})
	if c := l.column(l.groups[0], "loss", 0); !slices.Equal(c.times, []float64{2, 6, 8.5}) {
		t.Errorf("at %v, want 2, 6, 8.5", c.times)
	}
	if l.time != (extent{0, 9}) {
		t.Errorf("the axis is %v", l.time)
	}
}

func TestLineOfSeedsIsTheirMedian(t *testing.T) {
	res := &record.Result{}
	opt := Options{}
	for seed, loss := range []float64{1, 5, 2, 4, 30} {
		table := record.NewTable("time", "loss")
		table.Append(10, loss)
		table.Append(20, 10*loss)
		res.Variants = append(res.Variants, record.Variant{Label: strings.Repeat("s", seed+1), Metrics: table})
		opt.Seeds = append(opt.Seeds, "all")
	}
	alone := record.NewTable("time", "loss")
	alone.Append(20, 7)
	res.Variants = append(res.Variants, record.Variant{Label: "alone", Metrics: alone})
	l := newLearningData(res, opt)
	if len(l.groups) != 2 || l.groups[0].name() != "all (5 seeds)" || l.groups[1].name() != "alone" {
		t.Fatalf("groups %+v", l.groups)
	}
	c := l.column(l.groups[0], "loss", smallestValue)
	if !slices.Equal(c.times, []float64{5, 15}) || !slices.Equal(c.values, []float64{4, 40}) ||
		!slices.Equal(c.low, []float64{2, 20}) || !slices.Equal(c.high, []float64{5, 50}) {
		t.Errorf("%+v", c)
	}
	if texts := figureTexts(t, Learning, res, opt); !strings.Contains(texts, "[all (5 seeds)]") || !strings.Contains(texts, "medians") {
		t.Errorf("seeds are not said in %s", texts)
	}
}

func figureTexts(t *testing.T, draw func(*record.Result, Options) (*Figure, error), res *record.Result, opt Options) string {
	t.Helper()
	f, err := draw(res, opt)
	if err != nil {
		t.Fatal(err)
	}
	return svgTexts(t, encode(t, f, "svg"))
}

// Lines that coincide are all seen: the unbroken ones are below the others.
func TestUnbrokenLinesAreBelow(t *testing.T) {
	order := drawingOrder(7)
	broken := false
	for _, i := range order {
		solid := trace(variantColours, i).Dashes == nil
		if solid && broken {
			t.Errorf("line %d covers others in %v", i, order)
		}
		broken = broken || !solid
	}
	seen := map[string]bool{}
	for i := range 30 {
		s := trace(variantColours, i)
		key := colourKey(s.Color) + string(rune('a'+i%len(dashes)))
		if seen[key] {
			t.Errorf("line %d looks like another", i)
		}
		seen[key] = true
	}
}

func colourKey(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return string([]rune{rune(r), rune(g), rune(b)})
}
