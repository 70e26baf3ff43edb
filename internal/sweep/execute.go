package sweep

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/linalg"
	"burstsim/internal/memory"
	"burstsim/internal/runner"
)

// Work says what is executed.
type Work struct {
	First, Count int // points of the plan
	// Observe, if not nil, hears of the progress, by one goroutine at a time.
	Observe func(Progress)
}

// Outcome is what became of an execution.
type Outcome struct {
	Ran      int           // runs that came to a result
	Failed   int           // of these
	Left     int           // runs that were not begun, or will go on from a checkpoint
	Own      time.Duration // sum of the times of the runs
	Failures []string      // the first few, one line each
}

// mostFailures is how many are said.
const mostFailures = 5

// executor carries out runs of a plan.
type executor struct {
	*Plan
	work    Work
	program string
	token   string // of this process and execution
	out     *writer
	data    *experiment.Data
	room    *semaphore.Weighted
	total   int64 // bytes of room
	inside  int   // variants of a run at once

	mu       sync.Mutex
	begun    map[string]bool // points with folders of this process or of others
	outcome  Outcome
	progress Progress
	longest  float64       // seconds per cost of the slowest run so far
	ran      time.Duration // sum of the times, of earlier executions too
	known    int           // runs in it
	workers  int
}

// Execute carries out those runs of a part of the plan of which something is
// left to do, as many at once as there are processors and memory for, until ctx
// ends. Then runs that take long save a checkpoint, from which the next
// execution goes on, and short ones begin anew. A failed run does not keep the
// others, and is no error.
func (p *Plan) Execute(ctx context.Context, work Work) (Outcome, error) {
	if work.First < 0 || work.Count < 1 || work.First+work.Count > len(p.Points) {
		return Outcome{}, fmt.Errorf("runs %d to %d, but %s has %d", work.First, work.First+work.Count-1, p.Path, len(p.Points))
	}
	if err := p.CheckUnchanged(); err != nil {
		return Outcome{}, err
	}
	if err := linalg.Use(p.BLAS); err != nil {
		return Outcome{}, err
	}
	cfg, err := p.parse(p.doc.Set)
	if err != nil {
		return Outcome{}, err
	}
	experiment.ShareProcessors(cfg)
	id, err := runner.Identify(cfg)
	if err != nil {
		return Outcome{}, err
	}
	e := &executor{Plan: p, work: work, program: id.Program + " " + id.BLAS, token: newToken(), data: experiment.NewData(), begun: make(map[string]bool)}
	todo, err := e.todo()
	if err != nil {
		return Outcome{}, err
	}
	e.out = newWriter(p.Path, fileName(work.First, work.Count, e.token))
	e.run(ctx, todo)
	return e.outcome, e.out.close()
}

// newToken names the files of a process so that no other has the same.
func newToken() string {
	host, err := os.Hostname()
	if err != nil {
		host = "host"
	}
	host = strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, host)
	return fmt.Sprintf("%.40s-%d-%s", host, os.Getpid(), rand.Text()[:10])
}

// todo lists the numbers of points with something left to do.
func (e *executor) todo() ([]int, error) {
	states, err := e.states(e.work.First, e.work.Count, e.program)
	if err != nil {
		return nil, err
	}
	folders, err := os.ReadDir(filepath.Join(e.Path, unfinished))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot read %s: %w", filepath.Join(e.Path, unfinished), atomicfile.Cause(err))
	}
	for _, f := range folders {
		id, _, _ := strings.Cut(f.Name(), ".")
		e.begun[id] = true
	}
	var todo []int
	e.progress.Total = e.work.Count
	for i := e.work.First; i < e.work.First+e.work.Count; i++ {
		s, known := states[e.Points[i].ID]
		if known && s.cost > 0 {
			e.longest = max(e.longest, s.seconds/s.cost)
			e.ran, e.known = e.ran+seconds(s.seconds), e.known+1
		}
		if s.done {
			if e.begun[e.Points[i].ID] {
				e.forget(e.Points[i]) // as a process left it that was killed meanwhile
			}
			e.progress.Done++
			if s.failure != "" {
				e.progress.Failed++
			}
			continue
		}
		todo = append(todo, i)
	}
	return todo, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// run gives points to workers. Each takes the memory of its run before it
