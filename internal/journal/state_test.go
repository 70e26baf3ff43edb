package journal_test

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"burstsim/internal/journal"
	"burstsim/sim"
	"burstsim/sim/record"
)

// state has a value of every kind that a checkpoint can hold.
type state struct {
	flag    bool
	count   int
	steps   int64
	wall    time.Duration
	sum     float64
	narrow  []float32
	wide    []float64
	order   []int
	source  *rand.PCG
	nothing []float64 // a layer may have no units that learn
}

func newState() *state {
	return &state{narrow: make([]float32, 3), wide: make([]float64, 4), order: make([]int, 2), source: rand.NewPCG(0, 0)}
}

// randomState has any bits, NaN and infinities too.
func randomState(rng *rand.Rand) *state {
	s := newState()
	s.flag = rng.IntN(2) == 0
	s.count, s.steps, s.wall = int(rng.Uint64()), int64(rng.Uint64()), time.Duration(rng.Uint64())
	s.sum = math.Float64frombits(rng.Uint64())
	for i := range s.narrow {
		s.narrow[i] = math.Float32frombits(rng.Uint32())
	}
	for i := range s.wide {
		s.wide[i] = []float64{math.Float64frombits(rng.Uint64()), math.NaN(), math.Inf(-1), math.Copysign(0, -1)}[rng.IntN(4)]
	}
	for i := range s.order {
		s.order[i] = int(rng.Uint64())
	}
	s.source = rand.NewPCG(rng.Uint64(), rng.Uint64())
	return s
}

func (s *state) visit(visit sim.Visit) {
	visit("flag", &s.flag)
	visit("count", &s.count)
	visit("steps", &s.steps)
	visit("wall", &s.wall)
	visit("sum", &s.sum)
	visit("narrow", s.narrow)
	visit("wide", s.wide)
	visit("order", s.order)
	visit("source", s.source)
	visit("nothing", s.nothing)
}

// bits tells states apart by their bits, so that a NaN equals itself.
func (s *state) bits(t testing.TB) []any {
	t.Helper()
	source, err := s.source.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	out := []any{s.flag, s.count, s.steps, s.wall, math.Float64bits(s.sum), s.order, source}
	for _, x := range s.narrow {
		out = append(out, math.Float32bits(x))
	}
	for _, x := range s.wide {
		out = append(out, math.Float64bits(x))
	}
	return out
}

func sameState(t testing.TB, got, want *state) {
	t.Helper()
	if g, w := got.bits(t), want.bits(t); !reflect.DeepEqual(g, w) {
		t.Errorf("state %v, expected %v", g, w)
	}
}

var identity = journal.Identity{Program: "burstsim 1 abc", Precision: "float64", BLAS: "gonum", Experiment: "123"}

// kept is a variant of a journal with its two lists of rows.
type kept struct {
	*journal.Journal
	*journal.Variant
	metrics, trajectory record.Rows
	warnings            []error
}

// open opens a journal as a run does.
func open(t testing.TB, dir string, id journal.Identity, force bool) *kept {
	t.Helper()
	k := &kept{}
	var err error
	k.Journal, err = journal.Open(dir, journal.Options{Identity: id, Force: force, Warn: func(err error) { k.warnings = append(k.warnings, err) }})
	if err != nil {
		t.Fatal(err)
	}
	k.Variant = k.Journal.Variant(0, "continuous", journal.Policy{})
	k.metrics, k.trajectory = rowsOf(t, k.Variant, "metrics", 2), rowsOf(t, k.Variant, "trajectory", 5)
	return k
}

