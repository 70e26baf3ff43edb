package plots

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"burstsim/sim/record"
)

var trainingDrawings = []drawing{
	{"training", Training}, {"states", States}, {"filters", Filters}, {"confusion", Confusion}}

// trained is a made-up training of networks with three layers, on images of
// this many channels.
func trained(channels int, labels ...string) *record.Result {
	rnd := rand.New(rand.NewPCG(3, 4))
	res := &record.Result{Name: "made up"}
	for i, name := range labels {
		tr := &record.Training{
			Epochs: madeEpochs(i, rnd), Log: madeLog(i, 400, rnd), BestEpoch: 17,
			Confusion: madeConfusion(10, 1000, rnd), Filters: madeFilters(channels, rnd),
		}
		for layer := 1; layer <= 3; layer++ {
			tr.Histograms = append(tr.Histograms, madeHistogram(fmt.Sprint("burst_prob_", layer), "burst probability", 0, 1, 0.5, rnd))
			if layer < 3 {
				tr.Histograms = append(tr.Histograms, madeHistogram(fmt.Sprint("dendrite_", layer), "dendritic potential", -1, 1, 0, rnd))
			}
		}
		res.Variants = append(res.Variants, record.Variant{Label: name, Training: tr})
	}
	return res
}

func madeEpochs(variant int, rnd *rand.Rand) *record.Table {
	t := record.NewTable("epoch", "train_loss", "train_error", "validation_loss", "validation_error", "test_loss", "test_error")
	for e := range 21 {
		level := 0.9*math.Exp(-float64(e)) + 0.02 + 0.01*float64(variant)
		value := func(factor float64) float64 { return factor * level * (1 + 0.05*rnd.NormFloat64()) }
		train, trainLoss := value(0.6), value(0.05)
		if e == 0 {
			train, trainLoss = math.NaN(), math.NaN()
		}
		t.Append(float64(e), trainLoss, train, value(0.09), value(0.9), value(0.1), value(1))
	}
	return t
}

func madeLog(variant, rows int, rnd *rand.Rand) *record.Table {
	t := record.NewTable("epoch", "loss", "angle_W1", "angle_W2", "angle_W3", "angle_fa_W1", "angle_fa_W2", "angle_fa_W3", "angle_WY1", "angle_WY2")
	for i := range rows {
		row := []float64{20 * float64(i) / float64(rows), 0.1}
		for k := range 8 {
			row = append(row, math.Abs(float64(60-10*k+5*variant)*math.Exp(-row[0]/10)+5*rnd.NormFloat64()))
		}
		t.Append(row...)
	}
	return t
}

func madeHistogram(name, label string, lo, hi, mean float64, rnd *rand.Rand) *record.Histogram {
	h := &record.Histogram{Name: name, Label: label}
	const bins = 50
	for k := range bins + 1 {
		h.Edges = append(h.Edges, lo+(hi-lo)*float64(k)/bins)
	}
	for i := range 60 {
		h.Epochs = append(h.Epochs, float64(i)/3)
		row := make([]int, bins)
		for range 2000 {
			x := mean + (0.02+0.005*float64(i)/3)*rnd.NormFloat64()
			row[min(bins-1, max(0, int(bins*(x-lo)/(hi-lo))))]++
		}
		h.Counts = append(h.Counts, row)
	}
	return h
}

func madeConfusion(classes, images int, rnd *rand.Rand) [][]int {
	out := make([][]int, classes)
	for i := range out {
		out[i] = make([]int, classes)
		for range images {
			k := i
			if rnd.Float64() < 0.04 {
				k = rnd.IntN(classes)
			}
			out[i][k]++
		}
	}
	return out
}

func madeFilters(channels int, rnd *rand.Rand) *record.Filters {
	f := &record.Filters{Channels: channels, Height: 9, Width: 9}
	for u := range 64 {
		w := make([]float64, channels*81)
		for k := range w {
			x, y := float64(k%9), float64(k/9%9)
			w[k] = 0.1 * (math.Sin(x*math.Cos(float64(u))+y*math.Sin(float64(u))+float64(k/81)) + 0.1*rnd.NormFloat64())
		}
		f.Weights = append(f.Weights, w)
	}
	return f
}

// With BURSTSIM_LOOK set to a folder, the figures are written there.
func TestTrainingFiguresFitTheirPage(t *testing.T) {
	tests := map[string]*record.Result{
		"one": trained(1, "BurstCCN"), "two": trained(1, "BurstCCN", "backprop"), "colour": trained(3, "BurstCCN"),
		"four": trained(2, "a", "b", "c", "d"),
	}
	for name, res := range tests {
		for _, d := range trainingDrawings {
			t.Run(name+"/"+d.name, func(t *testing.T) {
				f, err := d.draw(res, Options{})
				if err != nil {
					t.Fatal(err)
				}
				if f.width != singleColumn && f.width != doubleColumn || f.height > 250/25.4*72 {
					t.Errorf("%v by %v points", f.width, f.height)
				}
				data := encode(t, f, "png")
				if dir := os.Getenv("BURSTSIM_LOOK"); dir != "" {
					if err := os.WriteFile(filepath.Join(dir, "made_"+d.name+"_"+name+".png"), data, 0o666); err != nil {
						t.Fatal(err)
					}
				}
				checkMargin(t, data)
				checkApart(t, f)
			})
		}
	}
}

