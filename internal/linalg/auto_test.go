package linalg

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFastest: something else than the first must be clearly faster.
func TestFastest(t *testing.T) {
	for _, c := range []struct {
		rates []float64
		want  int
	}{
		{[]float64{10}, 0},
		{[]float64{10, 10.9}, 0},
		{[]float64{10, 11.1}, 1},
		{[]float64{10, 9, 30}, 2},
		{[]float64{10, 11.5, 12}, 1},
		{[]float64{10, 10.9, 11.5}, 2},
	} {
		var all []contender
		for i, r := range c.rates {
			all = append(all, contender{choice: string(rune('a' + i)), rate: r})
		}
		if got := fastest(all).choice; got != all[c.want].choice {
			t.Errorf("%v: %s, expected %s", c.rates, got, all[c.want].choice)
		}
	}
}

// TestRace times by a clock that the work moves: the middle round counts, a
// library is used once, between two turns of what is built in, and its threads
// sleep by the second.
func TestRace(t *testing.T) {
	now := time.Unix(0, 0)
	builtIn, library := &Backend{}, &Backend{file: "/lib/x.so"}
	var order string
	took := map[*Backend][]int{builtIn: {90, 10, 100, 50, 60, 10}, library: {10, 40, 90}}
	work := func(b *Backend) {
		order += map[*Backend]string{builtIn: "b", library: "l"}[b]
		now = now.Add(time.Duration(took[b][0]) * time.Nanosecond)
		took[b] = took[b][1:]
	}
	pause := func(d time.Duration) {
		if d < asleep {
			t.Errorf("a pause of %v", d)
		}
		order += "-"
	}
	all := []contender{{backend: builtIn}, {backend: library}}
	race(all, 1000, work, func() time.Time { return now }, pause)
	if want := "bbblll-bbb"; order != want {
		t.Errorf("order %s, expected %s", order, want)
	}
	late := []contender{{backend: builtIn}, {backend: &Backend{}}}
	took[builtIn], took[late[1].backend] = []int{10, 10, 10}, []int{21, 1, 1}
	race(late, 1000, work, func() time.Time { return now }, pause)
	if left := len(took[late[1].backend]); left != 2 {
		t.Errorf("what takes more than twice as long had %d rounds, expected 1", 3-left)
	}
	for i, want := range []float64{1000. / 50, 1000. / 40} {
		if all[i].rate != want {
			t.Errorf("contender %d: %v operations a nanosecond, expected %v", i, all[i].rate, want)
		}
	}
}

// forget makes auto measure again, with an empty cache in the folder that is
// returned.
func forget(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "cache")
	t.Setenv(CacheVariable, dir)
	anew(t)
	return dir
}

func anew(t *testing.T) {
	taken.backend = nil
	t.Cleanup(func() { taken.backend = nil })
}

func TestAutoRemembers(t *testing.T) {
	forget(t)
	use(t, gonumBackend)
	if err := Use("auto"); err != nil {
		t.Fatal(err)
	}
	path := here().file()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("nothing is remembered: %v", err)
	}
	var m measurement
	if err := json.Unmarshal(content, &m); err != nil {
		t.Fatal(err)
	}
	if m.Choice == "library" && current.Load().file == "" || m.Choice == "gonum" && current.Load() != gonumBackend {
		t.Errorf("%s is in use, %s is remembered", Name(), m.Choice)
	}
	for _, r := range m.Rates {
		if !(r.GFLOPS > 0) && len(m.Rates) > 1 || !strings.Contains(Measured()+" ", r.Choice) && len(m.Rates) > 1 {
			t.Errorf("%+v, and it says %q", m.Rates, Measured())
		}
	}
	// What is remembered decides, and nothing is measured again.
	m.Choice, m.Rates = "gonum", []rate{{"simd", 1}, {"gonum", 2}}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Use("auto"); err != nil || Measured() == "simd 1, gonum 2 GFLOP/s" {
		t.Errorf("a process chose twice: %q, error %v", Measured(), err)
	}
	anew(t)
	if err := Use("auto"); err != nil || current.Load() != gonumBackend || Measured() != "simd 1, gonum 2 GFLOP/s" {
		t.Errorf("%s, %q, error %v", Name(), Measured(), err)
	}
	if err := Use("gonum"); err != nil || Measured() != "" {
		t.Errorf("after the user chose: %q, error %v", Measured(), err)
	}
}

