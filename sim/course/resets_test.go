package course

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/sim/internal/simtest"
	"burstsim/tasks/xor"
)

// lateStart is the model with delays, whose somata begin otherwise than at 0.
var lateStart = strings.Replace(delayed, "    e = sigmoid(z)\n", "    z(0) = 0.2\n    e = sigmoid(z)\n", 1)

// blanks is a simulation of patterns with blanks between them, whose states begin
// anew at presentations or at phases.
func blanks(method string, split, phases bool) func(*testing.T, Recording) *Simulation[float64] {
	return func(t *testing.T, rec Recording) *Simulation[float64] {
		s := simulationOf(t, lateStart, method, split, rec)
		cfg := xor.DefaultConfig()
		cfg.Hold, cfg.Blank = 0.35, 0.15
		task, err := xor.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		in := simtest.Continuous(t, s.Engine.Moved().Weights(), []sim.Stream{task}, sim.Method{Name: method, Step: 30 * ms, RelTol: 1e-4, AbsTol: 1e-6}, split)
		if s.ResetPhases = phases; !phases {
			in.ResetEvery = 500 * ms
		}
		s.Engine = in
		return s
	}
}

// TestResetsAreWhateverHappens: with blanks and resets too, a run is the same
// whatever is recorded, and after an interruption wherever it came.
func TestResetsAreWhateverHappens(t *testing.T) {
	for _, method := range []string{"euler", "exponential", "rk4", "dopri5"} {
		for _, split := range []bool{false, true} {
			for _, phases := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/split=%v/phases=%v", method, split, phases), func(t *testing.T) {
					alwaysTheSame(t, blanks(method, split, phases))
				})
			}
		}
	}
}

// TestResetsAreRecorded: where states begin anew the trajectory has what they
// begin with, and nowhere else.
func TestResetsAreRecorded(t *testing.T) {
	// Where phases of phasesOf meet, within the last cycle too.
	atPhases := map[time.Duration]bool{0: true, 5 * time.Second: true, 5250 * ms: true}
	for k := range time.Duration(4) {
		begin := time.Second + k*time.Second
		atPhases[begin], atPhases[begin+700*ms] = true, true
	}
	for _, phases := range []bool{false, true} {
		s := blanks("rk4", false, phases)(t, Recording{Metrics: time.Second, Angles: time.Second, Sample: 50 * ms, Units: 10, Windows: []Window{{End: time.Hour}}})
		out, err := s.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		resets := 0
		for i, second := range out.Trajectory.Time {
			at := sim.Duration(second)
			want := at%(500*ms) == 0
			if phases {
				want = atPhases[at]
			}
			if at == 6500*ms {
				continue // the end, of what ended there
			}
			anew := true
			for _, signal := range out.Trajectory.Signals {
				if !strings.HasPrefix(signal.Name, "soma_") {
					continue
				}
				for _, z := range signal.Values[i*signal.Width():][:signal.Width()] {
					anew = anew && z == 0.2
				}
			}
			if anew != want {
				t.Errorf("phases %v: at %v, states are what they begin with: %v, want %v", phases, at, anew, want)
			}
			if anew {
				resets++
			}
		}
		if resets < 11 {
			t.Errorf("phases %v: %d resets", phases, resets)
		}
	}
}

// TestNoGradientThroughResets: the gradient through time is refused.
func TestNoGradientThroughResets(t *testing.T) {
	for _, phases := range []bool{false, true} {
		s := blanks("rk4", false, phases)(t, Recording{Metrics: time.Second})
		s.Replay = &sim.Replay[float64]{}
		if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "resets") {
			t.Errorf("phases %v: %v", phases, err)
		}
	}
}
