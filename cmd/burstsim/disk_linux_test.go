package main

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"burstsim/internal/rundir"
	"burstsim/internal/safetensors"
)

const recordedRegression = `
[model]
hidden = [60, 60]
[time]
dt = "10ms"
tau_weight = "20s"
before = "1s"
learn = "18s"
after = "1s"
[record]
metrics = "1s"
sample = "10ms"
windows = [{ start = "0s", length = "20s" }]
[checkpoint]
every = "0s"
simulated = "1.7s"
[plots]
figures = ["learning", "dynamics"]
formats = ["png"]
`

// stages are what a run writes when, by the names of the files in errors.
var stages = []struct {
	name string
	file *regexp.Regexp
}{
	{"recording", regexp.MustCompile(`\.rows: `)},
	{"checkpoint", regexp.MustCompile(`/checkpoint/\d+\.safetensors: `)},
	{"final file", regexp.MustCompile(`(\.csv|\.npz|\.json|/weights/\w+\.safetensors): `)},
	{"figure", regexp.MustCompile(`\.png: `)},
}

// TestFullDisk gives the real program a disk of so many sizes that it is full
// at each of the stages of a run. The run must stop with one line that names a
// file, and leave nothing half-written; still without room, go on to the same
// end; and with room, end with what an unbroken run leaves.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program many times")
	}
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	resize := func(flags uintptr, bytes int64) error {
		return syscall.Mount("tmpfs", disk, "tmpfs", flags, fmt.Sprintf("size=%d", bytes))
	}
	if err := resize(0, 1<<20); errors.Is(err, fs.ErrPermission) {
		t.Skip("not allowed to mount; TestLargestFile fills the disk in another way")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	sizes := 5
	if evidence() {
		sizes = 25
	}
	for name, text := range map[string]string{"simulated": recordedRegression, "training": recordedTraining} {
		t.Run(name, func(t *testing.T) {
			c := newFullDisk(t, text, filepath.Join(disk, "run"), "no space left on device")
			most := 2 * folderBytes(t, c.want)
			for k := range sizes {
				if err := os.RemoveAll(c.dir); err != nil {
					t.Fatal(err)
				}
				if err := resize(syscall.MS_REMOUNT, most*int64(k+1)/int64(sizes)); err != nil {
					t.Fatal(err)
				}
				c.fill(t, nil)
				if err := resize(syscall.MS_REMOUNT, 4*most); err != nil {
					t.Fatal(err)
				}
				c.goOn(t)
			}
			// What a training records is too little to be the first without room.
			c.report(t, name == "simulated" && evidence())
		})
	}
}

// TestLargestFile is TestFullDisk with a bound on the size of each file, which
// everybody may set.
func TestLargestFile(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program many times")
	}
	c := newFullDisk(t, recordedRegression, filepath.Join(t.TempDir(), "run"), "file too large")
	factor := 16
	if evidence() {
		factor = 2
	}
	for blocks := 1; blocks < 2048; blocks *= factor {
		if err := os.RemoveAll(c.dir); err != nil {
			t.Fatal(err)
		}
		c.fill(t, []string{"sh", "-c", "ulimit -f " + strconv.Itoa(blocks) + `; exec "$0" "$@"`})
		c.goOn(t)
	}
	c.report(t, false)
}

// TestReadOnlyFolder: what can only be read is read, and all else refused.
func TestReadOnlyFolder(t *testing.T) {
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(disk, "run")
	close := func() error {
		t.Cleanup(func() { os.Chmod(run, 0o777) })
		return os.Chmod(run, 0o555)
	}
	if os.Geteuid() == 0 { // whom modes do not stop
		if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=16m"); errors.Is(err, fs.ErrPermission) {
			t.Skip("root, but not allowed to mount: nothing is read-only then")
		} else if err != nil {
			t.Fatal(err)
		}
		close = func() error { return syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "") }
		t.Cleanup(func() {
			if err := syscall.Unmount(disk, 0); err != nil {
				t.Error(err)
			}
		})
	}
	bin, file := program0(t), filepath.Join(t.TempDir(), "e.toml")
	if err := os.WriteFile(file, []byte(unstableRegression), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"run FILE --out DIR --quiet --set model.weight_gain=1.4e307 --seed 3 --set checkpoint.simulated=1s", // fails
		"run FILE --out DIR/inside --quiet --set time.learn=1s",
	} {
		execute(t, append([]string{bin}, commandLine(line, file, run)...)...)
	}
	before := folderBytes(t, disk)
	if err := close(); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]int{
		"run FILE --out DIR/new": 1, "run FILE --set run.out=DIR": 1, "resume DIR": 1, "plot DIR": 1,
		"show DIR": 0, "ls DIR": 0, "validate DIR/config.toml": 0, "resume DIR/inside": 0,
	} {
		status, _, stderr := execute(t, append([]string{bin}, commandLine(line, file, run)...)...)
		if status != want {
			t.Errorf("%s: exit status %d, %s", line, status, stderr)
		}
		if want == 1 && (strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, run) ||
			!strings.Contains(stderr, "read-only file system") && !strings.Contains(stderr, "permission denied")) {
			t.Errorf("%s: %q, expected a line with the folder", line, stderr)
		}
	}
	if after := folderBytes(t, disk); after != before {
		t.Errorf("%d bytes, then %d", before, after)
	}
}

