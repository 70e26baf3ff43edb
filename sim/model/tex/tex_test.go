package tex

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/model"
)

// TestEveryWordHasAForm holds the words that are set against those of the
// language: neither may have more than the other.
func TestEveryWordHasAForm(t *testing.T) {
	for what, pair := range map[string][2][]string{
		"functions":         {slices.Sorted(maps.Keys(functions)), slices.Sorted(maps.Keys(model.Functions()))},
		"words for numbers": {slices.Sorted(maps.Keys(constants)), slices.Sorted(maps.Keys(model.Constants()))},
		"conditions":        {slices.Sorted(maps.Keys(flags)), slices.Sorted(maps.Keys(model.Flags()))},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("the %s that have a form are\n%q, but those of the language\n%q", what, pair[0], pair[1])
		}
	}
}

// TestEveryPartOfTheSyntaxIsSet fails where the syntax gets a part that this
// package has not been told of: look where it belongs, then add it here.
func TestEveryPartOfTheSyntaxIsSet(t *testing.T) {
	for _, known := range []struct {
		value  any
		fields string
	}{
		{model.Block{}, "Pos Name Beside Size Projections Equations"},
		{model.Projection{}, "Pos Name Bias From Along Density Blocks Mask"},
		{model.Equation{}, "Pos Kind Name Tau Right When Else Plain Keeps Groups Low High Text"},
		{model.Param{}, "Pos Name Key Section Default Drawn Unit Range Choices Switch File Rate Doc"},
		{model.Number{}, "Pos Value Unit"},
		{model.Ref{}, "Pos Name Index Delay"},
		{model.Unary{}, "Pos Op X"},
		{model.Binary{}, "Pos Op X Y"},
		{model.Call{}, "Pos Func Args"},
		{model.Choose{}, "Pos Cond X Y"},
		{model.Flag{}, "Pos Name"},
		{model.Compare{}, "Pos Op X Y"},
		{model.Not{}, "Pos X"},
		{model.Joined{}, "Pos Op X Y"},
	} {
		typ := reflect.TypeOf(known.value)
		var fields []string
		for i := range typ.NumField() {
			fields = append(fields, typ.Field(i).Name)
		}
		if got := strings.Join(fields, " "); got != known.fields {
			t.Errorf("%v has the fields %q, but %q are known to be set", typ, got, known.fields)
		}
	}
}

