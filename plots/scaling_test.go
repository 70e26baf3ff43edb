package plots

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

func scalingPanels() []ScalingPanel {
	series := []ScalingSeries{
		{Label: "joint plasticity", X: []float64{50, 500, 4000}, Y: []float64{1e-5, 1e-4, 2e-3}},
		{Label: "limit, joint", X: []float64{50, 500, 4000}, Y: []float64{5e-6, 6e-5, 1e-3}, Limit: true},
	}
	return []ScalingPanel{{"units", series}, {"hidden layers", []ScalingSeries{{Label: "joint plasticity", X: []float64{1, 8}, Y: []float64{1e-4, 3e-3}}}}}
}

func TestScalingShowsItsSeries(t *testing.T) {
	f, err := Scaling(scalingPanels())
	if err != nil {
		t.Fatal(err)
	}
	texts := svgTexts(t, encode(t, f, "svg"))
	for _, want := range []string{"joint plasticity", "limit, joint", "units", "hidden layers", "time of a step (s)"} {
		if !strings.Contains(texts, want) {
			t.Errorf("%q is not in %s", want, texts)
		}
	}
	again, err := Scaling(scalingPanels())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encode(t, f, "png"), encode(t, again, "png")) {
		t.Error("the same series give other bytes")
	}
}

// TestScalingPanelsShareTimes checks that panels can be compared by eye.
func TestScalingPanelsShareTimes(t *testing.T) {
	f, err := Scaling(scalingPanels())
	if err != nil {
		t.Fatal(err)
	}
	p := panels(f)
	if len(p) != 2 || p[0].Y.Min != p[1].Y.Min || p[0].Y.Max != p[1].Y.Max || p[0].area.Min.Y != p[1].area.Min.Y {
		t.Errorf("%d panels with other ranges of time", len(p))
	}
	if p[0].area.Max.X >= p[1].area.Min.X || p[1].area.Max.X > f.width {
		t.Errorf("panels at %v and %v of %v", p[0].area, p[1].area, f.width)
	}
}

func TestScalingRefusesWhatCannotBeShown(t *testing.T) {
	for name, panels := range map[string][]ScalingPanel{
		"nothing":   nil,
		"no series": {{Label: "units"}},
		"no number": {{Label: "units", Series: []ScalingSeries{{X: []float64{1, 0, 2}, Y: []float64{math.NaN(), 1, math.Inf(1)}}}}},
	} {
		if _, err := Scaling(panels); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
