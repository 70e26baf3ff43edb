//go:build unix

package journal_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"burstsim/internal/journal"
)

// another is a user who owns nothing here and is in the group of root's files.
const another = 65534

// TestMain lets the test's binary be the process of another user.
func TestMain(m *testing.M) {
	if dir := os.Getenv("BURSTSIM_TEST_JOURNAL"); dir != "" {
		switch _, err := journal.Open(dir, journal.Options{}); {
		case err == nil:
			os.Exit(20)
		case errors.Is(err, journal.ErrRunning) && journal.Running(dir):
			os.Exit(21)
		}
		os.Exit(22)
	}
	os.Exit(m.Run())
}

// TestAGroupSharesRuns: others of the group see that a run is running, and can
// go on with it when it is not. Who is not root looks as the same user, at the
// permissions only.
func TestAGroupSharesRuns(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o002))
	shared, err := os.MkdirTemp("", "shared") // those of t.TempDir are in one that is not
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(shared)
	if err := os.Chmod(shared, 0o775); err != nil {
		t.Fatal(err)
	}
	dir, program := filepath.Join(shared, "checkpoint"), filepath.Join(shared, "program")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", self, program).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	j, err := journal.Open(dir, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "lock"))
	if err != nil || info.Mode().Perm() != 0o664 {
		t.Errorf("lock has mode %v, %v; expected what the umask allows", info.Mode(), err)
	}
	look := func() int {
		cmd := exec.Command(program)
		cmd.Env = append(os.Environ(), "BURSTSIM_TEST_JOURNAL="+dir)
		if os.Geteuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: another, Gid: 0}}
		}
		_ = cmd.Run()
		return cmd.ProcessState.ExitCode()
	}
	if got := look(); got != 21 {
		t.Errorf("while it runs: %d, expected 21", got)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if got := look(); got != 20 {
		t.Errorf("when it does not: %d, expected 20", got)
	}
}
