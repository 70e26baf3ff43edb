package journal_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"burstsim/internal/journal"
	"burstsim/sim"
)

func TestRestoreGivesBackEveryKind(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	dir := t.TempDir()
	for range 50 {
		want := randomState(rng)
		k := open(t, dir, identity, false)
		n := rng.IntN(3000)
		if _, err := k.Restore(newState().visit); err != nil {
			t.Fatal(err)
		}
		extend(t, k.metrics, 2, n)
		before := k.metrics.Len()
		if err := k.Save(1, want.visit); err != nil {
			t.Fatal(err)
		}
		k.close(t)
		a := restore(t, dir, identity, false)
		if a.err != nil || !a.found || a.rows != [2]int{before, 0} {
			t.Fatalf("found %v, %v rows, %v; expected %d rows", a.found, a.rows, a.err, before)
		}
		sameState(t, a.got, want)
	}
}

func TestNoCheckpointLeavesNoRows(t *testing.T) {
	dir := t.TempDir()
	k := open(t, dir, identity, false)
	extend(t, k.trajectory, 5, 5000)
	k.close(t)
	if a := restore(t, dir, identity, false); a.found || a.err != nil || a.rows != [2]int{} {
		t.Errorf("found %v, %v rows, %v", a.found, a.rows, a.err)
	}
}

func TestSaveRefusesOtherKinds(t *testing.T) {
	k := open(t, t.TempDir(), identity, false)
	defer k.close(t)
	text := "a"
	err := k.Save(1, func(visit sim.Visit) { visit("label", &text) })
	if err == nil || !strings.Contains(err.Error(), "label is a *string") {
		t.Errorf("error %v", err)
	}
	if a, _ := k.Checkpoint(); a != "" {
		t.Errorf("checkpoint %s after a failed save", a)
	}
}

// TestTwoCheckpointsAreKept also where the folder is read after each of the
// steps that replace one: each leaves a whole checkpoint.
func TestTwoCheckpointsAreKept(t *testing.T) {
	dir, first, second := saved(t)
	restore(t, dir, identity, false).isSecond(t, second)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got, want := strings.Join(names, " "), "0-metrics.rows 0-trajectory.rows 0.json 0.previous.safetensors 0.safetensors lock"; got != want {
		t.Errorf("files %s, expected %s", got, want)
	}
	// Killed after the last one moved and before the new one came.
	if err := os.Remove(filepath.Join(dir, lastFile)); err != nil {
		t.Fatal(err)
	}
	a := restore(t, dir, identity, false)
	if a.err != nil || !a.found {
		t.Fatalf("found %v, %v", a.found, a.err)
	}
	sameState(t, a.got, first)
}

// TestRowsGoOn appends behind what a checkpoint counts: rows that followed it
// are gone, and the checksum covers the new ones.
func TestRowsGoOn(t *testing.T) {
	dir, _, second := saved(t)
	k := open(t, dir, identity, false)
	if _, err := k.Restore(newState().visit); err != nil {
		t.Fatal(err)
	}
	extend(t, k.metrics, 2, 9000)
	extend(t, k.trajectory, 5, 1)
	checkExtended(t, k.metrics, 2, 9007)
	if err := k.Save(3, second.visit); err != nil {
		t.Fatal(err)
	}
	k.close(t)
	if a := restore(t, dir, identity, false); a.err != nil || a.rows != [2]int{9007, 21} {
		t.Errorf("%v rows, %v", a.rows, a.err)
	}
}

func TestOthersAreLockedOut(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run", "checkpoint")
	if journal.Running(dir) {
		t.Error("a journal that does not exist is running")
	}
	k := open(t, dir, identity, false)
	if !journal.Running(dir) {
		t.Error("an open journal is not running")
	}
	_, err := journal.Open(dir, journal.Options{Identity: identity})
	if !errors.Is(err, journal.ErrRunning) || !strings.Contains(err.Error(), filepath.Dir(dir)) {
		t.Errorf("error %v, expected %v with the run's folder", err, journal.ErrRunning)
	}
	k.close(t)
	if journal.Running(dir) {
		t.Error("a closed journal is running")
	}
	if err := open(t, dir, identity, false).Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there after Remove: %v", err)
	}
}

