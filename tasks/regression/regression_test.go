package regression

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

func leaky(tau float64) func(*Config) {
	return func(c *Config) { c.Leaky, c.TauTeacher = true, tau }
}

// answer is what the teacher says once it has settled.
func answer(task *Task, at float64) []float64 {
	state, target := make([]float64, task.StateDim()), make([]float64, task.Outputs())
	task.SteadyState(state, at)
	task.Target(target, at, state)
	return target
}

func sight(task *Task, at float64) []float64 {
	x := make([]float64, task.Inputs())
	task.Input(x, at)
	return x
}

func TestNewRejects(t *testing.T) {
	for _, c := range []struct {
		field  string
		change func(*Config)
	}{
		{"Inputs", func(c *Config) { c.Inputs = 0 }},
		{"Outputs", func(c *Config) { c.Outputs = -1 }},
		{"ShortestPeriod", func(c *Config) { c.ShortestPeriod = 0 }},
		{"ShortestPeriod", func(c *Config) { c.ShortestPeriod = -4 }},
		{"ShortestPeriod", func(c *Config) { c.ShortestPeriod = math.NaN() }},
		{"ShortestPeriod", func(c *Config) { c.ShortestPeriod = 5e-324 }},
		{"TeacherHidden[1]", func(c *Config) { c.TeacherHidden = []int{3, 0} }},
		{"TeacherGain", func(c *Config) { c.TeacherGain = math.Inf(1) }},
		{"TeacherGain", func(c *Config) { c.TeacherGain = math.NaN() }},
		{"TauTeacher", leaky(0)},
		{"TauTeacher", leaky(-1)},
		{"TauTeacher", leaky(math.Inf(1))},
		{"TauTeacher", leaky(5e-324)},
		{"TauTeacher", leaky(math.NaN())},
	} {
		cfg := DefaultConfig()
		c.change(&cfg)
		if task, err := New(cfg); err == nil || task != nil || !strings.Contains(err.Error(), c.field+" is ") {
			t.Errorf("%+v: got %v, %v, want an error about %s", cfg, task, err, c.field)
		}
	}
}

func TestShapes(t *testing.T) {
	for _, c := range []struct {
		inputs, outputs int
		hidden          []int
		leaky           bool
		states          int
	}{
		{3, 1, []int{25}, false, 0},
		{3, 1, []int{25}, true, 26},
		{1, 4, nil, false, 0},
		{1, 4, nil, true, 4},
		{5, 2, []int{7, 1, 3}, true, 13},
	} {
		task := build(t, func(cfg *Config) {
			cfg.Inputs, cfg.Outputs, cfg.TeacherHidden, cfg.Leaky = c.inputs, c.outputs, c.hidden, c.leaky
		})
		if task.Inputs() != c.inputs || task.Outputs() != c.outputs || task.StateDim() != c.states {
			t.Errorf("%+v: %d inputs, %d outputs, %d states", c, task.Inputs(), task.Outputs(), task.StateDim())
		}
		for _, y := range answer(task, 1.5) {
			if !(y > 0 && y < 1) {
				t.Errorf("%+v: target %v, want it in (0, 1)", c, y)
			}
		}
	}
}

func TestNewLeavesItsConfigurationAlone(t *testing.T) {
	hidden := []int{3, 4, 99}
	build(t, func(c *Config) { c.TeacherHidden = hidden[:2] })
	if !slices.Equal(hidden, []int{3, 4, 99}) {
		t.Errorf("TeacherHidden became %v", hidden)
	}
}

func TestInputsAreCosines(t *testing.T) {
	const shortest = 0.7
	for seed := range uint64(20) {
		task := build(t, func(c *Config) { c.Seed, c.ShortestPeriod = seed, shortest })
		for i, w := range task.frequency {
			if period := 2 * math.Pi / w; !(period >= shortest) {
				t.Errorf("seed %d: period %v s, want at least %v", seed, period, shortest)
			}
			for _, at := range []float64{0, 1.3, -7, 1e3, 1e6} {
				quarter := math.Pi / (2 * w)
				x, y := sight(task, at)[i], sight(task, at+quarter)[i]
				if r := x*x + y*y; math.Abs(r-1) > 1e-7 {
					t.Errorf("seed %d, t = %v: x(t)^2 + x(t + period/4)^2 = %v, want 1", seed, at, r)
				}
				if later := sight(task, at+4*quarter)[i]; math.Abs(later-x) > 1e-7 {
					t.Errorf("seed %d, t = %v: %v, a period later %v", seed, at, x, later)
				}
			}
		}
	}
}