// parsed makes a model of lines of its hidden layers.
func parsed(t *testing.T, lines ...string) *model.Text {
	t.Helper()
	var b model.Builder
	b.Model("example", "")
	b.Parameters(`p_b = 0.5 in (0, 1)`, `gain = 2`, `mode = tied of tied, random`, `on = true`)
	b.TimeConstants("tau_soma = 20 ms", "tau_y = 5 s")
	b.Input("e = stimulus", "u = stimulus", "Z = stimulus")
	b.Layer("projection W, c from below", "e = p_b gain W e[below] if on and mode = tied else 0", "W(0) = 1",
		"tau_soma ds/dt = -s", "tau_y dv_A/dt = -v_A", "u = e")
	b.Output("answer = e")
	b.Beside("inter beside hidden", "r = e[beside]")
	b.Hidden(append([]string{"projection Y along W[above]"}, lines...)...)
	text, err := b.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestLines(t *testing.T) {
	for line, want := range map[string]string{
		"a = -e u":              `a^{(l)} = -e^{(l)} \odot u^{(l)}`,
		"a = e - (u - s)":       `a^{(l)} = e^{(l)} - \left(u^{(l)} - s^{(l)}\right)`,
		"a = 2 3 e":             `a^{(l)} = 2 \cdot 3 \, e^{(l)}`,
		"a = e^2 / (2 p_b)":     `a^{(l)} = \frac{\left(e^{(l)}\right)^{2}}{2 \, p_{b}}`,
		"a = Y' e[above]":       `a^{(l)} = Y^{(l)\top} \, e^{(l+1)}`,
		"a = v_A mean(e)":       `a^{(l)} = v_{A}^{(l)} \, \left\langle e^{(l)}\right\rangle`,
		"a = r[inter] depth":    `a^{(l)} = r^{\mathrm{inter},(l)} \, (L - l)`,
		"a = e if e > 0 else u": `a^{(l)} = \begin{cases} e^{(l)} & \text{if }e^{(l)} > 0 \\ u^{(l)} & \text{otherwise} \end{cases}`,
		"a = e  if not (mode = tied) and (on or teacher)": `a^{(l)} = e^{(l)} \quad \text{if }\text{mode} \ne \text{tied}\text{ and }\left(\text{on}\text{ or }\text{there is a teacher}\right)`,
		"tau_soma da/dt = -a + 1e-5 e":                    `\tau_{\mathrm{soma}} \, \frac{da^{(l)}}{dt} = -a^{(l)} + 10^{-5} \, e^{(l)}`,
		"tau_soma da/dt = -a + gain sqrt(2 tau_soma) xi":  `\tau_{\mathrm{soma}} \, \frac{da^{(l)}}{dt} = -a^{(l)} + \text{gain} \, \sqrt{2 \, \tau_{\mathrm{soma}}} \, \xi^{(l)}`,
		"a = Y' e[above](t - 2 tau_y)":                    `a^{(l)} = Y^{(l)\top} \, e^{(l+1)}(t - 2 \, \tau_{y})`,
		"tau_y dY/dt = e[above] e(t - 10ms - tau_y)'":     `\tau_{y} \, \frac{dY^{(l)}}{dt} = e^{(l+1)} \, e^{(l)\top}(t - \left(10\,\mathrm{ms} + \tau_{y}\right))`,
		"20ms da/dt = -a":                                 `20\,\mathrm{ms} \, \frac{da^{(l)}}{dt} = -a^{(l)}`,
		"tau_y dY/dt = e[above] (e - u)' - 0.1 Y^3":       `\tau_{y} \, \frac{dY^{(l)}}{dt} = e^{(l+1)} \, \left(e^{(l)} - u^{(l)}\right)^\top - 0.1 \, \left(Y^{(l)}\right)^{3}`,
		"tau_y dY/dt = e[above]^2 Y":                      `\tau_{y} \, \frac{dY^{(l)}}{dt} = \left(e^{(l+1)}\right)^{2} \odot Y^{(l)}`,
		"presentation dY/dt = batch e[above] e'":          `\Delta Y^{(l)} = B \, e^{(l+1)} \, e^{(l)\top}`,
		"Y(0) = normal(gain)":                             `Y^{(l)}(0) \sim \mathcal{N}\left(0, \text{gain}\right)`,
		"Y(0) = 1 + uniform(0, 1)":                        `Y^{(l)}(0) = 1 + \mathcal{U}\left(0, 1\right)`,
		"keep Y in [-1, 1]":                               `-1 \le Y^{(l)} \le 1`,
		"keep Y >= 0  if on":                              `0 \le Y^{(l)} \quad \text{if }\text{on}`,
	} {
		text := parsed(t, line)
		b := text.Block("hidden")
		got, err := Lines(text, b, b.Equations)
		if err != nil {
			t.Errorf("%s: %v", line, err)
		} else if len(got) != 1 || got[0] != want {
			t.Errorf("%s:\n%s\nexpected\n%s", line, strings.Join(got, "\n"), want)
		}
	}
}

// Lines of one name are one formula, wherever they stand.
func TestLinesOfOneNameAreCases(t *testing.T) {
	text := parsed(t, "a = e  if on", "k = e", "a = u  otherwise")
	b := text.Block("hidden")
	got, err := Lines(text, b, b.Equations)
	want := []string{`a^{(l)} = \begin{cases} e^{(l)} & \text{if }\text{on} \\ u^{(l)} & \text{otherwise} \end{cases}`, `k^{(l)} = e^{(l)}`}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, expected %q", got, err, want)
	}
}

func TestSymbol(t *testing.T) {
	for name, want := range map[string]string{
		"z": "z", "p_b": "p_{b}", "tau_soma": `\tau_{\mathrm{soma}}`, "W_PI": `W_{\mathrm{PI}}`, "e_a_1": "e_{a,1}",
		"τ": `\tau`, "lambda": `\lambda`, "answer": `\mathrm{answer}`, "x_": "x", "_y": "y", "Öl": `\mathrm{Öl}`, "τw": `\mathrm{\mathnormal{\tau}w}`,
	} {
		if got := Symbol(name); got != want {
			t.Errorf("%s: %s, expected %s", name, got, want)
		}
	}
}

