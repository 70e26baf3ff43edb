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

	Warmup     int                          `json:"warmup_steps"`
	Initial    []layerWeights               `json:"initial"`
	InputRows  []golden.Tensor              `json:"inputs"`
	TargetRows []golden.Tensor              `json:"targets"`
	Trajectory [][]map[string]golden.Tensor `json:"trajectory"`
	Final      []layerWeights               `json:"final"`
}

type layerWeights struct{ W, B, Y, Q golden.Tensor }

// TestGoldenContinuous moves the models' own texts in the published order of
// updates, layer by layer, along trajectories of the published system. The files
// are those of BURSTSIM_GOLDEN_DIR where it is set.
func TestGoldenContinuous(t *testing.T) {
	found := 0
	files := golden.Files(t, filepath.Join("..", "testdata", "golden"))
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
	"burst_rate": "b", "event_rate_avg": "e_a", "burst_rate_avg": "b_a"}

func (f *continuousFile) network(t *testing.T) *Network {
	t.Helper()
	text, err := model.Builtin(f.Model)
	if err != nil {
		t.Fatal(err)
	}
	values := model.Values{"p_b": f.PBaseline, "beta": f.Beta, "y_mode": "symmetric_init",
		"tau_soma": f.TauSoma, "tau_dendrite": f.TauDendrite, "tau_weight": f.TauWeight}
	if f.Model == "burstccn" {
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
	s := &layerwise{net: net, dt: f.Dt, weights: make([][]float64, len(net.Matrices())), states: map[key][]float64{}, old: map[key][]float64{}}
	for _, m := range net.Matrices() {
		s.weights[m.index] = slices.Clone(f.stored(f.Initial, m))
		if len(s.weights[m.index]) != m.Len() {
			t.Fatalf("%s: %d weights in the file, %d in the network", m.Name, len(s.weights[m.index]), m.Len())
		}
	}
	for _, pop := range net.layers[1:] {
		for _, name := range []string{"z", "u", "e", "p", "b", "e_a", "b_a", "p_a"} {
			s.old[key{pop, name}] = make([]float64, pop.units)
			s.states[key{pop, name}] = make([]float64, pop.units)
		}
	}
	compared := 0
	for k, input := range f.InputRows {
		s.step(input, f.TargetRows[k], k >= f.Warmup)
		if f.Transport && k >= f.Warmup {
			f.transport(s)
		}
		for l, layer := range f.Trajectory[k] {
			for _, name := range slices.Sorted(maps.Keys(layer)) {
				symbol, pop := quantitiesOf[name], net.layers[l+1]
				if name == "dendrite" && pop.kind == "output" {
					continue // has none
				}
				got := s.old[key{pop, symbol}]
				if f.Model == "burstccn" && strings.HasSuffix(symbol, "_a") {
					continue // the text has no averages
				}
				same(t, fmt.Sprintf("step %d: %s of the %s", k, name, pop), got, layer[name], golden.Tolerance)
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
		if m.Forward {
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
func (f *continuousFile) transport(s *layerwise) {
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

// layerwise moves a text in the published order of updates. All numbers come
// from the equations of the text; the order, and which of them see values from
// before the step, is that of the published system.
type layerwise struct {
	net     *Network
	dt      float64
	weights [][]float64
	states  map[key][]float64
	old     map[key][]float64 // quantities and states after the last step
}

func (s *layerwise) step(input, target []float64, teacher bool) {
	layers := s.net.layers[1:]
	top := layers[len(layers)-1]
	before := maps.Clone(s.old)
	look := func(given map[key][]float64) *naive {
		v := &naive{net: s.net}
		return v.in(func(v *naive) {
			v.teacher, v.states, v.given, v.stimulus, v.target, v.weights = teacher, s.states, given, input, target, s.weights
		})
	}
	// move makes an Euler step of a state.
	move := func(pop *population, name string, given map[key][]float64) {
		v := look(given)
		e := v.line(pop, name, model.Changes)
		if e == nil {
			return
		}
		x := slices.Clone(s.states[key{pop, name}])
		for i, slope := range v.slope(pop, e) {
			x[i] += s.dt * slope
		}
		s.states[key{pop, name}] = x
	}
	now := map[key][]float64{}
	keep := func(pop *population, given map[key][]float64, names ...string) {
		for _, name := range names {
			now[key{pop, name}] = look(given).values(pop, name)
		}
	}
	averages := s.net.Text.Name == "burstprop"

	// Somata, forward, each with the new events of the layer below.
	for _, pop := range layers {
		move(pop, "z", nil)
		keep(pop, nil, "z", "e")
	}
	// The output bursts with the averages from before the step, which then
	// follow the events and bursts from before it.
	keep(top, nil, "p", "b")
	if averages {
		given := map[key][]float64{{top, "e"}: before[key{top, "e"}], {top, "b"}: before[key{top, "b"}]}
		move(top, "e_a", given)
		move(top, "b_a", given)
	}
	// Dendrites, backward, with the bursts of the layer above from before the
	// step, and the output's events too.
	for _, pop := range slices.Backward(layers[:len(layers)-1]) {
		above := s.net.layers[pop.layer+1]
		given := map[key][]float64{{above, "b"}: before[key{above, "b"}]}
		if above == top {
			given[key{above, "e"}] = before[key{above, "e"}]
		}
		move(pop, "u", given)
		keep(pop, nil, "u", "p", "b")
		if averages {
			move(pop, "e_a", nil)
			move(pop, "b_a", map[key][]float64{{pop, "b"}: before[key{pop, "b"}]})
		}
	}
	if averages {
		for _, pop := range layers {
			keep(pop, map[key][]float64{{pop, "p"}: now[key{pop, "p"}]}, "e_a", "b_a", "p_a")
		}
	}
	if teacher {
		s.learn(look, before)
	}
	maps.Copy(s.old, now)
}

// learn changes weights by what bursts were before the step, and in the output
// events.
func (s *layerwise) learn(look func(map[key][]float64) *naive, before map[key][]float64) {
	changed := slices.Clone(s.weights)
	for _, m := range s.net.Matrices() {
		pop := m.proj.of
		given := map[key][]float64{{pop, "p"}: before[key{pop, "p"}], {pop, "p_a"}: before[key{pop, "p_a"}]}
		if pop.kind == "output" {
			given[key{pop, "e"}] = before[key{pop, "e"}]
		}
		v := look(given)
		e := v.line(pop, m.proj.name, model.Changes)
		if e == nil {
			continue
		}
		w := slices.Clone(s.weights[m.index])
		for i, x := range v.change(m.proj) {
			w[i] += s.dt / v.tau(pop, e, 0, 0) * x
		}
		changed[m.index] = w
	}
	s.weights = changed
}
