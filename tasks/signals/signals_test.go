package signals_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burstsim/internal/arrayfile"
	"burstsim/internal/dataset/samples"
	"burstsim/tasks/signals"
	"burstsim/tasks/teacher"
)

// rows are those of a text.
func rows(t testing.TB, text string) samples.Rows {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	f, err := arrayfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := f.Table(f.Names()...)
	if err != nil {
		t.Fatal(err)
	}
	return samples.Of(table)
}

func newTask(t testing.TB, cfg signals.Config) *signals.Task {
	t.Helper()
	task, err := signals.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func input(task *signals.Task, at float64) float64 {
	x := make([]float64, task.Inputs())
	task.Input(x, at)
	return x[0]
}

// TestValues looks at signals between rows, at them and behind the last, for rows
// of an interval and of times of their own.
func TestValues(t *testing.T) {
	train := signals.Stretch{Inputs: rows(t, "1\n3\n2\n"), Targets: rows(t, "0\n1\n2\n")}
	timed := train
	timed.Times = []float64{7, 7.5, 9} // begin at 0; the last lasts 1.5 s
	for name, tt := range map[string]struct {
		cfg  signals.Config
		want map[float64]float64
	}{
		"held":        {signals.Config{Interval: 0.5}, map[float64]float64{0: 1, 0.49: 1, 0.5: 3, 1: 2, 1.5: 2, 99: 2}},
		"linear":      {signals.Config{Interval: 0.5, Linear: true}, map[float64]float64{0: 1, 0.25: 2, 0.5: 3, 0.75: 2.5, 1: 2, 1.4: 2, 99: 2}},
		"held again":  {signals.Config{Interval: 0.5, Repeat: true}, map[float64]float64{1.49: 2, 1.5: 1, 3.6: 3, 1e6 * 1.5: 1}},
		"linear, too": {signals.Config{Interval: 0.5, Linear: true, Repeat: true}, map[float64]float64{1.25: 1.5, 1.5: 1, 1.75: 2, 150.25: 2}},
		"timed":       {signals.Config{Train: timed, Linear: true}, map[float64]float64{0: 1, 0.25: 2, 0.5: 3, 1.25: 2.5, 2: 2, 50: 2}},
		"timed again": {signals.Config{Train: timed, Repeat: true}, map[float64]float64{0.4: 1, 1.9: 3, 2: 2, 3.4: 2, 3.5: 1, 4: 3}},
	} {
		if tt.cfg.Train.Inputs.Len() == 0 {
			tt.cfg.Train = train
		}
		task := newTask(t, tt.cfg)
		for at, want := range tt.want {
			if got := input(task, at); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s: input at %v s is %v, want %v", name, at, got, want)
			}
		}
	}
}

// TestSegments goes through signals as a simulation does: within what was entered,
// both ends included, nothing jumps, and the ends are those of the rows.
func TestSegments(t *testing.T) {
	train := signals.Stretch{Inputs: rows(t, "1\n3\n2\n"), Targets: rows(t, "0\n1\n2\n")}
	test := signals.Stretch{Inputs: rows(t, "-5\n-6\n"), Targets: rows(t, "8\n9\n")}
	for _, linear := range []bool{false, true} {
		task := newTask(t, signals.Config{Train: train, Test: &test, From: 0.25, Until: 1.5, Interval: 0.1, Linear: linear, Repeat: true})
		var ends, begins []float64
		for at := 0.0; at < 2; {
			task.Enter(at)
			next := task.NextChange(at)
			if !(next > at) {
				t.Fatalf("linear %v: the change behind %v is at %v", linear, at, next)
			}
			a, middle, b := input(task, at), input(task, (at+next)/2), input(task, next)
			if linear && math.Abs(a+b-2*middle) > 1e-9 || !linear && (a != middle || b != middle) {
				t.Errorf("linear %v: inputs %v, %v, %v from %v to %v s", linear, a, middle, b, at, next)
			}
			ends, begins = append(ends, next), append(begins, a)
			at = next
		}
		wantEnds := []float64{0.1, 0.2, 0.25, 0.35, 0.45, 0.55}
		wantBegins := []float64{-5, -6, -5, 1, 3, 2, 1}
		for i, want := range wantEnds {
			if math.Abs(ends[i]-want) > 1e-9 {
				t.Errorf("linear %v: change %d is at %v, want %v", linear, i, ends[i], want)
			}
		}
		if !slices.Equal(begins[:len(wantBegins)], wantBegins) {
			t.Errorf("linear %v: segments begin with %v, want %v", linear, begins, wantBegins)
		}
		if k := slices.IndexFunc(ends, func(x float64) bool { return math.Abs(x-1.5) < 1e-9 }); k < 0 || begins[k+1] != -5 {
			t.Errorf("linear %v: no test signals from 1.5 s on: %v, %v", linear, ends, begins)
		}
	}
}

