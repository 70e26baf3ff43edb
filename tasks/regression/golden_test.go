package regression

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// TestSinWave follows the published sin-wave task: steps of Euler's method from a
// teacher at rest, whose events are 0 before the first step. The file is in
// BURSTSIM_GOLDEN2_DIR where that is set.
func TestSinWave(t *testing.T) {
	const tolerance = 1e-12
	dir := os.Getenv("BURSTSIM_GOLDEN2_DIR")
	if dir == "" {
		dir = "testdata"
	}
	data, err := os.ReadFile(filepath.Join(dir, "task_sin_wave.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Dt          float64
		TauSoma     float64   `json:"tau_soma"`
		Frequencies []float64 `json:"frequencies_per_step"`
		Phases      []float64
		Teacher     []struct{ W [][]float64 }
		Inputs      [][]float64
		Targets     [][]float64
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	task := build(t, func(c *Config) {
		c.Leaky, c.TauTeacher = true, f.TauSoma
		c.TeacherHidden = []int{len(f.Teacher[0].W)}
	})
	for i, w := range f.Frequencies {
		task.frequency[i], task.phase[i] = w/f.Dt, f.Phases[i]
	}
	for i, l := range f.Teacher {
		weight := task.teacher.Layers()[i].Weight[:0] // which the teacher computes with
		for _, row := range l.W {
			weight = append(weight, row...)
		}
	}
	state, slope, target := make([]float64, task.StateDim()), make([]float64, task.StateDim()), make([]float64, task.Outputs())
	for k, want := range f.Inputs {
		at := float64(k) * f.Dt
		for i, x := range sight(task, at) {
			if !(math.Abs(x-want[i]) <= tolerance) {
				t.Fatalf("step %d: input %d is %v, want %v", k, i, x, want[i])
			}
		}
		task.StateDerivative(slope, at, state)
		if k == 0 {
			clear(slope[task.teacher.Layers()[0].Out:])
		}
		for i := range state {
			state[i] += f.Dt * slope[i]
		}
		task.Target(target, at+f.Dt, state)
		for i, y := range target {
			if !(math.Abs(y-f.Targets[k][i]) <= tolerance) {
				t.Fatalf("step %d: target %d is %v, want %v", k, i, y, f.Targets[k][i])
			}
		}
	}
	if len(f.Inputs) == 0 {
		t.Error("nothing was compared")
	}
}
