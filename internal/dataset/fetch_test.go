package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// mirror serves compressed files and can misbehave.
type mirror struct {
	*httptest.Server
	files    map[string][]byte
	requests atomic.Int64
	ranges   atomic.Int64                                                   // how many asked for a part
	handle   func(w http.ResponseWriter, r *http.Request, data []byte) bool // whether it has answered
}

func newMirror(t *testing.T, s *sample) *mirror {
	t.Helper()
	m := &mirror{files: map[string][]byte{}}
	for i, f := range s.Layouts[0] {
		m.files["/data/"+f.Names[0]] = squeeze(t, s.contents[i], 9)
	}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.requests.Add(1)
		if r.Header.Get("Range") != "" {
			m.ranges.Add(1)
		}
		data, ok := m.files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if m.handle == nil || !m.handle(w, r, data) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		}
	}))
	t.Cleanup(m.Close)
	s.Mirrors = append(s.Mirrors, m.URL+"/data/")
	s.Module = Module{}
	return m
}

// breakOnce sends half of what was asked for and hangs up, the first time.
func breakOnce() func(w http.ResponseWriter, r *http.Request, data []byte) bool {
	var once sync.Once
	return func(w http.ResponseWriter, _ *http.Request, data []byte) (broken bool) {
		once.Do(func() {
			broken = true
			w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			_, _ = w.Write(data[:len(data)/2])
		})
		return broken
	}
}

// afterBreak is breakOnce, then this status to the first request for a part.
func afterBreak(status int) func(w http.ResponseWriter, r *http.Request, data []byte) bool {
	broken := breakOnce()
	var once sync.Once
	return func(w http.ResponseWriter, r *http.Request, data []byte) bool {
		answered := broken(w, r, data)
		if !answered && r.Header.Get("Range") != "" {
			once.Do(func() {
				answered = true
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(data)-1, len(data)))
				w.WriteHeader(status)
			})
		}
		return answered
	}
}

// intactIn fails unless the folder holds the set and nothing unfinished.
func (s *sample) intactIn(t *testing.T, dir string) {
	t.Helper()
	opt := s.opt
	opt.Dir = dir
	if got, err := s.contentsAt(t, opt); err != nil || got != dir {
		t.Errorf("read from %s, %v, want %s", got, err, dir)
	}
	if parts, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(parts) > 0 {
		t.Errorf("%v left over", parts)
	}
}

func TestFetchFromMirror(t *testing.T) {
	for _, c := range []struct {
		name   string
		handle func(w http.ResponseWriter, r *http.Request, data []byte) bool
		ranges int64
	}{
		{"well-behaved", nil, 0},
		{"breaks off once", breakOnce(), 1},
		{"breaks off once, cannot continue", func() func(http.ResponseWriter, *http.Request, []byte) bool {
			broken := breakOnce()
			return func(w http.ResponseWriter, r *http.Request, data []byte) bool {
				if broken(w, r, data) {
					return true
				}
				_, err := w.Write(data)
				return err == nil
			}
		}(), 1},
		{"breaks off once, then sends another part", afterBreak(http.StatusPartialContent), 1},
		{"breaks off once, then is busy", afterBreak(http.StatusServiceUnavailable), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSample(t)
			m := newMirror(t, s)
			m.handle = c.handle
			last := map[string][2]int64{}
			s.opt.Progress = func(file string, done, total int64) { last[file] = [2]int64{done, total} }
			p, err := s.Fetch(context.Background(), s.opt)
			if err != nil || p.Dir != s.cache {
				t.Fatalf("fetched to %s, %v, want %s", p.Dir, err, s.cache)
			}
			s.intactIn(t, s.cache)
			if got := m.ranges.Load(); got != c.ranges {
				t.Errorf("%d requests for a part, want %d", got, c.ranges)
			}
			for name, data := range m.files {
				if got := last[filepath.Base(name)]; got[0] != int64(len(data)) {
					t.Errorf("%s: progress ends at %v, want %d bytes", name, got, len(data))
				}
			}
		})
	}
}

