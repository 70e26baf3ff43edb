//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"burstsim/internal/rundir"
	"burstsim/sim/record"
)

const recordedFinely = `
[model]
hidden = [20]
[time]
dt = "1ms"
before = "1s"
learn = "40s"
after = "1s"
[integrator]
method = "euler"
[record]
sample = "1ms"
units = 20
windows = [{ start = "0s", length = "40s" }]
[plots]
figures = []
`

// TestMemoryDoesNotGrow records tens and hundreds of megabytes: the process must
// not take much more memory for ten times as much.
func TestMemoryDoesNotGrow(t *testing.T) {
	if !evidence() {
		t.Skip("writes a gigabyte: scripts/evidence.sh")
	}
	bin, home := program0(t), t.TempDir()
	file := filepath.Join(home, "e.toml")
	if err := os.WriteFile(file, []byte(recordedFinely), 0o666); err != nil {
		t.Fatal(err)
	}
	const mega = 1 << 20
	peak := func(name string, set ...string) (memory, recorded int64) {
		dir := filepath.Join(home, name)
		cmd := exec.Command(bin, append([]string{"run", file, "--quiet", "--out", dir}, set...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		info, err := os.Stat(filepath.Join(dir, "trajectory.npz"))
		if err != nil {
			t.Fatal(err)
		}
		memory = int64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
		if runtime.GOOS != "darwin" {
			memory *= 1024
		}
		t.Logf("%s: %d MiB of trajectory, at most %d MiB of memory", name, info.Size()/mega, memory/mega)
		return memory, info.Size()
	}
	short, _ := peak("short")
	long, recorded := peak("long", "--set", "time.learn=400s", "--set", "record.windows=[{ start = '0s', length = '400s' }]")
	if recorded < 300*mega {
		t.Fatalf("%d bytes of trajectory, expected some hundred megabytes", recorded)
	}
	// 128 MiB of numbers are kept for figures.
	if long > short+192*mega || long > recorded*3/4 {
		t.Errorf("%d MiB of memory for %d MiB of trajectory, %d MiB for a tenth", long/mega, recorded/mega, short/mega)
	}
}

// TestWhatIsRecorded: decimation, windows, chosen units and signals leave out,
// and change nothing of the rest.
func TestWhatIsRecorded(t *testing.T) {
	bin, home := program0(t), t.TempDir()
	file := filepath.Join(home, "e.toml")
	trajectory := func(name string, set ...string) *record.Trajectory {
		text, dir := recordedFinely, filepath.Join(home, name)
		if strings.Contains(strings.Join(set, " "), "chosen_units") { // instead of units
			text = strings.Replace(text, "units = 20\n", "", 1)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		args := []string{"run", file, "--quiet", "--out", dir, "--set", "time.learn=4s", "--set", "record.windows=[{ start = '0s', length = '6s' }]"}
		for _, s := range set {
			args = append(args, "--set", s)
		}
		if out, err := exec.Command(bin, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		run, err := rundir.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		return run.Result.Variants[0].Trajectory
	}
	all := trajectory("all")
	if len(all.Time) != 6001 || len(all.Signals) < 8 || all.Signal("soma_1").Width() != 20 {
		t.Fatalf("%d samples of %d signals", len(all.Time), len(all.Signals))
	}
	for _, c := range []struct {
		name    string
		set     []string
		samples int
		from    float64
		units   []int    // of soma_1
		signals []string // nil: all
	}{
		{"decimation", []string{"record.sample=20ms"}, 301, 0, nil, nil},
		{"windows", []string{"record.windows=[{start='500ms', length='1s'}, {start='5s', length='10ms'}]"}, 1001 + 11, 0.5, nil, nil},
		{"units", []string{"record.units=3"}, 6001, 0, []int{0, 9, 19}, nil},
		{"chosen", []string{"record.chosen_units=[2, 17]"}, 6001, 0, []int{2, 17}, nil},
		{"signals", []string{"record.signals=['soma', 'burst_prob']"}, 6001, 0, nil, []string{"input", "target", "output", "soma_1", "burst_prob_1", "soma_2", "burst_prob_2"}},
		{"together", []string{"record.sample=100ms", "record.windows=[{start='1s', length='1s'}]", "record.chosen_units=[5]", "record.signals=['soma']"},
			11, 1, []int{5}, []string{"input", "target", "output", "soma_1", "soma_2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := trajectory(c.name, c.set...)
			if len(got.Time) != c.samples || got.Time[0] != c.from {
				t.Errorf("%d samples from %v s, expected %d from %v s", len(got.Time), got.Time[0], c.samples, c.from)
			}
			if units := got.Signal("soma_1").Units; c.units != nil && !slices.Equal(units, c.units) {
				t.Errorf("units %v, expected %v", units, c.units)
			}
			var names []string
			for _, s := range got.Signals {
				names = append(names, s.Name)
				checkPart(t, got, s, all)
			}
			slices.Sort(names)
			slices.Sort(c.signals)
			if c.signals != nil && !slices.Equal(names, c.signals) || c.signals == nil && len(names) != len(all.Signals) {
				t.Errorf("signals %v, expected %v", names, c.signals)
			}
		})
	}
}

// checkPart expects a signal to be a part of what a full recording has.
func checkPart(t *testing.T, tr *record.Trajectory, s *record.Signal, all *record.Trajectory) {
	t.Helper()
	full := all.Signal(s.Name)
	for i, time := range tr.Time {
		at, found := slices.BinarySearch(all.Time, time)
		if !found {
			t.Fatalf("t = %v s is not among all times", time)
		}
		for j, unit := range s.Units {
			if k := slices.Index(full.Units, unit); k < 0 || s.At(i, j) != full.At(at, k) {
				t.Fatalf("%s of unit %d at %v s is not that of the full recording", s.Name, unit, time)
			}
		}
	}
}