// TestLongTimes: rows are found at their beginning after a year of simulated time,
// when times are rounded to more than nanoseconds.
func TestLongTimes(t *testing.T) {
	train := signals.Stretch{Inputs: rows(t, "0\n1\n2\n"), Targets: rows(t, "0\n0\n0\n")}
	task := newTask(t, signals.Config{Train: train, Interval: 0.001, Repeat: true})
	for _, from := range []int{0, 1e6, 1e9, 3e10} {
		for k := range 1000 {
			if got, want := input(task, float64(from+k)/1000), float64((from+k)%3); got != want {
				t.Fatalf("row %d shows %v, want %v", from+k, got, want)
			}
		}
	}
}

// TestTeacher: without a time constant targets are the teacher's of the inputs,
// with one they tend to them while a row holds.
func TestTeacher(t *testing.T) {
	layers := []teacher.Layer{{Out: 1, In: 1, Weight: []float64{2}}}
	instant, err := teacher.New(layers, 0)
	if err != nil {
		t.Fatal(err)
	}
	leaky, err := teacher.New(layers, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	cfg := signals.Config{Train: signals.Stretch{Inputs: rows(t, "1\n-2\n")}, Interval: 1, Teacher: instant}
	task := newTask(t, cfg)
	got := make([]float64, 1)
	task.Target(got, 1.5, nil)
	if want := 1 / (1 + math.Exp(4)); math.Abs(got[0]-want) > 1e-15 || task.StateDim() != 0 {
		t.Errorf("target %v, want %v", got[0], want)
	}
	cfg.Teacher = leaky
	task = newTask(t, cfg)
	state, slope := make([]float64, 1), make([]float64, 1)
	task.SteadyState(state, 0)
	for range 1000 { // Euler steps of 1 ms in the second row
		task.StateDerivative(slope, 1.5, state)
		state[0] += 0.001 * slope[0]
	}
	if math.Abs(state[0]+4) > 1e-3 || task.StateDim() != 1 {
		t.Errorf("potential %v after ten time constants, want -4", state[0])
	}
}

// TestNoAllocation: streams are asked within time steps.
func TestNoAllocation(t *testing.T) {
	train := signals.Stretch{Inputs: rows(t, "1\n3\n2\n"), Targets: rows(t, "0\n1\n2\n"), Times: []float64{0, 1, 3}}
	task := newTask(t, signals.Config{Train: train, Linear: true, Repeat: true})
	x := make([]float64, 1)
	at := 0.0
	if n := testing.AllocsPerRun(100, func() {
		at += 0.3
		task.Enter(at)
		task.Input(x, at)
		task.Target(x, at, nil)
		at = task.NextChange(at)
	}); n > 0 {
		t.Errorf("%v allocations a step", n)
	}
}

func TestErrors(t *testing.T) {
	good := signals.Stretch{Inputs: rows(t, "1\n3\n"), Targets: rows(t, "0\n1\n")}
	with := func(change func(*signals.Stretch)) signals.Stretch {
		s := good
		change(&s)
		return s
	}
	wide := with(func(s *signals.Stretch) { s.Inputs = rows(t, "1,2\n3,4\n") })
	two, _ := teacher.New([]teacher.Layer{{Out: 1, In: 2, Weight: []float64{1, 1}}}, 0)
	for want, cfg := range map[string]signals.Config{
		"no rows":                          {Interval: 1},
		"2 rows of inputs and 3 of target": {Interval: 1, Train: with(func(s *signals.Stretch) { s.Targets = rows(t, "0\n1\n2\n") })},
		"Interval is 0 s":                  {Train: good},
		"3 times of 2 rows":                {Train: with(func(s *signals.Stretch) { s.Times = []float64{0, 1, 2} })},
		"time 1 is 1 s behind 1 s":         {Train: with(func(s *signals.Stretch) { s.Times = []float64{1, 1} })},
		"From is 2 s and Until 1 s":        {Interval: 1, Train: good, Test: &good, From: 2, Until: 1},
		"Test has other numbers":           {Interval: 1, Train: good, Test: &wide, Until: 1},
		"the teacher takes 2 inputs":       {Interval: 1, Train: good, Teacher: two},
	} {
		if _, err := signals.New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func Example() {
	folder, err := os.MkdirTemp("", "signals")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "a.csv")
	if err := os.WriteFile(path, []byte("x,y\n0,1\n1,0\n"), 0o666); err != nil {
		fmt.Println(err)
		return
	}
	f, err := arrayfile.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	inputs, err := f.Table("x")
	if err != nil {
		fmt.Println(err)
		return
	}
	targets, err := f.Table("y")
	if err != nil {
		fmt.Println(err)
		return
	}
	task, err := signals.New(signals.Config{
		Train: signals.Stretch{Inputs: samples.Of(inputs), Targets: samples.Of(targets)}, Interval: 0.1, Linear: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, y := make([]float64, 1), make([]float64, 1)
	task.Input(x, 0.025)
	task.Target(y, 0.025, nil)
	fmt.Println(x, y)
	// Output: [0.25] [0.75]
}