func TestFetchContinuesAnEarlierDownload(t *testing.T) {
	for _, c := range []struct {
		name     string
		part     func(data []byte) []byte
		requests int64
	}{
		{"half", func(data []byte) []byte { return data[:len(data)/2] }, 1},
		{"all", func(data []byte) []byte { return data }, 1},
		{"another file's", func(data []byte) []byte { return noise(9, len(data)/2) }, 2},
		{"too much", func(data []byte) []byte { return noise(9, 2*len(data)) }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSample(t)
			m := newMirror(t, s)
			s.put(t, s.cache)
			name := filepath.Join(s.cache, "a.gz")
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			write(t, name+".part", c.part(m.files["/data/a.gz"]))
			if _, err := s.Fetch(context.Background(), s.opt); err != nil {
				t.Fatal(err)
			}
			s.intactIn(t, s.cache)
			if got := m.requests.Load(); got != c.requests {
				t.Errorf("%d requests, want %d", got, c.requests)
			}
		})
	}
}

func TestFetchGoesOnToTheNextMirror(t *testing.T) {
	for name, handle := range map[string]func(w http.ResponseWriter, r *http.Request, data []byte) bool{
		"not found": func(w http.ResponseWriter, r *http.Request, _ []byte) bool { http.NotFound(w, r); return true },
		"wrong content": func(w http.ResponseWriter, _ *http.Request, data []byte) bool {
			_, err := w.Write(noise(7, len(data)))
			return err == nil
		},
		"a page instead": func(w http.ResponseWriter, _ *http.Request, _ []byte) bool {
			_, err := w.Write([]byte("<html>log in</html>"))
			return err == nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSample(t)
			bad := newMirror(t, s)
			bad.handle = handle
			good := newMirror(t, s)
			if _, err := s.Fetch(context.Background(), s.opt); err != nil {
				t.Fatal(err)
			}
			s.intactIn(t, s.cache)
			if bad.requests.Load() != 2 || good.requests.Load() != 2 {
				t.Errorf("%d requests to the bad mirror and %d to the good, want 2 each", bad.requests.Load(), good.requests.Load())
			}
		})
	}
}

func TestFetchFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		handle func(w http.ResponseWriter, r *http.Request, data []byte) bool
		want   string
	}{
		{"not found", func(w http.ResponseWriter, r *http.Request, _ []byte) bool { http.NotFound(w, r); return true }, "404"},
		{"bad checksum", func(w http.ResponseWriter, _ *http.Request, data []byte) bool {
			_, err := w.Write(noise(8, 5000)) // the size is right
			return err == nil
		}, "SHA-256 is"},
		{"endless", func(w http.ResponseWriter, _ *http.Request, _ []byte) bool {
			for range 1000 {
				if _, err := w.Write(make([]byte, 1<<12)); err != nil {
					break
				}
			}
			return true
		}, "more than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSample(t)
			newMirror(t, s).handle = c.handle
			_, err := s.Fetch(context.Background(), s.opt)
			for _, part := range []string{"cannot fetch a.gz", s.Mirrors[0], c.want} {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("error %v, want %q in it", err, part)
				}
			}
			if _, err := os.Stat(filepath.Join(s.cache, "a.gz")); err == nil {
				t.Error("a.gz is there")
			}
		})
	}
}

