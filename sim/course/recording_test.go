package course

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/internal/simtest"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/tasks/xor"
)

// engineOf moves a small network of a model through patterns that jump; BurstCCN,
// with rates that follow a schedule.
func engineOf(t *testing.T, name string, m sim.Method, split bool) sim.Engine[float64] {
	t.Helper()
	var values model.Values
	if name == "burstccn" {
		values = fixture.Changed(fixture.Everything[name], model.Values{"tau_weight": 1.0})
	}
	if m.Name == "discrete" {
		values = fixture.Changed(values, model.Values{"lr": 0.1})
	}
	w := simtest.Build[float64](t, name, program.Setting{Sizes: []int{2, 6, 5, 1}, Values: values})
	cfg := xor.DefaultConfig()
	cfg.Hold = 0.5
	task, err := xor.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if m.Name == "discrete" {
		return simtest.Discrete(t, w, []sim.Stream{task}, sim.Learning{}, 500*ms)
	}
	in := simtest.Continuous(t, w, []sim.Stream{task}, m, split)
	if name == "burstccn" {
		in.System.SetDecay(0.2)
		if err := in.SetSchedule(ramps); err != nil {
			t.Fatal(err)
		}
	}
	return in
}

// phasesOf has ends on and off the presentations, and a protocol.
func phasesOf() []Phase {
	return []Phase{
		{Name: "before", Duration: 1 * time.Second},
		{Name: "learning", Duration: 4250 * ms, Teacher: true, Cycle: []Phase{
			{Duration: 700 * ms}, {Duration: 300 * ms, Teacher: true, Learning: true}}},
		{Name: "after", Duration: 1250 * ms},
	}
}

func simulate(t *testing.T, engine sim.Engine[float64], rec Recording) *Outcome {
	t.Helper()
	rec.Angles, rec.Units = 2*time.Second, 100
	s := &Simulation[float64]{Engine: engine, Phases: phasesOf(), Sample: 100 * ms, Record: rec}
	if engine.Grid() > 0 {
		s.Sample = 500 * ms
		s.Phases[1].Cycle = nil // it has a protocol of its own
		s.Phases[1].Learning = true
	}
	out, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Whatever is recorded, and however often, the same steps are made and the same
// bits come out, in what is recorded too where two recordings meet.
func TestRecordingChangesNothing(t *testing.T) {
	all := []Window{{Start: 0, End: time.Hour}}
	records := []Recording{
		{Metrics: time.Hour},
		{Metrics: 50 * ms},
		{Metrics: 333 * ms, Sample: 7 * ms, Windows: all},
		{Metrics: time.Second, Sample: 30 * ms, Windows: all, Signals: []string{"soma"}},
		{Metrics: 250 * ms, Sample: 100 * ms, Windows: []Window{{Start: 900 * ms, End: 1300 * ms}, {Start: 3 * time.Second, End: time.Minute}}},
		{Metrics: 70 * ms, Sample: 1 * ms, Windows: []Window{{Start: 995 * ms, End: 1010 * ms}}},
	}
	for _, name := range model.Builtins() {
		for _, method := range []string{"euler", "exponential", "rk4", "dopri5", "discrete"} {
			if smooth := slices.Contains(fixture.Smooth(t), name); !smooth && (method == "rk4" || method == "dopri5") {
				continue
			}
			for _, split := range []bool{false, true} {
				if split && method == "discrete" {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/split=%v", name, method, split), func(t *testing.T) {
					type result struct {
						out     *Outcome
						weights []float64
					}
					var first result
					rows := map[float64]string{}
					angles := map[float64]string{}
					for k, rec := range records {
						// Steps of 30 ms fit neither presentations nor samples.
						m := sim.Method{Name: method, Step: 30 * ms, RelTol: 1e-4, AbsTol: 1e-6}
						engine := engineOf(t, name, m, split)
						out := simulate(t, engine, rec)
						r := result{out, simtest.Snapshot(engine.Moved())}
						if k == 0 {
							first = r
						}
						if !slices.Equal(r.weights, first.weights) {
							t.Errorf("record %d: other weights or states", k)
						}
						if out.Steps != first.out.Steps || !reflect.DeepEqual(out.PhaseLoss, first.out.PhaseLoss) ||
							fmt.Sprint(out.Angles) != fmt.Sprint(first.out.Angles) || out.LastLoss != first.out.LastLoss {
							t.Errorf("record %d: %d steps, losses %v, angles %v; want %d, %v, %v", k,
								out.Steps, out.PhaseLoss, out.Angles, first.out.Steps, first.out.PhaseLoss, first.out.Angles)
						}
						if angle := out.Angles["angle_W1"]; !(angle >= 0) {
							t.Errorf("record %d: angle %v", k, angle)
						}
						for i, now := range out.Metrics.Column("time") {
							angle := ""
							for _, column := range out.Metrics.Columns[2:] { // behind time and the loss since the last row
								angle += fmt.Sprintln(column, out.Metrics.Column(column)[i])
							}
							if before, ok := angles[now]; ok && before != angle {
								t.Errorf("record %d: at %v s\n%sotherwise\n%s", k, now, angle, before)
							}
							angles[now] = angle
						}
						if rec.Signals != nil {
							continue
						}
						for i, now := range out.Trajectory.Time {
							row := ""
							for _, s := range out.Trajectory.Signals {
								row += fmt.Sprintln(s.Name, s.Values[i*len(s.Units):(i+1)*len(s.Units)])
							}
							if before, ok := rows[now]; ok && before != row {
								t.Errorf("record %d: at %v s\n%sotherwise\n%s", k, now, row, before)
							}
							rows[now] = row
						}
					}
					if len(rows) == 0 {
						t.Error("nothing was recorded")
					}
				})
			}
		}
	}
}

