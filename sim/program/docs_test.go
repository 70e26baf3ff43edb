package program

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/model"
)

// TestModelsDocument compiles every example of docs/models.md, in both kinds of
// time unless a requirement of the text rules one out. Those that an error
// follows must fail with it.
func TestModelsDocument(t *testing.T) {
	for _, b := range documented(t, "../../docs/models.md") {
		t.Run(fmt.Sprintf("line %d", b.line), func(t *testing.T) {
			text, before := completed(b.source)
			err := compileExample(text)
			var wrong *model.Error
			if errors.As(err, &wrong) {
				own := *wrong
				own.Line -= before
				err = &own
			}
			switch {
			case b.fails == "" && err != nil:
				t.Errorf("%v, in\n%s", err, text)
			case b.fails != "" && err == nil:
				t.Errorf("no error, but the document says\n%s", b.fails)
			case b.fails != "" && err.Error() != b.fails:
				t.Errorf("the error is\n%v\nbut the document says\n%s", err, b.fails)
			}
		})
	}
}

// TestExamplesOfWords compiles the line of every word, which must have the word
// in it.
func TestExamplesOfWords(t *testing.T) {
	for kind, words := range model.Words() {
		for _, w := range words {
			if !regexp.MustCompile(`\b` + w.Word + `\b`).MatchString(w.Example) {
				t.Errorf("%s: the example of %s, %q, does without it", kind, w.Word, w.Example)
			}
			text, _ := completed(inSection(w))
			if err := compileExample(text); err != nil {
				t.Errorf("%s: the example of %s: %v, in\n%s", kind, w.Word, err, text)
			}
		}
	}
}

// inSection is the part of a model that the line of a word stands in, with what
// uses what it declares.
func inSection(w model.Word) string {
	part := w.Section + ":\n" + w.Example + "\n"
	name, _, _ := strings.Cut(w.Example, " ")
	switch {
	case strings.HasSuffix(w.Example, "otherwise"):
		return w.Section + ":\n" + name + " = 0 if discrete\n" + w.Example + "\n"
	case w.Section == "time constants":
		return part + "layer:\n" + name + " dW/dt = e e[below]'\n"
	case strings.Contains(w.Example, " of "):
		return part + "hidden:\na = 1 if " + name + " = tied else 0\n"
	case strings.Contains(w.Example, "dY/dt"):
		return part + "projection Y along W[above]\nY(0) = normal(0.1)\n"
	case w.Section == "parameters":
		return part + "hidden:\na = " + name + "\n"
	}
	return part
}

// documentedModel is an example of a document.
type documentedModel struct {
	line   int // of the document
	source string
	fails  string // with this error; "" if it does not
}

func documented(t *testing.T, path string) []documentedModel {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	document := string(data)
	var out []documentedModel
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$").FindAllStringSubmatchIndex(document, -1) {
		body := document[m[4]:m[5]]
		switch document[m[2]:m[3]] {
		case "model":
			out = append(out, documentedModel{line: strings.Count(document[:m[0]], "\n") + 1, source: body})
		case "error":
			if len(out) == 0 {
				t.Fatal("an error of no example")
			}
			out[len(out)-1].fails = strings.TrimSpace(body)
		}
	}
	if len(out) == 0 {
		t.Fatal("no examples")
	}
	return out
}

// compileExample compiles a text for a small network in each kind of time.
func compileExample(source string) error {
	text, err := model.Parse("my.model", source)
	if err != nil {
		return err
	}
	for _, discrete := range []bool{false, true} {
		if excluded(text, discrete) {
			continue
		}
		files := model.Values{}
		for _, p := range text.Params {
			if p.File {
				files[p.Name] = &model.Array{}
			}
		}
		net, err := New(text, Setting{Sizes: []int{30, 20, 20, 10}, Rows: 2, Values: files, Usage: model.Usage{Discrete: discrete, Presentation: 0.1}})
		if err != nil {
			return err
		}
		if _, err := net.compile(discrete); err != nil {
			return err
		}
		if _, err := Draw[float64](net, rand.New(rand.NewPCG(1, 1))); err != nil {
			return err
		}
	}
	return nil
}

// excluded says whether a requirement of the text rules a kind of time out.
func excluded(text *model.Text, discrete bool) bool {
	env := model.Env{Flags: map[string]bool{"discrete": discrete}}
	return slices.ContainsFunc(text.Requires, func(r *model.Require) bool {
		holds, known := env.Holds(r.Cond)
		return r.When == nil && known && !holds
	})
}

// Lines of a model that examples leave out.
var (
	ordinaryParameters = map[string]string{"tau": "time constants:\n tau = 20 ms", "tau_weight": "time constants:\n tau_weight = 10 s rate lr"}
	ordinaryLayer      = []string{"projection W, c from below", "tau dz/dt = -z + W e[below] + c", "e = sigmoid(z)", "W(0) = normal(0.5)"}
	ordinaryOutput     = "answer = e"
	ordinaryInput      = "e = stimulus"
)

// completed makes a model of a part of one, with an ordinary line for each name
// that the part does not define. It also returns how many lines stand before the
// part.
func completed(part string) (text string, before int) {
	if strings.HasPrefix(part, "model ") {
		return part, 0
	}
	text = "model example\n" + part
	own := definitions(part)
	for _, kind := range []string{"hidden", "output"} {
		text += kind + ":\n"
		for _, line := range ordinaryLayer {
			if name := defined(line)[0]; !own[kind+"."+name] && !own["layer."+name] {
				text += line + "\n"
			}
		}
	}
	if !own["output.answer"] {
		text += ordinaryOutput + "\n"
	}
	if !own["input.e"] {
		text += "input:\n" + ordinaryInput + "\n"
	}
	for _, name := range []string{"tau", "tau_weight"} {
		if regexp.MustCompile(`\b`+name+`\b`).MatchString(text) && !own["time constants."+name] && !own["parameters."+name] {
			text += ordinaryParameters[name] + "\n"
		}
	}
	return text, 1
}

// definitions lists what the lines of a part define, as "hidden.e".
func definitions(part string) map[string]bool {
	out := map[string]bool{}
	section := ""
	for line := range strings.Lines(part) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if head, ok := strings.CutSuffix(line, ":"); ok {
			section = head
			continue
		}
		for _, name := range defined(line) {
			out[section+"."+name] = true
		}
	}
	return out
}

// defined lists the names that a line defines: those of x = ..., x(0) = ...,
// tau dx/dt = ... and projections.
func defined(line string) []string {
	if names, ok := strings.CutPrefix(line, "projection "); ok {
		names, _, _ = strings.Cut(names, " from ")
		names, _, _ = strings.Cut(names, " along ")
		return strings.Split("projection "+strings.ReplaceAll(names, ", ", "\nprojection "), "\n")
	}
	if m := regexp.MustCompile(`^(\w+(?:\(0\))?) *=|\bd(\w+)/dt *=`).FindStringSubmatch(line); m != nil {
		return []string{m[1] + m[2]}
	}
	return nil
}
