package serve

import (
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"burstsim/internal/journal"
	"burstsim/internal/rundir"
)

// recording is the open trajectory of a variant: of a finished run, or what one
// that goes on has recorded so far.
type recording struct {
	times   table
	signals []signal
	stamp   fileStamp // of a finished one: of the file
	close   func() error
}

// signal is a recorded signal.
type signal struct {
	rundir.SignalInfo
	values table
}

func (r *recording) signal(name string) (signal, bool) {
	i := slices.IndexFunc(r.signals, func(s signal) bool { return s.Name == name })
	if i < 0 {
		return signal{}, false
	}
	return r.signals[i], true
}

const trajectoryFile = "trajectory.npz"

// recorded are the labels of the variants whose trajectories may be there, the
// experiment's own first.
func recorded(d *rundir.Digest) (labels []string) {
	if !d.Live() {
		return d.Labels
	}
	labels = append(labels, d.Config.Run.Label)
	for _, v := range d.Config.Compare {
		labels = append(labels, v.Name)
	}
	return labels
}

// openRecording opens that of a variant, by its number. Without a trajectory it is
// fs.ErrNotExist.
func (l *library) openRecording(r *run, variant int) (*recording, error) {
	if r.digest.Live() {
		return l.openLive(r, variant)
	}
	f, err := l.root.Open(path.Join(r.path, trajectoryFile))
	if err != nil {
		return nil, err
	}
	rec, err := readRecording(f, r.digest, variant)
	if err != nil {
		f.Close()
		return nil, err
	}
	return rec, nil
}

func readRecording(f *os.File, d *rundir.Digest, variant int) (*recording, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	a, err := openArchive(f)
	if err != nil {
		return nil, err
	}
	prefix := ""
	if variant > 0 {
		prefix = d.Labels[variant] + "/"
	}
	rec := &recording{stamp: fileStamp{info.ModTime(), info.Size()}, close: f.Close}
	if a.members[prefix+"time"] == nil {
		return nil, os.ErrNotExist // this variant has recorded none
	}
	if rec.times, err = a.table(prefix + "time"); err != nil {
		return nil, err
	}
	if rec.times.width != 1 {
		return nil, fmt.Errorf("time: %d columns, expected one", rec.times.width)
	}
	for _, full := range a.names {
		name, own := strings.CutPrefix(full, prefix)
		if !own || strings.Contains(name, "/") || a.members[full+"_units"] == nil {
			continue
		}
		values, err := a.table(full)
		if err != nil {
			return nil, err
		}
		places, err := a.numbers(full + "_units")
		if err != nil {
			return nil, err
		}
		if values.rows != rec.times.rows || values.width != len(places) {
			return nil, fmt.Errorf("%s: %d samples of %d units, expected %d of %d", full, values.rows, values.width, rec.times.rows, len(places))
		}
		s := signal{SignalInfo: rundir.SignalInfo{Name: name, Shape: []int{values.rows, values.width}}, values: values}
		s.Label, s.Unit = d.Signal(name)
		for _, p := range places {
			s.Units = append(s.Units, int(p))
		}
		rec.signals = append(rec.signals, s)
	}
	return rec, nil
}

// openLive reads the rows that a run has left on disk so far. They do not change
// any more.
func (l *library) openLive(r *run, variant int) (*recording, error) {
	kept := path.Join(r.path, "checkpoint")
	reading, err := journal.Read(l.full(kept), variant+1)
	if err != nil {
		return nil, err
	}
	defer reading.Close()
	if variant >= len(reading.Variants) {
		return nil, os.ErrNotExist // it has not begun
	}
	for _, list := range reading.Variants[variant].Lists {
		if len(list.Layout.Signals) == 0 {
			continue
		}
		f, err := l.root.Open(path.Join(kept, strconv.Itoa(variant)+"-"+list.Name+".rows"))
		if err != nil {
			return nil, err
		}
		rec := &recording{close: f.Close}
		all := table{file: io.ReaderAt(f), rows: list.Len(), stride: list.Layout.Width(), width: 1}
		rec.times = all
		at := 1
		for _, s := range list.Layout.Signals {
			values := all
			values.at, values.width = at, s.Width()
			at += s.Width()
			rec.signals = append(rec.signals, signal{rundir.SignalInfo{Name: s.Name, Label: s.Label, Unit: s.Unit, Shape: []int{all.rows, s.Width()}, Units: s.Units}, values})
		}
		return rec, nil
	}
	return nil, os.ErrNotExist
}

// mostRemembered bounds what is kept in memory of recordings, in bytes.
const mostRemembered = 256 << 20

// memories keep what was worked out about recordings, of those that were looked at
// last.
type memories struct {
	mu     sync.Mutex
	all    map[string]*memory
	recent []string // the latest last
}

// memory is what was worked out about a recording.
type memory struct {
	mu      sync.Mutex
	stamp   fileStamp
	tl      timeline
	signals map[string]*extremes
}

// of is that of a recording, which is locked until the caller unlocks it.
func (m *memories) of(key string, stamp fileStamp) *memory {
	m.mu.Lock()
	if m.all == nil {
		m.all = map[string]*memory{}
	}
	one := m.all[key]
	if one == nil {
		one = &memory{}
		m.all[key] = one
	}
	m.recent = append(slices.DeleteFunc(m.recent, func(k string) bool { return k == key }), key)
	m.mu.Unlock()
	one.mu.Lock()
	if one.signals == nil || one.stamp != stamp {
		one.stamp, one.tl, one.signals = stamp, timeline{}, map[string]*extremes{}
	}
	return one
}

func (one *memory) bytes() int {
	n := 24 * cap(one.tl.begin)
	for _, e := range one.signals {
		n += e.bytes()
	}
	return n
}

// bound forgets recordings that were not looked at for long. What is in use is
// passed over.
func (m *memories) bound() {
	m.mu.Lock()
	defer m.mu.Unlock()
	total := 0
	for i := len(m.recent) - 1; i >= 0; i-- {
		one := m.all[m.recent[i]]
		if !one.mu.TryLock() {
			continue
		}
		total += one.bytes()
		if total > mostRemembered {
			total -= one.bytes()
			one.tl, one.signals = timeline{}, nil
			delete(m.all, m.recent[i])
			m.recent = slices.Delete(m.recent, i, i+1)
		}
		one.mu.Unlock()
	}
}

// extremes are those of a signal, up to date; one.mu is held.
func (one *memory) extremes(s signal) (*extremes, error) {
	e := one.signals[s.Name]
	if e == nil {
		e = &extremes{}
		one.signals[s.Name] = e
	}
	return e, e.extend(s.values, &one.tl)
}
