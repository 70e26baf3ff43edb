package journal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"burstsim/internal/journal"
	"burstsim/internal/safetensors"
	"burstsim/sim"
)

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// TestTornCheckpoint cuts the last checkpoint at every length, and flips bits
// all over it: it is never used. With the one before, that is, with a warning;
// without it, the run is refused.
func TestTornCheckpoint(t *testing.T) {
	dir, first, _ := saved(t)
	path := filepath.Join(dir, lastFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, previousFile))
	if err != nil {
		t.Fatal(err)
	}
	faults := 0
	damage := func(content []byte) {
		faults++
		for file, content := range map[string][]byte{path: content, filepath.Join(dir, previousFile): before} {
			if err := os.WriteFile(file, content, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		restore(t, dir, identity, false).isFirst(t, first)
	}
	step := 1
	if testing.Short() {
		step = 13
	}
	for n := 0; n < len(whole); n += step {
		damage(whole[:n])
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for i := 0; i < len(whole); i += step {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << rng.IntN(8)
		damage(flipped)
	}
	damage(append(bytes.Clone(whole), 0))
	t.Logf("%d damaged checkpoints, none used", faults)

	for _, n := range []int{0, 7, 100, len(whole) - 1} {
		if err := os.WriteFile(path, whole[:n], 0o666); err != nil {
			t.Fatal(err)
		}
		restore(t, dir, identity, false).refused(t, path, "is damaged")
	}
}

// TestDamageIsNotKept: the checkpoint that a run went on from is the one before
// once another is saved, not the damaged one.
func TestDamageIsNotKept(t *testing.T) {
	dir, first, second := saved(t)
	cut := func(b []byte) []byte { return b[:len(b)/2] }
	change(t, filepath.Join(dir, lastFile), cut)
	k := open(t, dir, identity, false)
	if _, err := k.Restore(newState().visit); err != nil {
		t.Fatal(err)
	}
	if file, at := k.Checkpoint(); file != filepath.Join(dir, lastFile) || at != 1 {
		t.Errorf("checkpoint %s at %v, expected the first one under the name of the last", file, at)
	}
	if err := k.Save(3, second.visit); err != nil {
		t.Fatal(err)
	}
	k.close(t)
	change(t, filepath.Join(dir, lastFile), cut)
	restore(t, dir, identity, false).isFirst(t, first)
}

// TestForeignCheckpoint puts a whole checkpoint where it does not belong.
func TestForeignCheckpoint(t *testing.T) {
	other := identity
	other.Experiment = "456"
	for name, c := range map[string]struct {
		how  func([]byte) []byte
		want []string // nothing: the one before is used
	}{
		"other variant": {func(b []byte) []byte {
			return seal(bytes.Replace(b, []byte(`"variant":"continuous"`), []byte(`"variant":"continuouz"`), 1))
		}, []string{`is of variant "continuouz", expected "continuous"`}},
		"other version": {func(b []byte) []byte {
			return seal(bytes.Replace(b, []byte("checkpoint 1"), []byte("checkpoint 0"), 1))
		}, nil},
		"other archive": {func([]byte) []byte { return archive(t, nil) }, nil},
		"no progress": {func(b []byte) []byte {
			return seal(bytes.Replace(b, []byte(`"progress":"2"`), []byte(`"progress":"-"`), 1))
		}, nil},
		"no rows": {func(b []byte) []byte {
			return seal(bytes.Replace(b, []byte("rows/metrics"), []byte("rows/metricz"), 1))
		}, nil},
		"text":              {func([]byte) []byte { return []byte("# a checkpoint\n") }, nil},
		"a large header":    {func(b []byte) []byte { return append([]byte{255, 255, 255, 255, 255, 255, 255, 127}, b[8:]...) }, nil},
		"of the other file": {func([]byte) []byte { return bytes.Repeat([]byte{0}, 1<<20) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir, first, _ := saved(t)
			change(t, filepath.Join(dir, lastFile), c.how)
			a := restore(t, dir, identity, false)
			if c.want == nil {
				a.isFirst(t, first)
				checkLine(t, a.warnings[0], filepath.Join(dir, lastFile))
				return
			}
			a.refused(t, append(c.want, filepath.Join(dir, lastFile))...)
		})
	}
}

func archive(t testing.TB, metadata map[string]string, tensors ...safetensors.Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, metadata, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestDamagedRows: where only rows behind the checkpoint before are damaged,
// that is used; where its own are, nothing can be.
func TestDamagedRows(t *testing.T) {
	const row = 5 * 8
	cut := func(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:n] } }
	flip := func(n int) func([]byte) []byte { return func(b []byte) []byte { b[n] ^= 16; return b } }
	for name, c := range map[string]struct {
		how  func([]byte) []byte
		uses int // which checkpoint; 0: none
	}{
		"longer than counted":         {func(b []byte) []byte { return append(b, make([]byte, 1001)...) }, 2},
		"cut behind all":              {cut(20*row + 7), 2},
		"cut at the last":             {cut(20 * row), 2},
		"cut within the last":         {cut(20*row - 1), 1},
		"cut at the first":            {cut(10 * row), 1},
		"cut within the first":        {cut(10*row - 1), 0},
		"empty":                       {cut(0), 0},
		"flipped behind all":          {flip(20 * row), 2},
		"flipped in the last":         {flip(20*row - 1), 1},
		"flipped behind the first":    {flip(10 * row), 1},
		"flipped in the first":        {flip(10*row - 1), 0},
		"flipped at the start":        {flip(0), 0},
		"zeros in place of the block": {func(b []byte) []byte { clear(b[15*row:]); return b }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir, first, second := saved(t)
			path := filepath.Join(dir, trajectoryFile)
			change(t, path, c.how)
			a := restore(t, dir, identity, false)
			switch c.uses {
			case 2:
				a.isSecond(t, second)
			case 1:
				a.isFirst(t, first)
				checkLine(t, a.warnings[0], path)
			case 0:
				a.refused(t, path)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		dir, _, _ := saved(t)
		if err := os.Remove(filepath.Join(dir, metricsFile)); err != nil {
			t.Fatal(err)
		}
		restore(t, dir, identity, false).refused(t, metricsFile, "cut short")
	})
}

// TestIdentity: what would change the bits is refused, and named, unless it is
// forced. The precision then changes too.
func TestIdentity(t *testing.T) {
	for what, set := range map[string]func(*journal.Identity){
		"matrix products: gonum then, blas now": func(id *journal.Identity) { id.BLAS = "blas" },
		"precision: float64 then, float32 now":  func(id *journal.Identity) { id.Precision = "float32" },
		"program: burstsim 1 abc then, b now":   func(id *journal.Identity) { id.Program = "b" },
		"experiment: 123 then, 456 now":         func(id *journal.Identity) { id.Experiment = "456" },
	} {
		t.Run(what, func(t *testing.T) {
			dir, _, second := saved(t)
			id := identity
			set(&id)
			a := restore(t, dir, id, false)
			a.refused(t, what, "--force", filepath.Join(dir, lastFile))
			sameState(t, a.got, newState())
			restore(t, dir, id, true).isSecond(t, second)
		})
	}
	dir, _, _ := saved(t)
	restore(t, dir, journal.Identity{}, false).refused(t, "matrix products: gonum", "; precision: ", "; program: ", "; experiment: ")
}

// TestForceIntoAnotherPrecision rounds to the nearest, or widens exactly.
func TestForceIntoAnotherPrecision(t *testing.T) {
	dir := t.TempDir()
	k := open(t, dir, identity, false)
	wide, narrow := []float64{1, 0.1, 1e300}, []float32{1, 0.1, 3}
	if err := k.Save(1, func(v sim.Visit) { v("a", wide); v("b", narrow) }); err != nil {
		t.Fatal(err)
	}
	k.close(t)
	id := identity
	id.Precision = "float32"
	k = open(t, dir, id, true)
	defer k.close(t)
	a, b := make([]float32, 3), make([]float64, 3)
	if _, err := k.Restore(func(v sim.Visit) { v("a", a); v("b", b) }); err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if a[i] != float32(wide[i]) || b[i] != float64(narrow[i]) {
			t.Errorf("%v and %v, expected %v and %v in the other precision", a, b, wide, narrow)
		}
	}
}

// TestStateThatDoesNotFit is refused, forced or not, and rows stay.
func TestStateThatDoesNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		visit func(*state, sim.Visit)
		want  string
	}{
		"longer":      {func(s *state, v sim.Visit) { s.wide = make([]float64, 5); s.visit(v) }, `"state/wide" has 4 values, expected 5`},
		"shorter":     {func(s *state, v sim.Visit) { s.narrow = s.narrow[:2]; s.visit(v) }, `"state/narrow" has 3 values, expected 2`},
		"none":        {func(s *state, v sim.Visit) { s.order = nil; s.visit(v) }, `"state/order" has 2 values, expected 0`},
		"more":        {func(s *state, v sim.Visit) { s.visit(v); v("velocity", s.wide) }, `tensor "state/velocity": not in the file`},
		"fewer":       {func(s *state, v sim.Visit) { v("flag", &s.flag) }, "which is not expected"},
		"other kind":  {func(s *state, v sim.Visit) { s.visit(rename(v, "sum", &s.count)) }, `"state/sum": has type F64, expected I64`},
		"other kinds": {func(s *state, v sim.Visit) { s.visit(rename(v, "order", s.wide[:2])) }, `"state/order": has type I64, expected F32 or F64`},
		"source":      {func(s *state, v sim.Visit) { s.visit(rename(v, "source", rand.NewChaCha8([32]byte{}))) }, "state/source"},
		"many":        {func(s *state, v sim.Visit) { s.visit(rename(v, "wide", &s.sum)) }, `"state/wide" has 4 values, expected 1`},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _, second := saved(t)
			for _, force := range []bool{false, true} {
				k := open(t, dir, identity, force)
				s := newState()
				found, err := k.Restore(func(v sim.Visit) { c.visit(s, v) })
				attempt{found: false, err: err}.refused(t, c.want, filepath.Join(dir, lastFile), "does not fit")
				if _, at := k.Checkpoint(); found && err == nil || at != 0 {
					t.Errorf("found %v at %v", found, at)
				}
				k.close(t)
			}
			restore(t, dir, identity, false).isSecond(t, second) // nothing was lost
		})
	}
}

// rename visits another reference under a name.
func rename(visit sim.Visit, name string, ref any) sim.Visit {
	return func(n string, r any) {
		if n == name {
			r = ref
		}
		visit(n, r)
	}
}

// TestRowsOfAnotherWidth: an experiment that records more than the one that
// wrote the checkpoint.
func TestRowsOfAnotherWidth(t *testing.T) {
	dir, _, _ := saved(t)
	j, err := journal.Open(dir, journal.Options{Identity: identity, Force: true})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	v := j.Variant(0, "continuous", journal.Policy{})
	rowsOf(t, v, "metrics", 2)
	rowsOf(t, v, "trajectory", 4)
	_, err = v.Restore(newState().visit)
	attempt{err: err}.refused(t, "trajectory", "rows of 5 numbers, expected 4")
}