// A sample where phases and presentations meet belongs to what begins there:
// input, target and all that follows from them at once are those of one side.
func TestBoundarySampleHasOneSide(t *testing.T) {
	for _, method := range []string{"euler", "rk4", "dopri5", "exponential"} {
		for _, dt := range []time.Duration{10 * ms, 30 * ms} {
			engine := engineOf(t, "burstccn", sim.Method{Name: method, Step: dt}, false)
			out := simulate(t, engine, Recording{
				Metrics: time.Hour, Sample: 50 * ms, Windows: []Window{{End: time.Hour}}})
			cfg := xor.DefaultConfig()
			cfg.Hold = 0.5
			task, err := xor.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			signal := map[string][]float64{}
			for _, s := range out.Trajectory.Signals {
				signal[s.Name] = s.Values
			}
			jumps, end := 0, phasesOf()[0].Duration+phasesOf()[1].Duration+phasesOf()[2].Duration
			input, target := make([]float64, 2), make([]float64, 1)
			for i, now := range out.Trajectory.Time {
				k := task.Index(now)
				if now == end.Seconds() {
					k = task.Index(now - 1e-3) // nothing begins at the end of the run
				}
				task.Sample(k, input, target)
				if !slices.Equal(signal["input"][2*i:2*i+2], input) || signal["target"][i] != target[0] {
					t.Errorf("%s: at %v s input %v and target %v, want %v and %v", method, now, signal["input"][2*i:2*i+2], signal["target"][i], input, target)
				}
				e, p := signal["output"][i], 0.5
				if teaching(now) {
					p += 0.5 * (target[0] - e) * (1 - e)
					jumps++
				}
				if got := signal["burst_prob_3"][i]; math.Abs(got-p) > 1e-15 {
					t.Errorf("%s: output bursts with %v at %v s, want %v", method, got, now, p)
				}
			}
			if len(out.Trajectory.Time) != int(end/(50*ms))+1 || jumps == 0 {
				t.Errorf("%s: %d samples, %d of them with a teacher", method, len(out.Trajectory.Time), jumps)
			}
		}
	}
}

// teaching tells whether phasesOf has a teacher from time now (s) on.
func teaching(now float64) bool {
	at := time.Duration(math.Round(now * 1e9))
	if at < time.Second || at >= 5250*ms {
		return false
	}
	return (at-time.Second)%time.Second >= 700*ms
}

// The apical input that is recorded is that of the recorded bursts and events,
// from the first sample on: with Q = p_b Y and Y = W, Wt (b - p_b e).
func TestApicalIsOfTheSample(t *testing.T) {
	for _, method := range []string{"euler", "rk4", "dopri5", "exponential"} {
		w := simtest.Build[float64](t, "burstccn", program.Setting{Sizes: []int{2, 4, 3}})
		target := &fixture.Constant{In: []float64{0.3, -0.8}, Out: []float64{0.1, 0.9, 0.4}}
		in := simtest.Continuous(t, w, []sim.Stream{target}, sim.Method{Name: method, Step: 30 * ms}, false)
		s := &Simulation[float64]{Engine: in, Sample: 100 * ms,
			Phases: []Phase{{Duration: 300 * ms, Teacher: true}, {Duration: 300 * ms}},
			Record: Recording{Metrics: time.Hour, Sample: 20 * ms, Units: 10, Windows: []Window{{End: time.Hour}}}}
		out, err := s.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		signal := map[string][]float64{}
		for _, s := range out.Trajectory.Signals {
			signal[s.Name] = s.Values
		}
		w2 := w.Of("W2")
		for i, now := range out.Trajectory.Time {
			for j := range 4 {
				var want float64
				for k := range 3 {
					want += w2[4*k+j] * (signal["burst_rate_2"][3*i+k] - 0.5*signal["event_rate_2"][3*i+k])
				}
				if got := signal["apical_1"][4*i+j]; math.Abs(got-want) > 1e-15 || now < 0.3 && want == 0 {
					t.Errorf("%s: apical input %v at %v s, want %v", method, got, now, want)
				}
			}
		}
	}
}

// A checkpoint between two steps has the changes of weights that wait for their
// next use.
func TestCheckpointsHaveAllChanges(t *testing.T) {
	for _, name := range fixture.Smooth(t) {
		for _, method := range []string{"rk4", "dopri5"} {
			in := engineOf(t, name, sim.Method{Name: method, Step: 10 * ms}, true)
			in.SetTeaching(true, true)
			for now, end := time.Duration(0), 100*ms; now < end; {
				to, _, err := in.Step(now, end)
				if err != nil {
					t.Fatal(err)
				}
				now = to
				in.Begin(now)
				kept := map[string][]float64{}
				in.Visit(func(name string, ref any) {
					if v, ok := ref.([]float64); ok {
						kept[name] = slices.Clone(v)
					}
				})
				in.Observe(now) // makes them
				in.Visit(func(name string, ref any) {
					if v, ok := ref.([]float64); ok && name[0] == 'W' && !slices.Equal(kept[name], v) {
						t.Errorf("%s, %s: %s lacks a change at %v", name, method, name, now)
					}
				})
			}
		}
	}
}
