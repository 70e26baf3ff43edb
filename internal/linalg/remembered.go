package linalg

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"burstsim/internal/atomicfile"
	"burstsim/internal/machine"
)

// CacheVariable names the variable of the environment that says in which folder
// measurements are remembered, in the place of burstsim/blas in the user's
// cache.
const CacheVariable = "BURSTSIM_BLAS_CACHE"

// conditions are what a measurement holds for, but for the library.
type conditions struct {
	Program     string // version
	Processor   string
	Platform    string
	Kernels     string // of our own
	Processors  int    // that Go uses at once
	Environment string // what libraries are told by it
}

// measurement is what auto chose, by what and for which machine, as it is
// remembered.
type measurement struct {
	Conditions conditions
	Library    sharedFile
	Choice     string
	Rates      []rate
}

type rate struct {
	Choice string
	GFLOPS float64
}

// sharedFile is the shared library that was measured, as far as one can tell
// without loading it; zero if there was none.
type sharedFile struct {
	Name, File string
	Size       int64
	Changed    int64 // Unix time in ns
}

func libraryFile(b *Backend) sharedFile {
	f := sharedFile{Name: b.name, File: b.file}
	if info, err := os.Stat(b.file); err == nil { // those of macOS have no file
		f.Size, f.Changed = info.Size(), info.ModTime().UnixNano()
	}
	return f
}

// still tells whether the library is the one that was measured. That there is
// still none takes a look for one, which costs nothing where nothing is found.
func (l sharedFile) still() bool {
	if l.File == "" {
		_, err := installed()
		return err != nil
	}
	return libraryFile(&Backend{name: l.Name, file: l.File}) == l
}

func here() conditions {
	c := conditions{Processor: machine.Processor(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Kernels: fastestHere().name, Processors: runtime.GOMAXPROCS(0)}
	if info, ok := debug.ReadBuildInfo(); ok {
		c.Program = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
				c.Program += " " + s.Value
			}
		}
	}
	for _, name := range append([]string{"OPENBLAS_CORETYPE", "VECLIB_MAXIMUM_THREADS"}, threadVariables...) {
		if value := os.Getenv(name); value != "" {
			c.Environment += name + "=" + value + " "
		}
	}
	return c
}

// measured is what was measured here before, or now. Whatever is wrong with
// what was remembered, and wherever nothing can be, the answer is to measure.
func measured() (measurement, *Backend) {
	now := here()
	path := now.file()
	if m, b, err := recall(path, now); err == nil {
		return m, b
	} else if !errors.Is(err, fs.ErrNotExist) && path != "" {
		_ = os.Remove(path)
	}
	m, b := measure(now)
	return remember(path, m, b)
}

// remember keeps a measurement. Of processes that measured at the same time, the
// first to write decides for all.
func remember(path string, m measurement, b *Backend) (measurement, *Backend) {
	if path == "" || os.MkdirAll(filepath.Dir(path), 0o755) != nil {
		return m, b
	}
	err := atomicfile.WriteNew(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(m)
	})
	if errors.Is(err, fs.ErrExist) {
		if first, theirs, err := recall(path, m.Conditions); err == nil {
			return first, theirs
		}
	}
	return m, b
}

// file is where a measurement under these conditions is remembered; "" if the
// system has no place for it. Homes may be shared by machines, so each has a
// file of its own.
func (c conditions) file() string {
	dir := os.Getenv(CacheVariable)
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(cache, "burstsim", "blas")
	}
	text, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return filepath.Join(dir, hex.EncodeToString(sum[:8])+".json")
}

// remembered is more than the size of any measurement.
const remembered = 1 << 16

// recall reads what was measured, if it holds still.
func recall(path string, now conditions) (m measurement, b *Backend, err error) {
	if info, err := os.Stat(path); err != nil {
		return m, nil, err
	} else if !info.Mode().IsRegular() { // opening a pipe would wait for a writer
		return m, nil, errors.New("is no file")
	}
	f, err := os.Open(path)
	if err != nil {
		return m, nil, err
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, remembered)).Decode(&m); err != nil {
		return m, nil, err
	}
	switch m.Choice {
	case "simd", "gonum", "library": // and no other library
	default:
		return m, nil, errors.New("is no choice")
	}
	if m.Conditions != now || !m.Library.still() {
		return m, nil, errors.New("was measured under other conditions")
	}
	if b, err = find(m.Choice); err != nil {
		return m, nil, err
	}
	if m.Choice == "library" && libraryFile(b) != m.Library {
		return m, nil, errors.New("was measured with another library")
	}
	return m, b, nil
}