func rowsOf(t testing.TB, v *journal.Variant, name string, width int) record.Rows {
	t.Helper()
	rows, err := v.Rows(name, record.Layout{Columns: make([]string, width)})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func (k *kept) close(t testing.TB) {
	t.Helper()
	if err := k.Journal.Close(); err != nil {
		t.Fatal(err)
	}
}

// extend adds rows whose numbers say which row they are in.
func extend(t testing.TB, rows record.Rows, width, n int) {
	t.Helper()
	row := make([]float64, width)
	for range n {
		for j := range row {
			row[j] = float64(rows.Len()) + float64(j)/10
		}
		if err := rows.Append(row); err != nil {
			t.Fatal(err)
		}
	}
}

// checkExtended expects n rows of extend.
func checkExtended(t testing.TB, rows record.Rows, width, n int) {
	t.Helper()
	if rows.Len() != n {
		t.Fatalf("%d rows, expected %d", rows.Len(), n)
	}
	row := make([]float64, width)
	for i := range n {
		if err := rows.Read(i, row); err != nil {
			t.Fatal(err)
		}
		for j, x := range row {
			if x != float64(i)+float64(j)/10 {
				t.Fatalf("row %d is %v", i, row)
			}
		}
	}
}

// saved is a folder with two checkpoints, of 3 and 7 metrics and of 10 and 20
// samples, and rows behind them that none counts.
func saved(t testing.TB) (dir string, first, second *state) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "checkpoint")
	k := open(t, dir, identity, false)
	defer k.close(t)
	rng := rand.New(rand.NewPCG(1, 2))
	first, second = randomState(rng), randomState(rng)
	for i, s := range []*state{first, second} {
		extend(t, k.metrics, 2, 3+i)
		extend(t, k.trajectory, 5, 10)
		if err := k.Save(float64(i+1), s.visit); err != nil {
			t.Fatal(err)
		}
	}
	extend(t, k.trajectory, 5, 2000) // more than a buffer
	return dir, first, second
}

const (
	lastFile       = "0.safetensors"
	previousFile   = "0.previous.safetensors"
	metricsFile    = "0-metrics.rows"
	trajectoryFile = "0-trajectory.rows"
)

// attempt opens a folder and restores.
type attempt struct {
	found    bool
	err      error
	got      *state
	warnings []error
	rows     [2]int
}

func restore(t testing.TB, dir string, id journal.Identity, force bool) attempt {
	t.Helper()
	k := open(t, dir, id, force)
	defer k.close(t)
	a := attempt{got: newState()}
	a.found, a.err = k.Restore(a.got.visit)
	a.warnings, a.rows = k.warnings, [2]int{k.metrics.Len(), k.trajectory.Len()}
	if a.err == nil && a.found {
		checkExtended(t, k.metrics, 2, a.rows[0])
		checkExtended(t, k.trajectory, 5, a.rows[1])
	}
	return a
}

// isFirst and isSecond expect the state of a checkpoint of saved.
func (a attempt) isFirst(t testing.TB, first *state) {
	t.Helper()
	if a.err != nil || !a.found || len(a.warnings) != 1 {
		t.Fatalf("found %v, error %v, warnings %v; expected the first checkpoint and a warning", a.found, a.err, a.warnings)
	}
	checkLine(t, a.warnings[0], "going on from the checkpoint before")
	sameState(t, a.got, first)
	if a.rows != [2]int{3, 10} {
		t.Errorf("%v rows, expected those of the first checkpoint", a.rows)
	}
}

func (a attempt) isSecond(t testing.TB, second *state) {
	t.Helper()
	if a.err != nil || !a.found || len(a.warnings) != 0 {
		t.Fatalf("found %v, error %v, warnings %v; expected the second checkpoint", a.found, a.err, a.warnings)
	}
	sameState(t, a.got, second)
	if a.rows != [2]int{7, 20} {
		t.Errorf("%v rows, expected those of the second checkpoint", a.rows)
	}
}

// refused expects an error of one line with these words.
func (a attempt) refused(t testing.TB, words ...string) {
	t.Helper()
	if a.err == nil || a.found && len(words) == 0 {
		t.Fatalf("found %v, error %v; expected a refusal", a.found, a.err)
	}
	checkLine(t, a.err, words...)
}

func checkLine(t testing.TB, err error, words ...string) {
	t.Helper()
	text := err.Error()
	if strings.ContainsAny(text, "\n\r") || len(text) > 1000 {
		t.Errorf("%q, expected one short line", text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("error %q, expected %q in it", text, w)
		}
	}
}

// change rewrites a file.
func change(t testing.TB, path string, how func([]byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, how(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

// seal gives a checkpoint that was changed the checksum that it needs; what is
// no checkpoint any more stays as it is.
func seal(content []byte) []byte {
	end, err := headerEnd(content)
	if err != nil {
		return content
	}
	at := strings.Index(string(content[:end]), `"sha256":"`)
	if at < 0 || at+10+64 > end {
		return content
	}
	sum := content[at+10 : at+10+64]
	copy(sum, strings.Repeat("0", 64))
	copy(sum, checksum(content))
	return content
}

func headerEnd(content []byte) (int, error) {
	if len(content) < 8 {
		return 0, errors.New("no header")
	}
	n := binary.LittleEndian.Uint64(content)
	if n > uint64(len(content)-8) {
		return 0, errors.New("no header")
	}
	return 8 + int(n), nil
}
