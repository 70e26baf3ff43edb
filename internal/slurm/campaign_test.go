package slurm

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestSubmittedOnce: whatever happens to the calls of sbatch and squeue, calling
// again until all is submitted leaves one job that may work for each run.
func TestSubmittedOnce(t *testing.T) {
	const runs = 8
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 0))
		f := newCluster(t)
		f.config = "MaxArraySize = 5\n"
		kinds := []answer{works, silent, lost, refused, atLimit}
		if seed%2 == 1 {
			kinds = append(kinds, delayed, confused)
			f.looks = r.IntN(20)
		}
		for range r.IntN(12) {
			f.answers["sbatch"] = append(f.answers["sbatch"], kinds[r.IntN(len(kinds))])
			f.answers["squeue"] = append(f.answers["squeue"], []answer{works, lost}[r.IntN(2)])
		}
		folder := tempLedger(t)
		done := false
		for range 40 {
			c := f.campaign(folder)
			if err := c.Recover(context.Background()); err != nil {
				continue
			}
			queue, err := c.Queue(context.Background(), c.Prefix())
			if err != nil {
				continue
			}
			if _, err := c.SubmitAll(context.Background(), numbers(runs), queue); err == nil {
				done = true
				break
			}
		}
		if !done {
			t.Fatalf("seed %d: never done", seed)
		}
		f.arrive()
		c := f.campaign(folder)
		owners, names := map[int]int{}, map[string]bool{}
		for _, j := range f.alive() {
			if names[j.name] && seed%2 == 0 {
				t.Fatalf("seed %d: %s was submitted twice, and no request was late", seed, j.name)
			}
			names[j.name] = true
			owner, err := Claim(c.claim(j.name), strconv.Itoa(j.id)) // as its tasks do
			if err != nil {
				t.Fatal(err)
			}
			if owner != strconv.Itoa(j.id) {
				continue
			}
			i := slices.IndexFunc(c.Jobs, func(s Submitted) bool { return s.Name == j.name })
			if i < 0 {
				t.Fatalf("seed %d: %s works, and is not in the ledger", seed, j.name)
			}
			for _, task := range j.array.All() {
				first, count := c.Jobs[i].Array.Runs(task)
				for run := first; run < first+count; run++ {
					owners[run]++
				}
			}
		}
		for run := range runs {
			if owners[run] != 1 {
				t.Fatalf("seed %d: run %d has %d tasks", seed, run, owners[run])
			}
		}
	}
}

func TestSubmitAll(t *testing.T) {
	ctx := context.Background()
	f := newCluster(t)
	f.config = "MaxArraySize = 5\nMaxJobCount = 100\n"
	folder := tempLedger(t)
	c := f.campaign(folder)
	c.PerTask = 3
	done, err := c.SubmitAll(ctx, numbers(20), nil)
	if err != nil {
		t.Fatal(err)
	}
	// 7 tasks of 3: indices of an array reach 4.
	if len(done) != 3 || len(f.jobs) != 3 || f.jobs[0].array.String() != "0-4" || f.jobs[1].array.String() != "0-1" {
		t.Errorf("submitted %+v", done)
	}
	if want := "afterany:100:101"; f.jobs[2].after != want {
		t.Errorf("the last waits for %q, expected %q", f.jobs[2].after, want)
	}

	// What is in the queue is not submitted again; a job over its runs keeps
	// its size, and new runs wait for both.
	f.jobs[0].cancelled = true // the first 15 runs
	again := f.campaign(folder)
	queue, err := again.Queue(ctx, again.Prefix())
	if err != nil {
		t.Fatal(err)
	}
	if again.PerTask = again.Packing(queue); again.PerTask != 3 {
		t.Fatalf("tasks of %d runs in the queue, expected 3", again.PerTask)
	}
	if _, err := again.SubmitAll(ctx, numbers(20), queue); err != nil {
		t.Fatal(err)
	}
	if len(f.jobs) != 5 || f.jobs[3].array.String() != "0-4" {
		t.Errorf("%d jobs, expected the first array again", len(f.jobs))
	}
	if want := "afterany:101:103"; f.jobs[4].after != want {
		t.Errorf("the last waits for %q, expected %q", f.jobs[4].after, want)
	}
	queue, err = again.Queue(ctx, again.Prefix())
	if err != nil {
		t.Fatal(err)
	}
	if done, err := again.SubmitAll(ctx, numbers(20), queue); err != nil || len(done) != 0 {
		t.Errorf("submitted %v of what waits, %v", done, err)
	}
}

// TestFullQueue: what a limit keeps out is submitted when there is room.
func TestFullQueue(t *testing.T) {
	ctx := context.Background()
	for name, prepare := range map[string]func(*cluster){
		"known":   func(f *cluster) { f.config = "MaxArraySize = 5\nMaxJobCount = 7\n" },
		"refused": func(f *cluster) { f.config = "MaxArraySize = 5\n"; f.answers["sbatch"] = []answer{works, atLimit} },
	} {
		t.Run(name, func(t *testing.T) {
			f := newCluster(t)
			prepare(f)
			folder := tempLedger(t)
			done, err := f.campaign(folder).SubmitAll(ctx, numbers(10), nil)
			if !errors.Is(err, ErrFull) || len(done) != 2 || len(f.alive()) != 2 {
				t.Fatalf("submitted %v, %v, expected an array, one that waits, and %v", done, err, ErrFull)
			}
			for _, j := range f.jobs {
				j.cancelled = true // over
			}
			c := f.campaign(folder)
			if done, err = c.SubmitAll(ctx, []int{5, 6, 7, 8, 9}, nil); err != nil || len(done) != 2 {
				t.Errorf("submitted %v, %v", done, err)
			}
		})
	}
	f := newCluster(t)
	f.answers["sbatch"] = []answer{atLimit}
	if _, err := f.campaign(tempLedger(t)).SubmitAll(ctx, numbers(10), nil); err == nil || errors.Is(err, ErrFull) {
		t.Errorf("%v, expected a failure: waiting makes no room", err)
	}
}

// TestOneAtATime: a process that does not know what another submitted stops.
func TestOneAtATime(t *testing.T) {
	f := newCluster(t)
	folder := tempLedger(t)
	one, other := f.campaign(folder), f.campaign(folder)
	other.Token = one.Token
	if _, err := one.SubmitAll(context.Background(), numbers(3), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := other.SubmitAll(context.Background(), numbers(3), nil); !errors.Is(err, ErrBusy) {
		t.Errorf("%v, expected %v", err, ErrBusy)
	}
	if len(f.jobs) != 2 {
		t.Errorf("%d jobs, expected 2", len(f.jobs))
	}
}

func TestNoArrays(t *testing.T) {
	f := newCluster(t)
	f.config = "MaxArraySize = 0\n"
	if _, err := f.campaign(tempLedger(t)).SubmitAll(context.Background(), numbers(3), nil); err == nil || !strings.Contains(err.Error(), "MaxArraySize") {
		t.Errorf("%v, expected a word about MaxArraySize", err)
	}
}