// TestDiscardKeepsCheckpoints: only a journal without a checkpoint goes.
func TestDiscardKeepsCheckpoints(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run", "checkpoint")
	k := open(t, dir, identity, false)
	if err := k.Save(1, newState().visit); err != nil {
		t.Fatal(err)
	}
	if err := k.Discard(); err != nil || !journal.HoldsCheckpoint(dir) || journal.Running(dir) {
		t.Errorf("%v; holds a checkpoint: %v; running: %v", err, journal.HoldsCheckpoint(dir), journal.Running(dir))
	}
	if err := os.Remove(filepath.Join(dir, lastFile)); err != nil {
		t.Fatal(err)
	}
	if err := open(t, dir, identity, false).Discard(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there after Discard: %v", err)
	}
}

// TestRowsOutliveTheirFile: what a variant that has ended recorded can be read,
// as often and in any order.
func TestRowsOutliveTheirFile(t *testing.T) {
	dir := t.TempDir()
	k := open(t, dir, identity, false)
	defer k.close(t)
	extend(t, k.metrics, 2, 9007)
	extend(t, k.trajectory, 5, 3) // less than goes to the file at once
	for range 2 {
		if err := k.Variant.Close(); err != nil {
			t.Fatal(err)
		}
		checkExtended(t, k.metrics, 2, 9007)
		checkExtended(t, k.trajectory, 5, 3)
	}
	for name, want := range map[string]int64{"metrics": 2 * 8 * 9007, "trajectory": 5 * 8 * 3} { // others read it
		files, err := filepath.Glob(filepath.Join(dir, "*-"+name+".rows"))
		if err != nil || len(files) != 1 {
			t.Fatalf("files of %s: %v, %v", name, files, err)
		}
		if data, err := os.ReadFile(files[0]); err != nil || int64(len(data)) != want {
			t.Errorf("%s has %d bytes, %v, want %d", files[0], len(data), err, want)
		}
	}
}

// TestLockFollowsTheFolder opens a journal again and again while others remove
// it: whoever holds a lock holds that of the folder that is there.
func TestLockFollowsTheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "checkpoint")
	var wg sync.WaitGroup
	var held atomic.Int64
	for range 4 {
		wg.Go(func() {
			for range 300 {
				j, err := journal.Open(dir, journal.Options{})
				if errors.Is(err, journal.ErrRunning) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				now := held.Add(1)
				if _, err := os.Stat(filepath.Join(dir, "lock")); err != nil || now != 1 {
					t.Errorf("%v; %d hold the lock", err, now)
				}
				held.Add(-1)
				if err := j.Remove(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "checkpoint")} {
		if _, err := journal.Open(path, journal.Options{}); err == nil || strings.Count(err.Error(), path) != 1 {
			t.Errorf("%s: error %v, expected one with the path once", path, err)
		}
	}
}

func TestDue(t *testing.T) {
	j, err := journal.Open(t.TempDir(), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	save := func(v *journal.Variant, at float64) {
		if err := v.Save(at, newState().visit); err != nil {
			t.Fatal(err)
		}
	}
	never := j.Variant(0, "a", journal.Policy{})
	always := j.Variant(1, "b", journal.Policy{Every: time.Nanosecond})
	late := j.Variant(2, "c", journal.Policy{Every: time.Hour})
	if never.Due(1e9) || late.Due(1e9) {
		t.Errorf("due: never %v, hourly %v", never.Due(1e9), late.Due(1e9))
	}
	for !always.Due(0) {
		time.Sleep(time.Millisecond)
	}
	v := j.Variant(3, "d", journal.Policy{Progress: 10})
	for _, step := range []struct {
		at  float64
		due bool
	}{{0, false}, {9.9, false}, {10, true}, {14, false}, {25, true}, {29, false}, {30, true}} {
		if got := v.Due(step.at); got != step.due {
			t.Errorf("due at %v: %v, expected %v", step.at, got, step.due)
		}
		if step.due {
			save(v, step.at)
			if file, at := v.Checkpoint(); at != step.at || filepath.Base(file) != "3.safetensors" {
				t.Errorf("checkpoint %s at %v, expected one at %v", file, at, step.at)
			}
		}
	}
}
