package images

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func newStream(t testing.TB, d *Images, change func(*StreamConfig)) *Stream {
	t.Helper()
	cfg := DefaultStreamConfig()
	if change != nil {
		change(&cfg)
	}
	s, err := NewStream(d, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNewStreamRejects(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	d := ramp(t, 3, 1, 2, 2, 2)
	for _, c := range []struct {
		field  string
		change func(*StreamConfig)
	}{
		{"Hold", func(c *StreamConfig) { c.Hold = 0 }},
		{"Hold", func(c *StreamConfig) { c.Hold = inf }},
		{"Hold", func(c *StreamConfig) { c.Hold = nan }},
		{"TargetLow", func(c *StreamConfig) { c.TargetLow = -0.1 }},
		{"TargetLow", func(c *StreamConfig) { c.TargetLow = nan }},
		{"TargetHigh", func(c *StreamConfig) { c.TargetHigh = 1.1 }},
		{"TargetHigh", func(c *StreamConfig) { c.TargetHigh = c.TargetLow }},
		{"Rows", func(c *StreamConfig) { c.Rows = -1 }},
		{"Row", func(c *StreamConfig) { c.Row = 1 }},
		{"Row", func(c *StreamConfig) { c.Row = -1 }},
	} {
		cfg := DefaultStreamConfig()
		c.change(&cfg)
		if s, err := NewStream(d, cfg); err == nil || s != nil || !strings.Contains(err.Error(), c.field+" is ") {
			t.Errorf("%+v: %v, want an error about %s", cfg, err, c.field)
		}
	}
}

func TestStreamShowsEveryImageOnceAnEpoch(t *testing.T) {
	const n = 12
	d := ramp(t, n, 1, 2, 2, 5)
	for _, rows := range []int{0, 1, 3, 5, 12} {
		together := map[int]int{} // place in the order of all rows, to image
		for row := range max(rows, 1) {
			s := newStream(t, d, func(c *StreamConfig) { c.Row, c.Rows = row, rows })
			for k := range 5 * n {
				together[k*max(rows, 1)+row] = s.Image(k)
			}
		}
		for epoch := range 5 {
			if got, want := together[epoch*n+3], Order(1, epoch, n, nil)[3]; got != want {
				t.Errorf("%d rows: image %d, want %d of the order", rows, got, want)
			}
			seen := map[int]bool{}
			for i := range n {
				seen[together[epoch*n+i]] = true
			}
			if len(seen) != n {
				t.Errorf("%d rows, epoch %d: %d different images, want %d", rows, epoch, len(seen), n)
			}
		}
	}
}

func TestStreamMayGoBack(t *testing.T) {
	d := ramp(t, 7, 1, 1, 1, 7)
	s, fresh := newStream(t, d, nil), newStream(t, d, nil)
	var forward []int
	for k := -20; k < 20; k++ {
		forward = append(forward, s.Image(k))
	}
	for k := 19; k >= -20; k-- {
		if got := s.Image(k); got != forward[k+20] || got != fresh.Image(k) {
			t.Errorf("presentation %d: image %d, was %d", k, got, forward[k+20])
		}
	}
}

func TestStreamFollowsSamples(t *testing.T) {
	d := ramp(t, 9, 1, 2, 3, 4)
	x, y, input, target := make([]float64, 6), make([]float64, 4), make([]float64, 6), make([]float64, 4)
	for _, hold := range []float64{0.1, 1, 1. / 3} {
		s := newStream(t, d, func(c *StreamConfig) { c.Hold, c.TargetLow, c.TargetHigh = hold, 0.1, 0.8 })
		for _, k := range []int{0, 1, 8, 9, 1e6 + 1} {
			s.Sample(k, input, target)
			image := s.Image(k)
			for i, v := range d.Pixels(image) {
				if input[i] != float64(v)/255 {
					t.Fatalf("input %v of pixels %v", input, d.Pixels(image))
				}
			}
			for class, value := range target {
				if want := map[bool]float64{true: 0.8, false: 0.1}[class == d.Label(image)]; value != want {
					t.Fatalf("target %v of label %d", target, d.Label(image))
				}
			}
			for _, part := range []float64{0, 0.5, 0.999} {
				now := (float64(k) + part) * hold
				s.Input(x, now)
				s.Target(y, now, nil)
				if !slices.Equal(x, input) || !slices.Equal(y, target) {
					t.Errorf("hold %v, t = %v does not show presentation %d", hold, now, k)
				}
			}
		}
	}
}

func TestChangesLeadThroughAllPresentations(t *testing.T) {
	s := newStream(t, ramp(t, 10, 1, 1, 1, 2), func(c *StreamConfig) { c.Hold = 0.1 })
	now := 0.0
	for k := range 3000 {
		for _, near := range []float64{math.Nextafter(now, -1), now, math.Nextafter(now, 1e9)} {
			if got := s.Index(near); got != k {
				t.Fatalf("at %v: presentation %d, want %d", near, got, k)
			}
		}
		next := s.NextChange(now)
		if !(next > now) {
			t.Fatalf("NextChange(%v) = %v", now, next)
		}
		now = next
	}
}

func TestEnterDecidesAtTheBoundary(t *testing.T) {
	const hold = 0.1
	d := ramp(t, 4, 1, 1, 1, 4)
	input, x := make([]float64, 1), make([]float64, 1)
	shows := func(s *Stream, now float64, k int) {
		t.Helper()
		s.Input(x, now)
		s.Sample(k, input, make([]float64, 4))
		if x[0] != input[0] {
			t.Errorf("t = %v does not show presentation %d", now, k)
		}
	}
	for k := range 12 { // across epochs
		s := newStream(t, d, func(c *StreamConfig) { c.Hold = hold })
		end := float64(k+1) * hold
		shows(s, end, k+1)
		s.Enter((float64(k) + 0.4) * hold)
		shows(s, end, k)
		shows(s, math.Nextafter(end, 1e9), k)
		shows(s, end+1.5*hold, k+2)
		s.Enter(end)
		shows(s, end, k+1)
	}
}

func TestStreamDoesNotAllocate(t *testing.T) {
	s := newStream(t, ramp(t, 5, 1, 2, 2, 3), nil)
	x, y, now := make([]float64, s.Inputs()), make([]float64, s.Outputs()), 0.
	if n := testing.AllocsPerRun(100, func() {
		now += 0.7
		s.Enter(now)
		s.Input(x, now)
		s.Target(y, now, nil)
		s.SteadyState(nil, now)
		s.StateDerivative(nil, now, nil)
		s.StateLeak(nil)
		s.NextChange(now)
	}); n != 0 || s.StateDim() != 0 {
		t.Errorf("%v allocations, %d states, want none", n, s.StateDim())
	}
}

// A simulation goes from change to change and enters each presentation.
func ExampleStream_Enter() {
	d, err := New(1, 1, 1, 2, []uint8{0, 255}, []uint8{0, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := NewStream(d, DefaultStreamConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	for t := 0.0; t < 3; {
		s.Enter(t)
		next := s.NextChange(t)
		fmt.Printf("presentation %d from %v s to %v s\n", s.Index(t), t, next)
		t = next
	}
	// Output:
	// presentation 0 from 0 s to 1 s
	// presentation 1 from 1 s to 2 s
	// presentation 2 from 2 s to 3 s
}

func BenchmarkStream(b *testing.B) {
	s := newStream(b, ramp(b, 60000, 1, 28, 28, 10), nil)
	x, y, now := make([]float64, s.Inputs()), make([]float64, s.Outputs()), 0.
	b.ReportAllocs()
	for b.Loop() {
		now += 0.01
		s.Input(x, now)
		s.Target(y, now, nil)
	}
}
