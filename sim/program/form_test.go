package program

import (
	"math/rand/v2"
	"strings"
	"testing"

	"burstsim/sim/model"
)

// numbers are all that a model computes: states, quantities and changes of
// weights, in both kinds of time, of one random network.
func numbers(t *testing.T, source string, s Setting) map[string][]float64 {
	t.Helper()
	text, err := model.Parse("form.model", source)
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	out := map[string][]float64{}
	for _, discrete := range []bool{false, true} {
		s.Usage = model.Usage{Discrete: discrete, Presentation: 0.02}
		net, err := New(text, s)
		if err != nil {
			t.Fatal(err)
		}
		p, err := net.compile(discrete)
		if err != nil {
			t.Fatal(err)
		}
		tag := map[bool]string{true: "discrete ", false: "continuous "}[discrete]
		// Numbers depend on names, not on the order of lines.
		draw := func(name string, x []float64) {
			rng := rand.New(rand.NewPCG(uint64(len(name)), 0))
			for _, c := range name {
				rng = rand.New(rand.NewPCG(rng.Uint64(), uint64(c)))
			}
			for i := range x {
				x[i] = rng.NormFloat64()
				if name == "target" {
					x[i] = logistic(x[i])
				}
			}
		}
		w := make([][]float64, len(net.Matrices()))
		for k, m := range net.Matrices() {
			w[k] = make([]float64, m.Len())
			draw(m.Name, w[k])
		}
		m := NewMachine(p, w)
		draw("stimulus", m.Stimulus())
		draw("target", m.Target())
		for _, c := range p.Compartments {
			draw(c.Name+c.Beside+string(rune('0'+c.Layer)), m.State()[c.At:][:s.Rows*c.Units])
		}
		if discrete {
			m.Present(true, false)
		} else {
			m.Derivative(true, true)
			for _, c := range p.Compartments {
				out[tag+"slope "+c.Name+c.Beside+string(rune('0'+c.Layer))] = append([]float64{}, m.Slope()[c.At:][:s.Rows*c.Units]...)
			}
			m.Observe(true)
		}
		for _, s := range p.Signals {
			out[tag+s.Name+string(rune('0'+s.Layer))] = append([]float64{}, m.Value(s)...)
		}
		m.Factors(true)
		for r, rule := range p.Rules {
			change := make([]float64, rule.Len())
			m.Change(change, r, 1/rule.Tau)
			out[tag+"change "+rule.Name] = change
		}
	}
	return out
}

func alike(t *testing.T, got, want map[string][]float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d results, want %d", len(got), len(want))
	}
	for name, x := range want {
		same(t, name, got[name], x, tolerance)
	}
}

const paper = `model paper
time constants:
    tau_soma = 100 ms
    tau_average = 5 s
    tau_weight = 100 s
layer:
    projection W, c from below
    W(0) = normal(1)
    tau_soma dz/dt = -z + W e[below] + c
    e = sigmoid(z)
    tau_average de_a/dt = -e_a + e
    tau_weight dW/dt = (d (e - e_a)) e[below]' - 0.1 W
    tau_weight dc/dt = d e
hidden:
    projection Y along W[above]
    Y(0) = normal(1)
    d = Y' d[above]
output:
    d = target - e
    answer = e
signals:
    z soma
    e rate
    e_a average
    d error
`

// TestBrian2Forms gives the same model in the forms that Brian2 writes.
func TestBrian2Forms(t *testing.T) {
	s := Setting{Sizes: []int{3, 5, 4, 2}, Rows: 2}
	want := numbers(t, paper, s)
	if len(want) < 30 {
		t.Fatalf("%d results", len(want))
	}
	brian := strings.NewReplacer(
		"tau_soma dz/dt = -z + W e[below] + c", "dz/dt = (W*e[below] + c - z)/tau_soma : 1",
		"tau_average de_a/dt = -e_a + e", "de_a/dt = (e - e_a) / tau_average : 1  # moving average",
		"tau_weight dW/dt = (d (e - e_a)) e[below]' - 0.1 W", "dW/dt = (d*(e - e_a)*e[below]' - W/10)/tau_weight",
		"tau_weight dc/dt = d e", "dc/dt = d*e/tau_weight : 1",
		"e = sigmoid(z)", "e = 1/(1 + exp(-z)) : 1",
		"tau_soma = 100 ms", "tau_soma = 100*ms",
	)
	for _, form := range []string{
		brian.Replace(paper),
		strings.Replace(paper, "tau_soma dz/dt = -z + W e[below] + c", "dz/dt = -z/tau_soma + (W e[below] + c)/tau_soma", 1),
		strings.Replace(paper, "tau_soma dz/dt = -z + W e[below] + c", "tau_soma * dz/dt = W e[below] - (z - c)", 1),
		strings.Replace(paper, "tau_soma dz/dt = -z + W e[below] + c", "dz/dt = ((W e[below]) + \\ # goes on\n c - z) (10Hz) + 0 z / tau_soma", 1),
		strings.Replace(paper, "tau_soma dz/dt = -z", "2 tau_soma dz/dt / 2 = -z", 1),
		strings.Replace(paper, "tau_soma = 100 ms", "tau_soma = 0.1 s", 1),
	} {
		if form == paper {
			t.Fatal("nothing was replaced")
		}
		if strings.Contains(form, "/ 2 =") {
			if _, err := model.Parse("form.model", form); err == nil {
				t.Error("a factor behind dz/dt is understood")
			}
			continue
		}
		alike(t, numbers(t, form, s), want, 1e-12)
	}
}

// TestOrderOfLinesDoesNotMatter shuffles the lines within their sections, and the
// sections.
func TestOrderOfLinesDoesNotMatter(t *testing.T) {
	sources := []string{paper}
	for _, name := range model.Builtins() {
		text, err := model.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, text.Source)
	}
	for _, source := range sources {
		s := Setting{Sizes: []int{3, 5, 4, 2}, Rows: 2}
		want := numbers(t, source, s)
		for seed := range uint64(20) {
			alike(t, numbers(t, shuffled(source, rand.New(rand.NewPCG(seed, 9))), s), want, 1e-12)
			if t.Failed() {
				t.Fatal(shuffled(source, rand.New(rand.NewPCG(seed, 9))))
			}
		}
	}
}

// shuffled changes the order of a text's lines. Lines that a condition chooses
// between, the last of which may say otherwise, stay in order.
func shuffled(source string, rng *rand.Rand) string {
	var title string
	var sections [][]string
	for _, line := range strings.Split(source, "\n") {
		line, _, _ = strings.Cut(line, "#")
		switch {
		case strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, "model "):
			title = line
		case !strings.HasPrefix(line, " "):
			sections = append(sections, []string{line})
		default:
			last := len(sections) - 1
			sections[last] = append(sections[last], line)
		}
	}
	rng.Shuffle(len(sections), func(i, j int) { sections[i], sections[j] = sections[j], sections[i] })
	var out strings.Builder
	out.WriteString(title + "\n")
	for _, section := range sections {
		lines := section[1:]
		order := rng.Perm(len(lines))
		out.WriteString(section[0] + "\n")
		next := map[string]int{}
		for _, k := range order {
			name := defines(lines[k])
			var own []int // in the order of the text
			for i, line := range lines {
				if defines(line) == name {
					own = append(own, i)
				}
			}
			out.WriteString(lines[own[next[name]]] + "\n")
			next[name]++
		}
	}
	return out.String()
}

// defines is what the left-hand side of a line is about.
func defines(line string) string {
	left, _, _ := strings.Cut(line, "=")
	words := strings.Fields(left)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
