package xor

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func build(t testing.TB, change func(*Config)) *Task {
	t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	task, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// shownAt is the pattern that the stream shows at a time, read from its input.
func shownAt(task *Task, t float64) int {
	x := make([]float64, 2)
	task.Input(x, t)
	inputs, _ := task.Patterns()
	for p := range 4 {
		if slices.Equal(x, inputs[2*p:2*p+2]) {
			return p
		}
	}
	return -1
}

func TestNewRejects(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		field  string
		change func(*Config)
	}{
		{"Hold", func(c *Config) { c.Hold = 0 }},
		{"Hold", func(c *Config) { c.Hold = -1 }},
		{"Hold", func(c *Config) { c.Hold = inf }},
		{"Hold", func(c *Config) { c.Hold = nan }},
		{"Order", func(c *Config) { c.Order = 2 }},
		{"InputLow", func(c *Config) { c.InputLow = nan }},
		{"InputHigh", func(c *Config) { c.InputHigh = inf }},
		{"InputHigh", func(c *Config) { c.InputLow, c.InputHigh = 0.3, 0.3 }},
		{"TargetLow", func(c *Config) { c.TargetLow = -0.1 }},
		{"TargetLow", func(c *Config) { c.TargetLow = nan }},
		{"TargetHigh", func(c *Config) { c.TargetHigh = 1.1 }},
		{"TargetHigh", func(c *Config) { c.TargetLow, c.TargetHigh = 0.9, 0.1 }},
		{"TargetHigh", func(c *Config) { c.TargetHigh = nan }},
	} {
		cfg := DefaultConfig()
		c.change(&cfg)
		if task, err := New(cfg); err == nil || task != nil || !strings.Contains(err.Error(), c.field+" is ") {
			t.Errorf("%+v: got %v, %v, want an error about %s", cfg, task, err, c.field)
		}
	}
}

func TestPatternsAreExclusiveOr(t *testing.T) {
	task := build(t, func(c *Config) { c.InputLow, c.InputHigh, c.TargetLow, c.TargetHigh = -1, 2, 0.2, 0.7 })
	inputs, targets := task.Patterns()
	seen := map[[2]float64]bool{}
	for p, target := range targets {
		a, b := inputs[2*p], inputs[2*p+1]
		seen[[2]float64{a, b}] = true
		if want := map[bool]float64{false: 0.2, true: 0.7}[a != b]; target != want {
			t.Errorf("target of (%v, %v) is %v, want %v", a, b, target, want)
		}
		if (a != -1 && a != 2) || (b != -1 && b != 2) {
			t.Errorf("pattern %d is (%v, %v), want only -1 and 2", p, a, b)
		}
	}
	if len(seen) != 4 {
		t.Errorf("%d different patterns, want 4", len(seen))
	}
}

func TestEveryBlockHasEveryPattern(t *testing.T) {
	for seed := range uint64(5) {
		task := build(t, func(c *Config) { c.Seed = seed })
		for block := -100; block < 100; block++ {
			var count [4]int
			for i := range 4 {
				count[task.Pattern(4*block+i)]++
			}
			if count != [4]int{1, 1, 1, 1} {
				t.Fatalf("seed %d, block %d: patterns come %v times", seed, block, count)
			}
		}
	}
}

// evenly fails unless counts agree with equal probabilities: chi^2 within 5
// standard deviations of its mean.
func evenly(t *testing.T, name string, counts map[int]int, kinds, total int) {
	t.Helper()
	mean, degrees := float64(total)/float64(kinds), float64(kinds-1)
	chi := mean * float64(kinds-len(counts))
	for _, n := range counts {
		chi += (float64(n) - mean) * (float64(n) - mean) / mean
	}
	if math.Abs(chi-degrees) > 5*math.Sqrt(2*degrees) {
		t.Errorf("%s: chi^2 is %.1f for %d kinds, want about %.0f", name, chi, kinds, degrees)
	}
}

// Neighbouring indices and seeds make neighbouring seeds of the generator; the
// draws must be as good as independent nevertheless.
func TestOrderIsRandom(t *testing.T) {
	const n = 24 * 24 * 50
	inBlocks, free := build(t, nil), build(t, func(c *Config) { c.Order = Independent })
	permutation := func(task *Task, block int) (code int) {
		for i := range 4 {
			code = 4*code + task.Pattern(4*block+i)
		}
		return code
	}
	one, pair, seeds, single, triple := map[int]int{}, map[int]int{}, map[int]int{}, map[int]int{}, map[int]int{}
	for k := range n {
		p := permutation(inBlocks, k)
		one[p]++
		pair[256*p+permutation(inBlocks, k+1)]++
		seeds[256*permutation(build(t, func(c *Config) { c.Seed = uint64(k) }), 3)+
			permutation(build(t, func(c *Config) { c.Seed = uint64(k) + 1 }), 3)]++
		a := free.Pattern(k)
		single[a]++
		triple[16*a+4*free.Pattern(k+1)+free.Pattern(k+2)]++
	}
	evenly(t, "permutations", one, 24, n)
	evenly(t, "pairs of consecutive permutations", pair, 24*24, n)
	evenly(t, "pairs of permutations of consecutive seeds", seeds, 24*24, n)
	evenly(t, "independent patterns", single, 4, n)
	evenly(t, "three consecutive independent patterns", triple, 64, n)
}

