package video

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"burstsim/internal/dataset/films"
	"burstsim/tasks/teacher"
)

// noise is a film of random pixels.
func noise(t testing.TB, seed uint64, frames, height, width int) *films.Film {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	pixels := make([]uint8, frames*height*width)
	for i := range pixels {
		pixels[i] = uint8(rng.Uint32())
	}
	f, err := films.New(height, width, pixels)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// small is a task of two films that differ in length and size.
func small(t testing.TB) Config {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Films = []*films.Film{noise(t, 1, 7, 12, 14), noise(t, 2, 5, 10, 11)}
	cfg.Crop, cfg.Side = 8, 4
	layers, err := RandomTeacher([]int{16, 5, 3}, 2, 0.1, rand.New(rand.NewPCG(3, 0)))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Teacher, err = teacher.New(layers, 0.1); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func newTask(t testing.TB, cfg Config) *Task {
	t.Helper()
	task, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func input(task *Task, t float64) []float64 {
	dst := make([]float64, task.Inputs())
	task.Input(dst, t)
	return dst
}

func apart(a, b []float64) (most float64) {
	for i := range a {
		most = max(most, math.Abs(a[i]-b[i]))
	}
	return most
}

// TestFrames: without a filter frames are what is seen where they begin, and between
// them it goes along a line, from one film into the next too.
func TestFrames(t *testing.T) {
	cfg := small(t)
	cfg.LowPass = 0
	task := newTask(t, cfg)
	for k := range 40 {
		begin, end := input(task, float64(k)*cfg.Frame), input(task, float64(k+1)*cfg.Frame)
		middle := input(task, (float64(k)+0.25)*cfg.Frame)
		for i := range middle {
			if want := begin[i] + 0.25*(end[i]-begin[i]); math.Abs(middle[i]-want) > 1e-9 {
				t.Fatalf("frame %d, pixel %d: %v, want %v", k, i, middle[i], want)
			}
		}
		mean, squares := 0.0, 0.0
		for _, x := range begin {
			mean += x / 16
			squares += x * x / 15
		}
		if math.Abs(mean) > 1e-12 || math.Abs(squares-1) > 1e-12 {
			t.Errorf("frame %d has mean %v and variance %v, want 0 and 1", k, mean, squares)
		}
	}
	// The first film comes again behind both, at another place.
	if apart(input(task, 0), input(task, 12*cfg.Frame)) < 0.1 {
		t.Error("the part of the first film is where it was before")
	}
	cfg.RandomCrops = false
	task = newTask(t, cfg)
	if apart(input(task, 0), input(task, 12*cfg.Frame)) != 0 {
		t.Error("the part of the first film is elsewhere the second time")
	}
}

// TestFilter: filtered inputs obey their differential equation, of which a fine
// stepper gives the solution, before and behind where the filter begins anew.
func TestFilter(t *testing.T) {
	for _, linear := range []bool{true, false} {
		cfg := small(t)
		cfg.Linear = linear
		raw := cfg
		raw.LowPass = 0
		task, x := newTask(t, cfg), newTask(t, raw)
		task.warm = 90 // begins anew after 360 frames
		m := make([]float64, task.Inputs())
		const parts = 50
		dt := cfg.Frame / parts
		worst := 0.0
		for k := range 400 {
			for i := range parts {
				// The exact step for an input that is a line within it.
				now := float64(k)*cfg.Frame + float64(i)*dt
				x.Enter(now)
				a, b := input(x, now), input(x, now+dt)
				left := math.Exp(-dt / cfg.LowPass)
				for j := range m {
					q := (b[j] - a[j]) / dt
					m[j] = a[j] + q*(dt-cfg.LowPass) + left*(m[j]-a[j]+q*cfg.LowPass)
				}
			}
			task.Enter(float64(k) * cfg.Frame)
			worst = max(worst, apart(m, input(task, float64(k+1)*cfg.Frame)))
		}
		if worst > 1e-11 {
			t.Errorf("linear %v: the filter is off by %v", linear, worst)
		}
	}
}

// TestStepsTendToFilter: the published steps tend to the filter as they shrink, in
// proportion to their length.
func TestStepsTendToFilter(t *testing.T) {
	cfg := small(t)
	exact := input(newTask(t, cfg), 3.1)
	last := math.Inf(1)
	for _, step := range []float64{0.01, 0.005, 0.0025} {
		cfg.LowPassStep = step
		task := newTask(t, cfg)
		task.Enter(3.1 - step)
		off := apart(exact, input(task, 3.1-step/2))
		if !math.IsInf(last, 1) && !(off < 0.6*last && off > 0.4*last) {
			t.Errorf("steps of %v s are off by %v, those twice as long by %v", step, off, last)
		}
		last = off
	}
}

// TestAnyOrder: what is seen at a time does not depend on the times asked for before,
// to the bit, which a resumed run needs.
func TestAnyOrder(t *testing.T) {
	for _, step := range []float64{0, 0.01} {
		cfg := small(t)
		cfg.LowPassStep, cfg.Shuffle = step, true
		var times []float64
		for i := range 3000 {
			times = append(times, float64(i)*0.017)
		}
		forward := newTask(t, cfg)
		want := map[float64][]float64{}
		for _, now := range times {
			want[now] = input(forward, now)
		}
		rand.New(rand.NewPCG(1, 0)).Shuffle(len(times), func(i, j int) { times[i], times[j] = times[j], times[i] })
		jumping := newTask(t, cfg)
		for _, now := range times[:100] {
			if !slices.Equal(input(jumping, now), want[now]) {
				t.Fatalf("step %v: at %v s other inputs than in the order of time", step, now)
			}
		}
	}
}

// TestEnter: where a held frame ends, a simulation is on the side that it has entered.
func TestEnter(t *testing.T) {
	cfg := small(t)
	cfg.LowPass, cfg.Linear = 0, false
	task := newTask(t, cfg)
	first, second := input(task, 0), input(task, cfg.Frame)
	task.Enter(0)
	if !slices.Equal(input(task, cfg.Frame), first) {
		t.Error("the end of the first frame shows the second")
	}
	task.Enter(cfg.Frame)
	if !slices.Equal(input(task, cfg.Frame), second) {
		t.Error("the begin of the second frame shows the first")
	}
	if got := task.NextChange(0); math.Abs(got-cfg.Frame) > 1e-15 {
		t.Errorf("the next change is at %v s, want %v", got, cfg.Frame)
	}
}

// TestShuffle: each round has all films, in orders that differ.
func TestShuffle(t *testing.T) {
	cfg := small(t)
	cfg.Shuffle, cfg.Films = true, nil
	for i := range 5 {
		cfg.Films = append(cfg.Films, noise(t, uint64(i), 2, 9, 9))
	}
	task := newTask(t, cfg)
	orders := map[string]bool{}
	for round := range 20 {
		seen := map[*films.Film]bool{}
		for i := range 5 {
			film, _, _ := task.show.frame(round*10 + 2*i)
			seen[film] = true
		}
		if len(seen) != 5 {
			t.Errorf("round %d shows %d films, want 5", round, len(seen))
		}
		orders[fmt.Sprint(task.show.order)] = true
	}
	if len(orders) < 10 {
		t.Errorf("%d orders in 20 rounds", len(orders))
	}
}

// TestTarget: a teacher without time constants answers the input at once, and one with
// them tends to that.
func TestTarget(t *testing.T) {
	cfg := small(t)
	leaky := newTask(t, cfg)
	instant := cfg
	var err error
	if instant.Teacher, err = teacher.New(cfg.Teacher.Layers(), 0); err != nil {
		t.Fatal(err)
	}
	task := newTask(t, instant)
	const now = 1.234
	state, a, b := make([]float64, leaky.StateDim()), make([]float64, 3), make([]float64, 3)
	leaky.SteadyState(state, now)
	leaky.Target(a, now, state)
	task.Target(b, now, nil)
	if leaky.StateDim() != 8 || task.StateDim() != 0 || !slices.Equal(a, b) {
		t.Errorf("%d and %d states, targets %v and %v, want 8, 0, and the same", leaky.StateDim(), task.StateDim(), a, b)
	}
}

func TestNewErrors(t *testing.T) {
	for want, spoil := range map[string]func(c *Config){
		"no films":                          func(c *Config) { c.Films = nil },
		"Side is 1":                         func(c *Config) { c.Side = 1 },
		"Frame is NaN":                      func(c *Config) { c.Frame = math.NaN() },
		"LowPass is 101 s":                  func(c *Config) { c.LowPass = 101 },
		"LowPassStep is 0.03 s, expected a": func(c *Config) { c.LowPassStep = 0.03 },
		"LowPassStep is 0.3 s":              func(c *Config) { c.LowPassStep = 0.3 },
		"film 2 has 10 x 11 pixels":         func(c *Config) { c.Crop = 11 },
		"At has 1":                          func(c *Config) { c.At = []int{1} },
		"expected at most [4 6]: film 1":    func(c *Config) { c.At = []int{5, 6} },
		"expected at most [2 3]: film 2":    func(c *Config) { c.At, c.RandomCrops = []int{4, 6}, false },
		"no Teacher":                        func(c *Config) { c.Teacher = nil },
		"takes 16 inputs, expected 25":      func(c *Config) { c.Side = 5 },
		"1 frame in all films":              func(c *Config) { c.Films = []*films.Film{noise(t, 1, 1, 8, 8)} },
	} {
		cfg := small(t)
		spoil(&cfg)
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	task := newTask(t, small(t))
	dst, slope := make([]float64, task.Inputs()), make([]float64, task.StateDim())
	state := make([]float64, task.StateDim())
	now := 0.0
	if n := testing.AllocsPerRun(500, func() {
		task.Enter(now)
		task.Input(dst, now)
		task.StateDerivative(slope, now, state)
		task.Target(dst[:3], now, state)
		now += 0.03
	}); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

// TestScale: the weights of an output sum to 1, and those of a reduction by 2 are the
// triangle's.
func TestScale(t *testing.T) {
	for _, size := range [][2]int{{64, 32}, {8, 4}, {7, 3}, {5, 5}, {3, 8}} {
		s := newScale(size[0], size[1])
		for i, weights := range s.weights {
			sum := 0.0
			for _, w := range weights {
				sum += w
			}
			if math.Abs(sum-1) > 1e-15 || s.from[i] < 0 || s.from[i]+len(weights) > size[0] {
				t.Errorf("%v, output %d: weights %v from %d sum to %v", size, i, weights, s.from[i], sum)
			}
		}
	}
	if got, want := newScale(8, 4).weights[1], []float64{0.125, 0.375, 0.375, 0.125}; apart(got, want) > 1e-15 {
		t.Errorf("weights %v, want %v", got, want)
	}
}

func Example() {
	film, err := films.Generate(1, 300)
	if err != nil {
		fmt.Println(err)
		return
	}
	layers, err := RandomTeacher([]int{32 * 32, 20, 2}, 2, 0.1, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	cfg := DefaultConfig()
	cfg.Films = []*films.Film{film}
	if cfg.Teacher, err = teacher.New(layers, 0.1); err != nil {
		fmt.Println(err)
		return
	}
	task, err := New(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.Inputs(), "inputs,", task.Outputs(), "outputs, next frame at", task.NextChange(0), "s")
	// Output: 1024 inputs, 2 outputs, next frame at 0.1 s
}

func BenchmarkFrame(b *testing.B) {
	film, err := films.Generate(1, 300)
	if err != nil {
		b.Fatal(err)
	}
	p := newPreparer(32, true, [][2]int{{64, 64}})
	dst := make([]float64, 1024)
	b.ReportAllocs()
	for k := 0; b.Loop(); k = (k + 1) % 300 {
		p.prepare(dst, film, k, place{3, 4}, 64, 64)
	}
}
