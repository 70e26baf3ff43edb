package video

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"burstsim/internal/dataset/films"
	"burstsim/tasks/teacher"
)

// published is a trajectory of the follow-up's task.
type published struct {
	Dt            float64         `json:"dt"`
	TauSoma       float64         `json:"tau_soma"`
	Window        int             `json:"window"`
	Downsample    int             `json:"downsample"`
	StepsPerFrame int             `json:"steps_per_frame"`
	Smoothing     float64         `json:"smoothing"`
	Movies        [][][][]float64 `json:"movies"`
	Teacher       []goldenLayer   `json:"teacher"`
	Inputs        [][]float64     `json:"inputs"`
	Targets       [][]float64     `json:"targets"`
	Tolerance     float64         `json:"tolerance"`
}

type goldenLayer struct {
	W [][]float64 `json:"W"`
	B []float64   `json:"b"`
}

// TestGoldenNaturalVideo: films, blending, filter and leaky teacher agree with the
// published code's.
func TestGoldenNaturalVideo(t *testing.T) {
	folder := os.Getenv("BURSTSIM_GOLDEN2_DIR")
	if folder == "" {
		folder = "testdata"
	}
	text, err := os.ReadFile(filepath.Join(folder, "task_natural_video.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g published
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	tolerance := g.Tolerance
	if tolerance == 0 {
		tolerance = 1e-12
	}
	var layers []teacher.Layer
	for _, l := range g.Teacher {
		layers = append(layers, teacher.Layer{Out: len(l.W), In: len(l.W[0]), Weight: slices.Concat(l.W...), Bias: l.B})
	}
	network, err := teacher.New(layers, g.TauSoma)
	if err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.Crop, cfg.Side, cfg.Teacher = g.Window*g.Downsample, g.Window, network
	cfg.Frame = g.Dt * float64(g.StepsPerFrame)
	cfg.LowPass, cfg.LowPassStep = g.Dt/g.Smoothing, g.Dt
	for i, movie := range g.Movies {
		if i > 0 {
			// Where a film follows another, the published code reads its first frame
			// without counting it, and then leaves out the second.
			movie = slices.Delete(slices.Clone(movie), 1, 2)
		}
		cfg.Films = append(cfg.Films, filmOf(t, movie))
	}
	task, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}

	worst := 0.0
	compare := func(got, want []float64) {
		for i := range want {
			worst = max(worst, math.Abs(got[i]-want[i]))
		}
	}
	input, target := make([]float64, task.Inputs()), make([]float64, task.Outputs())
	state, slope := make([]float64, task.StateDim()), make([]float64, task.StateDim())
	for k := range g.Inputs {
		now := float64(k) * g.Dt
		task.Enter(now)
		task.Input(input, now)
		compare(input, g.Inputs[k])
		task.StateDerivative(slope, now, state)
		for i := range state {
			if k == 0 && i >= layers[0].Out {
				// Published rates are 0 until they are computed, though f(0) is 1/2.
				continue
			}
			state[i] += g.Dt * slope[i]
		}
		task.Target(target, now+g.Dt, state)
		compare(target, g.Targets[k])
	}
	t.Logf("%d steps, largest deviation %.2g", len(g.Inputs), worst)
	if !(worst <= tolerance) || len(g.Inputs) == 0 {
		t.Errorf("deviates by %v, want at most %v", worst, tolerance)
	}
}

func filmOf(t *testing.T, movie [][][]float64) *films.Film {
	t.Helper()
	var pixels []uint8
	for _, frame := range movie {
		for _, x := range slices.Concat(frame...) {
			pixels = append(pixels, uint8(math.Round(255*x)))
			if float64(pixels[len(pixels)-1])/255 != x {
				t.Fatalf("pixel %v is no part of 255", x)
			}
		}
	}
	f, err := films.New(len(movie[0]), len(movie[0][0]), pixels)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
