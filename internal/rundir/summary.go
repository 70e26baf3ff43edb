package rundir

import (
	"encoding/json"
	"fmt"
	"io"
	"math"

	"burstsim/internal/experiment"
	"burstsim/sim/record"
)

// jsonNumber is a float64 that may be NaN or infinite, which JSON has no word for:
// it becomes null and comes back as NaN.
type jsonNumber float64

func (x jsonNumber) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(x))
}

func (x *jsonNumber) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*x = jsonNumber(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(x))
}

// summaryDocument is summary.json: the experiment's summary, and what the
// tables and arrays beside it do not say about themselves.
type summaryDocument struct {
	Name        string   `json:"name"`
	Failure     string   `json:"failure,omitempty"`
	Interrupted bool     `json:"interrupted,omitempty"` // the failure is a signal
	Labels      []string `json:"labels"`                // of the variants, the experiment itself first
	Files       []string `json:"files"`                 // of what was recorded
	// TestError is that of the experiment itself; absent: it has none.
	TestError *jsonNumber                `json:"test_error,omitempty"`
	Variants  map[string]variantDocument `json:"variants"`
	Limit     *limitDocument             `json:"limit,omitempty"`
	Phases    []phaseDocument            `json:"phases"`
	Signals   map[string]signalDocument  `json:"signals"`
	Versions  map[string]string          `json:"versions"`
}

type variantDocument struct {
	LossInitial    jsonNumber            `json:"loss_initial"`
	LossFinal      jsonNumber            `json:"loss_final"`
	AngleWeights   map[string]jsonNumber `json:"angle_weights_deg"`
	AngleBiases    map[string]jsonNumber `json:"angle_biases_deg"`
	Steps          int64                 `json:"steps"`
	StepsPerSecond jsonNumber            `json:"steps_per_second"`
	WallSeconds    jsonNumber            `json:"wall_seconds"`
	Answers        *answersDocument      `json:"answers,omitempty"`
	TestError      *jsonNumber           `json:"test_error,omitempty"` // absent: not measured
	ShownError     *float64              `json:"test_error_shown,omitempty"`
	Training       *trainingDocument     `json:"training,omitempty"`
}

type trainingDocument struct {
	Data              string     `json:"data"`
	Epochs            int        `json:"epochs"`
	TrainError        jsonNumber `json:"train_error"`
	ValidationError   jsonNumber `json:"validation_error"`
	TestError         jsonNumber `json:"test_error"`
	BestTestError     jsonNumber `json:"best_test_error"`
	BestEpoch         int        `json:"best_epoch"`
	ExamplesPerSecond jsonNumber `json:"examples_per_second"`
	SecondsPerEpoch   jsonNumber `json:"seconds_per_epoch"`
}

type answersDocument struct {
	Inputs  [][]float64  `json:"inputs"`
	Targets []float64    `json:"targets"`
	Outputs []jsonNumber `json:"outputs"`
	Margin  jsonNumber   `json:"margin"`
}

type limitDocument struct {
	Slope    jsonNumber   `json:"slope"`
	Ratio    []jsonNumber `json:"tau_over_T"`
	Distance []jsonNumber `json:"distance"`
}

type phaseDocument struct {
	Name    string     `json:"name"`
	Start   jsonNumber `json:"start_s"`
	End     jsonNumber `json:"end_s"`
	Teacher bool       `json:"teacher"`
	// Cycle is repeated from start to end; its parts say when there is a teacher.
	Cycle []record.Part `json:"cycle,omitempty"`
}

type signalDocument struct {
	Label string `json:"label"`
	Unit  string `json:"unit"`
}

