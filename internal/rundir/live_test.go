package rundir

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/journal"
	"burstsim/sim/record"
)

const liveSimulation = `
[model]
hidden = [4]
[time]
before = "1s"
learn = "8s"
after = "1s"
[record]
metrics = "1s"
windows = [{ start = "0s", length = "4s" }, { start = "6s", length = "1s" }]
[limit]
ratios = [0.1]
presentations = 1
[[compare]]
name = "discrete"
time.kind = "discrete"
`

const liveTraining = `
[task]
kind = "mnist"
data = "embedded"
epochs = 2
[model]
hidden = [4]
[time]
kind = "discrete"
[record]
log_every = 10
`

// live runs an experiment in a folder and leaves it as it is before the final
// files are written, with its journal open.
func live(t *testing.T, text string) (*Dir, config.Config, *record.Result, *journal.Journal) {
	t.Helper()
	cfg, err := config.Parse("e.toml", []byte(text), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir, err := CreateAt(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.WriteConfig(cfg); err != nil {
		t.Fatal(err)
	}
	kept, err := journal.Open(dir.Journal(), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	res, _, err := experiment.Run(context.Background(), cfg, experiment.Options{Journal: kept})
	if err != nil {
		t.Fatal(err)
	}
	return dir, cfg, res, kept
}

// TestSnapshotIsTheRecord: what is read of a live run, by people and into its
// tables, is what it has recorded, also when it was killed.
func TestSnapshotIsTheRecord(t *testing.T) {
	for name, text := range map[string]string{"simulation": liveSimulation, "training": liveTraining} {
		t.Run(name, func(t *testing.T) {
			dir, cfg, want, kept := live(t, text)
			check := func(status Status) {
				t.Helper()
				d := Inspect(dir.Path())
				if d.Status != status || len(d.Progress) != len(want.Variants) {
					t.Fatalf("%s, %q, progress %+v; expected %s", d.Status, d.Reason, d.Progress, status)
				}
				for _, p := range d.Progress {
					if p.Reached != p.End || p.End != map[string]float64{"s": 10, "epochs": 2}[p.Unit] || !(p.Loss > 0) {
						t.Errorf("progress %+v of a run at its end", p)
					}
				}
				got, err := Snapshot(dir.Path())
				if err != nil {
					t.Fatal(err)
				}
				if !got.Live || !reflect.DeepEqual(got.Result.Phases, want.Phases) {
					t.Errorf("live %v, phases %+v, expected %+v", got.Live, got.Result.Phases, want.Phases)
				}
				sameRecord(t, got.Result.Variants, want.Variants)
				contents, err := d.Contents()
				if err != nil {
					t.Fatal(err)
				}
				for i, r := range contents.Trajectory {
					if tr := want.Variants[i].Trajectory; r.Samples != len(tr.Time) || len(r.Signals) != len(tr.Signals) {
						t.Errorf("%d samples of %d signals, expected %d of %d", r.Samples, len(r.Signals), len(tr.Time), len(tr.Signals))
					}
				}
			}
			check(Running)
			if err := dir.writeTablesSoFar(cfg); err != nil {
				t.Fatal(err)
			}
			for _, f := range recordFiles {
				var final bytes.Buffer
				if err := f.write(&final, want.Variants); err != nil {
					t.Fatal(err)
				}
				if f.name == spikesText {
					continue // of these networks there is none
				}
				soFar, err := os.ReadFile(filepath.Join(dir.Path(), f.name))
				if isTable := strings.HasSuffix(f.name, ".csv") && (f.name == metricsFile) == (name == "simulation"); isTable != (err == nil) {
					t.Errorf("%s: %v", f.name, err)
				} else if isTable && !bytes.Equal(soFar, final.Bytes()) {
					t.Errorf("%s differs from that of the finished run", f.name)
				}
			}
			if err := kept.Close(); err != nil {
				t.Fatal(err)
			}
			check(Interrupted)
			dir.removeTables()
			if files, err := filepath.Glob(filepath.Join(dir.Path(), "*.csv")); err != nil || len(files) > 0 {
				t.Errorf("%v stay, %v", files, err)
			}
		})
	}
}

func sameRecord(t *testing.T, got, want []record.Variant) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d variants, expected %d", len(got), len(want))
	}
	for i := range want {
		g, w := got[i], want[i]
		if g.Label != w.Label || !reflect.DeepEqual(g.Trajectory, w.Trajectory) {
			t.Errorf("variant %d: %s, trajectory %+v, expected %s, %+v", i, g.Label, g.Trajectory, w.Label, w.Trajectory)
		}
		if (g.Metrics == nil) != (w.Metrics == nil) || g.Metrics != nil && !sameRows(g.Metrics, w.Metrics) {
			t.Errorf("variant %d: metrics %v, expected %v", i, g.Metrics, w.Metrics)
		}
		if (g.Training == nil) != (w.Training == nil) {
			t.Fatalf("variant %d: training %v, expected %v", i, g.Training, w.Training)
		}
		if g.Training != nil && (!sameRows(g.Training.Epochs, w.Training.Epochs) || !sameRows(g.Training.Log, w.Training.Log) ||
			!reflect.DeepEqual(g.Training.Histograms, w.Training.Histograms)) {
			t.Errorf("variant %d: training differs", i)
		}
	}
}

// TestFollowWritesAndStops: tables appear while a run goes on, and none after
// its end.
func TestFollowWritesAndStops(t *testing.T) {
	dir, cfg, _, kept := live(t, liveSimulation)
	defer kept.Close()
	file := filepath.Join(dir.Path(), metricsFile)
	stop := dir.Follow(cfg, time.Millisecond)
	for {
		if _, err := os.Stat(file); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond)
	if entries, err := os.ReadDir(dir.Path()); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v: expected config.toml and checkpoint", entries, err)
	}
}

