package model_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"burstsim/sim/model"
	"burstsim/sim/program"
)

// FuzzParse gives the language texts of all kinds: whatever it is given, it ends
// soon, and says where in the text something is wrong. What it accepts can be
// compiled for a small network, or is refused in the same way.
func FuzzParse(f *testing.F) {
	for _, name := range model.Builtins() {
		text, err := model.Builtin(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text.Source)
	}
	for _, s := range []string{small, beside, "", "model", ":", "model m", "\\", "#", "\"", "model m\nlayer:\n    x(0)", "model m\noutput:\n    answer = 1e",
		"model m\noutput:\n    answer = " + strings.Repeat("(", 300), "model m\noutput:\n    answer = " + strings.Repeat("-", 300),
		small + "    y = " + strings.Repeat("z + ", 3000) + "z\n",
		small + "    y = " + strings.Repeat("z * ", 3000) + "z\n",
		small + "    y = " + strings.Repeat("z + ", 300) + strings.Repeat("z ", 300) + "\n",
		small + "    y = " + strings.Repeat("(", 90) + "z" + strings.Repeat("^2)", 90) + "\n",
		small + "    tau dy/dt = -" + strings.Repeat("(", 90) + "y" + strings.Repeat("^2)", 90) + "\n",
		small + "    y = not\n    keep W in [0, 1]\n", strings.Replace(small, "= e", "= e if e > 0 and teacher else 0", 1)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		text, err := model.Parse("fuzz.model", source)
		if err != nil {
			within(t, source, err)
			return
		}
		for _, discrete := range []bool{false, true} {
			usage := model.Usage{Discrete: discrete, Presentation: 0.02}
			if _, err := text.Resolve(nil, usage); err != nil {
				continue // the default parameters do not go together
			}
			net, err := program.New(text, program.Setting{Sizes: []int{3, 4, 2}, Rows: 2, Usage: usage})
			if err != nil {
				within(t, source, err)
				continue
			}
			var p *program.Program
			if discrete {
				p, err = net.Discrete()
			} else {
				p, err = net.Continuous()
			}
			if err != nil {
				within(t, source, err)
			} else if p.String() == "" {
				t.Error("an empty program")
			}
		}
	})
}

// within fails the test unless an error is one of the language, at a place of the
// text.
func within(t *testing.T, source string, err error) {
	t.Helper()
	var e *model.Error
	if !errors.As(err, &e) {
		t.Fatalf("the error is a %T: %v", err, err)
	}
	lines := strings.Split(source, "\n")
	if e.File != "fuzz.model" || e.Line < 1 || e.Line > len(lines) || e.Column < 1 || e.Msg == "" ||
		e.Column > utf8.RuneCountInString(lines[e.Line-1])+1 && utf8.ValidString(source) {
		t.Fatalf("%v is outside of a text of %d lines", err, len(lines))
	}
}

// small is the smallest model that learns.
const small = `model small
time constants:
    tau = 10 ms
layer:
    projection W from below
    W(0) = normal(1)
    tau dz/dt = -z + W e[below]
    e = sigmoid(z)
    tau dW/dt = e e[below]' - W
output:
    answer = e
`

// beside has a population beside its hidden layers.
const beside = small + `
inhibition beside hidden, as many as above:
    projection P from beside
    P(0) = uniform(0, 1)
    keep P >= 0
    r = relu(P e[beside])
hidden:
    projection K from inhibition
    K = P[inhibition]'
    i = K r[inhibition] + mean(e)
`
