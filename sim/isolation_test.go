package sim

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/synapse"
	"burstsim/tasks/xor"
)

// engines are simulations of every kind of one network, none of which knows of
// the others.
func engines(t *testing.T, w *Weights[float64]) map[string]advancing {
	t.Helper()
	task := func() []Stream {
		cfg := xor.DefaultConfig()
		cfg.Hold = 0.05
		task, err := xor.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return []Stream{task}
	}
	out := map[string]advancing{
		"rk4":          continuous(t, w, task(), Method{Name: "rk4", Step: 10 * ms}, false),
		"rk4, twin":    continuous(t, w, task(), Method{Name: "rk4", Step: 10 * ms}, false),
		"euler, split": continuous(t, w, task(), Method{Name: "euler", Step: 10 * ms}, true),
		"dopri5":       continuous(t, w, task(), Method{Name: "dopri5", Step: 10 * ms}, false),
		"sgd":          discrete(t, w, task(), Learning{}, 50*ms),
		"adam":         discrete(t, w, task(), Learning{Optimiser: "adam"}, 50*ms),
	}
	for _, e := range out {
		e.SetTeaching(true, true)
	}
	return out
}

// Simulations of one network, in both kinds of time and at once, are each as if
// it were alone, and leave the weights they began with as they were.
func TestSimulationsAreIndependent(t *testing.T) {
	const parts = 10
	fixture.ForAll(t, func(t *testing.T, name string) {
		w := build[float64](t, name, program.Setting{Sizes: []int{2, 6, 5, 1}, Values: fixture.Everything[name]})
		before := allWeights(w)
		together := engines(t, w)
		for k := range time.Duration(parts) { // by turns
			for _, e := range together {
				advanced(t, e, k*100*ms, (k+1)*100*ms)
			}
		}
		if !slices.Equal(allWeights(w), before) {
			t.Error("the weights that simulations began with have changed")
		}
		ends := map[string][]float64{}
		for kind, e := range together {
			ends[kind] = snapshot(e.Moved())
			if slices.Equal(allWeights(e.Moved().Weights()), before) {
				t.Errorf("%s: nothing was learned", kind)
			}
		}
		for kind := range together {
			alone := engines(t, w.Clone())[kind]
			for k := range time.Duration(parts) {
				advanced(t, alone, k*100*ms, (k+1)*100*ms)
			}
			if !slices.Equal(snapshot(alone.Moved()), ends[kind]) {
				t.Errorf("%s: among others it ends elsewhere than alone", kind)
			}
		}
		if !slices.Equal(ends["rk4"], ends["rk4, twin"]) {
			t.Error("two simulations of the same end differently")
		}
	})
}

// One simulation may begin with the weights that another has come to: neither
// disturbs the other, whatever the order of the kinds of time and the optimiser.
func TestOneSimulationAfterTheOther(t *testing.T) {
	kinds := []string{"rk4", "dopri5", "euler, split", "sgd", "adam"}
	fixture.ForAll(t, func(t *testing.T, name string) {
		w := build[float64](t, name, program.Setting{Sizes: []int{2, 6, 5, 1}, Values: fixture.Everything[name]})
		for _, first := range kinds {
			for _, second := range kinds {
				run := func(with bool) (one, other []float64) {
					a := engines(t, w)[first]
					s := advanced(t, a, 0, 300*ms)
					if with {
						b := engines(t, s.Weights())[second]
						advanced(t, b, 0, 300*ms)
						other = snapshot(b.Moved())
					} else {
						b := engines(t, s.Weights().Clone())[second]
						advanced(t, b, 0, 300*ms)
						other = snapshot(b.Moved())
						a = engines(t, w)[first]
						advanced(t, a, 0, 300*ms)
					}
					between := allWeights(a.Moved().Weights())
					advanced(t, a, 300*ms, 600*ms)
					if slices.Equal(allWeights(a.Moved().Weights()), between) {
						t.Errorf("%s, then %s: the first does not go on to learn", first, second)
					}
					return snapshot(a.Moved()), other
				}
				one, other := run(true)
				wantOne, wantOther := run(false)
				if !slices.Equal(one, wantOne) || !slices.Equal(other, wantOther) {
					t.Errorf("%s, then %s: they disturb each other", first, second)
				}
			}
		}
	})
}

// A network keeps nothing of what it was built with that can change.
func TestSettingIsCopied(t *testing.T) {
	text, err := model.Builtin("burstccn")
	if err != nil {
		t.Fatal(err)
	}
	s := program.Setting{Sizes: []int{3, 32, 5, 2}, Rows: 1, Values: model.Values{"beta": 3.0}, Usage: model.Usage{Presentation: 1},
		Maps: &synapse.Convolutions{Channels: 1, Height: 1, Width: 3, Layers: []synapse.Convolution{{Channels: 4, Kernel: 2, Stride: 1, Padding: 1}}}}
	run := func(change bool) ([]string, []float64) {
		own := s
		own.Sizes, own.Values = slices.Clone(s.Sizes), maps.Clone(s.Values)
		layers := *s.Maps
		layers.Layers = slices.Clone(layers.Layers)
		own.Maps = &layers
		net, err := program.New(text, own)
		if err != nil {
			t.Fatal(err)
		}
		if change {
			own.Sizes[0], own.Sizes[2], own.Values["beta"], own.Values["p_b"] = 7, 70, 1.0, 0.1
			own.Maps.Layers[0].Kernel, own.Maps.Channels = 3, 9
		}
		w := draw[float64](t, net)
		p := discrete(t, w, []Stream{fixture.Task(t, false)}, Learning{}, time.Second)
		p.SetTeaching(true, true)
		advanced(t, p, 0, 3*time.Second)
		var shape []string
		for l := range net.Layers() + 1 {
			shape = append(shape, fmt.Sprint(p.Moved().Size(l), net.Setting.Sizes[l]))
		}
		return append(shape, fmt.Sprint(net.Setting.Values, *net.Setting.Maps)), snapshot(p.Moved())
	}
	shape, end := run(true)
	wantShape, wantEnd := run(false)
	if !slices.Equal(shape, wantShape) || !slices.Equal(end, wantEnd) {
		t.Errorf("a network changed with the setting that it was built with: %v, want %v", shape, wantShape)
	}
}

// A copy has all weights, of interneurons and recurrent ones too, and none of
// them is shared.
func TestCloneHasAllWeights(t *testing.T) {
	for name := range storedWeights {
		w := storedNetwork(t, name, 1)
		c := w.Clone()
		if !slices.Equal(allWeights(w), allWeights(c)) || len(allWeights(w)) == 0 {
			t.Errorf("%s: the copy differs", name)
		}
		before := allWeights(w)
		n := 0
		for _, m := range w.Network().Matrices() {
			v := c.Of(m.Name)
			if len(v) != m.Len() {
				t.Fatalf("%s: the copy has %d of %d weights %s", name, len(v), m.Len(), m.Name)
			}
			for i := range v {
				v[i] = 7
				n++
			}
		}
		if !slices.Equal(allWeights(w), before) {
			t.Errorf("%s: the copy shares weights", name)
		}
		for _, v := range c.Tensors() {
			for _, x := range v.Values {
				if x != 7 {
					t.Fatalf("%s: %s has weights that Of did not lead to", name, v.Name)
				}
				n--
			}
		}
		if n != 0 {
			t.Errorf("%s: %d weights are not listed", name, n)
		}
	}
}