func checkMargin(t *testing.T, data []byte) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	size := img.Bounds().Size()
	white := color.RGBA{255, 255, 255, 255}
	for x := range size.X {
		if img.At(x, 0) != white || img.At(x, size.Y-1) != white {
			t.Fatalf("ink on the edge at x = %d", x)
		}
	}
	for y := range size.Y {
		if img.At(0, y) != white || img.At(size.X-1, y) != white {
			t.Fatalf("ink on the edge at y = %d", y)
		}
	}
}

func checkApart(t *testing.T, f *Figure) {
	t.Helper()
	all := panels(f)
	for i, p := range all {
		for k, q := range all[:i] {
			if p.area.Min.X < q.area.Max.X && q.area.Min.X < p.area.Max.X &&
				p.area.Min.Y < q.area.Max.Y && q.area.Min.Y < p.area.Max.Y {
				t.Errorf("panels %d and %d overlap", k, i)
			}
		}
	}
}

func TestTrainingFiguresSameBytes(t *testing.T) {
	for _, d := range trainingDrawings {
		for _, format := range []string{"png", "svg", "pdf"} {
			var first []byte
			for range 2 {
				f, err := d.draw(trained(3, "BurstCCN"), Options{})
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					data := encode(t, f, format)
					if first == nil {
						first = data
					}
					if !bytes.Equal(data, first) {
						t.Errorf("%s as %s: other bytes", d.name, format)
					}
				}
			}
		}
	}
}

