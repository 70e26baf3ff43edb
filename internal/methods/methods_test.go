package methods

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"burstsim/internal/config"
	"burstsim/sim/model"
)

// TestEveryModelHasASource: what comes with burstsim is cited, and each source is the
// source of something.
func TestEveryModelHasASource(t *testing.T) {
	for _, name := range append(model.Builtins(), "two_compartment", "burst_poisson") {
		if len(of(name)) == 0 {
			t.Errorf("%s has no source", name)
		}
	}
	if n := strings.Count(sourcesText, "\n@"); n != len(sources) {
		t.Errorf("%d entries were read of %d", len(sources), n)
	}
	for _, s := range sources {
		if strings.Contains(s.text, "keywords") || strings.Contains(s.text, ",\n}") {
			t.Errorf("%s is not what BibTeX reads: %s", s.key, s.text)
		}
	}
}

// examples are experiments of all kinds of time.
var examples = []string{"regression", "xor_models", "feedback_learning", "mnist_continuous", "followup", "sin_wave", "spiking_burstccn", "spiking_xor", "dales"}

// TestSectionsHold: equations, parameters and sources are there, environments are
// balanced, and what is cited is in the bibliography.
func TestSectionsHold(t *testing.T) {
	cited := regexp.MustCompile(`\\cite\{([^}]*)\}`)
	environment := regexp.MustCompile(`\\(begin|end)\{([^}]*)\}`)
	for _, name := range examples {
		t.Run(name, func(t *testing.T) {
			cfg := load(t, name)
			s := Section{Config: cfg, Versions: map[string]string{"go": "go_1 & more"}}
			text, err := s.TeX("methods")
			if err != nil {
				t.Fatal(err)
			}
			bib := BibTeX(cfg)
			for _, m := range cited.FindAllStringSubmatch(text, -1) {
				for key := range strings.SplitSeq(m[1], ",") {
					if !strings.Contains(bib, "{"+key+",") {
						t.Errorf("%s is cited, and not in the bibliography", key)
					}
				}
			}
			var open []string
			for _, m := range environment.FindAllStringSubmatch(text, -1) {
				if m[1] == "begin" {
					open = append(open, m[2])
				} else if len(open) == 0 || open[len(open)-1] != m[2] {
					t.Fatalf("%s ends within %v", m[2], open)
				} else {
					open = open[:len(open)-1]
				}
			}
			if len(open) > 0 {
				t.Errorf("%v do not end", open)
			}
			for _, want := range []string{"\\begin{align*}", "\\begin{longtable}", `go\_1 \& more`, fmt.Sprintf("seed %d", cfg.Run.Seed)} {
				if !strings.Contains(text, want) {
					t.Errorf("there is no %s", want)
				}
			}
		})
	}
}

// TestSpikingConstants: each kind of neuron has its own, with units.
func TestSpikingConstants(t *testing.T) {
	for name, want := range map[string][]string{
		"spiking_burstccn": {"Populations input (100 neurons), output (100 neurons).", "c\\_soma} & $370$ & pF &", "plateau\\_half} & $-38$ & mV &", "back\\_from} & $0.5$ & ms &"},
		"spiking_xor":      {"second\\_to} & $15$ & ms &", "c\\_soma} & $370$ & pF &"},
	} {
		text := spikingTables(load(t, name))
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: there is no %q in\n%s", name, w, text)
			}
		}
		if name == "spiking_xor" && strings.Contains(text, "plateau\\_half") {
			t.Error("neurons that burst at random have a plateau")
		}
	}
}

func load(t *testing.T, name string) config.Config {
	t.Helper()
	cfg, err := config.Load(filepath.Join("..", "..", "examples", name+".toml"), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestValuesHaveTheirUnits: parameters are those of the experiment, not defaults.
func TestValuesHaveTheirUnits(t *testing.T) {
	file := filepath.Join(t.TempDir(), "e.toml")
	if err := os.WriteFile(file, []byte("[task]\nkind = \"regression\"\n[model]\nbeta = 2.5\n[time]\ntau_soma = \"70ms\"\ntau_weight = \"33s\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(file, config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := Section{Config: cfg, Sweep: []string{"model.beta: 1, 2"}, Runs: 2}.Body()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`$\beta$ & $2.5$ &  &`, "& $70$ & ms &", "& $33$ & s &", "steps of $10$~ms", `\item \texttt{model.beta: 1, 2}`, "2 runs were made"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
}

func Example() {
	cfg, err := config.Parse("e.toml", []byte("[task]\nkind = \"xor\"\n[model]\nkind = \"burstccn\"\n"), config.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := Section{Config: cfg}.TeX("methods")
	fmt.Println(strings.Contains(text, `\frac{dz^{(l)}}{dt}`), strings.HasPrefix(BibTeX(cfg), "@inproceedings{greedy2022,"), err)
	// Output: true true <nil>
}