// TestAutoMeasuresAgain where what is remembered cannot be used or does not
// hold, and leaves what can.
func TestAutoMeasuresAgain(t *testing.T) {
	good := measurement{Conditions: here(), Choice: "gonum", Rates: []rate{{"simd", 1}, {"gonum", 2}}}
	if b, err := installed(); err == nil {
		good.Library = libraryFile(b)
	}
	for name, content := range map[string]func() string{
		"empty":     func() string { return "" },
		"cut":       func() string { return text(t, good)[:40] },
		"no choice": func() string { m := good; m.Choice = ""; return text(t, m) },
		"a path":    func() string { m := good; m.Choice = "/tmp/libevil.so"; return text(t, m) },
		"program":   func() string { m := good; m.Conditions.Program += "2"; return text(t, m) },
		"library":   func() string { m := good; m.Library.Size++; m.Library.File = os.Args[0]; return text(t, m) },
		"updated":   func() string { m := good; m.Library.Changed++; m.Library.File = os.Args[0]; return text(t, m) },
		"gone":      func() string { m := good; m.Library = sharedFile{"x", "/no/such/lib.so", 1, 1}; return text(t, m) },
	} {
		t.Run(name, func(t *testing.T) {
			path := prepare(t, forget(t), content())
			m, b := measured()
			if b == nil || reflect.DeepEqual(m.Rates, good.Rates) {
				t.Errorf("took %+v", m)
			}
			if again, _, err := recall(path, here()); err != nil || !reflect.DeepEqual(again, m) {
				t.Errorf("%+v is remembered then, expected %+v; error %v", again, m, err)
			}
		})
	}
	prepare(t, forget(t), text(t, good))
	if m, _ := measured(); !reflect.DeepEqual(m, good) {
		t.Errorf("what holds was measured again: %+v, expected %+v", m, good)
	}
}

func text(t *testing.T, m measurement) string {
	t.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// prepare puts content where the measurement of this machine is remembered.
func prepare(t *testing.T, dir, content string) (path string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	path = here().file()
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestAutoWithoutCache: a file is where the folder should be, and a folder where
// the file should be.
func TestAutoWithoutCache(t *testing.T) {
	dir := forget(t)
	if err := os.WriteFile(dir, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	use(t, gonumBackend)
	if err := Use("auto"); err != nil || Measured() == "" && len(contenders()) > 1 {
		t.Errorf("%s, %q, error %v", Name(), Measured(), err)
	}
	dir = forget(t)
	if err := os.MkdirAll(filepath.Join(here().file(), "full"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Use("auto"); err != nil || Measured() == "" && len(contenders()) > 1 {
		t.Errorf("%s, %q, error %v", Name(), Measured(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v were left, error %v", entries, err)
	}
}

// TestFirstDecides: whoever measures at the same time comes to the same choice.
func TestFirstDecides(t *testing.T) {
	forget(t)
	found := make([]measurement, 4)
	var wait sync.WaitGroup
	for i := range found {
		wait.Go(func() { found[i], _ = measured() })
	}
	wait.Wait()
	for _, m := range found[1:] {
		if !reflect.DeepEqual(m, found[0]) {
			t.Errorf("%+v and %+v", found[0], m)
		}
	}
	late := measurement{Conditions: here(), Choice: "gonum"}
	if m, _ := remember(here().file(), late, gonumBackend); !reflect.DeepEqual(m, found[0]) {
		t.Errorf("who came late took %+v, expected %+v", m, found[0])
	}
}

// TestChoiceComesBack: what Choice says leads to the same backend.
func TestChoiceComesBack(t *testing.T) {
	use(t, gonumBackend)
	for _, choice := range []string{"gonum", BuiltIn(), "library"} {
		if Use(choice) != nil {
			continue
		}
		name, again := Name(), Choice()
		if err := Use("gonum"); err != nil {
			t.Fatal(err)
		}
		if err := Use(again); err != nil || Name() != name {
			t.Errorf("%s: %q leads to %s, expected %s; error %v", choice, again, Name(), name, err)
		}
	}
}
