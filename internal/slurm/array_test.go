package slurm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestCut: every missing run is in one task, no task is without one, and the
// limits are kept.
func TestCut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var runs []int
		for n := range r.IntN(3000) {
			if r.IntN(4) > 0 {
				runs = append(runs, n)
			}
		}
		limits := Limits{Index: r.IntN(40), Tasks: 1 + r.IntN(40)}
		if r.IntN(3) == 0 {
			limits = Limits{Index: 100_000, Tasks: math.MaxInt}
		}
		perTask := 1 + r.IntN(20)
		covered := map[int]int{}
		for _, a := range Cut(runs, perTask, limits) {
			all := a.Tasks.All()
			if len(all) != a.Tasks.Len() || len(all) == 0 || len(all) > min(limits.Tasks, ArrayFolder) {
				t.Fatalf("%d tasks, Len says %d, limits %+v", len(all), a.Tasks.Len(), limits)
			}
			if all[0] < 0 || all[len(all)-1] > limits.Index || !slices.IsSorted(all) {
				t.Fatalf("tasks %v, limits %+v", a.Tasks, limits)
			}
			for _, task := range all {
				first, count := a.Runs(task)
				any := false
				for run := first; run < first+count; run++ {
					covered[run]++
					_, missing := slices.BinarySearch(runs, run)
					any = any || missing
				}
				if count != perTask || !any {
					t.Fatalf("task %d does %d runs from %d, none of them missing: %v", task, count, first, !any)
				}
			}
		}
		for run, n := range covered {
			if n != 1 {
				t.Fatalf("run %d is in %d tasks", run, n)
			}
		}
		for _, run := range runs {
			if covered[run] != 1 {
				t.Fatalf("run %d is in no task", run)
			}
		}
	}
}

func TestPerTask(t *testing.T) {
	for runs := range 200 {
		for tasks := 1; tasks < 50; tasks++ {
			n := PerTask(runs, tasks)
			if n < 1 || (runs+n-1)/n > tasks || n > 1 && (runs+n-2)/(n-1) <= tasks {
				t.Fatalf("%d runs in %d tasks: %d each", runs, tasks, n)
			}
		}
	}
}

func TestRanges(t *testing.T) {
	for text, want := range map[string]string{
		"0":                    "0",
		"0-4,7":                "0-4,7",
		"[0-4,7%2]":            "0-4,7",
		"0-20:5%3":             "0,5,10,15,20",
		"7,5,6,6":              "5-7",
		"4000000":              "4000000",
		"":                     "error",
		"4-2":                  "error",
		"-1":                   "error",
		"1-":                   "error",
		"0-9:0":                "error",
		"4000001":              "error",
		"5-999,...":            "error",
		"99999999999999999999": "error",
	} {
		var r Ranges
		got := "error"
		if err := r.UnmarshalText([]byte(text)); err == nil {
			got = r.String()
		}
		if got != want {
			t.Errorf("%q: %s, expected %s", text, got, want)
		}
	}
}

// FuzzRanges: what is read is written so that it is read again.
func FuzzRanges(f *testing.F) {
	for _, s := range []string{"0-4,7", "[0-4,7%2]", "0-20:5%3", "1-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var r, again Ranges
		if r.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(r.String())); err != nil || !slices.Equal(r, again) {
			t.Errorf("%q: %v, then %v, %v", text, r, again, err)
		}
	})
}

func ExampleCut() {
	missing := []int{0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16}
	for _, a := range Cut(missing, 2, Limits{Index: 4, Tasks: 1000}) {
		fmt.Printf("--array=%v", a.Tasks)
		for _, task := range a.Tasks.All() {
			first, count := a.Runs(task)
			fmt.Printf("  %d-%d", first, first+count-1)
		}
		fmt.Println()
	}
	// Output:
	// --array=0-2  0-1  2-3  4-5
	// --array=0-2  12-13  14-15  16-17
}
