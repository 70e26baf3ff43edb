package experiment

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"

	"burstsim/internal/config"
	"burstsim/internal/linalg"
	"burstsim/neuron"
	"burstsim/sim/record"
)

// Summary is summary.json: what a reader wants to know first.
type Summary struct {
	Name     string                    `json:"name"`
	Variants map[string]VariantSummary `json:"variants"`
	Limit    *LimitSummary             `json:"limit,omitempty"`
	Versions map[string]string         `json:"versions"`
	Failure  string                    `json:"failure,omitempty"`
	// Interrupted says that the failure is a signal, after which the run can go
	// on.
	Interrupted bool `json:"interrupted,omitempty"`
}

// VariantSummary is the outcome of one variant.
type VariantSummary struct {
	LossInitial    float64            `json:"loss_initial"` // mean over the phase before teaching, or the first record.angles if there is none
	LossFinal      float64            `json:"loss_final"`   // mean over the phase after teaching, or the last record.angles
	AngleWeights   map[string]float64 `json:"angle_weights_deg"`
	AngleBiases    map[string]float64 `json:"angle_biases_deg"` // to minus the backprop gradient, means over the learning phase
	Steps          int64              `json:"steps"`
	StepsPerSecond float64            `json:"steps_per_second"`
	WallSeconds    float64            `json:"wall_seconds"`
	Answers        *Answers           `json:"answers,omitempty"`

	// Of images: the fraction of wrong answers on the test images, after
	// learning; NaN of other tasks.
	TestError float64 `json:"test_error"`
	// ShownError is the same of the continuous network, to which test images are
	// shown; nil: none were.
	ShownError *float64         `json:"test_error_shown,omitempty"`
	Training   *TrainingSummary `json:"training,omitempty"`
}

// TrainingSummary is the outcome of training on a data set. Errors are
// fractions of wrong answers; NaN where they were not measured.
type TrainingSummary struct {
	Data              string  `json:"data"` // where the images were found
	Epochs            int     `json:"epochs"`
	TrainError        float64 `json:"train_error"` // of the last epoch
	ValidationError   float64 `json:"validation_error"`
	TestError         float64 `json:"test_error"`
	BestTestError     float64 `json:"best_test_error"` // of the best epoch: by validation error, if there is one
	BestEpoch         int     `json:"best_epoch"`
	ExamplesPerSecond float64 `json:"examples_per_second"` // without evaluation
	SecondsPerEpoch   float64 `json:"seconds_per_epoch"`   // without evaluation
}

// LimitSummary is the fitted approach to the discrete limit.
type LimitSummary struct {
	Slope float64 `json:"slope"`
}

func summarise(cfg config.Config, variants []config.Variant, results []*result, limit *record.Limit, failure error) *Summary {
	sum := &Summary{Name: cfg.Run.Name, Variants: map[string]VariantSummary{}, Versions: Versions()}
	for i, r := range results {
		sum.Variants[variants[i].Name] = summariseVariant(r)
	}
	if limit != nil {
		sum.Limit = &LimitSummary{Slope: limit.Slope}
	}
	if failure != nil {
		sum.Failure = failure.Error()
	}
	return sum
}

func summariseVariant(r *result) VariantSummary {
	if r.training != nil {
		return summariseTraining(r)
	}
	out := r.outcome
	v := VariantSummary{
		Answers: r.answers, TestError: r.testError, ShownError: r.shownError,
		LossInitial: out.PhaseLoss[0], LossFinal: out.PhaseLoss[len(out.PhaseLoss)-1],
		AngleWeights: map[string]float64{}, AngleBiases: map[string]float64{},
		Steps: out.Steps, WallSeconds: out.Wall.Seconds(),
		StepsPerSecond: float64(out.Steps) / out.Wall.Seconds(),
	}
	if math.IsNaN(v.LossInitial) {
		v.LossInitial = out.FirstLoss
	}
	if math.IsNaN(v.LossFinal) {
		v.LossFinal = out.LastLoss
	}
	for l := 1; ; l++ {
		angle, ok := out.Angles[fmt.Sprint("angle_W", l)]
		if !ok {
			return v
		}
		v.AngleWeights[fmt.Sprint("W", l)] = angle
		v.AngleBiases[fmt.Sprint("c", l)] = out.Angles[fmt.Sprint("angle_c", l)]
	}
}

func summariseTraining(r *result) VariantSummary {
	out := r.training
	epochs := max(out.Epochs.Len()-1, 0)
	first, last := math.NaN(), func(string) float64 { return math.NaN() } // before the first evaluation
	if out.Epochs.Len() > 0 {
		first = out.Epochs.Column("test_loss")[0]
		last = func(column string) float64 { return out.Epochs.Column(column)[out.Epochs.Len()-1] }
	}
	v := VariantSummary{
		LossInitial: first, LossFinal: last("test_loss"), TestError: last("test_error"),
		AngleWeights: map[string]float64{}, AngleBiases: map[string]float64{},
		Steps: out.Steps, WallSeconds: out.Wall.Seconds(), StepsPerSecond: float64(out.Steps) / out.Learning.Seconds(),
		Training: &TrainingSummary{
			Data: r.data, Epochs: epochs, TrainError: last("train_error"),
			ValidationError: last("validation_error"), TestError: last("test_error"),
			BestTestError: out.BestError, BestEpoch: out.BestEpoch,
			ExamplesPerSecond: float64(out.Examples) / out.Learning.Seconds(),
			SecondsPerEpoch:   out.Learning.Seconds() / float64(epochs),
		},
	}
	if out.Log == nil {
		return v
	}
	for l := 1; ; l++ {
		w := out.Log.Column(fmt.Sprint("angle_W", l))
		if w == nil {
			return v
		}
		v.AngleWeights[fmt.Sprint("W", l)] = finiteMean(w)
		v.AngleBiases[fmt.Sprint("c", l)] = finiteMean(out.Log.Column(fmt.Sprint("angle_c", l)))
	}
}

func finiteMean(values []float64) float64 {
	var sum float64
	n := 0
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	return sum / float64(n)
}

// The linker sets these of a release, which is built without the repository.
var release, revision string

// Versions says what made a result: program, source revision, compiler,
// machine, the library of its matrix products and how sigmoids are computed.
func Versions() map[string]string {
	v := map[string]string{"go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH, "blas": linalg.Name(), "sigmoid": neuron.Instructions()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v["burstsim"] = info.Main.Version
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v["revision"] = s.Value
		case "vcs.modified":
			v["modified"] = s.Value
		}
	}
	if release != "" {
		v["burstsim"], v["revision"] = release, revision
	}
	for _, dep := range info.Deps {
		switch dep.Path {
		case "gonum.org/v1/gonum", "gonum.org/v1/plot":
			v[dep.Path] = dep.Version
		}
	}
	return v
}
