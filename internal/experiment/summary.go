package experiment

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"

	"burstsim/internal/config"
	"burstsim/sim"
	"burstsim/sim/record"
)

// Summary is summary.json: what a reader wants to know first.
type Summary struct {
	Name     string                    `json:"name"`
	Variants map[string]VariantSummary `json:"variants"`
	Limit    *LimitSummary             `json:"limit,omitempty"`
	Versions map[string]string         `json:"versions"`
	Failure  string                    `json:"failure,omitempty"`
}

// VariantSummary is the outcome of one variant.
type VariantSummary struct {
	LossInitial    float64            `json:"loss_initial"` // mean over the phase before teaching, or the first metrics interval if there is none
	LossFinal      float64            `json:"loss_final"`   // mean over the phase after teaching, or the last metrics interval
	AngleWeights   map[string]float64 `json:"angle_weights_deg"`
	AngleBiases    map[string]float64 `json:"angle_biases_deg"` // to minus the backprop gradient, means over the learning phase
	Steps          int64              `json:"steps"`
	StepsPerSecond float64            `json:"steps_per_second"`
	WallSeconds    float64            `json:"wall_seconds"`
	Answers        *Answers           `json:"answers,omitempty"`
}

// LimitSummary is the fitted approach to the discrete limit.
type LimitSummary struct {
	Slope float64 `json:"slope"`
}

func summarise(cfg config.Config, variants []config.Variant, jobs []job, outcomes []*sim.Outcome, limit *record.Limit, failure error) *Summary {
	sum := &Summary{Name: cfg.Run.Name, Variants: map[string]VariantSummary{}, Versions: Versions()}
	for i, out := range outcomes {
		v := summariseVariant(out)
		v.Answers = jobs[i].answers()
		sum.Variants[variants[i].Name] = v
	}
	if limit != nil {
		sum.Limit = &LimitSummary{Slope: limit.Slope}
	}
	if failure != nil {
		sum.Failure = failure.Error()
	}
	return sum
}

func summariseVariant(out *sim.Outcome) VariantSummary {
	v := VariantSummary{
		LossInitial: out.PhaseLoss[0], LossFinal: out.PhaseLoss[len(out.PhaseLoss)-1],
		AngleWeights: map[string]float64{}, AngleBiases: map[string]float64{},
		Steps: out.Steps, WallSeconds: out.Wall.Seconds(),
		StepsPerSecond: float64(out.Steps) / out.Wall.Seconds(),
	}
	if n := out.Metrics.Len(); n > 0 {
		if loss := out.Metrics.Column("loss"); math.IsNaN(v.LossInitial) {
			v.LossInitial = loss[0]
		}
		if loss := out.Metrics.Column("loss"); math.IsNaN(v.LossFinal) {
			v.LossFinal = loss[n-1]
		}
	}
	for l := 1; ; l++ {
		angles := out.Metrics.Column(fmt.Sprint("angle_W", l))
		if angles == nil {
			return v
		}
		v.AngleWeights[fmt.Sprint("W", l)] = learningMean(out, angles)
		v.AngleBiases[fmt.Sprint("c", l)] = learningMean(out, out.Metrics.Column(fmt.Sprint("angle_c", l)))
	}
}

// learningMean is the mean of a column of metrics over the phases with a
// teacher; NaN if there is no number among them.
func learningMean(out *sim.Outcome, column []float64) float64 {
	var sum float64
	n := 0
	for i, t := range out.Metrics.Column("time") {
		for _, p := range out.Phases {
			if p.Teacher && t > p.Start && t <= p.End && !math.IsNaN(column[i]) {
				sum += column[i]
				n++
			}
		}
	}
	return sum / float64(n)
}

// Versions says what made a result: program, source revision, compiler and
// machine.
func Versions() map[string]string {
	v := map[string]string{"go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH}
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
	for _, dep := range info.Deps {
		switch dep.Path {
		case "gonum.org/v1/gonum", "gonum.org/v1/plot":
			v[dep.Path] = dep.Version
		}
	}
	return v
}
