package rundir

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/journal"
	"burstsim/sim/record"
)

// Progress is how far a variant of an unfinished run has come, by what it has
// recorded.
type Progress struct {
	Variant string
	Reached float64 // s or epochs
	End     float64
	Unit    string  // "s" of simulated time, or "epochs"
	Loss    float64 // of the last row; NaN if that has none
}

// isLive tells whether what a run has recorded is in its journal: a process is
// at it, or was killed before it wrote any other file.
func isLive(status Status, hasSummary bool) bool {
	return status == Running || status == Interrupted && !hasSummary
}

// Live tells that the run has no outcome yet, but may have recorded something.
func (d *Digest) Live() bool { return isLive(d.Status, d.Summary != nil) }

// reading opens what a run has recorded so far.
func reading(dir string, cfg config.Config) (*journal.Reading, error) {
	return journal.Read(filepath.Join(dir, journalFolder), 1+len(cfg.Compare))
}

// readProgress reads the last rows of a live run.
func readProgress(dir string, cfg config.Config) (progress []Progress, err error) {
	recorded, err := reading(dir, cfg)
	if err != nil {
		return nil, err
	}
	defer recorded.Close()
	for i, v := range recorded.Variants {
		p, err := progressOf(v)
		if err != nil {
			return nil, err
		}
		if p.Unit == "epochs" {
			p.End = float64(variantConfig(cfg, i).Task.Epochs)
		}
		progress = append(progress, p)
	}
	return progress, nil
}

func variantConfig(cfg config.Config, variant int) config.Config {
	if variant == 0 {
		return cfg
	}
	return cfg.Compare[variant-1].Config
}

// progressOf reads the last row of the table that has the newest.
func progressOf(v journal.Recorded) (Progress, error) {
	p := Progress{Variant: v.Label, Loss: math.NaN()}
	for _, name := range []string{"metrics", "epochs", "log"} {
		l, ok := v.List(name)
		if !ok {
			continue
		}
		p.Unit = "epochs"
		if name == "metrics" {
			p.Unit = "s"
			for _, phase := range l.Layout.Phases {
				p.End = max(p.End, phase.End)
			}
		}
		if l.Len() == 0 {
			continue
		}
		row := make([]float64, l.Layout.Width())
		if err := l.Read(l.Len()-1, row); err != nil {
			return p, err
		}
		if len(row) < 2 || row[0] < p.Reached {
			continue
		}
		p.Reached = row[0]
		if !math.IsNaN(row[1]) {
			p.Loss = row[1]
		}
	}
	return p, nil
}

// Snapshot reads a run as it is now. Of one that goes on, or that was killed, it
// has what was recorded so far, and no outcome; of others it is what Open reads.
func Snapshot(dir string) (*Run, error) {
	d := Inspect(dir)
	if !d.Live() {
		return Open(dir)
	}
	recorded, err := reading(dir, d.Config)
	if err != nil {
		return nil, err
	}
	defer recorded.Close()
	if len(recorded.Variants) == 0 {
		return nil, fmt.Errorf("%s has not recorded anything yet", dir)
	}
	run := &Run{Config: d.Config, Live: true, Result: &record.Result{Name: d.Config.Run.Name},
		Summary: &experiment.Summary{Name: d.Config.Run.Name, Variants: map[string]experiment.VariantSummary{}}}
	if run.Result.Variants, err = tablesSoFar(recorded); err != nil {
		return nil, err
	}
	for i, v := range recorded.Variants {
		if metrics, ok := v.List("metrics"); ok && run.Result.Phases == nil {
			run.Result.Phases = metrics.Layout.Phases
		}
		if err := addSignalsSoFar(&run.Result.Variants[i], v); err != nil {
			return nil, err
		}
		forgetFiles(&run.Result.Variants[i])
	}
	return run, nil
}