// begins, in the order of asking, so that a large one is not kept waiting for
// ever by small ones.
func (e *executor) run(ctx context.Context, todo []int) {
	e.workers = max(1, min(runtime.GOMAXPROCS(0), len(todo)))
	if linalg.HasThreads() {
		e.workers = 1 // the library uses all processors by itself, and its threads decide the bits
	}
	e.inside = max(1, runtime.GOMAXPROCS(0)/e.workers)
	e.total = int64(min(memory.Total(), 1<<62))
	e.room = semaphore.NewWeighted(e.total)
	next := make(chan int)
	var wg sync.WaitGroup
	for range e.workers {
		wg.Go(func() {
			for i := range next {
				e.one(ctx, i)
			}
		})
	}
	left := len(todo)
	for _, i := range todo {
		if ctx.Err() != nil || e.broken() {
			break
		}
		select {
		case next <- i:
			left--
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	wg.Wait()
	e.outcome.Left += left
}

// broken says whether nothing can be written any more, so that it is vain to go on.
func (e *executor) broken() bool {
	e.out.mu.Lock()
	defer e.out.mu.Unlock()
	return e.out.failed != nil
}

// one carries out a run.
func (e *executor) one(ctx context.Context, i int) {
	pt := e.Points[i]
	cfg, err := e.Config(pt)
	var rec *Record
	if err != nil {
		// The file said it at this point, whichever program reads it.
		rec = &Record{ID: pt.ID, Program: e.program, Failure: oneLine(err), Final: true}
	} else {
		bytes := min(int64(min(experiment.Memory(cfg), 1<<62)), e.total)
		if e.room.Acquire(ctx, bytes) != nil {
			e.left()
			return
		}
		rec = e.measured(ctx, i, cfg)
		e.room.Release(bytes)
	}
	if rec == nil {
		e.left()
		return
	}
	if rec.Failure != "" && !rec.Final && e.doneElsewhere(i) {
		e.forget(pt)
		e.note(func() { e.progress.Done++ })
		return
	}
	if err := e.out.add(i, *rec); err != nil {
		return // which close says
	}
	if (rec.Failure == "" || rec.Final) && e.hasFolder(pt) {
		e.out.flush()
		if !e.broken() {
			e.forget(pt)
		}
	}
	e.note(func() { e.count(i, rec) })
}

// hasFolder says whether this process, or another before it, has made a folder for
// an unfinished run.
func (e *executor) hasFolder(pt Point) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.begun[pt.ID]
}

// doneElsewhere says whether another process has finished a run meanwhile.
func (e *executor) doneElsewhere(i int) bool {
	states, err := e.states(i, 1, e.program)
	return err == nil && states[e.Points[i].ID].done
}

func (e *executor) left() { e.note(func() { e.outcome.Left++ }) }

func (e *executor) note(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
	if e.work.Observe != nil {
		e.work.Observe(e.progress)
	}
}

// count adds a finished run to what is known.
func (e *executor) count(i int, rec *Record) {
	own := seconds(rec.Seconds)
	e.ended(i, rec)
	e.outcome.Ran++
	e.outcome.Own += own
	e.progress.Done++
	if rec.Failure != "" {
		e.outcome.Failed++
		e.progress.Failed++
		if len(e.outcome.Failures) < mostFailures {
			e.outcome.Failures = append(e.outcome.Failures, fmt.Sprintf("run %d (%s): %s", i, e.Describe(e.Points[i]), rec.Failure))
		}
	}
	if rec.Cost > 0 {
		e.longest = max(e.longest, rec.Seconds/rec.Cost)
		e.ran, e.known = e.ran+own, e.known+1
	}
	e.estimate()
}

// Describe says the values of a point in words.
func (p *Plan) Describe(pt Point) string {
	parts := make([]string, len(p.Keys))
	for i, k := range p.Keys {
		parts[i] = k + " = " + pt.Values[i]
	}
	return strings.Join(parts, ", ")
}

// measured runs an experiment and times it; nil if ctx ended it.
func (e *executor) measured(ctx context.Context, i int, cfg config.Config) *Record {
	pt, observe := e.Points[i], e.begins(i)
	defer e.ends(i)
	cost := experiment.Cost(cfg)
	e.mu.Lock()
	short := e.longest > 0 && cost*e.longest < longRun && !e.begun[pt.ID]
	e.mu.Unlock()
	began := time.Now()
	rec := e.result(ctx, pt, cfg, short, observe)
	if rec != nil {
		rec.ID, rec.Program, rec.Cost, rec.Seconds = pt.ID, e.program, cost, time.Since(began).Seconds()
	}
	return rec
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
