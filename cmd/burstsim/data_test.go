package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"burstsim/internal/dataset"
)

// dataFixture is the command data with two sets of one small file each.
type dataFixture struct {
	*fixture
	data
	content []byte
}

func newDataFixture(t *testing.T) *dataFixture {
	t.Helper()
	f := &dataFixture{fixture: newFixture(t), content: bytes.Repeat([]byte("data "), 1000)}
	sum := sha256.Sum256(f.content)
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/one.bin" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(f.content)
	}))
	t.Cleanup(mirror.Close)
	file := dataset.File{Size: int64(len(f.content)), SHA256: hex.EncodeToString(sum[:])}
	for _, name := range []string{"one", "other"} {
		file.Names = []string{name + ".bin"}
		f.sets = append(f.sets, &dataset.Set{
			Name: name, Title: name,
			Layouts: [][]dataset.File{{file}},
			Mirrors: []string{mirror.URL + "/"},
		})
	}
	f.data.program = &f.fixture.program
	f.data.opt = dataset.Options{Cache: t.TempDir()}
	return f
}

// run runs the command with its arguments and returns the exit status.
func (f *dataFixture) run(args ...string) int {
	f.fixture.out.Reset()
	f.fixture.err.Reset()
	f.data.opt.Dir = ""
	cmd := f.data.command()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(&f.fixture.out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(context.Background())
	if err == nil {
		return statusOK
	}
	var s *statusError
	if !errors.As(err, &s) {
		f.fixture.report(err)
		return statusUsage
	}
	if s.err != nil {
		f.fixture.report(s.err)
	}
	return s.status
}

func TestDataFetchListVerify(t *testing.T) {
	f := newDataFixture(t)
	dir := filepath.Join(f.data.opt.Cache, "one")
	path := filepath.Join(dir, "one.bin")
	for _, c := range []struct {
		name    string
		prepare func() error
		args    string
		status  int
		out     []string // in this order in its lines
		err     string
	}{
		{"nothing yet", nil, "list", 0, []string{"name state", "one missing", "other missing"}, ""},
		{"nothing to verify", nil, "verify", 0, nil, ""},
		{"missing", nil, "verify one", 1, nil, "one is not on this computer; run burstsim data fetch one"},
		{"fetch", nil, "fetch one", 0, []string{dir}, ""},
		{"list", nil, "list", 0, []string{"name", "one ok 0.0 MB " + dir, "other missing"}, ""},
		{"verify", nil, "verify", 0, []string{path + ": ok, SHA-256"}, ""},
		{"damaged", func() error { return os.WriteFile(path, f.content[1:], 0o666) }, "verify", 1, nil, path + ": corrupt"},
		{"list damaged", nil, "list one", 0, []string{"name", "one corrupt"}, ""},
		{"repair", nil, "fetch one", 0, []string{dir}, ""},
		{"verify again", nil, "verify one", 0, []string{path + ": ok"}, ""},
		{"cannot be had", nil, "fetch other", 1, nil, "cannot fetch other.bin: "},
		{"elsewhere", nil, "list one --dir " + f.fixture.dir, 0, []string{"name", "one missing"}, ""},
		{"fetch elsewhere", nil, "fetch one --dir " + f.fixture.dir, 0, []string{f.fixture.dir}, ""},
	} {
		if c.prepare != nil {
			if err := c.prepare(); err != nil {
				t.Fatal(err)
			}
		}
		if got := f.run(strings.Fields(c.args)...); got != c.status {
			t.Errorf("%s: exit status %d, want %d: %s", c.name, got, c.status, &f.fixture.err)
		}
		lines := strings.Split(strings.TrimSuffix(f.fixture.out.String(), "\n"), "\n")
		if len(c.out) == 0 {
			c.out = []string{""}
		}
		if len(lines) != len(c.out) {
			t.Errorf("%s: printed %q, want %d lines", c.name, lines, len(c.out))
			continue
		}
		for i, want := range c.out {
			if got := strings.Join(strings.Fields(lines[i]), " "); !strings.HasPrefix(got, want) {
				t.Errorf("%s: line %d is %q, want %q...", c.name, i, got, want)
			}
		}
		if got := f.fixture.err.String(); c.err == "" && got != "" || !strings.Contains(got, c.err) || strings.Count(got, "\n") > 1 {
			t.Errorf("%s: error %q, want one line with %q", c.name, got, c.err)
		}
	}
	if got, err := os.ReadFile(filepath.Join(f.fixture.dir, "one.bin")); err != nil || !bytes.Equal(got, f.content) {
		t.Errorf("fetched %d bytes, %v", len(got), err)
	}
}

func TestDataUsage(t *testing.T) {
	f := newDataFixture(t)
	for args, want := range map[string]string{
		"fetch":                   "expected one or other",
		"fetch othr":              `unknown data set "othr", expected one or other; did you mean "other"?`,
		"verify everything":       `unknown data set "everything", expected one or other`,
		"list onee":               `did you mean "one"?`,
		"list --dir x":            "--dir needs exactly one name",
		"fetch one other --dir x": "--dir needs exactly one name",
		"fetsh one":               `unknown command "fetsh", expected list, fetch or verify`,
		"list --nope":             "unknown flag",
	} {
		if got := f.run(strings.Fields(args)...); got != statusUsage {
			t.Errorf("data %s: exit status %d, want %d", args, got, statusUsage)
		}
		if got := f.fixture.err.String(); !strings.Contains(got, want) || strings.Count(got, "\n") != 1 {
			t.Errorf("data %s: error %q, want one line with %q", args, got, want)
		}
	}
}

// On a terminal a bar is drawn while a file comes; elsewhere nothing is.
func TestDataProgress(t *testing.T) {
	for _, terminal := range []bool{false, true} {
		f := newDataFixture(t)
		f.fixture.terminal = terminal
		if got := f.run("fetch", "one"); got != statusOK {
			t.Fatalf("exit status %d: %s", got, &f.fixture.err)
		}
		if got := strings.Contains(f.fixture.err.String(), "one.bin"); got != terminal {
			t.Errorf("terminal %v: standard error is %q", terminal, &f.fixture.err)
		}
	}
}
