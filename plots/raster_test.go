package plots

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

// luma is the brightness of a colour, 0 to 65535.
func luma(c color.Color) int { return int(color.Gray16Model.Convert(c).(color.Gray16).Y) }

func TestColourScales(t *testing.T) {
	for name, s := range map[string]colourScale{"fractions": fractions, "answers": answers, "mistakes": mistakes, "brightness": brightness, "signs": signs} {
		if len(s) != colours+1 {
			t.Fatalf("%s has %d colours", name, len(s))
		}
		for _, x := range []float64{-1, math.Inf(-1), 0} {
			if s.index(x) != 0 {
				t.Errorf("%s: %v has not the first colour", name, x)
			}
		}
		if s.index(2) != colours-1 || s.index(math.Inf(1)) != colours-1 || s.index(math.NaN()) != noColour {
			t.Errorf("%s: values beyond have not the last colour, or NaN has one", name)
		}
	}
	for k := 1; k < colours; k++ { // but for rounding to 8 bits a channel
		if luma(fractions[k]) < luma(fractions[k-1])-300 || luma(answers[k]) > luma(answers[k-1]) || luma(mistakes[k]) > luma(mistakes[k-1]) {
			t.Fatalf("brightness turns at colour %d", k)
		}
	}
	// Signs are as bright on either side, and brightest at zero.
	for k := range colours / 2 {
		if d := luma(signs[k]) - luma(signs[colours-1-k]); d < -6000 || d > 6000 {
			t.Errorf("colours %d from both ends differ by %d in brightness", k, d)
		}
		if luma(signs[k]) >= luma(signs[colours/2]) {
			t.Errorf("colour %d is brighter than that of zero", k)
		}
	}
}

func TestHeatMapColoursFractions(t *testing.T) {
	h := &record.Histogram{Edges: []float64{0, 1, 2, 4}, Epochs: []float64{0, 0.6, 0.7, 2},
		Counts: [][]int{{10, 0, 0}, {0, 10, 0}, {0, 0, 10}, {1, 1, 8}}}
	p := newPanel(vg.Rectangle{Max: vg.Point{X: 48, Y: 48}})
	setEpochs(p, 0, 2)
	p.setY(0, 4, "")
	img := heatMap(h, p, 3).Image.(*image.Paletted)
	size := img.Bounds().Size()
	at := func(epoch, value float64) uint8 {
		return img.ColorIndexAt(min(size.X-1, int(epoch/2*float64(size.X))), int((1-value/4)*float64(size.Y)))
	}
	tests := []struct {
		epoch, value, fraction float64
	}{
		{0, 0.5, 1}, {0, 1.5, 0}, {0, 3, 0},
		{0.3, 0.5, 1}, // the one before holds
		{0.6, 1.5, 1}, {0.6, 0.5, 0},
		{1.5, 3, 1},
		{2, 0.5, 0.1}, {2, 3, 0.8},
	}
	for _, test := range tests {
		want := fractions.index(1 + math.Log10(test.fraction)/3)
		if got := at(test.epoch, test.value); got != want {
			t.Errorf("epoch %v, value %v: colour %d, expected %d", test.epoch, test.value, got, want)
		}
	}
}