// Frequencies, phases and weights fill their intervals evenly: mean and
// variance are those of the uniform distribution within 5 standard errors.
func TestDrawsAreUniform(t *testing.T) {
	const n = 2000
	task := build(t, func(c *Config) { c.Inputs, c.TeacherHidden, c.TeacherGain = n, []int{50}, 3 })
	bound := 3 / math.Sqrt(n)
	for _, c := range []struct {
		name     string
		draws    []float64
		low, top float64
	}{
		{"frequency", task.frequency, 0, 2 * math.Pi / 4},
		{"phase", task.phase, 0, 2 * math.Pi},
		{"weight", task.teacher.Layers()[0].Weight, -bound, bound},
		{"output weight", task.teacher.Layers()[1].Weight, -3 / math.Sqrt(50), 3 / math.Sqrt(50)},
	} {
		var mean, square float64
		for _, v := range c.draws {
			u := (v - c.low) / (c.top - c.low)
			if u < 0 || u > 1 {
				t.Fatalf("%s %v, want it in [%v, %v]", c.name, v, c.low, c.top)
			}
			mean += u
			square += (u - 0.5) * (u - 0.5)
		}
		m := float64(len(c.draws))
		mean, square = mean/m, square/m
		if math.Abs(mean-0.5) > 5*math.Sqrt(1/(12*m)) || math.Abs(square-1./12) > 5*math.Sqrt(1/(180*m)) {
			t.Errorf("%s: scaled to (0, 1) mean %v and variance %v, want 0.5 and %v", c.name, mean, square, 1./12)
		}
	}
}

// Normal weights have the standard deviation gain sqrt(2/(n_in + n_out)), within 5
// standard errors.
func TestNormalWeights(t *testing.T) {
	task := build(t, func(cfg *Config) {
		cfg.Inputs, cfg.TeacherHidden, cfg.TeacherGain, cfg.TeacherNormal = 100, []int{50}, 3, true
	})
	for _, l := range task.teacher.Layers() {
		deviation := 3 * math.Sqrt(2/float64(l.In+l.Out))
		var mean, square float64
		for _, w := range l.Weight {
			mean += w / deviation
			square += w * w / (deviation * deviation)
		}
		n := float64(len(l.Weight))
		if mean /= n; math.Abs(mean) > 5/math.Sqrt(n) {
			t.Errorf("%d to %d units: mean %v standard deviations, want 0", l.In, l.Out, mean)
		}
		if square /= n; math.Abs(square-1) > 5*math.Sqrt(2/n) {
			t.Errorf("%d to %d units: variance %v of what is wanted", l.In, l.Out, square)
		}
	}
}

// The teacher is the network that its weights describe.
func TestTargetIsTheTeachersAnswer(t *testing.T) {
	task := build(t, func(c *Config) { c.Outputs, c.TeacherHidden = 2, []int{5, 4} })
	for _, at := range []float64{0, 0.4, 123.4} {
		want := sight(task, at)
		for _, l := range task.teacher.Layers() {
			next := make([]float64, l.Out)
			for i := range next {
				var z float64
				for j, x := range want {
					z += l.Weight[i*l.In+j] * x
				}
				next[i] = 1 / (1 + math.Exp(-z))
			}
			want = next
		}
		for i, got := range answer(task, at) {
			if math.Abs(got-want[i]) > 1e-14 {
				t.Errorf("t = %v, output %d: %v, want %v", at, i, got, want[i])
			}
		}
	}
}

func TestLeakySettlesToInstant(t *testing.T) {
	instant, slow := build(t, nil), build(t, leaky(0.1))
	state, slope := make([]float64, slow.StateDim()), make([]float64, slow.StateDim())
	for _, at := range []float64{0, 3.7, 5000.5} {
		if got, want := answer(slow, at), answer(instant, at); !slices.Equal(got, want) {
			t.Errorf("t = %v: %v at the steady state, want the instant teacher's %v", at, got, want)
		}
		slow.SteadyState(state, at)
		slow.StateDerivative(slope, at, state)
		for i, v := range slope {
			if math.Abs(v) > 1e-12 {
				t.Errorf("t = %v: derivative %v of variable %d at the steady state, want 0", at, v, i)
			}
		}
	}
}

// dx/dt = -leak x + n: moving one potential of the last layer, which nothing
// else depends on, changes its derivative by -leak times as much.
func TestLeakIsTheDecayRate(t *testing.T) {
	task := build(t, leaky(0.25))
	n := task.StateDim()
	state, before, after, leak := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	task.StateLeak(leak)
	task.StateDerivative(before, 2, state)
	state[n-1] = 0.5
	task.StateDerivative(after, 2, state)
	for i, k := range leak {
		if k != 4 {
			t.Errorf("leak %v of variable %d, want 1/tau = 4 /s", k, i)
		}
		want := before[i]
		if i == n-1 {
			want -= 0.5 * k
		}
		if math.Abs(after[i]-want) > 1e-12 {
			t.Errorf("derivative of variable %d: %v, want %v", i, after[i], want)
		}
	}
}

