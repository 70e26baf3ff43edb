package course

import (
	"fmt"
	"math"
	"slices"
	"time"

	"burstsim/sim"
	"burstsim/sim/analysis"
)

// throughTime takes the angles between what learning changed over an angle
// interval and the gradient of that interval's loss through the dynamics, which
// it finds by running the interval again from where it began.
type throughTime[F sim.Float] struct {
	replay *sim.Replay[F]
	engine *sim.Integration[F]

	// The beginning of the interval.
	from    time.Duration
	state   []F
	weights *sim.Weights[F]

	angles []float64 // of the last interval: W1, W2, ..., c1, c2, ..., and all W together
	change []F
}

func newThroughTime[F sim.Float](replay *sim.Replay[F], engine sim.Engine[F], resets bool) (*throughTime[F], error) {
	in, ok := engine.(*sim.Integration[F])
	if !ok {
		return nil, fmt.Errorf("sim: the gradient through time needs a network in continuous time")
	}
	if resets || in.ResetEvery > 0 {
		return nil, fmt.Errorf("sim: the gradient through time does not go back through resets of states")
	}
	t := &throughTime[F]{replay: replay, engine: in, weights: in.Moved().Weights().Clone(), state: slices.Clone(in.Observed())}
	t.angles = make([]float64, len(t.columns()))
	t.none()
	return t, nil
}

func (t *throughTime[F]) none() {
	for i := range t.angles {
		t.angles[i] = math.NaN()
	}
}

// columns are the names of angles in metrics.
func (t *throughTime[F]) columns() []string {
	var out []string
	for _, kind := range []string{"W", "c"} {
		for l := range t.engine.Moved().Layers() {
			out = append(out, fmt.Sprint("angle_time_", kind, l+1))
		}
	}
	return append(out, "angle_time_W")
}

// begin begins an interval at time at, where the network was observed.
func (t *throughTime[F]) begin(at time.Duration) error {
	t.from = at
	copy(t.state, t.engine.Observed())
	return t.weights.SetTensors(t.engine.Moved().Weights().Tensors())
}

// end ends the interval at time at, where the network was observed.
func (t *throughTime[F]) end(at time.Duration) error {
	t.none()
	if _, err := t.replay.Run(t.from, at, t.weights, t.state); err != nil {
		return err
	}
	after, layers := t.engine.Moved().Weights(), t.engine.Moved().Layers()
	var changes, gradients []F // of all W
	for k, kind := range []string{"W", "c"} {
		for l := range layers {
			name := fmt.Sprint(kind, l+1)
			gradient := t.replay.Gradient(name)
			if gradient == nil {
				continue
			}
			t.change = append(t.change[:0], after.Of(name)...)
			for i, before := range t.weights.Of(name) {
				t.change[i] -= before
			}
			t.angles[k*layers+l] = 180 - analysis.Angle(t.change, gradient)
			if kind == "W" {
				changes, gradients = append(changes, t.change...), append(gradients, gradient...)
			}
		}
	}
	t.angles[len(t.angles)-1] = 180 - analysis.Angle(changes, gradients)
	return nil
}

func (t *throughTime[F]) visit(visit sim.Visit) {
	visit("from", &t.from)
	visit("state", t.state)
	for _, w := range t.weights.Tensors() {
		visit("before/"+w.Name, t.weights.Of(w.Name))
	}
	visit("angles", t.angles)
}
