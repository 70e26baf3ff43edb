package plots

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

// dynamicsTexts draws a trajectory of these signals, named and labelled.
func dynamicsTexts(t *testing.T, signals ...[2]string) string {
	t.Helper()
	tr := &record.Trajectory{}
	for i := range 50 {
		tr.Time = append(tr.Time, float64(i))
	}
	for _, name := range signals {
		s := &record.Signal{Name: name[0], Label: name[1], Units: []int{0, 1}}
		for i := range tr.Time {
			s.Values = append(s.Values, math.Sin(float64(i)), math.Cos(float64(i)))
		}
		tr.Signals = append(tr.Signals, s)
	}
	f, err := Dynamics(&record.Result{Variants: []record.Variant{{Trajectory: tr}}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return svgTexts(t, encode(t, f, "svg"))
}

func TestDynamicsOfModelsWithoutBursts(t *testing.T) {
	tests := []struct {
		model   string
		signals [][2]string
		want    []string
	}{
		{"ann", [][2]string{{"soma_1", "somatic potential"}, {"event_rate_1", "rate"}, {"error_1", "error"}, {"error_2", "error"}},
			[]string{"[somatic][potential]", "[rate]", "[error]"}},
		{"edn", [][2]string{{"basal_1", "basal potential"}, {"dendrite_1", "apical potential"}, {"interneuron_1", ""}, {"basal_rate_1", "basal rate"}},
			[]string{"[basal][potential]", "[apical][potential]", "[interneuron][potential]", "[basal][rate]"}},
	}
	for _, test := range tests {
		texts := dynamicsTexts(t, test.signals...)
		for _, w := range test.want {
			if !strings.Contains(texts, w) {
				t.Errorf("%s: no %q in %s", test.model, w, texts)
			}
		}
		if strings.Contains(texts, "burst") {
			t.Errorf("%s: bursts in %s", test.model, texts)
		}
	}
}

// The output unit has the same colour in every row, and no other unit has it.
func TestOutputIsInTheRowsOfItsLayer(t *testing.T) {
	tr := ordinary.result().Variants[0].Trajectory
	rows, _, err := rowsOfLayers(tr, record.Windows(tr.Time), Options{Units: 5, PBaseline: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{} // lines of the output, by row
	for _, r := range rows {
		for _, l := range r.lines {
			isOutput := strings.HasSuffix(l.signal.Name, "_2")
			if isOutput != (l.style.Color == color.Color(reddishPurple)) {
				t.Errorf("%s has colour %v", l.signal.Name, l.style.Color)
			}
			if isOutput {
				got[r.label]++
			}
		}
	}
	want := map[string]int{"somatic\npotential": 1, "event\nrate": 1, "output burst\nprobability": 1, "burst\nrate": 1}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("output in rows %v, want %v", got, want)
	}
}

func TestProbabilityAxisHoldsItsBaselineOnly(t *testing.T) {
	s := &record.Signal{Units: []int{0}, Values: []float64{0.5, 0.8, 0.6}}
	wins := []record.Window{{Last: 3, End: 2}}
	for _, baseline := range []float64{0.05, 0.2, 0.5, 0.95} {
		e := row{lines: []line{{signal: s}}, baseline: baseline}.extent(wins)
		if e.lo < 0 || e.hi > 1 || e.lo > baseline || e.hi < 0.8 {
			t.Errorf("baseline %v: %v", baseline, e)
		}
	}
}

func TestStylesDiffer(t *testing.T) {
	for name, colours := range map[string][]color.Color{"variants": variantColours, "units": unitColours} {
		seen := map[string]bool{}
		for i := range 8 {
			s := trace(colours, i)
			key := fmt.Sprint(s.Color, s.Dashes)
			if seen[key] {
				t.Errorf("%s: style %d is that of another", name, i)
			}
			seen[key] = true
		}
	}
	if slices.Contains(unitColours, outputStyle.Color) {
		t.Error("a unit has the colour of the output")
	}
}

func TestLongTimesAreInKiloseconds(t *testing.T) {
	tests := []struct {
		lo, hi float64
		want   string
	}{{0, 9999, "t (s)"}, {0, 20000, "t (ks)"}, {20190, 20210, "t (s)"}, {27610, 27637, "t (s)"}, {0, 4e6, "t (ks)"}}
	for _, test := range tests {
		p := newPanel(vg.Rectangle{Max: vg.Point{X: 200, Y: 40}})
		p.setTime(test.lo, test.hi, "t")
		if p.X.Label.Text != test.want {
			t.Errorf("%v to %v: %q, want %q", test.lo, test.hi, p.X.Label.Text, test.want)
		}
	}
}

func TestWhatIsDrawnAsSteps(t *testing.T) {
	tr := &record.Trajectory{Time: []float64{0, 1, 2, 3, 4}}
	signal := &record.Signal{Name: "output_1", Units: []int{0}, Values: []float64{9, 1, 2, 2, 3}}
	target := &record.Signal{Name: "target", Units: []int{0}, Values: []float64{1, 1, 1, 0, 0}}
	for _, test := range []struct {
		name     string
		signal   *record.Signal
		width    vg.Length
		discrete bool
		want     bool
	}{
		{"continuous", signal, 100, false, false},
		{"discrete", signal, 100, true, true},
		{"discrete", signal, 4, true, true},
		{"discrete, too fine to be seen", signal, 1.6, true, false},
		{"held target", target, 4, false, true},
	} {
		p := newPanel(vg.Rectangle{Max: vg.Point{X: test.width, Y: 40}})
		p.setSeconds(0, 4)
		p.addSignal(tr, record.Window{Last: 5, End: 4}, line{signal: test.signal, style: targetStyle}, test.discrete)
		if got := p.data[0].(curve).steps; got != test.want {
			t.Errorf("%s: steps %v", test.name, got)
		}
	}
}

func TestPNGSaysItsResolution(t *testing.T) {
	f, err := Limit(ordinary.result(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	data := encode(t, f, "png")
	i := bytes.Index(data, []byte("pHYs"))
	if i < 0 || i > bytes.Index(data, []byte("IDAT")) {
		t.Fatal("no resolution in front of the image")
	}
	perMetre := binary.BigEndian.Uint32(data[i+4:])
	if dpi := math.Round(float64(perMetre) * 0.0254); dpi != 300 || data[i+12] != 1 {
		t.Errorf("%v dots an inch", dpi)
	}
	if sum := binary.BigEndian.Uint32(data[i+13:]); sum != crc32.ChecksumIEEE(data[i:i+13]) {
		t.Error("wrong checksum")
	}
}
