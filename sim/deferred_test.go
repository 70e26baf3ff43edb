package sim

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"burstsim/internal/linalg"
	"burstsim/synapse"
	"burstsim/tasks/regression"
)

// A change of weights that waits for their next use leaves the same bits as one
// that is made at once, for every model, method and backend.
func TestDeferredChangesKeepTheBits(t *testing.T) {
	sizes := []int{5, 40, 23, 3}
	models := map[string]func() (*Network[float32], error){
		"burstccn": func() (*Network[float32], error) {
			return NewBurstCCN[float32](DefaultBurstCCN(sizes...), rand.New(rand.NewPCG(1, 2)))
		},
		"burstccn with plastic feedback": func() (*Network[float32], error) {
			cfg := DefaultBurstCCN(sizes...)
			cfg.Coupling = synapse.Coupling{YMode: synapse.Random, YScale: 1, YPlastic: true, QMode: synapse.SymmetricInit, QScale: 1, QPlastic: true}
			return NewBurstCCN[float32](cfg, rand.New(rand.NewPCG(1, 2)))
		},
		"burstprop": func() (*Network[float32], error) {
			return NewBurstprop[float32](DefaultBurstprop(sizes...), rand.New(rand.NewPCG(1, 2)))
		},
		"edn": func() (*Network[float32], error) {
			return NewEDN[float32](DefaultEDN(sizes...), rand.New(rand.NewPCG(1, 2)))
		},
	}
	t.Cleanup(func() {
		if err := linalg.Use("auto"); err != nil {
			t.Error(err)
		}
	})
	for _, backend := range []string{"gonum", "simd"} {
		if err := linalg.Use(backend); err != nil {
			t.Logf("%s: %v", backend, err)
			continue
		}
		for name, model := range models {
			for _, method := range []string{"euler", "exponential", "layerwise", "rk4", "dopri5"} {
				t.Run(backend+"/"+name+"/"+method, func(t *testing.T) {
					at, once := learned(t, model, method, false), learned(t, model, method, true)
					for i := range at {
						if math.Float32bits(at[i]) != math.Float32bits(once[i]) {
							t.Fatalf("variable %d is %v, want %v", i, once[i], at[i])
						}
					}
				})
			}
		}
	}
}

// learned is the state after some learning, weights included.
func learned(t *testing.T, model func() (*Network[float32], error), method string, deferred bool) []float32 {
	t.Helper()
	net, err := model()
	if err != nil {
		t.Fatal(err)
	}
	task, err := regression.New(regression.Config{Inputs: 5, Outputs: 3, ShortestPeriod: 4, TeacherHidden: []int{25}, TeacherGain: 3, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	sys, err := NewContinuous(net, []Stream{task}, true)
	if err != nil {
		t.Fatal(err)
	}
	waits := 0
	for k, d := range sys.deferring {
		if d != nil {
			waits++
		}
		if !deferred {
			sys.deferring[k] = nil
		}
	}
	if waits == 0 {
		t.Fatal("no projection's change would wait")
	}
	in, err := NewIntegration(sys, Method{Name: method, Step: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	in.SetTeaching(true, true)
	before := append([]float32(nil), sys.x[sys.dynamic:]...)
	for now := time.Duration(0); now < 500*time.Millisecond; now += 125 * time.Millisecond {
		if _, err := in.Advance(now, now+125*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	moved := false
	for i, v := range before {
		moved = moved || v != sys.x[sys.dynamic+i]
	}
	if !moved {
		t.Fatal("no weight has learned")
	}
	return sys.x
}
