package plots

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

func encode(t *testing.T, f *Figure, format string) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := f.WriteTo(&buf, format); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestPNGHasJournalWidthAt300DotsAnInch(t *testing.T) {
	widths := map[string]vg.Length{"dynamics": doubleColumn, "learning": doubleColumn, "limit": singleColumn}
	for _, d := range drawings {
		t.Run(d.name, func(t *testing.T) {
			f, err := d.draw(ordinary.result(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(encode(t, f, "png")))
			if err != nil {
				t.Fatal(err)
			}
			dots := func(l vg.Length) int { return int(math.Round(float64(l/vg.Inch) * 300)) }
			size := img.Bounds().Size()
			if size.X != dots(widths[d.name]) || size.Y != dots(f.height) {
				t.Errorf("%v dots, want %d by %d", size, dots(widths[d.name]), dots(f.height))
			}
			// Nothing is cut off: the margin is white all around.
			for x := range size.X {
				for _, y := range []int{0, size.Y - 1} {
					if img.At(x, y) != (color.RGBA{255, 255, 255, 255}) {
						t.Fatalf("ink on the edge at (%d, %d)", x, y)
					}
				}
			}
			for y := range size.Y {
				for _, x := range []int{0, size.X - 1} {
					if img.At(x, y) != (color.RGBA{255, 255, 255, 255}) {
						t.Fatalf("ink on the edge at (%d, %d)", x, y)
					}
				}
			}
		})
	}
}

// svgTexts parses a drawing and returns its texts.
func svgTexts(t *testing.T, data []byte) string {
	t.Helper()
	var texts strings.Builder
	for dec := xml.NewDecoder(bytes.NewReader(data)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return texts.String()
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		if s, ok := token.(xml.CharData); ok && len(bytes.TrimSpace(s)) > 0 {
			texts.WriteString("[" + strings.TrimSpace(string(s)) + "]")
		}
	}
}

func TestSVGHoldsTheLabels(t *testing.T) {
	odd := ordinary
	odd.variants = []string{"tau <\x00> 1 & \"2\"", "\xff" + strings.Repeat("long ", 50)}
	want := map[string][]string{
		"dynamics": {"[no teacher]", "[teacher]", "[target 0 (of 5 recorded)]", "[output 0 (of 5 recorded)]", "[input 49]", "[layer 1:]", "[unit 0]", "[unit 24]", "[unit 49]", "[input]", "[output burst]",
			"[burst]", "[probability]", "[dendritic]", "[time (s)]", "[200]", "[1200]", "[a]", "[h]"},
		"learning": {"[tau < > 1 & \"2\"]", "[?long long", "[loss]", "[before learning]", "[after learning]",
			"[to backprop (deg)]", "[layer 1]", "[layer 2 (output)]", "[simulated time (s)]", "[d]"},
		"limit": {"[fit, slope 1.00]", "[slope 1]", "[measured]", "\u03c4/T"},
	}
	for _, d := range drawings {
		t.Run(d.name, func(t *testing.T) {
			f, err := d.draw(odd.result(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			texts := svgTexts(t, encode(t, f, "svg"))
			for _, w := range want[d.name] {
				if !strings.Contains(texts, w) {
					t.Errorf("no %q in %s", w, texts)
				}
			}
		})
	}
}

func TestSameRecordingSameBytes(t *testing.T) {
	for _, d := range drawings {
		for _, format := range []string{"png", "svg", "pdf"} {
			var all [][]byte
			for range 2 {
				f, err := d.draw(ordinary.result(), Options{})
				if err != nil {
					t.Fatal(err)
				}
				// The same figure twice, and another one of the same.
				all = append(all, encode(t, f, format), encode(t, f, format))
			}
			for _, b := range all[1:] {
				if !bytes.Equal(b, all[0]) {
					t.Errorf("%s as %s: other bytes", d.name, format)
				}
			}
		}
	}
}

func TestLongNoisyRecordingsStaySmall(t *testing.T) {
	r := run{starts: []float64{190, 270, 1190}, interval: 0.002, rows: 100_000,
		variants: []string{"a", "b", "c", "d"}, layers: 3, noise: 1}
	res := r.result()
	for _, d := range drawings {
		f, err := d.draw(res, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(encode(t, f, "svg")); n > 500_000 {
			t.Errorf("%s: %d bytes of SVG", d.name, n)
		}
	}
}

func TestWriteToRefusesOtherFormats(t *testing.T) {
	f, err := Limit(ordinary.result(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := f.WriteTo(&buf, "gif"); err == nil || buf.Len() > 0 {
		t.Errorf("error %v after %d bytes", err, buf.Len())
	}
}

func TestWriteToReportsAFailingWriter(t *testing.T) {
	f, err := Limit(ordinary.result(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for format := range encoders {
		if err := f.WriteTo(failing{}, format); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v", format, err)
		}
	}
}

var errFull = errors.New("disk full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

// panels are those of a figure.
func panels(f *Figure) []*panel {
	var out []*panel
	for _, p := range f.parts {
		if p, ok := p.(*panel); ok {
			out = append(out, p)
		}
	}
	return out
}

func TestPanelsAreAlignedAndApart(t *testing.T) {
	for _, d := range drawings {
		f, err := d.draw(ordinary.result(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		all := panels(f)
		for i, p := range all {
			if p.area.Min.X < 0 || p.area.Min.Y < 0 || p.area.Max.X > f.width || p.area.Max.Y > f.height {
				t.Errorf("%s: panel %d is at %v, outside of the figure", d.name, i, p.area)
			}
			for k, q := range all[:i] {
				if p.area.Min.X < q.area.Max.X && q.area.Min.X < p.area.Max.X &&
					p.area.Min.Y < q.area.Max.Y && q.area.Min.Y < p.area.Max.Y {
					t.Errorf("%s: panels %d and %d overlap", d.name, k, i)
				}
			}
		}
	}
	f, err := Dynamics(ordinary.result(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := panels(f)
	const columns = 3
	for i, p := range all {
		above := all[i%columns]
		if p.area.Min.X != above.area.Min.X || p.area.Max.X != above.area.Max.X {
			t.Errorf("panel %d from %v to %v, the first of its column from %v to %v",
				i, p.area.Min.X, p.area.Max.X, above.area.Min.X, above.area.Max.X)
		}
		beside := all[i-i%columns]
		if p.Y.Min != beside.Y.Min || p.Y.Max != beside.Y.Max || p.area.Min.Y != beside.area.Min.Y {
			t.Errorf("panel %d does not share its row's axis", i)
		}
	}
}

// A baseline far from the probabilities does not flatten them.
func TestFarBaselineIsLeftOut(t *testing.T) {
	f, err := Dynamics(ordinary.result(), Options{PBaseline: 0.35})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range panels(f) {
		if strings.HasPrefix(p.Y.Label.Text, "burst\nprobability") && (p.Y.Min < 0.49 || p.Y.Max > 0.51) {
			t.Errorf("probabilities from 0.498 to 0.502 on an axis from %v to %v", p.Y.Min, p.Y.Max)
		}
	}
}

func TestBurstProbabilityIsSymmetricAboutItsBaseline(t *testing.T) {
	for _, baseline := range []float64{0, 0.499, 0.5} {
		f, err := Dynamics(ordinary.result(), Options{PBaseline: baseline})
		if err != nil {
			t.Fatal(err)
		}
		want := baseline
		if want == 0 {
			want = 0.5
		}
		found := false
		for _, p := range panels(f) {
			if strings.HasPrefix(p.Y.Label.Text, "burst\nprobability") {
				found = true
				if d := (p.Y.Min+p.Y.Max)/2 - want; math.Abs(d) > 1e-12 {
					t.Errorf("baseline %v: axis from %v to %v", want, p.Y.Min, p.Y.Max)
				}
			}
		}
		if !found {
			t.Error("no row of burst probabilities")
		}
	}
}

func TestMissingSignalsDropTheirRows(t *testing.T) {
	res := ordinary.result()
	tr := res.Variants[0].Trajectory
	var kept []*record.Signal
	for _, s := range tr.Signals {
		if strings.HasPrefix(s.Name, "event_rate_") {
			for i := range s.Values {
				s.Values[i] = math.NaN()
			}
		}
		if s.Name != "dendrite_1" {
			kept = append(kept, s)
		}
	}
	tr.Signals = kept
	f, err := Dynamics(res, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(panels(f)); n != 6*3 {
		t.Errorf("%d panels, want six rows of three", n)
	}
}

func TestNumbersOfTimeDoNotOverlap(t *testing.T) {
	for _, width := range []vg.Length{30, 60, 137, 450} {
		for _, start := range []float64{0, 0.25, 190, 40190, 1234567} {
			p := newPanel(vg.Rectangle{Max: vg.Point{X: width, Y: 40}})
			p.setSeconds(start, start+20)
			numbered := p.numbered()
			if len(numbered) == 0 {
				t.Errorf("no number from %v on, %v points wide", start, width)
			}
			end := vg.Length(math.Inf(-1))
			for _, k := range numbered {
				x, half := width*vg.Length(p.X.Norm(k.Value)), textWidth(k.Label)/2
				if x-half < end {
					t.Errorf("numbers from %v on, %v points wide, overlap at %s", start, width, k.Label)
				}
				end = x + half
			}
		}
	}
}
