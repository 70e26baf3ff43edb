package experiment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"burstsim/internal/config"
)

// TestRunsShareCompiledNetworks: runs at the same time, which differ in what the
// network does not depend on, have one network between them, and come to the same
// bits as each alone. Where connections, units or noise are drawn, a seed has a
// network of its own.
func TestRunsShareCompiledNetworks(t *testing.T) {
	const text = `[time]
dt = "20ms"
before = "1s"
learn = "5s"
after = "1s"
[model]
hidden = [5, 4]
[record]
metrics = "1s"
[[compare]]
name = "discrete"
time.kind = "discrete"
`
	source, err := os.ReadFile("../../examples/oja.model")
	if err != nil {
		t.Fatal(err)
	}
	sparse := filepath.Join(t.TempDir(), "sparse.model")
	thinned := strings.Replace(string(source), "from below", "from below, density 0.9", 1)
	if err := os.WriteFile(sparse, []byte(thinned), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		set      []string
		networks int
	}{
		"seeds":              {nil, 2}, // one a kind of time
		"another precision":  {[]string{"run.precision=float32"}, 2},
		"units drawn":        {[]string{`time.tau_dendrite={normal=["100ms", "10ms"]}`}, 5}, // which discrete time has not
		"noise":              {[]string{"model.equations=../../examples/noisy.model", "integrator.method=heun"}, 8},
		"no noise":           {[]string{"model.equations=../../examples/oja.model", "task.outputs=4"}, 2},
		"random connections": {[]string{"model.equations=" + sparse}, 8},
	} {
		t.Run(name, func(t *testing.T) {
			load := func(seed int64) config.Config {
				cfg, err := config.Parse("e.toml", []byte(text), config.Options{Set: append([]string{fmt.Sprint("run.seed=", seed)}, test.set...)})
				if err != nil {
					t.Fatal(err)
				}
				return cfg
			}
			run := func(seed int64, lib *Data) []float64 {
				res, _, err := Run(context.Background(), load(seed), Options{Data: lib})
				if err != nil {
					t.Error(err)
					return nil
				}
				var all []float64
				for _, v := range res.Variants {
					for i := range v.Metrics.Len() {
						all = append(all, v.Metrics.Row(i)[1])
					}
				}
				return all
			}
			lib := NewData()
			var shared [4][]float64
			var over sync.WaitGroup
			for i := range shared {
				over.Go(func() { shared[i] = run(int64(i+1), lib) })
			}
			over.Wait()
			for i, got := range shared {
				if want := run(int64(i+1), nil); len(want) == 0 || !reflect.DeepEqual(got, want) {
					t.Errorf("seed %d: %v, expected %v as alone", i+1, got, want)
				}
			}
			if n := len(lib.networks.all); n != test.networks {
				t.Errorf("%d networks, expected %d", n, test.networks)
			}
		})
	}
}