// commandLine splits a line at its spaces.
func commandLine(line, file, dir string) []string {
	args := strings.Fields(line)
	for i := range args {
		args[i] = strings.NewReplacer("FILE", file, "DIR", dir).Replace(args[i])
	}
	return args
}

func folderBytes(t *testing.T, dir string) (total int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		total += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

// fullDisk is a run that has too little room, beside one that had enough.
type fullDisk struct {
	bin, file, want, dir string
	message              string
	hit                  map[string]int // by stage
}

func newFullDisk(t *testing.T, text, dir, message string) *fullDisk {
	t.Helper()
	home := t.TempDir()
	c := &fullDisk{program0(t), filepath.Join(home, "e.toml"), filepath.Join(home, "unbroken"), dir, message, map[string]int{}}
	if err := os.WriteFile(c.file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := execute(t, c.bin, "run", c.file, "--quiet", "--out", c.want); status != 0 {
		t.Fatal(stderr)
	}
	return c
}

// fill runs with too little room, and tries to go on. limit is a command that
// runs its arguments.
func (c *fullDisk) fill(t *testing.T, limit []string) {
	t.Helper()
	for _, args := range [][]string{{"run", c.file, "--quiet", "--out", c.dir}, {"resume", c.dir, "--quiet"}} {
		status, _, stderr := execute(t, append(append(limit, c.bin), args...)...)
		if status == 0 {
			return // that was enough
		}
		if status != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.message) || !strings.Contains(stderr, c.dir) {
			t.Fatalf("%s: exit status %d, %q; expected 1 and a line about %q that names a file", args[0], status, stderr, c.message)
		}
		for _, s := range stages {
			if s.file.MatchString(stderr) {
				c.hit[s.name]++
			}
		}
		if _, err := os.Stat(c.dir); errors.Is(err, fs.ErrNotExist) {
			c.hit["before it began"]++
			return
		}
		if !strings.Contains(stderr, "burstsim resume "+c.dir) {
			t.Errorf("%q does not say how to go on", stderr)
		}
		c.checkWhole(t)
	}
}

// checkWhole expects that whatever has its final name can be read.
func (c *fullDisk) checkWhole(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(c.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		r := bytes.NewReader(content)
		switch filepath.Ext(path) {
		case ".partial":
			err = errors.New("was left behind")
		case ".toml":
			want, _ := os.ReadFile(filepath.Join(c.want, e.Name()))
			if !bytes.Equal(content, want) {
				err = errors.New("is not the experiment")
			}
		case ".safetensors":
			_, err = safetensors.Read(r, r.Size())
		case ".csv":
			if e.Name() == "metrics.csv" {
				_, err = rundir.ReadMetrics(r, path)
			} else if len(content) == 0 || content[len(content)-1] != '\n' {
				err = errors.New("is cut short")
			}
		case ".npz":
			if e.Name() == "trajectory.npz" {
				_, err = rundir.ReadTrajectory(r, r.Size(), path)
			} else {
				_, err = rundir.ReadTraining(r, r.Size(), path)
			}
		case ".json":
			timeless(t, content)
		case ".png":
			_, err = png.Decode(r)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// goOn expects that with enough room all ends as if there had always been.
func (c *fullDisk) goOn(t *testing.T) {
	t.Helper()
	args := []string{c.bin, "resume", c.dir, "--quiet"}
	if _, err := os.Stat(c.dir); errors.Is(err, fs.ErrNotExist) {
		args = []string{c.bin, "run", c.file, "--quiet", "--out", c.dir}
	}
	if status, _, stderr := execute(t, args...); status != 0 {
		t.Fatalf("exit status %d with enough room: %s", status, stderr)
	}
	sameRuns(t, c.dir, c.want)
}

func (c *fullDisk) report(t *testing.T, all bool) {
	total := 0
	for _, n := range c.hit {
		total += n
	}
	t.Logf("%d times without room: %v", total, c.hit)
	for _, s := range stages {
		if all && c.hit[s.name] == 0 {
			t.Errorf("there was always room for a %s", s.name)
		}
	}
}