// models are the texts that come with burstsim.
func models(t *testing.T) []*model.Text {
	t.Helper()
	var all []*model.Text
	for _, name := range model.Builtins() {
		text, err := model.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	files, err := filepath.Glob("../../../examples/*.model")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
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
	return all
}

// TestDocumentsAreBalanced looks at what LaTeX would stumble over, where there
// is none: brackets, environments, and marks of alignment.
func TestDocumentsAreBalanced(t *testing.T) {
	for _, text := range models(t) {
		doc, err := Document(text)
		if err != nil {
			t.Fatal(err)
		}
		balanced(t, text.Name, doc)
		for _, p := range text.AllParams() {
			if !strings.Contains(doc, `\texttt{`+escape(p.Path())+"}") {
				t.Errorf("%s: the parameter %s is not in the table", text.Name, p.Path())
			}
		}
	}
}

func balanced(t *testing.T, name, doc string) {
	t.Helper()
	var open []string
	tokens := regexp.MustCompile(`\\begin\{[a-z*]+\}|\\end\{[a-z*]+\}|\\left\\?.|\\right\\?.|\\.|[{}]`)
	for _, tok := range tokens.FindAllString(doc, -1) {
		closes := ""
		switch {
		case tok == "{", strings.HasPrefix(tok, `\left`) && !strings.HasPrefix(tok, `\lefta`), strings.HasPrefix(tok, `\begin`):
			open = append(open, tok)
			continue
		case tok == "}":
			closes = "{"
		case strings.HasPrefix(tok, `\right`) && !strings.HasPrefix(tok, `\righta`):
			closes = `\left`
		case strings.HasPrefix(tok, `\end{`):
			closes = `\begin{` + strings.TrimPrefix(tok, `\end{`)
		default:
			continue
		}
		if len(open) == 0 || !strings.HasPrefix(open[len(open)-1], closes) {
			t.Fatalf("%s: %s closes %q", name, tok, open)
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		t.Errorf("%s: %q stay open", name, open)
	}
}

// TestDocumentsCompile has LaTeX set what comes with burstsim, if there is one.
func TestDocumentsCompile(t *testing.T) {
	latex, err := exec.LookPath("pdflatex")
	if err != nil {
		t.Skip("no pdflatex here")
	}
	for _, text := range models(t) {
		doc, err := Document(text)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "model.tex"), []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(latex, "-interaction=nonstopmode", "-halt-on-error", "model.tex")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", text.Name, err, out)
		}
	}
}

// TestStructureIsSet: which connections there are, and what units draw.
func TestStructureIsSet(t *testing.T) {
	text, err := model.Parse("s.model", `model s
parameters:
    p_w    = 0.1 in (0, 1]
    wiring = file "who sees whom"
time constants:
    tau = lognormal(20 ms, 0.2) per unit in (0, inf)
layer:
    projection W from below, density p_w
    projection V from below, blocks 4
    tau dz/dt = -z + (W + V) z[below]
    W(0) = 1
    V(0) = 1
hidden:
    projection R from hidden, mask wiring
    R(0) = 1
    r = R z
input:
    z = stimulus
output:
    answer = z
`)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Equations(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"from the layer below, connected with probability $p_", "in $4$ blocks", `from the population itself, connected as \emph{wiring} says`} {
		if !strings.Contains(whole, want) {
			t.Errorf("%q is not in\n%s", want, whole)
		}
	}
	for name, want := range map[string]string{"tau": "lognormal($", "wiring": ""} {
		if got := defaultOf(text, text.Param(name)); !strings.HasPrefix(got, want) || name == "wiring" && got != "" {
			t.Errorf("the default of %s is set as %q", name, got)
		}
	}
	if got := rangeOf(text.Param("wiring")); got != "file" {
		t.Errorf("the range of wiring is %q", got)
	}
}