func TestStreamFollowsSamples(t *testing.T) {
	x, y, input, target := make([]float64, 2), make([]float64, 1), make([]float64, 2), make([]float64, 1)
	for _, order := range []Order{Blocks, Independent} {
		for _, hold := range []float64{0.1, 1, 0.003, 1. / 3} {
			task := build(t, func(c *Config) { c.Hold, c.Order = hold, order })
			for _, k := range []int{0, 1, 2, 3, 7, 29, 1e6 + 3, 1e9 + 7, -1, -6} {
				task.Sample(k, input, target)
				for _, part := range []float64{0, 0.3, 0.999} {
					at := (float64(k) + part) * hold
					task.Input(x, at)
					task.Target(y, at, nil)
					if !slices.Equal(x, input) || !slices.Equal(y, target) {
						t.Errorf("hold %v, t = %v: %v, %v, want presentation %d: %v, %v", hold, at, x, y, k, input, target)
					}
				}
			}
		}
	}
}

// Decimal times meet boundaries although neither is exact in binary.
func TestBoundariesSurviveRounding(t *testing.T) {
	for _, hold := range []float64{0.1, 0.7, 0.003, 1. / 3} {
		task := build(t, func(c *Config) { c.Hold = hold })
		for k := range 3000 {
			boundary := float64(k) * hold
			for _, at := range []float64{math.Nextafter(boundary, -1), boundary, math.Nextafter(boundary, 1e9), math.Round(boundary*1e9) / 1e9} {
				if got := task.Index(at); got != k {
					t.Fatalf("hold %v: Index(%v) = %d, want %d", hold, at, got, k)
				}
				if next := task.NextChange(at); math.Abs(next-float64(k+1)*hold) > 1e-9 {
					t.Fatalf("hold %v: NextChange(%v) = %v, want %v", hold, at, next, float64(k+1)*hold)
				}
			}
		}
	}
}

func TestNextChangeLeadsThroughAllPresentations(t *testing.T) {
	task := build(t, func(c *Config) { c.Hold = 0.1 })
	at := 0.0
	for k := range 10000 {
		if got := task.Index(at); got != k {
			t.Fatalf("after %d changes, at %v, the presentation is %d", k, at, got)
		}
		next := task.NextChange(at)
		if !(next > at) {
			t.Fatalf("NextChange(%v) = %v", at, next)
		}
		at = next
	}
}

func TestEnterDecidesAtTheBoundary(t *testing.T) {
	const hold = 0.1
	for k := range 40 {
		task := build(t, func(c *Config) { c.Hold = hold })
		old, next := task.Pattern(k), task.Pattern(k+1)
		end := float64(k+1) * hold
		if got := shownAt(task, end); got != next {
			t.Errorf("boundary %d before Enter: pattern %d, want the later one, %d", k+1, got, next)
		}
		for _, start := range []float64{float64(k) * hold, (float64(k) + 0.4) * hold} {
			task.Enter(start)
			for _, stage := range []float64{start, start + (end-start)/2, end, math.Nextafter(end, 1e9)} {
				if got := shownAt(task, stage); got != old {
					t.Errorf("t = %v in the segment from %v: pattern %d, want %d", stage, start, got, old)
				}
			}
		}
		// Far from that segment only the time counts.
		if got, want := shownAt(task, end+1.5*hold), task.Pattern(k+2); got != want {
			t.Errorf("t = %v: pattern %d, want %d", end+1.5*hold, got, want)
		}
		task.Enter(end)
		if got := shownAt(task, end); got != next {
			t.Errorf("boundary %d after Enter: pattern %d, want %d", k+1, got, next)
		}
	}
}

func TestOrderDependsOnSeedAlone(t *testing.T) {
	series := func(seed uint64, order Order) (s []int) {
		task := build(t, func(c *Config) { c.Seed, c.Order = seed, order })
		for k := range 64 {
			s = append(s, task.Pattern(k))
		}
		return s
	}
	for _, order := range []Order{Blocks, Independent} {
		if !slices.Equal(series(5, order), series(5, order)) {
			t.Error("the same seed gave two orders")
		}
		if slices.Equal(series(5, order), series(6, order)) {
			t.Error("two seeds gave the same order")
		}
	}
}

func TestNoMethodAllocates(t *testing.T) {
	task := build(t, nil)
	x, y := make([]float64, task.Inputs()), make([]float64, task.Outputs())
	now, k := 0.0, 0
	allocs := testing.AllocsPerRun(50, func() {
		now, k = now+0.3, k+1
		task.Enter(now)
		task.Input(x, now)
		task.Target(y, now, nil)
		task.SteadyState(nil, now)
		task.StateDerivative(nil, now, nil)
		task.StateLeak(nil)
		task.NextChange(now)
		task.Sample(k, x, y)
	})
	if allocs != 0 || task.StateDim() != 0 {
		t.Errorf("%v allocations, %d states, want none", allocs, task.StateDim())
	}
}

func ExampleTask_Sample() {
	task, err := New(DefaultConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	input, target := make([]float64, task.Inputs()), make([]float64, task.Outputs())
	for k := range 4 { // one block: every pattern once, in random order
		task.Sample(k, input, target)
		fmt.Println(input, target)
	}
	// Unordered output:
	// [0 0] [0.01]
	// [0 1] [0.99]
	// [1 0] [0.99]
	// [1 1] [0.01]
}

// A simulation goes from change to change and enters each presentation.
func ExampleTask_Enter() {
	task, err := New(DefaultConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	for t := 0.0; t < 3; {
		task.Enter(t)
		next := task.NextChange(t)
		fmt.Printf("presentation %d from %v s to %v s\n", task.Index(t), t, next)
		t = next
	}
	// Output:
	// presentation 0 from 0 s to 1 s
	// presentation 1 from 1 s to 2 s
	// presentation 2 from 2 s to 3 s
}

func BenchmarkTask(b *testing.B) {
	task := build(b, nil)
	x, y := make([]float64, 2), make([]float64, 1)
	now := 0.0
	b.ReportAllocs()
	for b.Loop() {
		now += 0.01
		task.Input(x, now)
		task.Target(y, now, nil)
	}
}
