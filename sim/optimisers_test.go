package sim

import (
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/program"
	"burstsim/synapse"
)

// TestLearningOnManyProcessors wants the same bits from any number of
// processors, of each model and optimiser, in layers large enough to be shared:
// weights, and all that a checkpoint holds.
func TestLearningOnManyProcessors(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		for _, optimiser := range synapse.RuleNames {
			learn := func(processors int) map[string]any {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
				w := build[float32](t, name, program.Setting{Sizes: []int{210, 150, 120, 10}, Rows: 32, Values: fixture.Everything[name]})
				d, err := NewDiscrete(w, Learning{Optimiser: optimiser, Momentum: 0.5, WeightDecay: 1e-4})
				if err != nil {
					t.Fatal(err)
				}
				d.SetRates(0.01)
				rng := rand.New(rand.NewPCG(1, 2))
				for range 4 {
					for _, v := range [][]float32{d.Moved().Input(), d.Moved().Target()} {
						for i := range v {
							v[i] = rng.Float32()
						}
					}
					loss, err := d.Present(true)
					if err != nil {
						t.Fatal(err)
					}
					d.Learn(loss)
				}
				all := map[string]any{}
				d.Visit(func(name string, ref any) { all[name] = ref })
				return all
			}
			if !reflect.DeepEqual(learn(1), learn(3)) {
				t.Errorf("%s: other bits on three processors than on one", optimiser)
			}
		}
	})
}
