//go:build unix

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestInterruptedRunsGoOn sends the real program a signal at random moments,
// while it runs and while it goes on, and lets it come to its end: all that it
// leaves must be what an unbroken run leaves. A second signal at once may end
// it in the middle of anything.
func TestInterruptedRunsGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program many times")
	}
	var total atomic.Int64
	t.Cleanup(func() { t.Logf("%d signals survived", total.Load()) }) // subtests end after this function
	hearHangUps(t)
	bin := program0(t)
	others := [][]syscall.Signal{{syscall.SIGHUP}, {syscall.SIGUSR1}, {syscall.SIGUSR2}, {syscall.SIGXCPU}, {syscall.SIGHUP, syscall.SIGHUP}}
	for name, c := range map[string]struct {
		text string
		set  []string
	}{
		"continuous": {killedRegression, nil},
		"dopri5":     {killedRegression, []string{"integrator.method=dopri5"}},
		"discrete":   {killedRegression, []string{"time.kind=discrete", "time.learn=20000s"}},
		"rarely":     {killedRegression, []string{"checkpoint.every=1h"}}, // the signal's checkpoint is the only one
		"limit":      {killedRegression, []string{"limit.ratios=[0.1, 0.03]", "limit.presentations=3"}},
		"training":   {killedTraining, nil},
		"adam":       {killedTraining, []string{"learning.optimiser=adam", "checkpoint.every=1h", "plots.figures=['training']", "plots.formats=['png']"}},
	} {
		other := others[0]
		others = append(others[1:], other)
		for k, signals := range [][]syscall.Signal{{syscall.SIGINT}, {syscall.SIGTERM}, {syscall.SIGTERM, syscall.SIGINT}, other} {
			if k > 0 && name != "continuous" && !evidence() {
				continue
			}
			t.Run(fmt.Sprintf("%s %d %d", name, signals[0], len(signals)), func(t *testing.T) {
				t.Parallel()
				home := t.TempDir()
				args := []string{"run", filepath.Join(home, "e.toml"), "--quiet"}
				if err := os.WriteFile(args[1], []byte(c.text), 0o666); err != nil {
					t.Fatal(err)
				}
				for _, s := range c.set {
					args = append(args, "--set", s)
				}
				want, got := filepath.Join(home, "unbroken"), filepath.Join(home, "interrupted")
				begin := time.Now()
				if out, err := exec.Command(bin, append(args, "--out", want)...).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				lasts := time.Since(begin)
				command := append(args, "--out", got)
				for range 3 {
					if interrupt(t, bin, command, got, signals, lasts) {
						total.Add(1)
					}
					if _, err := os.Stat(filepath.Join(got, "config.toml")); err == nil {
						command = []string{"resume", got, "--quiet"}
					}
				}
				if out, err := exec.Command(bin, command...).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				sameRuns(t, got, want)
			})
		}
	}
}

// interrupt runs a command and sends it signals at a random moment. It reports
// false if the run was over by then.
func interrupt(t *testing.T, bin string, args []string, dir string, signals []syscall.Signal, lasts time.Duration) bool {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(bin, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Duration(rand.Float64()*float64(lasts)), func() {
		for _, s := range signals {
			_ = cmd.Process.Signal(s) // it may be over
			time.Sleep(time.Duration(rand.IntN(3)) * time.Millisecond)
		}
	})
	defer timer.Stop()
	err := cmd.Wait()
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case err == nil:
		return false
	case status.Signaled(): // before it listened, or by the second one
		return true
	case signals[0] == signals[len(signals)-1] && status.ExitStatus() != 128+int(signals[0]), status.ExitStatus() < 128:
		t.Fatalf("exit status %d after %v: %s", status.ExitStatus(), signals, &stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "config.toml")); err != nil {
		return true // stopped before it began
	}
	// Before it, a figure that cannot be drawn of nothing may be a warning.
	lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
	said := lines[len(lines)-1]
	resume := "burstsim resume " + dir
	left := strings.Contains(said, resume+" goes on") || strings.Contains(said, resume+" draws the figures")
	if !strings.Contains(said, "stopped by signal") || !left {
		t.Errorf("%q, expected a line that says how to go on", said)
	}
	if stdout.String() != dir+"\n" {
		t.Errorf("printed %q, expected the folder", &stdout)
	}
	return true
}

// hearHangUps lets programs that the test starts hear SIGHUP, though the test
// itself may run under nohup: what is ignored is inherited, what is heard is not.
func hearHangUps(t *testing.T) {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(heard) })
}

// TestSignalsThatAsk: each signal by which terminals and clusters ask a run to
// stop saves a checkpoint, as often as it comes; one that nohup keeps away does
// nothing.
func TestSignalsThatAsk(t *testing.T) {
	hearHangUps(t)
	bin := program0(t)
	file := filepath.Join(t.TempDir(), "e.toml")
	text := strings.Replace(briefRegression, `learn = "4s"`, `learn = "1000000s"`, 1)
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		command []string
		signals []syscall.Signal
		status  int
	}{
		{nil, []syscall.Signal{syscall.SIGHUP, syscall.SIGHUP}, 128 + int(syscall.SIGHUP)},
		{nil, []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR1}, 128 + int(syscall.SIGUSR1)},
		{nil, []syscall.Signal{syscall.SIGUSR2, syscall.SIGUSR2}, 128 + int(syscall.SIGUSR2)},
		{nil, []syscall.Signal{syscall.SIGXCPU, syscall.SIGXCPU}, 128 + int(syscall.SIGXCPU)},
		{[]string{"nohup"}, []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM}, 128 + int(syscall.SIGTERM)},
	} {
		t.Run(fmt.Sprint(c.command, c.signals), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "run")
			args := append(c.command, bin, "run", file, "--quiet", "--out", dir)
			cmd := exec.Command(args[0], args[1:]...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for range 1000 {
				if _, err := os.Stat(filepath.Join(dir, "config.toml")); err == nil {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			for _, s := range c.signals {
				if err := cmd.Process.Signal(s); err != nil {
					t.Error(err)
				}
				if c.command != nil {
					time.Sleep(100 * time.Millisecond) // so that the first could work
				}
			}
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != c.status {
				t.Errorf("exit status %d, expected %d: %s", got, c.status, &stderr)
			}
			if _, err := os.Stat(filepath.Join(dir, "checkpoint", "0.safetensors")); err != nil {
				t.Error(err)
			}
			if got := statusOf(t, bin, dir); got != "interrupted" {
				t.Errorf("ls says %s", got)
			}
			if _, err := os.Stat(filepath.Join(dir, "figures")); err == nil {
				t.Error("it drew before it ended")
			}
		})
	}
}
