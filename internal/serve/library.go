package serve

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"burstsim/internal/journal"
	"burstsim/internal/rundir"
)

// Bounds of what is looked through below the served folder, should it be the
// root of something else.
const (
	mostDepth   = 8
	mostFolders = 100_000
	mostRuns    = 20_000
)

// library knows the runs and sweeps below a folder. It finds them by looking,
// so that those of other processes and machines are there too, and reads a run
// again only if its files are others than before.
type library struct {
	dir  string   // absolute
	root *os.Root // the same; what is opened through it lies below it
	busy func(id string) bool

	scanning sync.Mutex // one goroutine scans at a time

	mu      sync.RWMutex
	runs    map[string]*run
	sweeps  map[string]*sweepEntry
	order   []string // ids of runs, by path
	version int
	over    bool // the first scan is
	last    time.Time
	took    time.Duration
	skipped int
	listing listing
	wake    map[chan struct{}]bool
}

// run is what is known of a run. It is replaced, never changed.
type run struct {
	id, path string // path from the served folder, with slashes; "." is the folder itself
	stamp    stamp
	digest   *rundir.Digest
	view     runView
	json     []byte
}

// stamp changes when a run does, but for what it records.
type stamp struct {
	folder, config, summary, kept fileStamp
	running                       bool
}

type fileStamp struct {
	at   time.Time
	size int64
}

func stampOf(path string) fileStamp {
	info, err := os.Lstat(path)
	if err != nil {
		return fileStamp{}
	}
	return fileStamp{info.ModTime(), info.Size()}
}

// idOf is the name that requests have for a folder: none of them ever holds a
// path that the server would open.
func idOf(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:8])
}

func newLibrary(dir string) (*library, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &library{dir: dir, root: root, busy: func(string) bool { return false }, runs: map[string]*run{}, sweeps: map[string]*sweepEntry{}, wake: map[chan struct{}]bool{}}, nil
}

// full is the path of what lies in the served folder.
func (l *library) full(rel string) string { return filepath.Join(l.dir, filepath.FromSlash(rel)) }

// run is that of an id.
func (l *library) run(id string) (*run, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	r, ok := l.runs[id]
	return r, ok
}

func (l *library) sweep(id string) (*sweepEntry, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s, ok := l.sweeps[id]
	return s, ok
}

// found is a folder that may be a run or a sweep.
type found struct {
	path  string
	sweep bool
	in    string // path of the sweep that it lies in
}

// look walks through the folders. Links to folders are not followed: what they
// lead to is either found where it is, or lies outside. Hidden folders are
// passed over.
func (l *library) look() (all []found, skipped int) {
	folders := 0
	var visit func(rel, sweep string, depth int)
	visit = func(rel, sweep string, depth int) {
		if folders++; folders > mostFolders || len(all) >= mostRuns {
			skipped++
			return
		}
		if l.known(rel) {
			all = append(all, found{path: rel, in: sweep})
			return
		}
		entries, err := os.ReadDir(l.full(rel))
		if err != nil {
			skipped++
			return
		}
		has := func(name string) bool {
			return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name && !e.IsDir() })
		}
		switch {
		case has("config.toml"):
			all = append(all, found{path: rel, in: sweep})
			return
		case has("plan.json") && has("experiment.toml"):
			all = append(all, found{path: rel, sweep: true, in: sweep})
			sweep = rel
		}
		if depth == mostDepth {
			skipped++
			return
		}
		for _, e := range entries {
			inner := slices.Contains([]string{"results", "unfinished", "figures"}, e.Name()) && sweep == rel
			if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !inner {
				visit(path.Join(rel, e.Name()), sweep, depth+1)
			}
		}
	}
	visit(".", "", 0)
	return all, skipped
}

// known tells a folder that was a run before and still has its configuration:
// to list what is in it would cost more than all else.
func (l *library) known(rel string) bool {
	if _, ok := l.run(idOf(rel)); !ok {
		return false
	}
	info, err := os.Lstat(filepath.Join(l.full(rel), "config.toml"))
	return err == nil && !info.IsDir()
}

// refresh scans unless that was done a moment ago.
func (l *library) refresh(age time.Duration) {
	l.scanning.Lock()
	defer l.scanning.Unlock()
	l.mu.RLock()
	fresh := l.over && time.Since(l.last) < age
	l.mu.RUnlock()
	if !fresh {
		l.scan()
	}
}

