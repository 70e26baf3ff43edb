package bench

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"burstsim/sim/program"
	"burstsim/synapse"
)

// tiny measures everything, each for as short as it can.
var tiny = scale{
	meter: meter{seconds: 1e-5, repeats: 3}, memory: 1 << 20, cached: 1 << 16,
	shapes: []size{{4, 12, 8}}, steps: [][]int{{6, 5, 4, 2}}, rows: 3,
	images: 64, batches: 2, cifarBatches: 1, turn: 1,
	inputs: 6, widths: []int{4, 8}, depths: []int{1, 2}, depthWidth: 5, elements: 64,
	xorSize: 120, spikingSizes: []int{40, 400},
}

func measured(t *testing.T) *Report {
	t.Helper()
	r, err := Run(t.Context(), Options{scale: tiny})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryGroupIsMeasured(t *testing.T) {
	var heard []string
	r, err := Run(t.Context(), Options{scale: tiny, Progress: func(group string) { heard = append(heard, group) }})
	if err != nil {
		t.Fatal(err)
	}
	if len(heard) != len(groups) {
		t.Errorf("progress told of %v", heard)
	}
	lines := map[string]int{}
	names := map[string]bool{}
	for _, l := range r.Results {
		lines[l.Group]++
		if names[l.Group+l.Name] {
			t.Errorf("%s: %s is there twice", l.Group, l.Name)
		}
		names[l.Group+l.Name] = true
		if !(l.Best > 0 && l.Median > 0) || math.IsInf(l.Best+l.Median, 0) {
			t.Errorf("%s: %s is %v, median %v", l.Group, l.Name, l.Best, l.Median)
		}
		if rates[l.Unit] && l.Best < l.Median || !rates[l.Unit] && l.Best > l.Median {
			t.Errorf("%s: the best of %s is %v %s, the median %v", l.Group, l.Name, l.Best, l.Unit, l.Median)
		}
		if (l.Group == "step") != (l.Allocations != nil) {
			t.Errorf("%s: %s has allocations %v", l.Group, l.Name, l.Allocations)
		}
	}
	kernel, _ := peakKernel()
	for _, s := range shown {
		optional := s.group == "start-up" || s.group == "against" || s.group == "peak" && kernel == nil
		if lines[s.group] == 0 && !optional {
			t.Errorf("nothing in group %s", s.group)
		}
	}
	for _, l := range r.Results {
		if (l.Group == "optimisers") != (l.OfPlain != nil) || l.OfPlain != nil && !(*l.OfPlain > 0) {
			t.Errorf("%s: %s is %v of plain descent", l.Group, l.Name, l.OfPlain)
		}
	}
	if want := len(trained) * len(synapse.RuleNames); lines["optimisers"] != want {
		t.Errorf("%d lines of optimisers, expected %d", lines["optimisers"], want)
	}
	if want := 2 * (len(tiny.widths) + len(tiny.depths)); len(r.Scaling) != want {
		t.Errorf("%d points, expected %d", len(r.Scaling), want)
	}
	for _, p := range r.Scaling {
		if !(p.Seconds > 0 && p.Median >= p.Seconds && p.Limit() > 0) || math.IsInf(p.Limit(), 0) {
			t.Errorf("point %+v", p)
		}
	}
}

func TestOneGroupIsMeasured(t *testing.T) {
	r, err := Run(t.Context(), Options{Only: "sigmoid", scale: tiny})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range r.Results {
		if l.Group != "sigmoid" {
			t.Errorf("%s was measured too", l.Group)
		}
	}
	if len(r.Results) == 0 || len(r.Scaling) > 0 {
		t.Errorf("%d lines and %d points", len(r.Results), len(r.Scaling))
	}
}

func TestReportIsWritten(t *testing.T) {
	r := measured(t)
	var text, table, data bytes.Buffer
	if err := errors.Join(r.WriteTable(&text), r.WriteCSV(&table), r.WriteJSON(&data)); err != nil {
		t.Fatal(err)
	}
	for _, l := range r.Results {
		if !strings.Contains(text.String(), l.Name) {
			t.Errorf("the table lacks %q", l.Name)
		}
	}
	for _, want := range []string{r.Machine.Go, r.Machine.BLAS, "hidden layers 2 x 5, split"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the table lacks %q", want)
		}
	}
	rows, err := csv.NewReader(&table).ReadAll()
	if err != nil || len(rows) != 1+len(r.Results)+len(r.Scaling) {
		t.Errorf("%d rows of CSV, %v", len(rows), err)
	}
	var back Report
	if err := json.Unmarshal(data.Bytes(), &back); err != nil || len(back.Results) != len(r.Results) || back.Scaling[0] != r.Scaling[0] {
		t.Errorf("JSON does not hold the report: %v", err)
	}
	f, err := r.Figure()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.WriteTo(&data, "svg"); err != nil {
		t.Error(err)
	}
}

