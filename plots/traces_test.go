package plots

import (
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

// cut ends a recording at a time.
func cut(res *record.Result, end float64) {
	for _, v := range res.Variants {
		tr := v.Trajectory
		n := slices.IndexFunc(tr.Time, func(at float64) bool { return at > end })
		tr.Time = tr.Time[:n]
		for _, s := range tr.Signals {
			s.Values = s.Values[:n*s.Width()]
		}
	}
}

func TestTracesBeforeAndAfter(t *testing.T) {
	always := []record.Phase{{Name: "learning", Start: 0, End: 1400, Teacher: true}}
	tests := []struct {
		name string
		edit func(*record.Result)
		want []string // titles
	}{
		{"ordinary", func(*record.Result) {}, []string{"before learning", "after learning"}},
		{"always taught", func(r *record.Result) { r.Phases = always }, []string{"start", "end"}},
		{"never taught", func(r *record.Result) { r.Phases = nil }, []string{"start", "end"}},
		{"stopped while learning", func(r *record.Result) { cut(r, 285) }, []string{"before learning", "end"}},
		{"stopped in the first window", func(r *record.Result) { cut(r, 205) }, []string{"before learning", "end"}},
		{"stopped before learning", func(r *record.Result) { cut(r, 198) }, []string{"before learning"}},
		{"one window, always taught", func(r *record.Result) { cut(r, 205); r.Phases = always }, []string{"start"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			res := ordinary.result()
			test.edit(res)
			f, err := Learning(res, Options{})
			if err != nil {
				t.Fatal(err)
			}
			texts := svgTexts(t, encode(t, f, "svg"))
			for _, title := range []string{"before learning", "after learning", "start", "end"} {
				want := strings.Contains(strings.Join(test.want, ","), title)
				if strings.Contains(texts, "["+title+"]") != want {
					t.Errorf("title %q: %v", title, !want)
				}
			}
			var right vg.Length
			for _, p := range panels(f) {
				if p.Y.Label.Text == "output" {
					right = max(right, p.area.Max.X)
				}
			}
			if full := f.width - edgePad - overhang; right < full-0.01 {
				t.Errorf("the outputs end at %v of %v", right, full)
			}
		})
	}
}

// Runs with other phases are shown in the same columns, each by its own.
func TestTracesOfOtherPhases(t *testing.T) {
	res := ordinary.result()
	late := run{starts: []float64{390, 470, 2390}, interval: 0.1, rows: 20, variants: []string{"late"}, layers: 2}.result()
	phases := []record.Phase{{Start: 0, End: 400}, {Start: 400, End: 2400, Teacher: true}, {Start: 2400, End: 2500}}
	res.Variants = append(res.Variants, late.Variants...)
	opt := Options{Phases: [][]record.Phase{res.Phases, res.Phases, phases}}
	l := newLearningData(res, opt)
	columns := l.traceColumns()
	if len(columns) != 2 || !columns[0].relative || columns[1].title != "after learning" {
		t.Errorf("columns %+v", columns)
	}
	if w := l.traces[2].parts; w[0].End > 400 || w[1].Start < 2400 {
		t.Errorf("late run: before %+v, after %+v", w[0], w[1])
	}
	f, err := Learning(res, opt)
	if err != nil {
		t.Fatal(err)
	}
	if texts := svgTexts(t, encode(t, f, "svg")); !strings.Contains(texts, "[(grey: teacher of continuous)]") ||
		!strings.Contains(texts, "[time in window (s)]") {
		t.Errorf("phases are not told apart in %s", texts)
	}
}

func TestManyVariantsStayReadable(t *testing.T) {
	many := ordinary
	for i := range 12 {
		many.variants = append(many.variants, strings.Repeat("x", 5+i))
	}
	f, err := Learning(many.result(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	outputs := 0
	for _, p := range panels(f) {
		if p.area.Size().Y < traceHeight-0.01 {
			t.Errorf("a panel is %v high", p.area.Size().Y)
		}
		if p.Y.Label.Text == "output" {
			outputs++
		}
	}
	if outputs != 2*mostTraces {
		t.Errorf("%d panels of outputs, want two for each of %d variants", outputs, mostTraces)
	}
}
