package dataset

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample is a set of two files, with folders for all places where it may be.
type sample struct {
	Set
	opt                         Options
	contents                    [2][]byte
	cache, system, module, mine string
}

func newSample(t *testing.T) *sample {
	t.Helper()
	root := t.TempDir()
	t.Setenv("GOMODCACHE", filepath.Join(root, "mod"))
	t.Setenv("GOPROXY", "off")
	s := &sample{
		cache:  filepath.Join(root, "cache", "demo"),
		system: filepath.Join(root, "system"),
		module: filepath.Join(root, "mod", "example.org", "!data@v1.0.0", "files"),
		mine:   filepath.Join(root, "mine"),
		opt:    Options{Cache: filepath.Join(root, "cache"), Offline: true},
	}
	s.contents = [2][]byte{noise(3, 5000), noise(4, 7000)}
	s.Set = Set{
		Name:    "demo",
		Layouts: [][]File{{describe(s.contents[0], "a.gz", "a"), describe(s.contents[1], "b.gz", "b")}},
		System:  []string{s.system},
		Module:  Module{Path: "example.org/Data", Version: "v1.0.0", Dir: "files"},
	}
	return s
}

func (s *sample) put(t *testing.T, dir string) {
	t.Helper()
	for i, f := range s.Layouts[0] {
		write(t, filepath.Join(dir, f.Names[0]), squeeze(t, s.contents[i], 6))
	}
}

// damage shortens file b of a folder.
func (s *sample) damage(t *testing.T, dir string) {
	t.Helper()
	write(t, filepath.Join(dir, "b.gz"), squeeze(t, s.contents[1], 6)[:3000])
}

// contentsAt reads the set and returns the folder from which it was read.
func (s *sample) contentsAt(t *testing.T, opt Options) (string, error) {
	t.Helper()
	p, err := s.Read(context.Background(), opt, func(p Place) error {
		for i, want := range s.contents {
			got, err := p.Content(i)
			if err != nil {
				return err
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s has a wrong content", p.Path(i))
			}
		}
		return nil
	})
	return p.Dir, err
}

func TestPlacesAreTakenInOrder(t *testing.T) {
	s := newSample(t)
	for _, dir := range []string{s.module, s.system, s.cache} {
		s.put(t, dir)
		if got, err := s.contentsAt(t, s.opt); err != nil || got != dir {
			t.Errorf("read from %s, %v, want %s", got, err, dir)
		}
	}
	explicit := s.opt
	explicit.Dir = s.mine
	s.put(t, s.mine)
	if got, err := s.contentsAt(t, explicit); err != nil || got != s.mine {
		t.Errorf("read from %s, %v, want %s", got, err, s.mine)
	}
	places, err := s.Places(s.opt)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, p := range places {
		kinds = append(kinds, p.Kind)
		if err := p.Check(); err != nil || p.Bytes() < 12000 {
			t.Errorf("%s: %v, %d bytes", p.Dir, err, p.Bytes())
		}
	}
	if got := strings.Join(kinds, " "); got != "cache system module" {
		t.Errorf("places are %s", got)
	}
}

func TestDamagedPlacesArePassedOver(t *testing.T) {
	s := newSample(t)
	s.put(t, s.module)
	s.put(t, s.cache)
	s.damage(t, s.cache)
	write(t, filepath.Join(s.system, "a.gz"), squeeze(t, s.contents[0], 6))
	if got, err := s.contentsAt(t, s.opt); err != nil || got != s.module {
		t.Errorf("read from %s, %v, want %s", got, err, s.module)
	}
	places, err := s.Places(s.opt)
	if err != nil {
		t.Fatal(err)
	}
	var corrupt *CorruptError
	if err := places[0].Check(); !errors.As(err, &corrupt) {
		t.Errorf("cache: %v, want a CorruptError", err)
	}
	if err := places[1].Check(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("system: %v, want that a file is missing", err)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		name    string
		arrange func(t *testing.T, s *sample)
		want    []string
	}{
		{"nothing", func(*testing.T, *sample) {}, []string{"demo is not on this computer", "burstsim data fetch demo"}},
		{"corrupt in the cache", func(t *testing.T, s *sample) { s.put(t, s.cache); s.damage(t, s.cache) },
			[]string{filepath.Join("demo", "b.gz"), "corrupt", "run burstsim data fetch demo"}},
		{"corrupt in a folder", func(t *testing.T, s *sample) { s.opt.Dir = s.mine; s.put(t, s.mine); s.damage(t, s.mine) },
			[]string{filepath.Join("mine", "b.gz"), "move it away", "fetch demo --dir"}},
		{"missing in a folder", func(t *testing.T, s *sample) {
			s.opt.Dir = s.mine
			s.put(t, s.mine)
			s.put(t, s.cache)
			if err := os.Remove(filepath.Join(s.mine, "a.gz")); err != nil {
				t.Fatal(err)
			}
		}, []string{filepath.Join("mine", "a.gz"), "not exist", "fetch demo --dir"}},
		{"empty folder", func(t *testing.T, s *sample) { s.opt.Dir = s.mine }, []string{"demo is not in", "fetch demo --dir"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSample(t)
			c.arrange(t, s)
			_, err := s.contentsAt(t, s.opt)
			for _, part := range c.want {
				if err == nil || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
					t.Errorf("error %v, want a line with %q", err, part)
				}
			}
		})
	}
}

func TestAnyLayoutServes(t *testing.T) {
	s := newSample(t)
	s.put(t, s.mine)
	whole := noise(5, 100)
	s.Layouts = append([][]File{{describe(whole, "all")}}, s.Layouts...)
	s.opt.Dir = s.mine
	used := func() int {
		p, err := s.Read(context.Background(), s.opt, Place.Check)
		if err != nil {
			t.Error(err)
		}
		return p.Layout
	}
	if got := used(); got != 1 {
		t.Errorf("layout %d, want 1", got)
	}
	write(t, filepath.Join(s.mine, "all"), whole)
	if got := used(); got != 0 {
		t.Errorf("layout %d, want 0, the first that is whole", got)
	}
	write(t, filepath.Join(s.mine, "all"), whole[:50])
	if got := used(); got != 1 {
		t.Errorf("layout %d, want 1, the first that is intact", got)
	}
}
