package main

import (
	"errors"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"burstsim/internal/linalg"
)

func TestMain(m *testing.M) {
	testscript.Main(ownCache{m}, map[string]func(){"burstsim": main})
}

// ownCache keeps what --blas auto measures in a folder that is removed: tests
// must not depend on what somebody measured before.
type ownCache struct{ *testing.M }

func (m ownCache) Run() int {
	dir, err := os.MkdirTemp("", "burstsim-test")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Setenv(linalg.CacheVariable, dir); err != nil {
		log.Fatal(err)
	}
	return m.M.Run()
}

// TestScript runs testdata/script/*.txtar: what a user types and sees.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			slurm, err := filepath.Abs("testdata/slurm")
			if err != nil {
				return err
			}
			env.Setenv("SLURMBIN", slurm)
			env.Setenv("LONG200", strings.Repeat("x", 200))
			env.Setenv(linalg.CacheVariable, os.Getenv(linalg.CacheVariable))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":    checkStatus,
			"lastline":  checkLastLine,
			"oneline":   checkOneLine,
			"waitfor":   waitFor,
			"countruns": countEntries,
		},
	})
}

// checkStatus is "status N command...": the command must exit with N. Its
// output can be examined as after exec.
func checkStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, expected %d", got, want)
	}
}

// checkLastLine is "lastline PATH": the last line of stdout must be it.
func checkLastLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lastline PATH")
	}
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stdout"), "\n"), "\n")
	if last := lines[len(lines)-1]; last != args[0] {
		ts.Fatalf("last line is %q, expected %q", last, args[0])
	}
}

// checkOneLine is "oneline stderr": it must hold exactly one line.
func checkOneLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: oneline FILE")
	}
	text := ts.ReadFile(args[0])
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		ts.Fatalf("%s holds %q, expected one line", args[0], text)
	}
}

// waitFor is "waitfor PATH": until it exists, a minute at most.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfor PATH")
	}
	for range 600 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	ts.Fatalf("%s did not appear", args[0])
}

// countEntries is "countruns N FOLDER": the folder must hold N run folders.
func countEntries(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: countruns N FOLDER")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	entries, err := os.ReadDir(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(entries) != want {
		ts.Fatalf("%d entries in %s, expected %d", len(entries), args[1], want)
	}
}