func TestOfLimit(t *testing.T) {
	for _, c := range []struct {
		unit              string
		best, limit, want float64
	}{
		{"us", 20, 10, 0.5}, {"images/s", 5, 10, 0.5}, {"GB/s", 10, 10, 1}, {"us", 10, 0, 0},
	} {
		if got := (Result{Unit: c.unit, Best: c.best, Limit: c.limit}).OfLimit(); got != c.want {
			t.Errorf("%v of %v %s: %v, want %v", c.best, c.limit, c.unit, got, c.want)
		}
	}
}

// TestProductFlops counts by hand.
func TestProductFlops(t *testing.T) {
	if got, want := productFlops(program.Setting{Sizes: []int{3, 2, 5}}), 2.*(2*6+3*10); got != want {
		t.Errorf("dense: %v, want %v", got, want)
	}
	maps := &synapse.Convolutions{Channels: 2, Height: 5, Width: 5, Layers: []synapse.Convolution{{Channels: 3, Kernel: 3, Stride: 2}}}
	sizes, err := maps.Sizes() // 3 maps of 2 x 2
	if err != nil {
		t.Fatal(err)
	}
	if got, want := productFlops(program.Setting{Sizes: append(sizes, 4), Maps: maps}), 2.*(2*12*18+3*4*12); got != want {
		t.Errorf("maps: %v, want %v", got, want)
	}
}

// TestTraffic counts by hand: the first layer sends nothing back, and a carry is
// read and written in float32.
func TestTraffic(t *testing.T) {
	for _, c := range []struct {
		sizes       []int
		element     int
		split       bool
		bytes, held float64
	}{
		{[]int{3, 2}, 8, true, 6 * 8 * 2, 6 * 8},
		{[]int{3, 2}, 8, false, 6 * 8 * 3, 6 * 8},
		{[]int{3, 2, 5}, 8, true, 6*8*2 + 10*8*3, 16 * 8},
		{[]int{3, 2, 5}, 8, false, 6*8*3 + 10*8*4, 16 * 8},
		{[]int{3, 2}, 4, true, 6 * 4 * 4, 6 * 4 * 2},
		{[]int{3, 2, 5}, 4, false, 6*4*5 + 10*4*6, 16 * 4 * 2},
	} {
		if bytes, held := Traffic(c.sizes, c.element, c.split); bytes != c.bytes || held != c.held {
			t.Errorf("%v of %d bytes, split %v: %v bytes, %v held; want %v, %v", c.sizes, c.element, c.split, bytes, held, c.bytes, c.held)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	if _, err := Run(t.Context(), Options{BLAS: "no such library", scale: tiny}); err == nil {
		t.Error("an unknown library was used")
	}
	if _, err := Run(t.Context(), Options{Only: "no such group", scale: tiny}); err == nil || !strings.Contains(err.Error(), "optimisers") {
		t.Errorf("an unknown group: %v", err)
	}
	if _, err := Run(t.Context(), Options{Program: "/no/such/program", scale: tiny}); err == nil {
		t.Error("a program that does not exist was started")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Options{scale: tiny}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestMeterCounts checks the bookkeeping, not the clock.
func TestMeterCounts(t *testing.T) {
	var keep [][]byte
	taken := meter{seconds: 1e-4, repeats: 4}.time(t.Context(), func(n int) {
		keep = keep[:0]
		for range n {
			keep = append(keep, make([]byte, 64))
		}
	})
	if len(taken.sorted) != 4 || taken.best() > taken.median() || taken.allocations < 1 {
		t.Errorf("%+v: expected 4 repeats in order, and an allocation each", taken)
	}
}
