package plots

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"burstsim/sim/record"
)

// spoil overwrites all values of a result.
func spoil(res *record.Result, value float64) {
	for i, v := range res.Variants {
		t := record.NewTable(v.Metrics.Columns...)
		for k := range v.Metrics.Len() {
			row := append([]float64{v.Metrics.Row(k)[0]}, make([]float64, len(t.Columns)-1)...)
			for j := range row[1:] {
				row[1+j] = value
			}
			t.Append(row...)
		}
		res.Variants[i].Metrics = t
		for _, s := range v.Trajectory.Signals {
			for k := range s.Values {
				s.Values[k] = value
			}
		}
	}
	for i := range res.Limit.Distance {
		res.Limit.Distance[i] = value
	}
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	tests := []struct {
		name string
		edit func(*record.Result)
		want map[string]string // part of the error, by figure
	}{
		{"empty", func(r *record.Result) { *r = record.Result{} },
			map[string]string{"dynamics": "nothing was recorded", "learning": "nothing was recorded", "limit": "not measured"}},
		{"no samples", func(r *record.Result) {
			for i := range r.Variants {
				r.Variants[i] = record.Variant{Metrics: record.NewTable("time", "loss"), Trajectory: &record.Trajectory{}}
			}
			r.Limit = &record.Limit{}
		}, map[string]string{"dynamics": "no trajectory", "learning": "no loss", "limit": "no positive finite value"}},
		{"nil series", func(r *record.Result) { r.Variants = make([]record.Variant, 2); r.Limit = nil },
			map[string]string{"dynamics": "no trajectory", "learning": "no loss", "limit": "not measured"}},
		{"all NaN", func(r *record.Result) { spoil(r, math.NaN()) },
			map[string]string{"dynamics": "no signal with finite values", "learning": "no loss", "limit": "no positive finite value"}},
		{"all infinite", func(r *record.Result) { spoil(r, math.Inf(1)) },
			map[string]string{"dynamics": "no signal with finite values", "learning": "no loss", "limit": "no positive finite value"}},
		{"one sample", func(r *record.Result) {
			r.Variants = r.Variants[:1]
			tr := r.Variants[0].Trajectory
			tr.Time = tr.Time[:1]
			for _, s := range tr.Signals {
				s.Values = s.Values[:s.Width()]
			}
		}, map[string]string{"dynamics": "no two samples"}},
		{"torn signal", func(r *record.Result) {
			s := r.Variants[0].Trajectory.Signals[3]
			s.Values = s.Values[:len(s.Values)-1]
		}, map[string]string{"dynamics": "one value a sample and unit"}},
	}
	for _, test := range tests {
		for _, d := range drawings {
			want, ok := test.want[d.name]
			if !ok {
				continue
			}
			t.Run(test.name+"/"+d.name, func(t *testing.T) {
				res := ordinary.result()
				test.edit(res)
				f, err := d.draw(res, Options{})
				if f != nil || err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
					t.Errorf("error %v, want one line with %q", err, want)
				}
			})
		}
	}
	for _, d := range drawings {
		if _, err := d.draw(nil, Options{}); err == nil {
			t.Errorf("%s draws nil", d.name)
		}
		for _, opt := range []Options{{Units: -1}, {PBaseline: 2}, {PBaseline: math.NaN()}} {
			if _, err := d.draw(ordinary.result(), opt); err == nil {
				t.Errorf("%s takes %+v", d.name, opt)
			}
		}
	}
}

func TestWhatCanBeDrawnIsDrawn(t *testing.T) {
	constant := func(v float64) func(*record.Result) { return func(r *record.Result) { spoil(r, v) } }
	tests := []struct {
		name string
		edit func(*record.Result)
	}{
		{"constant", constant(3)},
		{"constant huge", constant(9e99)},
		{"constant tiny", constant(3e-99)},
		{"one variant", func(r *record.Result) { r.Variants = r.Variants[:1] }},
		{"units", func(r *record.Result) {
			for _, s := range r.Variants[0].Trajectory.Signals {
				s.Unit = "mV"
			}
		}},
		{"stopped early", func(r *record.Result) {
			r.Phases = r.Phases[:2]
			tr := r.Variants[0].Trajectory
			n := len(tr.Time) / 2
			tr.Time = tr.Time[:n]
			for _, s := range tr.Signals {
				s.Values = s.Values[:n*s.Width()]
			}
			r.Variants[1] = record.Variant{Label: "never started"}
			r.Limit.Slope = math.NaN()
			r.Limit.Ratio = r.Limit.Ratio[:1]
		}},
		{"steep limit", func(r *record.Result) {
			r.Limit = &record.Limit{Ratio: []float64{0.1, 0.1000001}, Distance: []float64{0.10, 0.105}, Slope: 48790}
		}},
		{"steepest limit", func(r *record.Result) { r.Limit.Slope = -9e99 }},
		{"flat limit", func(r *record.Result) { r.Limit.Slope = 0 }},
		{"no phases", func(r *record.Result) { r.Phases = nil }},
		{"holes", func(r *record.Result) {
			for _, v := range r.Variants {
				for i := range v.Metrics.Len() {
					v.Metrics.Row(i)[1+i%3] = []float64{math.NaN(), 0, -1, math.Inf(1)}[i%4]
				}
				for _, s := range v.Trajectory.Signals {
					for k := 0; k < len(s.Values); k += 7 {
						s.Values[k] = math.NaN()
					}
				}
			}
			r.Limit.Distance[2] = 0
			r.Limit.Slope = -1
		}},
		{"hardly different", func(r *record.Result) {
			spoil(r, 0.5)
			for _, s := range r.Variants[0].Trajectory.Signals {
				s.Values[0] = math.Nextafter(0.5, 1)
			}
		}},
		{"time goes back", func(r *record.Result) {
			tr := r.Variants[0].Trajectory
			for i := range tr.Time {
				tr.Time[i] = -tr.Time[i]
			}
			tr.Time[0], tr.Time[1] = 1, 2
			r.Variants[0].Metrics.Row(3)[0] = -5
		}},
		{"signals without units", func(r *record.Result) {
			for _, s := range r.Variants[0].Trajectory.Signals[1:] {
				s.Units, s.Values = nil, nil
			}
		}},
	}
	for _, test := range tests {
		for _, d := range drawings {
			t.Run(test.name+"/"+d.name, func(t *testing.T) {
				res := ordinary.result()
				test.edit(res)
				f, err := d.draw(res, Options{Units: 7})
				if err != nil {
					t.Fatal(err)
				}
				data := encode(t, f, "svg")
				svgTexts(t, data)
				for _, bad := range []string{"NaN", "Inf"} {
					if bytes.Contains(data, []byte(bad)) {
						t.Errorf("%s among the coordinates", bad)
					}
				}
			})
		}
	}
}
