package report

import (
	"math"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/rundir"
)

// Entry is a run for programs. What an unreadable run does not tell is absent,
// and so are numbers that do not exist.
type Entry struct {
	Folder     string           `json:"folder"`
	Status     rundir.Status    `json:"status"`
	Reason     string           `json:"reason,omitempty"`
	Began      *time.Time       `json:"began,omitempty"`
	Experiment *EntryExperiment `json:"experiment,omitempty"`
	Progress   []EntryProgress  `json:"progress,omitempty"` // of the variants of a run that has no outcome yet
	Variants   []EntryVariant   `json:"variants,omitempty"` // that have an outcome, the experiment itself first
	LimitSlope *float64         `json:"limit_slope,omitempty"`
}

// EntryExperiment is what was run.
type EntryExperiment struct {
	Name     string `json:"name"`
	Task     string `json:"task"`
	Model    string `json:"model"`
	Time     string `json:"time"`
	Seed     int64  `json:"seed"`
	Variants int    `json:"variants"`
	// Changes are the keys that differ from their defaults.
	Changes map[string]any `json:"changes"`
}

// EntryProgress is how far a variant has come.
type EntryProgress struct {
	Name    string   `json:"name"`
	Reached *float64 `json:"reached"`
	End     *float64 `json:"end"`
	Unit    string   `json:"unit"`           // s or epochs
	Loss    *float64 `json:"loss,omitempty"` // of the last row of metrics
}

// EntryVariant is what a variant came to.
type EntryVariant struct {
	Name         string              `json:"name"`
	Changes      map[string]any      `json:"changes,omitempty"` // from the experiment
	LossInitial  *float64            `json:"loss_initial,omitempty"`
	LossFinal    *float64            `json:"loss_final,omitempty"`
	TestError    *float64            `json:"test_error,omitempty"`
	ShownError   *float64            `json:"test_error_shown,omitempty"`
	AngleWeights map[string]*float64 `json:"angle_weights_deg,omitempty"`
	Answers      *EntryAnswers       `json:"answers,omitempty"`
	Steps        int64               `json:"steps,omitempty"`
	WallSeconds  *float64            `json:"wall_seconds,omitempty"`
}

// EntryAnswers are the answers to patterns.
type EntryAnswers struct {
	Inputs  [][]float64 `json:"inputs"`
	Targets []float64   `json:"targets"`
	Outputs []*float64  `json:"outputs"`
	Margin  *float64    `json:"margin"`
}

// NewEntry is the entry of a run.
func NewEntry(d *rundir.Digest) Entry {
	e := Entry{Folder: d.Dir, Status: d.Status, Reason: d.Reason}
	if !d.Began.IsZero() {
		e.Began = &d.Began
	}
	if d.Status == rundir.Unreadable {
		return e
	}
	c := d.Config
	task, model := taskAndModel(&c)
	e.Experiment = &EntryExperiment{
		Name: c.Run.Name, Task: task, Model: model, Time: c.Time.Kind,
		Seed: c.Run.Seed, Variants: 1 + len(c.Compare), Changes: values(c.Changes()),
	}
	for _, p := range d.Progress {
		e.Progress = append(e.Progress, EntryProgress{p.Variant, finite(p.Reached), finite(p.End), p.Unit, finite(p.Loss)})
	}
	if d.Summary == nil {
		return e
	}
	for _, label := range d.Labels {
		v := newEntryVariant(label, d.Summary.Variants[label])
		for i, variant := range c.Compare {
			if variant.Name == label {
				v.Changes = values(c.ChangesOf(i))
			}
		}
		e.Variants = append(e.Variants, v)
	}
	if d.Summary.Limit != nil {
		e.LimitSlope = finite(d.Summary.Limit.Slope)
	}
	return e
}

func newEntryVariant(label string, v experiment.VariantSummary) EntryVariant {
	out := EntryVariant{
		Name: label, LossInitial: finite(v.LossInitial), LossFinal: finite(v.LossFinal),
		AngleWeights: map[string]*float64{}, Steps: v.Steps, WallSeconds: finite(v.WallSeconds), ShownError: v.ShownError,
	}
	if hasError(v.TestError) {
		out.TestError = finite(v.TestError)
	}
	for name, angle := range v.AngleWeights {
		out.AngleWeights[name] = finite(angle)
	}
	if a := v.Answers; a != nil {
		out.Answers = &EntryAnswers{Inputs: a.Inputs, Targets: a.Targets, Margin: finite(a.Margin)}
		for _, x := range a.Outputs {
			out.Answers.Outputs = append(out.Answers.Outputs, finite(x))
		}
	}
	return out
}

func values(settings []config.Setting) map[string]any {
	out := map[string]any{}
	for _, s := range settings {
		out[s.Key] = s.Value
	}
	return out
}

// finite is nil of a number that JSON has no word for.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// FullEntry is a run with what is in its folder.
type FullEntry struct {
	Entry
	Versions map[string]string `json:"versions,omitempty"`
	Signals  []EntrySignals    `json:"signals,omitempty"`
	Arrays   []rundir.Array    `json:"arrays,omitempty"` // of training
	Files    []rundir.File     `json:"files"`
}

// EntrySignals are what was recorded of a variant.
type EntrySignals struct {
	Variant string              `json:"variant"`
	Samples int                 `json:"samples"`
	Windows [][2]float64        `json:"windows_s"` // first and last sample
	Signals []rundir.SignalInfo `json:"signals"`
}

// Entry is the document for programs.
func (doc *Document) Entry() FullEntry {
	e := FullEntry{Entry: NewEntry(doc.Digest), Arrays: doc.Contents.Arrays, Files: doc.Contents.Files}
	if doc.Digest.Summary != nil {
		e.Versions = doc.Digest.Summary.Versions
	}
	for _, r := range doc.Contents.Trajectory {
		s := EntrySignals{Variant: r.Variant, Samples: r.Samples, Signals: r.Signals}
		for _, w := range r.Windows {
			s.Windows = append(s.Windows, [2]float64{w.Start, w.End})
		}
		e.Signals = append(e.Signals, s)
	}
	return e
}