func TestStatesShowOnlyWhatIsVisible(t *testing.T) {
	h := &record.Histogram{Name: "burst_prob_1", Edges: []float64{0, 0.25, 0.5, 0.75, 1}, Epochs: []float64{0, 1},
		Counts: [][]int{{1, 5000, 0, 0}, {0, 4000, 1000, 0}}}
	f, err := States(&record.Result{Variants: []record.Variant{{Training: &record.Training{Histograms: []*record.Histogram{h}}}}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p := panels(f)[0]; p.Y.Min != 0.25 || p.Y.Max != 0.75 {
		t.Errorf("axis from %v to %v, expected 0.25 to 0.75", p.Y.Min, p.Y.Max)
	}
}

func TestFiltersAreSymmetricAboutZero(t *testing.T) {
	one := func(channels int, weights ...float64) filterGrid {
		g, ok := newFilterGrid(record.Variant{Training: &record.Training{Filters: &record.Filters{
			Channels: channels, Height: 1, Width: len(weights) / channels, Weights: [][]float64{weights}}}})
		if !ok {
			t.Fatalf("no grid of %v", weights)
		}
		return g
	}
	g := one(1, -2, -1, 0, 1, 2, math.NaN())
	zero := luma(g.colourAt(0, 2))
	for _, at := range []int{0, 1} {
		if a, b := luma(g.colourAt(0, at)), luma(g.colourAt(0, 4-at)); a >= zero || b >= zero || a-b > 6000 || b-a > 6000 {
			t.Errorf("brightness %d and %d on either side of %d", a, b, zero)
		}
	}
	if g.colourAt(0, 5) != signs[noColour] {
		t.Error("NaN has the colour of a weight")
	}
	c := one(3, 1, 0, -1, 0, 0, 0)
	if first, second := c.colourAt(0, 0), c.colourAt(0, 1); first != (color.RGBA{255, 0, 128, 255}) || second != (color.RGBA{128, 128, 128, 255}) {
		t.Errorf("colours %v and %v", first, second)
	}
	if n := len(one(2, 1, 2, 3, 4).images); n != 2 {
		t.Errorf("%d images of two channels", n)
	}
}

// A weight that stands out does not take the colours of all others.
func TestFiltersKeepContrast(t *testing.T) {
	w := make([]float64, 1000)
	for k := range w {
		w[k] = 0.01 * float64(1+k%2)
	}
	w[7] = 100
	g, ok := newFilterGrid(record.Variant{Training: &record.Training{Filters: &record.Filters{
		Channels: 1, Height: 10, Width: 100, Weights: [][]float64{w}}}})
	if !ok || g.largest != 0.02 {
		t.Errorf("the scale ends at %v", g.largest)
	}
}

func TestConfusionNumbers(t *testing.T) {
	tests := []struct {
		name   string
		counts [][]int
		texts  []string
		title  string
	}{
		{"many images", [][]int{{990, 10}, {0, 500}}, []string{"99.0", "1.0", "", "100.0"}, "1500 test samples, 0.67 % wrong (cells: % of a class)"},
		{"few images", [][]int{{9, 1}, {0, 10}}, []string{"9", "1", "", "10"}, "20 test samples, 5.00 % wrong (counts)"},
		{"a class without images", [][]int{{0, 0}, {50, 150}}, []string{"", "", "25.0", "75.0"}, "200 test samples, 25.00 % wrong (cells: % of a class)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, ok := newMatrix(record.Variant{Training: &record.Training{Confusion: test.counts}})
			if !ok {
				t.Fatal("no matrix")
			}
			const cell, width = 30, 250
			got := []string{m.text(0, 0, cell), m.text(0, 1, cell), m.text(1, 0, cell), m.text(1, 1, cell)}
			if !slices.Equal(got, test.texts) || m.title(width) != test.title {
				t.Errorf("%q, %q", got, m.title(width))
			}
		})
	}
}

func TestConfusionOfManyClassesHasNoNumbers(t *testing.T) {
	counts := make([][]int, 100)
	for i := range counts {
		counts[i] = make([]int, 100)
		counts[i][i], counts[i][(i+1)%100] = 90, 10
	}
	res := &record.Result{Variants: []record.Variant{{Training: &record.Training{Confusion: counts}}}}
	f, err := Confusion(res, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkMargin(t, encode(t, f, "png"))
	m, _ := newMatrix(res.Variants[0])
	if m.text(0, 0, 30) != "" || m.title(250) != "10000 test samples, 10.00 % wrong (orange: up to 10.0 %)" {
		t.Errorf("%q, %q", m.text(0, 0, 30), m.title(250))
	}
}