func writeSummary(w io.Writer, res *record.Result, sum *experiment.Summary) error {
	doc := summaryDocument{
		Name: sum.Name, Failure: sum.Failure, Interrupted: sum.Interrupted, Versions: sum.Versions,
		Labels: []string{}, Files: filesOf(res), Phases: []phaseDocument{}, Signals: map[string]signalDocument{},
		Variants: map[string]variantDocument{},
	}
	for label, v := range sum.Variants {
		variant := variantDocument{
			LossInitial: jsonNumber(v.LossInitial), LossFinal: jsonNumber(v.LossFinal),
			AngleWeights: mapNumbers[jsonNumber](v.AngleWeights), AngleBiases: mapNumbers[jsonNumber](v.AngleBiases),
			Steps: v.Steps, StepsPerSecond: jsonNumber(v.StepsPerSecond), WallSeconds: jsonNumber(v.WallSeconds),
		}
		if a := v.Answers; a != nil {
			variant.Answers = &answersDocument{a.Inputs, a.Targets, convert[jsonNumber](a.Outputs), jsonNumber(a.Margin)}
		}
		variant.ShownError = v.ShownError
		if !math.IsNaN(v.TestError) {
			variant.TestError = (*jsonNumber)(&v.TestError)
		}
		if tr := v.Training; tr != nil {
			variant.Training = &trainingDocument{
				Data: tr.Data, Epochs: tr.Epochs, TrainError: jsonNumber(tr.TrainError),
				ValidationError: jsonNumber(tr.ValidationError), TestError: jsonNumber(tr.TestError),
				BestTestError: jsonNumber(tr.BestTestError), BestEpoch: tr.BestEpoch,
				ExamplesPerSecond: jsonNumber(tr.ExamplesPerSecond), SecondsPerEpoch: jsonNumber(tr.SecondsPerEpoch),
			}
		}
		doc.Variants[label] = variant
	}
	if sum.Limit != nil {
		doc.Limit = &limitDocument{Slope: jsonNumber(sum.Limit.Slope)}
	}
	if res != nil {
		doc.describe(res)
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(doc)
}

// describe adds what the result knows.
func (doc *summaryDocument) describe(res *record.Result) {
	if len(res.Variants) > 0 {
		doc.TestError = doc.Variants[res.Variants[0].Label].TestError
	}
	for _, p := range res.Phases {
		doc.Phases = append(doc.Phases, phaseDocument{p.Name, jsonNumber(p.Start), jsonNumber(p.End), p.Teacher, p.Cycle})
	}
	for _, v := range res.Variants {
		doc.Labels = append(doc.Labels, v.Label)
		if v.Training != nil {
			for _, h := range v.Training.Histograms {
				doc.Signals[h.Name] = signalDocument{Label: h.Label}
			}
		}
		if v.Trajectory != nil {
			for _, s := range v.Trajectory.Signals {
				doc.Signals[s.Name] = signalDocument{s.Label, s.Unit}
			}
		}
	}
	if res.Limit != nil {
		doc.Limit = &limitDocument{
			Slope:    jsonNumber(res.Limit.Slope),
			Ratio:    convert[jsonNumber](res.Limit.Ratio),
			Distance: convert[jsonNumber](res.Limit.Distance),
		}
	}
}

// mostListed is how many phases and variants a summary may list: each takes far
// more in a figure or a page than in the file. Runs have three phases, and at
// most a hundred variants.
const mostListed = 1000

func readSummary(content []byte, name string) (summaryDocument, error) {
	var doc summaryDocument
	if err := json.Unmarshal(content, &doc); err != nil {
		return doc, fmt.Errorf("%s: %w", name, jsonCause(err))
	}
	for what, n := range map[string]int{"phases": len(doc.Phases), "labels": len(doc.Labels), "variants": len(doc.Variants)} {
		if n > mostListed {
			return summaryDocument{}, fmt.Errorf("%s: %s: %d of them, expected at most %d: not the summary of a run", name, what, n, mostListed)
		}
	}
	return doc, nil
}

func (doc *summaryDocument) summary() *experiment.Summary {
	sum := &experiment.Summary{
		Name: doc.Name, Failure: doc.Failure, Interrupted: doc.Interrupted, Versions: doc.Versions,
		Variants: map[string]experiment.VariantSummary{},
	}
	for label, v := range doc.Variants {
		variant := experiment.VariantSummary{
			LossInitial: float64(v.LossInitial), LossFinal: float64(v.LossFinal),
			AngleWeights: mapNumbers[float64](v.AngleWeights), AngleBiases: mapNumbers[float64](v.AngleBiases),
			Steps: v.Steps, StepsPerSecond: float64(v.StepsPerSecond), WallSeconds: float64(v.WallSeconds),
		}
		if a := v.Answers; a != nil {
			variant.Answers = &experiment.Answers{Inputs: a.Inputs, Targets: a.Targets,
				Outputs: convert[float64](a.Outputs), Margin: float64(a.Margin)}
		}
		variant.TestError, variant.ShownError = math.NaN(), v.ShownError
		if v.TestError != nil {
			variant.TestError = float64(*v.TestError)
		}
		if tr := v.Training; tr != nil {
			variant.Training = &experiment.TrainingSummary{
				Data: tr.Data, Epochs: tr.Epochs, TrainError: float64(tr.TrainError),
				ValidationError: float64(tr.ValidationError), TestError: float64(tr.TestError),
				BestTestError: float64(tr.BestTestError), BestEpoch: tr.BestEpoch,
				ExamplesPerSecond: float64(tr.ExamplesPerSecond), SecondsPerEpoch: float64(tr.SecondsPerEpoch),
			}
		}
		sum.Variants[label] = variant
	}
	if doc.Limit != nil {
		sum.Limit = &experiment.LimitSummary{Slope: float64(doc.Limit.Slope)}
	}
	return sum
}

// result is the part of the recording that the summary holds.
func (doc *summaryDocument) result() *record.Result {
	res := &record.Result{Name: doc.Name}
	for _, p := range doc.Phases {
		res.Phases = append(res.Phases, record.Phase{Name: p.Name, Start: float64(p.Start), End: float64(p.End), Teacher: p.Teacher, Cycle: p.Cycle})
	}
	for _, label := range doc.Labels {
		res.Variants = append(res.Variants, record.Variant{Label: label})
	}
	if doc.Limit != nil && len(doc.Limit.Ratio) > 0 {
		res.Limit = &record.Limit{
			Slope:    float64(doc.Limit.Slope),
			Ratio:    convert[float64](doc.Limit.Ratio),
			Distance: convert[float64](doc.Limit.Distance),
		}
	}
	return res
}

// files names the files beside the summary. Runs of versions that had no
// training do not list them.
func (doc *summaryDocument) files() []string {
	if doc.Files == nil && len(doc.Labels) > 0 {
		return []string{metricsFile, trajectoryFile}
	}
	return doc.Files
}

// training is that of a variant, which gets one if it has none yet.
func (doc *summaryDocument) training(v *record.Variant) *record.Training {
	if v.Training == nil {
		v.Training = &record.Training{BestError: math.NaN()}
		if tr := doc.Variants[v.Label].Training; tr != nil {
			v.Training.BestEpoch, v.Training.BestError = tr.BestEpoch, float64(tr.BestTestError)
		}
	}
	return v.Training
}

func convert[To, From ~float64](in []From) []To {
	out := make([]To, len(in))
	for i, x := range in {
		out[i] = To(x)
	}
	return out
}

func mapNumbers[To, From ~float64](in map[string]From) map[string]To {
	out := make(map[string]To, len(in))
	for k, x := range in {
		out[k] = To(x)
	}
	return out
}