func TestCancelledFetchKeepsWhatCame(t *testing.T) {
	s := newSample(t)
	m := newMirror(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	m.handle = func(w http.ResponseWriter, r *http.Request, data []byte) bool {
		if ctx.Err() != nil {
			return false
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		_, _ = w.Write(data[:1000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	s.opt.Progress = func(_ string, done, _ int64) {
		if done == 1000 {
			cancel()
		}
	}
	if _, err := s.Fetch(ctx, s.opt); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want that it was cancelled", err)
	}
	if info, err := os.Stat(filepath.Join(s.cache, "a.gz.part")); err != nil || info.Size() != 1000 {
		t.Errorf("part: %v, %v, want 1000 bytes", info, err)
	}
	if _, err := s.Fetch(context.Background(), s.opt); err != nil {
		t.Fatal(err)
	}
	s.intactIn(t, s.cache)
	if m.ranges.Load() != 1 {
		t.Errorf("%d requests for a part, want 1", m.ranges.Load())
	}
}

func TestFetchRepairsTheCache(t *testing.T) {
	for _, name := range []string{"b.gz", "b"} { // under its first and under another name
		s := newSample(t)
		m := newMirror(t, s)
		write(t, filepath.Join(s.cache, "a"), s.contents[0])
		write(t, filepath.Join(s.cache, name), s.contents[1][:100])
		if _, err := s.Fetch(context.Background(), s.opt); err != nil {
			t.Fatal(err)
		}
		s.intactIn(t, s.cache)
		if m.requests.Load() != 1 {
			t.Errorf("%d requests, want 1: a was intact", m.requests.Load())
		}
	}
}

func TestFetchLeavesAUsersFileAlone(t *testing.T) {
	s := newSample(t)
	newMirror(t, s)
	mine := []byte("not what was published")
	path := write(t, filepath.Join(s.mine, "a.gz"), mine)
	s.opt.Dir = s.mine
	if _, err := s.Fetch(context.Background(), s.opt); err == nil || !strings.Contains(err.Error(), "move it away") {
		t.Errorf("error %v, want to move it away", err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, mine) {
		t.Errorf("the file is %q, %v", got, err)
	}
}

func TestFetchCopiesFromThisComputer(t *testing.T) {
	s := newSample(t)
	s.put(t, s.module)
	s.opt.Dir = s.mine
	if p, err := s.Fetch(context.Background(), s.opt); err != nil || p.Dir != s.mine {
		t.Fatalf("fetched to %s, %v, want %s", p.Dir, err, s.mine)
	}
	s.intactIn(t, s.mine)
	s.opt.Dir = ""
	if p, err := s.Fetch(context.Background(), s.opt); err != nil || p.Dir != s.module {
		t.Errorf("fetched to %s, %v: it was in %s", p.Dir, err, s.module)
	}
}

func TestReadFetches(t *testing.T) {
	s := newSample(t)
	newMirror(t, s)
	s.opt.Offline = false
	if got, err := s.contentsAt(t, s.opt); err != nil || got != s.cache {
		t.Errorf("read from %s, %v, want %s", got, err, s.cache)
	}
}

func TestFetchesAtTheSameTime(t *testing.T) {
	s := newSample(t)
	m := newMirror(t, s)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := s.Fetch(context.Background(), s.opt); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s.intactIn(t, s.cache)
	if m.requests.Load() != 2 {
		t.Errorf("%d requests, want one for each file", m.requests.Load())
	}
}

// The go command reads a proxy from a folder, as it would from the network.
func TestFetchFromModule(t *testing.T) {
	s := newSample(t)
	proxy := t.TempDir()
	versions := filepath.Join(proxy, "example.org", "!data", "@v")
	write(t, filepath.Join(versions, "v1.0.0.info"), []byte(`{"Version":"v1.0.0"}`))
	write(t, filepath.Join(versions, "v1.0.0.mod"), []byte("module example.org/Data\n"))
	write(t, filepath.Join(versions, "v1.0.0.zip"), zipped(t, map[string][]byte{
		"example.org/Data@v1.0.0/go.mod":     []byte("module example.org/Data\n"),
		"example.org/Data@v1.0.0/files/a.gz": squeeze(t, s.contents[0], 6),
		"example.org/Data@v1.0.0/files/b.gz": squeeze(t, s.contents[1], 6),
	}))
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(proxy))
	t.Setenv("GONOSUMDB", "example.org")
	t.Setenv("GOFLAGS", "-mod=vendor") // which the command must not mind
	t.Cleanup(func() { makeWritable(t, os.Getenv("GOMODCACHE")) })
	if p, err := s.Fetch(context.Background(), s.opt); err != nil || p.Dir != s.cache {
		t.Fatalf("fetched to %s, %v, want %s", p.Dir, err, s.cache)
	}
	s.intactIn(t, s.cache)
}

func TestModuleThatCannotBeHad(t *testing.T) {
	s := newSample(t)
	_, err := s.Fetch(context.Background(), s.opt)
	if err == nil || !strings.Contains(err.Error(), "go mod download: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want a line about go mod download", err)
	}
}
