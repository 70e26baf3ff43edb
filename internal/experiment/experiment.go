// Package experiment builds networks and tasks from an experiment file and
// runs them.
package experiment

import (
	"context"

	"burstsim/internal/config"
	"burstsim/sim/record"
)

// Progress is what an observer is told while a run goes on.
type Progress struct {
	Variant  string  // label of the variant that speaks
	Done     float64 // fraction of all variants' work, 0..1
	Time     float64 // simulated time of that variant, s
	Duration float64 // simulated time it will have reached at its end, s
	Loss     float64 // mean squared error over the last metrics interval; NaN before the first
}

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
	LossInitial    float64            `json:"loss_initial"` // mean over the phase before teaching
	LossFinal      float64            `json:"loss_final"`   // mean over the phase after teaching
	AngleWeights   map[string]float64 `json:"angle_weights_deg"`
	AngleBiases    map[string]float64 `json:"angle_biases_deg"`
	Steps          int64              `json:"steps"`
	StepsPerSecond float64            `json:"steps_per_second"`
	WallSeconds    float64            `json:"wall_seconds"`
}

// LimitSummary is the fitted approach to the discrete limit.
type LimitSummary struct {
	Slope float64 `json:"slope"`
}

// Run carries out the experiment and all its variants. On a numerical failure
// it returns what was recorded until then together with the error.
func Run(ctx context.Context, cfg config.Config, observe func(Progress)) (*record.Result, *Summary, error) {
	panic("under construction")
}
