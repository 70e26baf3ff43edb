package program

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/internal/golden"
	"burstsim/sim/model"
)

// continuousFile is a trajectory of the published system in continuous time.
type continuousFile struct {
	Kind, Model string

	Inputs  int     `json:"n_inputs"`
	Hidden  int     `json:"n_hidden_layers"`
	Units   int     `json:"n_hidden_units"`
	Outputs int     `json:"n_outputs"`
	Dt      float64 `json:"dt"`

	PBaseline   float64 `json:"p_baseline"`
	TauSoma     float64 `json:"tau_soma"`
	TauDendrite float64 `json:"tau_dendrite"`
	TauWeight   float64 `json:"tau_weight"`
	TauAverage  float64 `json:"tau_average"`
	Beta        float64 `json:"beta_hidden"`
	Transport   bool    `json:"weight_transport"`

	// Of the follow-up's files: the order of updates, and what belongs to it.
	Scheme       string
	Rate         float64 `json:"lr"`
	After        int     `json:"after_steps"`
	TauTrace     []any   `json:"tau_trace"` // of each layer of weights
	TraceUpdates int     `json:"trace_updates_per_step"`

	Warmup     int                          `json:"warmup_steps"`
	Initial    []layerWeights               `json:"initial"`
	InputRows  []golden.Tensor              `json:"inputs"`
	TargetRows []golden.Tensor              `json:"targets"`
	Trajectory [][]map[string]golden.Tensor `json:"trajectory"`
	Final      []layerWeights               `json:"final"`
}

type layerWeights struct{ W, B, Y, Q golden.Tensor }

// TestGoldenContinuous moves the models' own texts in the published orders of
// updates along trajectories of the published systems. The files are those of
// BURSTSIM_GOLDEN_DIR and BURSTSIM_GOLDEN2_DIR where these are set.
func TestGoldenContinuous(t *testing.T) {
	found := 0
	files := golden.Files(t, filepath.Join("..", "testdata", "golden"))
	maps.Copy(files, golden.FollowUp(t, filepath.Join("..", "testdata", "golden2")))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if files[name].Kind != "continuous" {
			continue
		}
		found++
		t.Run(name, func(t *testing.T) {
			f := golden.As[continuousFile](t, files[name])
			f.follow(t)
		})
	}
	if found == 0 && os.Getenv("BURSTSIM_GOLDEN_DIR") == "" {
		t.Fatal("none of the golden files is continuous")
	}
}

// quantitiesOf names what the files record, by symbol.
var quantitiesOf = map[string]string{"soma": "z", "event_rate": "e", "dendrite": "u", "burst_prob": "p",
	"burst_rate": "b", "event_rate_avg": "e_a", "burst_rate_avg": "b_a",
	"W": "W", "b": "c", "event_rate_trace": "s", "input_trace": "s"}

// text is the name of the model, of which the follow-up's is a variant.
func (f *continuousFile) text() string {
	name, _, _ := strings.Cut(f.Model, "2")
	return name
}

func (f *continuousFile) network(t *testing.T) *Network {
	t.Helper()
	text, err := model.Builtin(f.text())
	if err != nil {
		t.Fatal(err)
	}
	values := model.Values{"p_b": f.PBaseline, "beta": f.Beta, "y_mode": "symmetric_init",
		"tau_soma": f.TauSoma, "tau_dendrite": f.TauDendrite, "tau_weight": f.TauWeight}
	if f.Rate > 0 {
		values["tau_weight"] = f.TauWeight / f.Rate
	}
	if len(f.TauTrace) > 0 {
		values["tau_trace"] = model.Layers(f.TauTrace)
	}
	if f.text() == "burstccn" {
		values["q_mode"], values["burst_probability"] = "symmetric_init", "published"
	} else {
		values["tau_average"] = f.TauAverage
	}
	sizes := append([]int{f.Inputs}, slices.Repeat([]int{f.Units}, f.Hidden)...)
	net, err := New(text, Setting{Sizes: append(sizes, f.Outputs), Rows: 1, Values: values, Usage: model.Usage{Presentation: f.Dt}})
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func (f *continuousFile) follow(t *testing.T) {
	t.Helper()
	net := f.network(t)
	s := newPublished(net, f.Dt, f.PBaseline, f.TraceUpdates)
	step := map[string]func(input, target []float64, teacher bool){"layerwise": s.layerwise, "layerwise2": s.layerwise2, "synchronous": s.synchronous}[f.Scheme]
	if step == nil {
		t.Fatalf("no order of updates %q", f.Scheme)
	}
	if f.Scheme != "synchronous" { // burst probabilities begin at 0 there
		s.start(0)
	}
	for _, m := range net.Matrices() {
		s.weights[m.index] = slices.Clone(f.stored(f.Initial, m))
		if len(s.weights[m.index]) != m.Len() {
			t.Fatalf("%s: %d weights in the file, %d in the network", m.Name, len(s.weights[m.index]), m.Len())
		}
	}
	compared := 0
	for k, input := range f.InputRows {
		teacher := k >= f.Warmup && k < len(f.InputRows)-f.After
		step(input, f.TargetRows[k], teacher)
		if f.Transport && teacher {
			f.transport(s)
		}
		for l, layer := range f.Trajectory[k] {
			for _, name := range slices.Sorted(maps.Keys(layer)) {
				symbol, pop := quantitiesOf[name], net.layers[l+1]
				switch {
				case name == "dendrite" && pop.kind == "output": // has none
					continue
				case f.text() == "burstccn" && strings.HasSuffix(symbol, "_a"): // the text has no averages
					continue
				case name == "event_rate_trace": // the text has it where it is used
					pop = net.layers[l+2]
				}
				same(t, fmt.Sprintf("step %d: %s of the %s", k, name, pop), s.recorded(pop, symbol), layer[name], golden.Tolerance)
				compared++
			}
		}
		if t.Failed() {
			return
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
	for _, m := range net.Matrices() {
		if m.Forward || f.Scheme != "layerwise" {
			same(t, "final "+m.Name, s.weights[m.index], f.stored(f.Final, m), golden.Tolerance)
		}
	}
}

// stored are the weights of a matrix as a file has them. Its Q has the opposite
// sign.
func (f *continuousFile) stored(layers []layerWeights, m *Matrix) []float64 {
	w := layers[m.Layer-1]
	switch m.proj.name {
	case "W":
		return w.W
	case "c":
		return w.B
	case "Y":
		return w.Y
	}
	q := slices.Clone(w.Q)
	for i := range q {
		q[i] = -q[i]
	}
	return q
}

// transport copies feedforward weights to the feedback. The published system
// does so after each step with a teacher; before the first, feedback is random.
func (f *continuousFile) transport(s *published) {
	for _, m := range s.net.Matrices() {
		if m.Forward {
			continue
		}
		for i, w := range s.weights[m.proj.along.stored.index] {
			s.weights[m.index][i] = w
			if m.proj.name == "Q" {
				s.weights[m.index][i] = f.PBaseline * w
			}
		}
	}
}
