package serve

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/report"
	"burstsim/internal/rundir"
	"burstsim/sim/model"
)

// about says what the page needs to know first.
func (s *Server) about(*http.Request) (any, error) {
	why := s.processes.whyNot()
	return map[string]any{
		"version": s.opt.Version, "folder": s.library.dir, "read_only": s.opt.ReadOnly, "can_start": why == "", "why_not": why,
		"processors": processors(), "models": model.Builtins(), "run": s.first,
	}, nil
}

// listing is the list of all runs, as it was sent last.
type listing struct {
	version  int
	scanning bool
	content  []byte
	small    []byte
}

// listAge is how old the list may be that is sent.
const listAge = time.Second

// firstLook is how long a request waits for the first scan.
const firstLook = 150 * time.Millisecond

// fresh brings the library up to date, but waits only so long for its first scan.
func (l *library) fresh() {
	l.mu.RLock()
	over := l.over
	l.mu.RUnlock()
	if over {
		l.refresh(listAge)
		return
	}
	done := make(chan struct{})
	go func() {
		l.refresh(listAge)
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(firstLook):
	}
}

func (s *Server) listRuns(w http.ResponseWriter, r *http.Request) {
	s.library.fresh()
	one := s.library.list()
	h := w.Header()
	tag := fmt.Sprintf(`"%d-%v"`, one.version, one.scanning)
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", "application/json; charset=utf-8")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	content := one.content
	if one.small != nil && takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		content = one.small
	}
	writeBody(w, r, http.StatusOK, content)
}

// list is that of the present version.
func (l *library) list() listing {
	l.mu.RLock()
	one := l.listing
	same := one.content != nil && one.version == l.version && one.scanning != l.over
	l.mu.RUnlock()
	if same {
		return one
	}
	l.mu.RLock()
	one = listing{version: l.version, scanning: !l.over}
	head := mustJSON(map[string]any{"version": l.version, "scanning": !l.over, "scanned": len(l.runs), "skipped": l.skipped, "sweeps": l.sweepViews()})
	var b bytes.Buffer
	b.Write(head[:len(head)-1])
	b.WriteString(`,"runs":[`)
	for i, id := range l.order {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(l.runs[id].json)
	}
	l.mu.RUnlock()
	b.WriteString("]}")
	one.content = b.Bytes()
	if len(one.content) >= packFrom {
		var small bytes.Buffer
		if z, err := gzip.NewWriterLevel(&small, gzip.BestSpeed); err == nil { // the level exists
			_, _ = z.Write(one.content)
			_ = z.Close()
			one.small = small.Bytes()
		}
	}
	l.mu.Lock()
	l.listing = one
	l.mu.Unlock()
	return one
}

// sweepViews are all sweeps, by path; l.mu is held.
func (l *library) sweepViews() []sweepView {
	out := []sweepView{}
	for _, s := range l.sweeps {
		out = append(out, s.view)
	}
	slices.SortFunc(out, func(a, b sweepView) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// all are all runs, by path.
func (l *library) all() []*run {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := make([]*run, 0, len(l.order))
	for _, id := range l.order {
		if r := l.runs[id]; r != nil {
			out = append(out, r)
		}
	}
	return out
}

// condition is one that the value of a key must satisfy.
type condition struct{ key, op, value string }

// operators, those first of which others are the beginning.
var operators = []string{"!=", "<=", ">=", "=", "<", ">"}

func parseCondition(text string) (c condition, err error) {
	at, op := len(text), ""
	for _, o := range operators {
		if i := strings.Index(text, o); i >= 0 && i < at {
			at, op = i, o
		}
	}
	c = condition{strings.TrimSpace(text[:at]), op, ""}
	if op == "" || c.key == "" {
		return c, badRequest("where: %.60q, expected KEY=VALUE, or with !=, <, <=, > or >=", text)
	}
	c.value = strings.Trim(strings.TrimSpace(text[at+len(op):]), `"'`)
	return c, nil
}

func (c condition) holds(s config.Setting) bool {
	if s.Text == "" {
		return false
	}
	order := report.CompareValue(s, c.value)
	switch c.op {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// match lists the runs whose values satisfy conditions.
func (s *Server) match(r *http.Request) (any, error) {
	q := queryOf(r)
	if q.err != nil {
		return nil, q.err
	}
	runs := s.library.all()
	var digests []*rundir.Digest
	for _, one := range runs {
		digests = append(digests, one.digest)
	}
	var conditions []condition
	for _, text := range q.Values["where"] {
		c, err := parseCondition(text)
		if err != nil {
			return nil, err
		}
		if err := report.CheckKey(digests, c.key); err != nil {
			return nil, badRequest("where: %v", err)
		}
		conditions = append(conditions, c)
	}
	ids := []string{}
	for _, one := range runs {
		if one.digest.Status == rundir.Unreadable {
			continue
		}
		find := one.digest.Config.Lookup()
		if !slices.ContainsFunc(conditions, func(c condition) bool { v, ok := find(c.key); return !ok || !c.holds(v) }) {
			ids = append(ids, one.id)
		}
	}
	return map[string]any{"ids": ids}, nil
}

// sent is what was sent of runs and sweeps to one who listens.
type sent struct {
	runs   map[string]*run
	sweeps string
}

// news are what differs between what was sent and what is.
type news struct {
	Version  int               `json:"version"`
	Scanning bool              `json:"scanning"`
	Changed  []json.RawMessage `json:"changed"`
	Gone     []string          `json:"gone"`
	Sweeps   []sweepView       `json:"sweeps,omitempty"`
}

// since brings what was sent up to date, and says what is new.
func (l *library) since(old *sent) (n news) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n = news{Version: l.version, Scanning: !l.over, Changed: []json.RawMessage{}, Gone: []string{}}
	for _, id := range l.order {
		r := l.runs[id]
		if r == nil {
			continue
		}
		before := old.runs[id]
		if old.runs[id] = r; before == nil || before != r && !bytes.Equal(before.json, r.json) {
			n.Changed = append(n.Changed, r.json)
		}
	}
	for id := range maps.Clone(old.runs) {
		if l.runs[id] == nil {
			delete(old.runs, id)
			n.Gone = append(n.Gone, id)
		}
	}
	if sweeps := l.sweepViews(); string(mustJSON(sweeps)) != old.sweeps {
		old.sweeps = string(mustJSON(sweeps))
		n.Sweeps = sweeps
	}
	return n
}