func TestTrainingFiguresHoldTheLabels(t *testing.T) {
	want := map[string][]string{
		"training": {"[a & <b>]", "[error (%)]", "[loss]", "[epoch]", "[training]", "[validation]", "[test]", "[best epoch]",
			"[layer 3 (output)]", "backprop (deg)]", "feedback al. (deg)]", "feedback Y (deg)]", "[5]", "[50]", "[e]"},
		"states":    {"[a & <b>]", "[burst]", "[probability]", "[dendritic]", "[layer 3]", "[epoch]", "[fraction]", "[d]"},
		"filters":   {"[a & <b>]", "[weight]", "[0.00]", "[b]"},
		"confusion": {"[a & <b>]", "[class]", "[answer]", "[9]", "10000 test samples", "[0.4]"},
	}
	for _, d := range trainingDrawings {
		f, err := d.draw(trained(1, "a & <b>", "other"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		texts := svgTexts(t, encode(t, f, "svg"))
		for _, w := range want[d.name] {
			if !strings.Contains(texts, w) {
				t.Errorf("%s: no %q in %s", d.name, w, texts)
			}
		}
	}
}

// spoilTraining overwrites all numbers of a training.
func spoilTraining(tr *record.Training, value float64) {
	for _, table := range []*record.Table{tr.Epochs, tr.Log} {
		for i := range table.Len() {
			row := table.Row(i)
			for k := range row[1:] {
				row[1+k] = value
			}
		}
	}
	for _, h := range tr.Histograms {
		for k := range h.Edges {
			h.Edges[k] = value
		}
	}
	for _, w := range tr.Filters.Weights {
		for k := range w {
			w[k] = value
		}
	}
}

func TestTrainingThatCannotBeDrawnIsAnError(t *testing.T) {
	every := []string{"training", "states", "filters", "confusion"}
	tests := []struct {
		name  string
		edit  func(*record.Training)
		fails []string
	}{
		{"empty", func(tr *record.Training) { *tr = record.Training{} }, every},
		{"no rows", func(tr *record.Training) {
			*tr = record.Training{Epochs: record.NewTable("epoch", "test_error"), Log: record.NewTable("epoch", "angle_W1"),
				Histograms: []*record.Histogram{{Name: "x_1"}, nil}, Confusion: [][]int{}, Filters: &record.Filters{}}
		}, every},
		{"other columns", func(tr *record.Training) {
			tr.Epochs, tr.Log = record.NewTable(), record.NewTable("loss")
		}, []string{"training"}},
		{"one epoch", func(tr *record.Training) {
			tr.Log = nil
			table := record.NewTable(tr.Epochs.Columns...)
			table.Append(tr.Epochs.Row(0)...)
			tr.Epochs = table
		}, []string{"training"}},
		{"all NaN", func(tr *record.Training) { spoilTraining(tr, math.NaN()) }, []string{"training", "states", "filters"}},
		{"all infinite", func(tr *record.Training) { spoilTraining(tr, math.Inf(-1)) }, []string{"training", "states", "filters"}},
		{"all zero", func(tr *record.Training) { spoilTraining(tr, 0) }, []string{"states", "filters"}},
		{"NaN epochs", func(tr *record.Training) {
			for _, table := range []*record.Table{tr.Epochs, tr.Log} {
				for i := range table.Len() {
					table.Row(i)[0] = math.NaN()
				}
			}
			for _, h := range tr.Histograms {
				for i := range h.Epochs {
					h.Epochs[i] = math.NaN()
				}
			}
		}, []string{"training", "states"}},
		{"torn rows", func(tr *record.Training) {
			for _, h := range tr.Histograms {
				h.Counts[3] = h.Counts[3][1:]
			}
			tr.Confusion[4] = tr.Confusion[4][1:]
			tr.Filters.Weights[5] = tr.Filters.Weights[5][1:]
		}, []string{"states", "filters", "confusion"}},
		{"nothing counted", func(tr *record.Training) {
			for _, h := range tr.Histograms {
				for _, row := range h.Counts {
					clear(row)
				}
			}
			for _, row := range tr.Confusion {
				clear(row)
			}
		}, []string{"states", "confusion"}},
		{"negative counts", func(tr *record.Training) {
			for _, h := range tr.Histograms {
				h.Counts[0][0] = -1
			}
			tr.Confusion[0][1] = -1
		}, []string{"states", "confusion"}},
		{"sizes that overflow", func(tr *record.Training) {
			tr.Filters.Channels, tr.Filters.Height, tr.Filters.Width = 1<<62, 4, 81
		}, []string{"filters"}},
	}
	for _, test := range tests {
		for _, d := range trainingDrawings {
			t.Run(test.name+"/"+d.name, func(t *testing.T) {
				res := trained(1, "BurstCCN")
				test.edit(res.Variants[0].Training)
				f, err := d.draw(res, Options{})
				fails := strings.Contains(strings.Join(test.fails, " "), d.name)
				if fails != (err != nil) || fails != (f == nil) {
					t.Fatalf("figure %v, error %v, expected an error: %v", f, err, fails)
				}
				if err == nil {
					data := encode(t, f, "svg")
					for _, bad := range []string{"NaN", "Inf"} {
						if strings.Contains(svgTexts(t, data), bad) {
							t.Errorf("%s in the drawing", bad)
						}
					}
				}
			})
		}
	}
	for _, d := range trainingDrawings {
		for _, res := range []*record.Result{nil, {}, {Variants: make([]record.Variant, 2)}, ordinary.result()} {
			if f, err := d.draw(res, Options{}); err == nil || f != nil {
				t.Errorf("%s draws a result without training", d.name)
			}
		}
		if _, err := d.draw(trained(1, "a"), Options{PBaseline: 2}); err == nil {
			t.Errorf("%s takes wrong options", d.name)
		}
	}
}

// Variants without training keep their colours and do not stop the others.
func TestTrainingBesideOtherVariants(t *testing.T) {
	res := trained(1, "a", "b")
	res.Variants[0].Training = nil
	for _, d := range trainingDrawings {
		f, err := d.draw(res, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if texts := svgTexts(t, encode(t, f, "svg")); !strings.Contains(texts, "[b]") {
			t.Errorf("%s: no name in %s", d.name, texts)
		}
	}
}

func TestErrorAxisIsLogarithmicWhereItHelps(t *testing.T) {
	tests := []struct {
		name   string
		first  float64
		last   float64
		labels string
	}{
		{"from chance to few", 0.9, 0.018, "2 5 10 20 50 100"},
		{"never better than chance", 0.9, 0.6, "60 70 80 90"},
		{"half of chance", 0.9, 0.4, "0 20 40 60 80"},
		{"down to none", 0.9, 0, "0 20 40 60 80"},
		{"below a percent", 0.2, 0.006, "1 2 5 10 20"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			table := record.NewTable("epoch", "test_error")
			table.Append(0, test.first)
			table.Append(1, test.last)
			f, err := Training(&record.Result{Variants: []record.Variant{{Training: &record.Training{Epochs: table}}}}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			p := panels(f)[0]
			var labels []string
			for _, tick := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
				if tick.Label != "" {
					labels = append(labels, tick.Label)
				}
			}
			if got := strings.Join(labels, " "); got != test.labels {
				t.Errorf("ticks %q, expected %q", got, test.labels)
			}
		})
	}
}

func TestBestEpochIsMarkedAtItsError(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		name             string
		epoch            int
		test, validation float64
		want             float64 // NaN: no mark
	}{
		{"test", 2, 0.25, 0.5, 25},
		{"validation alone", 2, nan, 0.5, 50},
		{"neither", 2, nan, nan, nan},
		{"none yet", 0, 0.25, 0.5, nan},
		{"not in the table", 7, 0.25, 0.5, nan},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			table := record.NewTable("epoch", "test_error", "validation_error")
			table.Append(1, 0.9, 0.9)
			table.Append(2, test.test, test.validation)
			epoch, percent, _, ok := best(&record.Training{Epochs: table, BestEpoch: test.epoch})
			if ok == math.IsNaN(test.want) || ok && (epoch != 2 || percent != test.want) {
				t.Errorf("epoch %v at %v %%, %v", epoch, percent, ok)
			}
		})
	}
}
