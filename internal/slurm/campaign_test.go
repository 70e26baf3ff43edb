package slurm

import (
	"context"
	"errors"
	"maps"
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

// TestFullQueue: what a limit keeps out is submitted when there is room, and what
// there is room for is submitted, however many tasks an array could have.
func TestFullQueue(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		prepare   func(*cluster)
		want      []string // arrays
		then      int      // jobs after a second submission
		needsMore bool
	}{
		"known":   {func(f *cluster) { f.config = "MaxArraySize = 5\nMaxJobCount = 7\n" }, []string{"0-4", "0"}, 5, false},
		"small":   {func(f *cluster) { f.config = "MaxJobCount = 4\n" }, []string{"0-2"}, 4, true},
		"refused": {func(f *cluster) { f.config = "MaxArraySize = 5\n"; f.answers["sbatch"] = []answer{works, atLimit} }, []string{"0-4"}, 4, false},
		"by QOS":  {func(f *cluster) { f.answers["sbatch"] = []answer{atLimit, atLimit} }, []string{"0-1"}, 4, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newCluster(t)
			c.prepare(f)
			folder := tempLedger(t)
			done, err := f.campaign(folder).SubmitAll(ctx, numbers(10), nil)
			if !errors.Is(err, ErrFull) || len(done) != len(c.want)+1 {
				t.Fatalf("submitted %v, %v, expected %v, one that waits, and %v", done, err, c.want, ErrFull)
			}
			left := map[int]bool{}
			for _, n := range numbers(10) {
				left[n] = true
			}
			for i, job := range done {
				f.jobs[i].cancelled = true // over
				if i < len(c.want) && f.jobs[i].array.String() != c.want[i] {
					t.Errorf("array %v, expected %s", f.jobs[i].array, c.want[i])
				}
				for run := range job.Runs() {
					delete(left, run)
				}
			}
			_, err = f.campaign(folder).SubmitAll(ctx, slices.Sorted(maps.Keys(left)), nil)
			if errors.Is(err, ErrFull) != c.needsMore || err != nil && !c.needsMore || len(f.jobs) != c.then {
				t.Errorf("%d jobs, %v, expected %d", len(f.jobs), err, c.then)
			}
		})
	}
	f := newCluster(t)
	f.answers["sbatch"] = slices.Repeat([]answer{atLimit}, 4) // 10, 5, 2 tasks, and 1
	_, err := f.campaign(tempLedger(t)).SubmitAll(ctx, numbers(10), nil)
	if err == nil || errors.Is(err, ErrFull) || f.calls["sbatch"] != 4 {
		t.Errorf("%v after %d submissions, expected a failure: waiting makes no room", err, f.calls["sbatch"])
	}
	// Jobs that are not of this sweep take all the room.
	c := f.campaign(tempLedger(t))
	c.Limits.Free = 1
	if done, err := c.SubmitAll(ctx, numbers(10), nil); !errors.Is(err, ErrFull) || len(done) > 0 {
		t.Errorf("submitted %v, %v, expected %v", done, err, ErrFull)
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
