package sim

import (
	"testing"
	"time"

	"burstsim/neuron"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// learnFeedback presents the regression task to a discrete network whose
// feedback learns, and returns its weights then.
func learnFeedback(t *testing.T, w *Weights[float64], learning Learning, teacher bool, presentations int) *Weights[float64] {
	t.Helper()
	p := discrete(t, w, []Stream{fixture.Task(t, false)}, learning, time.Second)
	p.SetTeaching(teacher, true)
	return advanced(t, p, 0, time.Duration(presentations)*time.Second).Weights()
}

// TestEDNFeedbackPredicts checks that Y of an error-dendrite network comes to
// predict a layer's rates from those above it.
func TestEDNFeedbackPredicts(t *testing.T) {
	w := build[float64](t, "edn", program.Setting{Sizes: []int{3, 10, 8, 2},
		Values: model.Values{"y_mode": "random", "y_scale": 0.5, "y_plastic": true, "lr": 0.0, "y_lr": 0.5}})
	miss := func(w *Weights[float64]) float64 {
		d := inDiscreteTime(t, w, Learning{})
		copy(d.Moved().Input(), []float64{0.3, -0.8, 0.5})
		present(t, d, false)
		rates := map[int][]float64{}
		for _, s := range d.Moved().Signals() {
			if s.Name == "event_rate" {
				rates[s.Layer] = s.Value()
			}
		}
		var sum float64
		for l, name := range map[int]string{1: "Y1", 2: "Y2"} {
			guess, y := make([]float64, len(rates[l])), w.Of(name)
			for i, r := range rates[l+1] {
				for j := range guess {
					guess[j] += y[i*len(guess)+j] * r
				}
			}
			neuron.Sigmoid(guess, guess)
			sum += fixture.Distance(guess, rates[l])
		}
		return sum
	}
	before := miss(w)
	if after := miss(learnFeedback(t, w, Learning{}, true, 2000)); !(after < 0.5*before) {
		t.Errorf("rates were missed by %.3g and are by %.3g", before, after)
	}
}

// TestPlasticFeedbackSilencesDendrites checks that what is there to cancel the
// feedback, learning without a teacher, comes to do so whatever the two start
// from: Q of BurstCCN, the interneurons of EDN.
func TestPlasticFeedbackSilencesDendrites(t *testing.T) {
	for name, values := range map[string]model.Values{
		"burstccn": {"y_mode": "random", "y_scale": 0.5, "q_mode": "random", "q_scale": 0.3, "q_plastic": true, "lr": 0.0, "q_lr": 0.5},
		"edn":      {"y_mode": "random", "y_scale": 0.5, "interneuron_mode": "random", "interneuron_scale": 0.3, "lr": 0.0, "interneuron_lr": 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			p := discrete(t, build[float64](t, name, program.Setting{Sizes: []int{3, 8, 2}, Values: values}), []Stream{fixture.Task(t, false)}, Learning{}, time.Second)
			p.SetTeaching(false, true)
			apical := func(at time.Duration) (sum float64) {
				p.Observe(at)
				for _, s := range p.Moved().Signals() {
					if s.Name == "dendrite" {
						for _, u := range s.Value() {
							sum += u * u
						}
					}
				}
				return sum
			}
			before := apical(0)
			advanced(t, p, 0, 1000*time.Second)
			if after := apical(1000 * time.Second); !(before > 0) || !(after < 1e-3*before) {
				t.Errorf("apical potentials fell from %g to %g", before, after)
			}
		})
	}
}