// scan brings all up to date. Runs of the first scan are there as soon as they
// were read.
func (l *library) scan() {
	begin := time.Now()
	all, skipped := l.look()
	l.mu.RLock()
	known := maps.Clone(l.runs)
	sweeps := maps.Clone(l.sweeps)
	first := !l.over
	l.mu.RUnlock()

	var stale []found
	seen, seenSweeps := map[string]bool{}, map[string]bool{}
	changed := false
	freshSweeps := map[string]*sweepEntry{}
	for _, f := range all {
		id := idOf(f.path)
		if f.sweep {
			seenSweeps[id] = true
			if s := l.readSweep(f, sweeps[id]); s != sweeps[id] {
				freshSweeps[id] = s
			}
			continue
		}
		seen[id] = true
		if old := known[id]; old == nil || l.isStale(old) {
			stale = append(stale, f)
		}
	}
	updated := l.readRuns(stale, first)

	l.mu.Lock()
	for id := range l.runs {
		if !seen[id] {
			delete(l.runs, id)
			changed = true
		}
	}
	for id, r := range updated {
		if old := known[id]; old == nil || string(old.json) != string(r.json) {
			changed = true
		}
		l.runs[id] = r
	}
	for id := range l.sweeps {
		if !seenSweeps[id] {
			delete(l.sweeps, id)
			changed = true
		}
	}
	for id, s := range freshSweeps {
		l.sweeps[id] = s
		changed = true
	}
	changed = changed || first || skipped != l.skipped
	l.over, l.skipped, l.last, l.took = true, skipped, time.Now(), time.Since(begin)
	if changed {
		l.publish()
	}
	l.mu.Unlock()
}

// publish makes what changed seen; l.mu is held.
func (l *library) publish() {
	l.version++
	l.order = slices.SortedFunc(maps.Keys(l.runs), func(a, b string) int { return strings.Compare(l.runs[a].path, l.runs[b].path) })
	for c := range l.wake {
		select {
		case c <- struct{}{}:
		default: // it is awake already
		}
	}
}

// stampOf reads what tells whether a run is another than before.
func (l *library) stampOf(rel string) stamp {
	dir := l.full(rel)
	kept := filepath.Join(dir, "checkpoint")
	s := stamp{folder: stampOf(dir), config: stampOf(filepath.Join(dir, "config.toml")), summary: stampOf(filepath.Join(dir, "summary.json")), kept: stampOf(kept)}
	s.running = s.kept != fileStamp{} && journal.Running(kept)
	return s
}

func (l *library) isStale(r *run) bool {
	return r.stamp.running || l.busy(r.id) != r.view.CanStop || l.stampOf(r.path) != r.stamp
}

// readRuns reads runs anew, as many at once as there are processors. In the first
// scan they are handed out meanwhile.
func (l *library) readRuns(stale []found, first bool) map[string]*run {
	var mu sync.Mutex
	out := map[string]*run{}
	handed := time.Now()
	next := make(chan found)
	var wg sync.WaitGroup
	for range min(len(stale), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for f := range next {
				r := l.readRun(f)
				if r == nil {
					continue
				}
				mu.Lock()
				out[r.id] = r
				if first && time.Since(handed) > time.Second/2 {
					l.mu.Lock()
					maps.Copy(l.runs, out)
					l.publish()
					l.mu.Unlock()
					handed = time.Now()
				}
				mu.Unlock()
			}
		})
	}
	for _, f := range stale {
		next <- f
	}
	close(next)
	wg.Wait()
	return out
}

// readRun reads what a run says of itself; nil of another program's folder.
func (l *library) readRun(f found) *run {
	r := &run{id: idOf(f.path), path: f.path, stamp: l.stampOf(f.path)}
	if err := l.contained(f.path); err != nil {
		r.digest = &rundir.Digest{Dir: l.full(f.path), Status: rundir.Unreadable, Reason: err.Error()}
	} else {
		r.digest = rundir.Inspect(l.full(f.path))
	}
	if r.digest.Status == rundir.Unreadable && (r.stamp.summary == fileStamp{}) && (r.stamp.kept == fileStamp{}) {
		return nil // the config.toml of something else
	}
	r.view = l.viewOf(r, f.in)
	r.json = mustJSON(r.view)
	return r
}

var errOutside = errors.New("a link in it leads out of the served folder")

// contained says why a run is not read: one of its files is a link to a place
// outside of the served folder.
func (l *library) contained(rel string) error {
	for _, folder := range []string{rel, path.Join(rel, "checkpoint")} {
		entries, err := os.ReadDir(l.full(folder))
		if err != nil {
			continue // there is none, or it says so itself
		}
		for _, e := range entries {
			if e.Type()&fs.ModeSymlink == 0 {
				continue
			}
			if _, err := l.root.Stat(path.Join(folder, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return errOutside
			}
		}
	}
	return nil
}

// changes is a channel that hears of every new version, until stop is called.
func (l *library) changes() (c chan struct{}, stop func()) {
	c = make(chan struct{}, 1)
	l.mu.Lock()
	l.wake[c] = true
	l.mu.Unlock()
	return c, func() {
		l.mu.Lock()
		delete(l.wake, c)
		l.mu.Unlock()
	}
}
