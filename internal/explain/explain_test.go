package explain

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burstsim/plots"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

func builtin(t *testing.T, name string) *model.Text {
	t.Helper()
	text, err := model.Builtin(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func setting(values model.Values, sizes ...int) program.Setting {
	if len(sizes) == 0 {
		sizes = []int{3, 20, 1}
	}
	return program.Setting{Sizes: sizes, Values: values, Usage: model.Usage{Presentation: 0.1, Hidden: len(sizes) - 2}}
}

// links writes those of a circuit, as "W 0->1 e plastic".
func links(c plots.CircuitNetwork) []string {
	var out []string
	for _, l := range c.Links {
		end := func(e plots.CircuitEnd) string {
			s := fmt.Sprint(e.Row)
			if e.Cell > 0 {
				s += c.Rows[e.Row].Cells[e.Cell].Name
			}
			if e.Apical {
				s += "^"
			}
			return s
		}
		line := fmt.Sprintf("%s %s->%s %s %s", l.Weights, end(l.From), end(l.To), l.Quantity, []string{"plastic", "tied", "fixed"}[l.Learning])
		if l.Subtracts {
			line += " -"
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

// TestCircuits holds the circuits of models against what their papers draw.
func TestCircuits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values model.Values
		links  []string
		cells  string // soma, apical dendrite and teacher of each layer
	}{
		{"burstccn", nil, []string{"Q 2->1^ e tied -", "W 0->1 e plastic", "W 1->2 e plastic", "Y 2->1^ b tied"}, "e// z/u/1 z//2"},
		{"burstccn", model.Values{"y_mode": "random", "q_mode": "symmetric_init", "q_plastic": true},
			[]string{"Q 2->1^ e plastic -", "W 0->1 e plastic", "W 1->2 e plastic", "Y 2->1^ b fixed"}, "e// z/u/1 z//2"},
		{"burstprop", nil, []string{"W 0->1 e plastic", "W 1->2 e plastic", "Y 2->1^ b tied"}, "e// z/u/1 z//2"},
		{"ann", nil, []string{"W 0->1 e plastic", "W 1->2 e plastic", "Y 2->1^ d tied"}, "e// z/d/1 z//2"},
		{"edn", nil, []string{" 2->1interneuron z fixed", "W 0->1 r plastic", "W 1->2 r plastic", "W_IP 1interneuron->1^ r plastic -",
			"W_PI 1->1interneuron r plastic", "Y 2->1^ r tied"}, "s// z/v_A/0 z//0"},
	} {
		c, err := CircuitOf(builtin(t, tt.name), setting(tt.values))
		if err != nil {
			t.Fatal(err)
		}
		if got := links(c); !slices.Equal(got, tt.links) {
			t.Errorf("%s %v: links\n%q, expected\n%q", tt.name, tt.values, got, tt.links)
		}
		var cells []string
		for i, r := range c.Rows {
			s := fmt.Sprintf("%s/%s/", r.Cells[0].Soma, r.Cells[0].Apical)
			if i > 0 {
				s += fmt.Sprint(int(r.Cells[0].Teacher))
			}
			cells = append(cells, s)
		}
		if got := strings.Join(cells, " "); got != tt.cells {
			t.Errorf("%s: layers %s, expected %s", tt.name, got, tt.cells)
		}
	}
}

// What weights from below reach as well has no apical dendrite, and weights that
// learn are no states.
func TestCompartments(t *testing.T) {
	var b model.Builder
	text, err := b.Model("example", "").
		Layer("projection W from below", "drive = W e[below]", "10s dW/dt = drive e[below]'", "W(0) = 1").
		Hidden("projection Y from above", "both = drive + W e[below] + Y e[above]", "20ms dz/dt = -z + both", "e = tanh(z)", "Y(0) = 1").
		Output("e = drive", "answer = e").Text()
	if err != nil {
		t.Fatal(err)
	}
	c, err := CircuitOf(text, setting(nil))
	if err != nil {
		t.Fatal(err)
	}
	if cell := c.Rows[1].Cells[0]; cell.Soma != "z" || cell.Apical != "" {
		t.Errorf("the hidden layer has soma %q and dendrite %q, expected z alone", cell.Soma, cell.Apical)
	}
	if cell := c.Rows[2].Cells[0]; cell.Soma != "e" && cell.Soma != "drive" {
		t.Errorf("the soma of the output is %q", cell.Soma)
	}
}

// A recurrent input that is taken away is drawn as one.
func TestWhatIsTakenAwaySubtracts(t *testing.T) {
	s := setting(model.Values{"recurrent_input": true})
	s.Usage.Discrete = true
	c, err := CircuitOf(builtin(t, "burstprop"), s)
	if err != nil {
		t.Fatal(err)
	}
	if got := links(c); !slices.Contains(got, "R 1->1^ b_pre plastic -") {
		t.Errorf("links %q", got)
	}
}

// parse reads every model of the examples and of the tests' own.
func everyModel(t *testing.T) []*model.Text {
	t.Helper()
	files, err := filepath.Glob("../../examples/*.model")
	if err != nil {
		t.Fatal(err)
	}
	own, err := filepath.Glob("testdata/*.model")
	if err != nil || len(own) == 0 {
		t.Fatalf("%d models of the tests', %v", len(own), err)
	}
	var all []*model.Text
	for _, file := range append(files, own...) {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text, err := model.Parse(file, string(source))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	for _, name := range model.Builtins() {
		all = append(all, builtin(t, name))
	}
	return all
}

// TestNoProjectionIsLeftOut looks for all weights that a network has in its
// circuit, and draws it, with one hidden layer, none, and some.
func TestNoProjectionIsLeftOut(t *testing.T) {
	for _, text := range everyModel(t) {
		for _, sizes := range [][]int{{3, 1}, {3, 5, 2}, {3, 5, 4, 2}} {
			s := setting(nil, sizes...)
			net, err := program.New(text, s)
			if err != nil {
				t.Fatalf("%s: %v", text.Name, err)
			}
			c, err := CircuitOf(text, s)
			if err != nil {
				t.Fatal(err)
			}
			drawn := map[string]bool{}
			for _, l := range c.Links {
				drawn[l.Weights] = true
			}
			for _, p := range net.Projections() {
				if name := strings.TrimRight(p.Name, "0123456789"); !p.Absent && !drawn[name] && multiplies(text, name) {
					t.Errorf("%s %v: %s is not in the circuit", text.Name, sizes, p.Name)
				}
			}
			if _, err := Circuit(text, s); err != nil {
				t.Errorf("%s %v: %v", text.Name, sizes, err)
			}
		}
	}
}

// multiplies says whether weights are more than a name for what others amount
// to: whether a quantity or a state follows from them.
func multiplies(text *model.Text, name string) (found bool) {
	for _, b := range text.Blocks {
		for _, e := range b.Equations {
			if e.Kind != model.Follows && e.Kind != model.Changes || slices.ContainsFunc([]string{"input", "hidden", "output", b.Name}, func(kind string) bool { return text.IsProjection(kind, e.Name) }) {
				continue
			}
			model.Walk(e.Right, func(x model.Expr) {
				r, ok := x.(*model.Ref)
				found = found || ok && r.Name == name
			})
		}
	}
	return found
}

// TestOrder holds each step of what is computed against those before it: in
// continuous time quantities come behind the quantities that they depend on, in
// discrete time so do states.
func TestOrder(t *testing.T) {
	m, err := Describe(builtin(t, "burstccn"), setting(nil))
	if err != nil {
		t.Fatal(err)
	}
	at := func(time Time, name string, layer int) int {
		return slices.IndexFunc(time.Order, func(s program.Step) bool { return s.Name == name && s.Layer == layer })
	}
	for _, time := range m.Times {
		for _, pair := range [][2]string{{"e", "b"}, {"p", "b"}, {"x", "pre"}} {
			if at(time, pair[0], 2) > at(time, pair[1], 2) {
				t.Errorf("%s: %s comes behind %s", time.Kind, pair[0], pair[1])
			}
		}
		if at(time, "b", 2) > at(time, "a", 1) {
			t.Errorf("%s: feedback comes before what it carries", time.Kind)
		}
		states := at(time, "z", 1) < at(time, "e", 1) && at(time, "u", 1) < at(time, "p", 1)
		if states != (time.Kind == "discrete") {
			t.Errorf("%s: whether states come before what depends on them: %v", time.Kind, states)
		}
		if at(time, "u", 1) < 0 || time.States != 20+20+1 || time.Weights != 3*20+20+20+1 || time.Program == "" {
			t.Errorf("%s: %d states, %d weights", time.Kind, time.States, time.Weights)
		}
	}
}

// A kind of time that a model has no form in is said, and no error.
func TestExcludedKindsOfTime(t *testing.T) {
	text := builtin(t, "burstprop")
	values := model.Values{"recurrent_input": true}
	s := setting(values)
	s.Usage.Discrete = true
	m, err := Describe(text, s)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(m.Times[0].Excluded, "discrete form only") || m.Times[1].Excluded != "" {
		t.Errorf("continuous: %q, discrete: %q", m.Times[0].Excluded, m.Times[1].Excluded)
	}
	if _, err := Describe(text, s, "continuous"); err == nil {
		t.Error("no error where there is no other form")
	}
}

// Every parameter and every signal of a text is in its description, and every
// section has something.
func TestDescriptionsAreWhole(t *testing.T) {
	for _, text := range everyModel(t) {
		m, err := Describe(text, setting(nil))
		if err != nil {
			t.Fatalf("%s: %v", text.Name, err)
		}
		if len(m.Parameters) != len(text.AllParams()) || len(m.Signals) != len(text.Signals) {
			t.Errorf("%s: %d of %d parameters, %d of %d signals", text.Name, len(m.Parameters), len(text.AllParams()), len(m.Signals), len(text.Signals))
		}
		for _, s := range m.Sections() {
			for _, p := range s.Parts {
				if p.Table == nil && len(p.Lines) == 0 {
					t.Errorf("%s: the section %s is empty", text.Name, s.Name)
				}
				if p.Table == nil {
					continue
				}
				for _, row := range p.Table.Rows {
					if len(row) != len(p.Table.Header) {
						t.Errorf("%s: %s has a row of %d cells, expected %d", text.Name, s.Name, len(row), len(p.Table.Header))
					}
				}
			}
		}
	}
}