// As tau falls the leaky target approaches the instant one in proportion.
func TestLeakyTendsToInstant(t *testing.T) {
	const at = 1.3
	want := answer(build(t, nil), at)[0]
	distance := func(tau float64) float64 {
		task := build(t, leaky(tau))
		x, k, middle := make([]float64, task.StateDim()), make([]float64, task.StateDim()), make([]float64, task.StateDim())
		const perTau, steps = 20, 40 * 20
		h := tau / perTau
		task.SteadyState(x, at-steps*h)
		for step := range steps { // midpoint rule
			now := at - float64(steps-step)*h
			task.StateDerivative(k, now, x)
			for i := range x {
				middle[i] = x[i] + h/2*k[i]
			}
			task.StateDerivative(k, now+h/2, middle)
			for i := range x {
				x[i] += h * k[i]
			}
		}
		y := make([]float64, 1)
		task.Target(y, at, x)
		return math.Abs(y[0] - want)
	}
	for tau := 0.01; tau > 1e-4; tau /= 2 {
		if slope := math.Log2(distance(tau) / distance(tau/2)); math.Abs(slope-1) > 0.1 {
			t.Errorf("from tau = %v to its half the distance falls with slope %v, want 1", tau, slope)
		}
	}
}

func TestTaskDependsOnSeedAlone(t *testing.T) {
	series := func(seed uint64, slow bool) (s []float64) {
		task := build(t, func(c *Config) { c.Seed, c.Leaky = seed, slow })
		for i := range 20 {
			at := 0.31 * float64(i)
			s = append(append(s, sight(task, at)...), answer(task, at)...)
		}
		return s
	}
	if !slices.Equal(series(7, false), series(7, false)) {
		t.Error("the same seed gave two tasks")
	}
	if !slices.Equal(series(7, false), series(7, true)) {
		t.Error("leaky and instant teachers of one seed differ at the steady state")
	}
	if a, b := series(7, false), series(8, false); a[0] == b[0] || a[3] == b[3] {
		t.Error("two seeds gave the same input or target")
	}
}

// Asking for one time does not change what is said of another, in any order.
func TestOrderOfQuestionsDoesNotMatter(t *testing.T) {
	used := build(t, nil)
	for _, at := range []float64{1, 2, 1, 1, 2, 0, -3, 0} {
		fresh := build(t, nil)
		want := answer(fresh, at)
		if got := answer(used, at); !slices.Equal(got, want) {
			t.Errorf("t = %v: %v, want %v", at, got, want)
		}
		if got, want := sight(used, at), sight(fresh, at); !slices.Equal(got, want) {
			t.Errorf("t = %v: input %v, want %v", at, got, want)
		}
	}
}

func TestNeverJumps(t *testing.T) {
	if next := build(t, nil).NextChange(3); !math.IsInf(next, 1) {
		t.Errorf("NextChange(3) = %v, want +Inf", next)
	}
}

func TestNoMethodAllocates(t *testing.T) {
	for _, task := range []*Task{build(t, nil), build(t, leaky(0.1))} {
		x, y := make([]float64, task.Inputs()), make([]float64, task.Outputs())
		state, slope := make([]float64, task.StateDim()), make([]float64, task.StateDim())
		now := 0.0
		allocs := testing.AllocsPerRun(50, func() {
			now += 0.1
			task.SteadyState(state, now)
			task.Input(x, now)
			task.Target(y, now, state)
			task.StateDerivative(slope, now, state)
			task.StateLeak(slope)
			task.NextChange(now)
		})
		if allocs != 0 {
			t.Errorf("%v allocations with %d states, want 0", allocs, task.StateDim())
		}
	}
}

func ExampleNew() {
	task, err := New(DefaultConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	input, target := make([]float64, task.Inputs()), make([]float64, task.Outputs())
	for _, t := range []float64{0, 1, 2} {
		task.Input(input, t)
		task.Target(target, t, nil)
		fmt.Printf("t = %v s: input %.2f, target %.3f\n", t, input, target[0])
	}
	// Output:
	// t = 0 s: input [-1.00 -1.00 -0.90], target 0.305
	// t = 1 s: input [-0.93 -1.00 0.06], target 0.347
	// t = 2 s: input [-0.73 -1.00 0.95], target 0.394
}

// One task at a time that moves on, so that nothing can be reused.
func BenchmarkTask(b *testing.B) {
	for _, slow := range []bool{false, true} {
		task := build(b, func(c *Config) { c.Leaky = slow })
		b.Run(fmt.Sprintf("3-25-1/leaky=%v", slow), func(b *testing.B) {
			x, y := make([]float64, task.Inputs()), make([]float64, task.Outputs())
			state, slope := make([]float64, task.StateDim()), make([]float64, task.StateDim())
			now := 0.0
			b.ReportAllocs()
			for b.Loop() {
				now += 0.01
				task.Input(x, now)
				task.Target(y, now, state)
				task.StateDerivative(slope, now, state)
			}
		})
	}
}