// TestDamagedSnapshots: what a journal claims to hold is an error or nothing,
// and the run can be listed.
func TestDamagedSnapshots(t *testing.T) {
	layouts := func(name string, l record.Layout) string {
		text, err := json.Marshal(map[string]any{"variant": "a", "lists": []any{map[string]any{"name": name, "layout": l}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	columns := record.Layout{Columns: []string{"time", "loss"}}
	for name, c := range map[string]struct {
		files map[string]string
		want  string // in the error of Snapshot
	}{
		"nothing yet":  {nil, "has not recorded anything yet"},
		"torn":         {map[string]string{"0.json": `{"variant`}, "0.json: unexpected end"},
		"no rows":      {map[string]string{"0.json": layouts("metrics", columns)}, "0-metrics.rows cannot be read: no such file"},
		"other folder": {map[string]string{"0.json": layouts("../../metrics", columns)}, `list "../../metrics": expected a name`},
		"no columns":   {map[string]string{"0.json": layouts("metrics", record.Layout{}), "0-metrics.rows": ""}, "expected a name, and the layout"},
		"no signal":    {map[string]string{"0.json": layouts("a", record.Layout{Signals: []*record.Signal{nil}}), "0-a.rows": ""}, "expected a name, and the layout"},
		"half a row":   {map[string]string{"0.json": layouts("metrics", columns), "0-metrics.rows": strings.Repeat("\x00", 20)}, ""},
		"a folder":     {map[string]string{"0.json": layouts("metrics", columns), "0-metrics.rows/a": ""}, "is a folder"},
		"no edges":     {map[string]string{"0.json": layouts("h", record.Layout{Histogram: &record.Histogram{}}), "0-h.rows": ""}, "expected a name, and the layout"},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		put(t, filepath.Join(dir, configFile), "")
		put(t, filepath.Join(dir, journalFolder, "lock"), "")
		for file, content := range c.files {
			put(t, filepath.Join(dir, journalFolder, file), content)
		}
		if d := Inspect(dir); d.Status != Interrupted {
			t.Errorf("%s: %s, %q", name, d.Status, d.Reason)
		}
		run, err := Snapshot(dir)
		if c.want == "" && (err != nil || run.Result.Variants[0].Metrics.Len() != 1) {
			t.Errorf("%s: %+v, %v: expected the row that is whole", name, run, err)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, expected %q", name, err, c.want)
		}
	}
}