// tablesSoFar are the tables of all variants.
func tablesSoFar(recorded *journal.Reading) ([]record.Variant, error) {
	out := make([]record.Variant, len(recorded.Variants))
	for i, v := range recorded.Variants {
		out[i].Label = v.Label
		for name, set := range map[string]func(*record.Table){
			"metrics": func(t *record.Table) { out[i].Metrics = t },
			"epochs":  func(t *record.Table) { trainingOf(&out[i]).Epochs = t },
			"log":     func(t *record.Table) { trainingOf(&out[i]).Log = t },
		} {
			l, ok := v.List(name)
			if !ok {
				continue
			}
			t, err := record.ReadTable(l.Layout.Columns, l)
			if err != nil {
				return nil, err
			}
			set(t)
		}
	}
	return out, nil
}

func trainingOf(v *record.Variant) *record.Training {
	if v.Training == nil {
		v.Training = &record.Training{BestError: math.NaN()}
	}
	return v.Training
}

// addSignalsSoFar adds trajectory and histograms.
func addSignalsSoFar(v *record.Variant, from journal.Recorded) (err error) {
	for _, l := range from.Lists {
		switch {
		case len(l.Layout.Signals) > 0:
			v.Trajectory, err = record.ReadTrajectory(l.Layout.Signals, l)
		case l.Layout.Histogram != nil:
			err = record.ReadHistogram(l.Layout.Histogram, l)
			trainingOf(v).Histograms = append(trainingOf(v).Histograms, l.Layout.Histogram)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetFiles leaves what is in memory, which is enough for figures.
func forgetFiles(v *record.Variant) {
	if v.Metrics != nil {
		v.Metrics.Full = nil
	}
	if v.Trajectory != nil {
		v.Trajectory.Full = nil
	}
	if tr := v.Training; tr != nil {
		for _, t := range []*record.Table{tr.Epochs, tr.Log} {
			if t != nil {
				t.Full = nil
			}
		}
		for _, h := range tr.Histograms {
			h.Full = nil
		}
	}
}

// recordedSoFar describes the trajectories of a live run.
func (d *Digest) recordedSoFar() ([]Recorded, error) {
	recorded, err := reading(d.Dir, d.Config)
	if err != nil {
		return nil, err
	}
	defer recorded.Close()
	var out []Recorded
	for _, v := range recorded.Variants {
		for _, l := range v.Lists {
			if len(l.Layout.Signals) == 0 {
				continue
			}
			r := Recorded{Variant: v.Label, Samples: l.Len()}
			for _, s := range l.Layout.Signals {
				r.Signals = append(r.Signals, SignalInfo{s.Name, s.Label, s.Unit, []int{l.Len(), s.Width()}, s.Units})
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// tableFiles are those that are written while a run goes on.
var tableFiles = []string{metricsFile, epochsFile, logFile}

// Follow writes the tables of a run while it goes on, at most so often, until
// stop is called, which waits for the one that is being written. What goes wrong
// is left to those who write the final files, into the same folder.
func (d *Dir) Follow(cfg config.Config, every time.Duration) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		wait := every / 5 // soon at first, also for runs that take no longer
		for {
			select {
			case <-quit:
				return
			case <-time.After(wait):
			}
			begin := time.Now()
			_ = d.writeTablesSoFar(cfg)
			wait = max(every, followShare*time.Since(begin))
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}

// followShare bounds the time that long tables take: one part in so many.
const followShare = 20

func (d *Dir) writeTablesSoFar(cfg config.Config) error {
	recorded, err := reading(d.path, cfg)
	if err != nil {
		return err
	}
	defer recorded.Close()
	variants, err := tablesSoFar(recorded)
	if err != nil {
		return err
	}
	return d.writeFiles(tableFiles, variants)
}

// removeTables removes what Follow has written.
func (d *Dir) removeTables() {
	for _, name := range tableFiles {
		os.Remove(filepath.Join(d.path, name))
	}
}
