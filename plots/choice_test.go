package plots

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// The ordinary recording has windows of 20 s from 190, 270 and 1190 s.
func TestDynamicsShowWhatIsChosen(t *testing.T) {
	tests := []struct {
		name    string
		opt     Options
		has     []string
		lacks   []string
		windows [][2]float64 // of the columns, in seconds
	}{
		{"units", Options{Indices: []int{36, 12}}, []string{"[unit 36]", "[unit 12]"}, []string{"[unit 0]", "[unit 49]"},
			[][2]float64{{190, 210}, {270, 290}, {1190, 1210}}},
		{"a unit twice", Options{Indices: []int{12, 12}}, []string{"[unit 12]"}, []string{"[unit 0]"},
			[][2]float64{{190, 210}, {270, 290}, {1190, 1210}}},
		{"a layer", Options{Layer: 2, Indices: []int{24}}, []string{"[layer 2:]", "[unit 24]"}, []string{"[dendritic]", "[layer 1:]"},
			[][2]float64{{190, 210}, {270, 290}, {1190, 1210}}},
		{"a variant", Options{Variant: 1}, []string{"[discrete (variant 2 of 2):]"}, nil,
			[][2]float64{{190, 210}, {270, 290}, {1190, 1210}}},
		{"a part of a window", Options{Windows: [][2]float64{{192, 195}}}, nil, nil, [][2]float64{{192, 195}}},
		{"windows in the reader's order", Options{Windows: [][2]float64{{1200, 1205}, {190, 191}}}, nil, nil,
			[][2]float64{{1200, 1205}, {190, 191}}},
		{"a stretch over two windows and beyond", Options{Windows: [][2]float64{{205, 400}}}, nil, nil, [][2]float64{{205, 210}, {270, 290}}},
	}
	for _, test := range tests {
		f, err := Dynamics(ordinary.result(), test.opt)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		texts := svgTexts(t, encode(t, f, "svg"))
		for _, text := range test.has {
			if !strings.Contains(texts, text) {
				t.Errorf("%s: no %s in %s", test.name, text, texts)
			}
		}
		for _, text := range test.lacks {
			if strings.Contains(texts, text) {
				t.Errorf("%s: %s in %s", test.name, text, texts)
			}
		}
		for k, p := range panels(f)[:len(test.windows)] {
			if w := test.windows[k]; math.Abs(p.X.Min-w[0]) > 1e-6 || math.Abs(p.X.Max-w[1]) > 1e-6 {
				t.Errorf("%s: column %d is from %v to %v s, want %v", test.name, k, p.X.Min, p.X.Max, w)
			}
		}
	}
}

func TestDynamicsSayWhatWasRecorded(t *testing.T) {
	many := make([][2]float64, mostWindows+1)
	for i := range many {
		many[i] = [2]float64{190 + float64(i), 191 + float64(i)}
	}
	tests := []struct {
		opt  Options
		want string
	}{
		{Options{Indices: []int{0, 60}}, "unit 60 of soma_1 was not recorded; recorded are 0, 12, 24, 36, 49"},
		{Options{Indices: []int{-1}}, "unit -1 of soma_1 was not recorded"},
		{Options{Layer: 7}, "layer 7 was not recorded; recorded are 1, 2"},
		{Options{Layer: -1}, "layer -1 was not recorded"},
		{Options{Variant: 2}, "variant 2, expected 0 to 1"},
		{Options{Variant: -1}, "variant -1, expected"},
		{Options{Windows: [][2]float64{{10, 12}}}, "no two samples from 10 to 12 s; recorded are 190 to 210 s, 270 to 290 s, 1190 to 1210 s"},
		{Options{Windows: [][2]float64{{195.01, 195.02}}}, "no two samples from 195.01 to 195.02 s"},
		{Options{Windows: [][2]float64{{12, 10}}}, "window from 12 to 10 s, expected an end after its start"},
		{Options{Windows: [][2]float64{{math.NaN(), 10}}}, "window from NaN"},
		{Options{Windows: many}, fmt.Sprintf("6 windows to show, expected at most %d", mostWindows)},
	}
	for _, test := range tests {
		_, err := Dynamics(ordinary.result(), test.opt)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want %q", test.opt, err, test.want)
		}
	}
}
