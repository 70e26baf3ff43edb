package program

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"burstsim/sim/model"
)

// wellFormed is a model into which TestErrors puts one fault at a time.
const wellFormed = `model faulty
parameters:
    gain = 2 in (0, inf)
    mode = soft of soft, hard
    plastic = true
time constants:
    tau_soma = 20 ms in (0, inf)
    tau_weight = 10 s rate lr
layer:
    projection W, c from below
    W(0) = normal(gain)
    tau_soma dz/dt = -z + W e[below] + c
    e = sigmoid(z)  if mode = soft
    e = step(z)  otherwise
    tau_weight dW/dt = d e[below]'  if plastic
hidden:
    projection Y along W[above]
    Y(0) = normal(1)
    d = Y' d[above]
output:
    d = target - e
    answer = e
signals:
    z soma
`

// TestErrors lists what can be wrong with a text and what is said about it: the
// place, the equation, what was expected and the nearest name.
func TestErrors(t *testing.T) {
	tests := []struct {
		what     string
		old, new string // in wellFormed
		discrete bool
		line     int
		column   int
		says     []string
	}{
		{what: "unknown name", old: "d = target - e", new: "d = target - ee", line: 21, column: 18, says: []string{"unknown name ee", `did you mean "e"?`, `in "d = target - ee"`}},
		{what: "unknown name of another layer", old: "Y' d[above]", new: "Y' dd[above]", line: 19, column: 12, says: []string{"dd[above]", "the hidden layer has no dd", `did you mean "d"?`, `in "d = Y' dd[above]"`}},
		{what: "unknown population", old: "Y' d[above]", new: "Y' d[abov]", line: 19, column: 12, says: []string{`unknown population "abov"`, `did you mean "above"?`}},
		{what: "wrong shape", old: "W e[below]", new: "W e[above]", line: 12, column: 29, says: []string{"e[above]", "nothing is above the output"}},
		{what: "wrong shape in hidden layers", old: "Y' d[above]", new: "Y' e", line: 19, column: 12, says: []string{"Y' expects 4 numbers, but e has 5", `in "d = Y' e"`}},
		{what: "wrong shape of a sum", old: "Y' d[above]", new: "Y' d[above] + d[above]", line: 19, column: 5, says: []string{"5 numbers meet 4", `in "d = Y' d[above] + d[above]"`}},
		{what: "one unit and many", old: "signals:", new: "brake beside hidden, 1 units:\n    projection V from beside\n    V(0) = normal(1)\n    r = V e[beside]\nhidden:\n    f = r[brake] + e\nsignals:\n    f sum", line: 28, column: 5, says: []string{"1 numbers meet 5", `in "f = r[brake] + e"`}},
		{what: "many units and one", old: "signals:", new: "brake beside hidden, 1 units:\n    projection V from beside\n    V(0) = normal(1)\n    r = V e[beside]\nhidden:\n    f = e + r[brake]\nsignals:\n    f sum", line: 28, column: 5, says: []string{"5 numbers meet 1", `in "f = e + r[brake]"`}},
		{what: "weights not transposed", old: "Y' d[above]", new: "Y d[above]", line: 19, column: 11, says: []string{"Y expects 5 numbers", "d[above] has 4"}},
		{what: "wrong shape in a rule", old: "d e[below]'", new: "d e'", line: 15, column: 16, says: []string{"e' has 5 numbers", "W sees 3", `in "tau_weight dW/dt = d e' if plastic"`}},
		{what: "rule without presynaptic factor", old: "d e[below]'", new: "d e[below]", line: 15, column: 16, says: []string{"5 numbers meet 3"}},
		{what: "time constant without unit", old: "tau_soma = 20 ms", new: "tau_soma = 20", line: 12, column: 14, says: []string{"time constant of z is a number", "expected a time such as 100 ms", `in "tau_soma dz/dt`}},
		{what: "unit where none belongs", old: "-z + W", new: "-z + 5ms + W", line: 12, column: 14, says: []string{"a number and a time"}},
		{what: "unknown unit", old: "-z + W", new: "-z + 5mV + W", line: 12, column: 28, says: []string{`unknown unit "mV"`, "ms"}},
		{what: "unit of a potential", old: "+ c\n    e", new: "+ c : volt\n    e", line: 12, column: 44, says: []string{"volt", "expected 1"}},
		{what: "unit of Brian2", old: "+ c\n    e", new: "+ c : s\n    e", line: 12, column: 44, says: []string{"unit s", "expected 1"}},
		{what: "function of a time", old: "e = sigmoid(z)", new: "e = sigmoid(tau_soma)", line: 13, column: 5, says: []string{"sigmoid of a time, expected a number"}},
		{what: "state without leak", old: "-z + W e[below] + c", new: "W e[below] + c", discrete: true, line: 12, column: 14, says: []string{"z has no leak", "discrete time", `in "tau_soma dz/dt`}},
		{what: "state that grows", old: "-z + W e[below] + c", new: "z + W e[below] + c", discrete: true, line: 12, column: 14, says: []string{"z has no leak"}},
		{what: "algebraic loop", old: "d = target - e", new: "d = target - f\n    f = 2 g\n    g = d", line: 23, column: 5, says: []string{"an algebraic loop", "d2 <- f2 <- g2 <- d2"}},
		{what: "loop of discrete time", old: "W e[below] + c", new: "W e[below] + c + d", discrete: true, line: 13, column: 5, says: []string{"a loop, which discrete time cannot take in one sweep", "z2 <- e1 <- z1 <- d1 <- d2 <- e2 <- z2"}},
		{what: "unused parameter", old: "plastic = true\n", new: "plastic = true\n    idle = 3\n", line: 6, column: 5, says: []string{"the parameter idle is used by nothing"}},
		{what: "unknown section", old: "signals:", new: "signal:", line: 23, column: 1, says: []string{`unknown section "signal"`, `did you mean "signals"?`}},
		{what: "unknown layer", old: "hidden:", new: "hiden:", line: 16, column: 1, says: []string{`unknown section "hiden"`, `did you mean "hidden"?`}},
		{what: "defined twice", old: "d = target - e", new: "d = target - e\n    d = 0", line: 22, column: 5, says: []string{"d has an equation already, on line 21", `in "d = 0"`}},
		{what: "state and quantity", old: "e = sigmoid(z)  if mode = soft", new: "z = 1\n    e = sigmoid(z)  if mode = soft", line: 13, column: 5, says: []string{"z has a differential equation already, on line 12"}},
		{what: "quantity and state", old: "    tau_soma dz/dt", new: "    z = 1\n    tau_soma dz/dt", line: 13, column: 14, says: []string{"z has an equation already, on line 12"}},
		{what: "parameter declared twice", old: "plastic = true\n", new: "plastic = true\n    gain = 3\n", line: 6, column: 5, says: []string{"the parameter gain is declared twice, first on line 3"}},
		{what: "projection declared twice", old: "projection Y along", new: "projection W from below\n    projection Y along", line: 17, column: 5, says: []string{"the projection W is declared twice, first on line 10"}},
		{what: "wrong word", old: "if mode = soft", new: "if mode = sof", line: 13, column: 29, says: []string{"mode is never sof", "expected soft or hard", `did you mean "soft"?`}},
		{what: "unknown condition", old: "if plastic", new: "if plastik", line: 15, column: 40, says: []string{"unknown condition plastik", `did you mean "plastic"?`}},
		{what: "switch that is none", old: "if plastic", new: "if plastic and gain", line: 15, column: 52, says: []string{"gain is no switch", "gain > 0"}},
		{what: "unknown function", old: "sigmoid(z)", new: "sigmoyd(z)", line: 13, column: 9, says: []string{"sigmoyd", `did you mean "sigmoid"?`}},
		{what: "too many arguments", old: "sigmoid(z)", new: "sigmoid(z, 1)", line: 13, column: 9, says: []string{"sigmoid of 2 arguments, expected 1"}},
		{what: "bracket", old: "sigmoid(z)", new: "sigmoid(z", line: 13, column: 16, says: []string{"this bracket is not closed", `in "e = sigmoid(z if mode = soft"`}},
		{what: "default outside the range", old: "gain = 2", new: "gain = 0", line: 3, column: 5, says: []string{"the default of gain is outside its range"}},
		{what: "default that is no choice", old: "mode = soft of", new: "mode = sof of", line: 4, column: 12, says: []string{`the default of mode is "sof"`, "soft or hard"}},
		{what: "target of a hidden layer", old: "d = Y' d[above]", new: "d = target", line: 19, column: 9, says: []string{"target is known to the output only"}},
		{what: "stimulus of a layer", old: "e = step(z)", new: "e = stimulus", line: 14, column: 9, says: []string{"stimulus is known to the input only"}},
		{what: "random number", old: "d = target - e", new: "d = normal(1)", line: 21, column: 9, says: []string{"normal is for how weights and states begin"}},
		{what: "connections", old: "d = target - e", new: "d = n_in", line: 21, column: 9, says: []string{"n_in is for how weights begin"}},
		{what: "quantity before weights", old: "W e[below] + c", new: "e[below] W + c", line: 12, column: 14, says: []string{"behind them, as in W x"}},
		{what: "weights alone", old: "W e[below] + c", new: "W", line: 12, column: 14, says: []string{"W is weights"}},
		{what: "transposed quantity", old: "d = target - e", new: "d = target - e'", line: 21, column: 5, says: []string{"transposed quantity", "rules of plasticity"}},
		{what: "no answer", old: "answer = e", new: "reply = e", line: 20, column: 1, says: []string{"answer"}},
		{what: "answer of a hidden layer", old: "d = Y' d[above]", new: "d = Y' d[above]\n    answer = d", line: 20, column: 5, says: []string{"only the output has an answer"}},
		{what: "weights without beginning", old: "Y(0) = normal(1)\n", new: "\n", line: 19, column: 5, says: []string{"Y of the hidden layer 1 has no weights", "Y(0) = normal(1)"}},
		{what: "beginning of nothing", old: "Y(0) =", new: "X(0) =", line: 18, column: 5, says: []string{"unknown name X"}},
		{what: "tied weights that begin", old: "Y(0) = normal(1)", new: "Y(0) = normal(1)\n    Y = W[above]", line: 18, column: 5, says: []string{"Y equals other weights at all times"}},
		{what: "rule of tied weights", old: "Y(0) = normal(1)", new: "Y = W[above]\n    tau_weight dY/dt = d[above] d'", line: 19, column: 16, says: []string{"Y cannot learn"}},
		{what: "tied to itself", old: "Y(0) = normal(1)", new: "Y = 2 Y", line: 18, column: 5, says: []string{"Y is tied to itself"}},
		{what: "other shape of tied weights", old: "Y(0) = normal(1)", new: "Y = W", line: 18, column: 5, says: []string{"Y is 4 x 5, but what it equals is 5 x 3"}},
		{what: "keep a quantity", old: "d = target - e", new: "d = target - e\n    keep d >= 0", line: 22, column: 5, says: []string{"d is no projection"}},
		{what: "keep within a quantity", old: "W(0) =", new: "keep W >= e\n    W(0) =", line: 11, column: 5, says: []string{"a bound must be a number"}},
		{what: "unknown signal", old: "z soma", new: "zz soma", line: 24, column: 5, says: []string{"unknown quantity zz", `did you mean "z"?`}},
		{what: "parameter with an equation", old: "d = target - e", new: "d = target - e\n    gain = 1", line: 22, column: 5, says: []string{"gain is a parameter"}},
		{what: "word as a number", old: "d = target - e", new: "d = mode", line: 21, column: 5, says: []string{"mode is no number"}},
		{what: "condition that changes, between lines", old: "e = sigmoid(z)  if mode = soft", new: "e = sigmoid(z)  if z > gain and mode = soft", line: 13, column: 5, says: []string{"x = A if CONDITION else B"}},
		{what: "unfinished text", old: "z soma", new: `z soma "potential`, line: 24, column: 12, says: []string{"must end with \""}},
		{what: "rule with a function of both", old: "d e[below]'", new: "tanh(d e[below]')", line: 15, column: 16, says: []string{"tanh of weights and quantities together"}},
		{what: "rule without time constant", old: "tau_weight dW/dt", new: "tau_weight dc/dt = d\n    dW/dt", line: 16, column: 5, says: []string{"the right-hand side is a number, expected a rate"}},
		{what: "time constant that is not positive", old: "tau_soma dz/dt", new: "(tau_soma - 20ms) dz/dt", line: 12, column: 23, says: []string{"expected more than 0"}},
		{what: "population without end", old: "signals:", new: "crowd beside hidden, 99999999 units:\nsignals:", line: 23, column: 1, says: []string{"crowd has more units beside layer 1 than expected"}},
		{what: "weights without end", old: "signals:", new: "crowd beside hidden, 9999999 units:\n    projection P from crowd\n    P(0) = normal(1)\nsignals:", line: 24, column: 5, says: []string{"P of the crowd1", "weights, expected at most"}},
		{what: "density of nothing", old: "W, c from below", new: "W, c from below, density 0", line: 10, column: 5, says: []string{"W of the hidden layer 1: the density is 0, expected more than 0 and at most 1"}},
		{what: "density of a quantity", old: "W, c from below", new: "W, c from below, density e", line: 10, column: 41, says: []string{"unknown name e in the connections of W, expected a parameter"}},
		{what: "misspelt structure", old: "W, c from below", new: "W, c from below, densty 0.1", line: 10, column: 33, says: []string{"expected density NUMBER, blocks NUMBER or mask PARAMETER", `did you mean "density"?`}},
		{what: "two structures", old: "W, c from below", new: "W, c from below, density 0.1, blocks 2", line: 10, column: 44, says: []string{"expected one of density"}},
		{what: "more blocks than units", old: "W, c from below", new: "W, c from below, blocks 4", line: 10, column: 5, says: []string{"4 blocks, expected a whole number from 1 to 3"}},
		{what: "half a block", old: "W, c from below", new: "W, c from below, blocks 1.5", line: 10, column: 5, says: []string{"1.5 blocks, expected a whole number"}},
		{what: "mask that is no file", old: "W, c from below", new: "W, c from below, mask gain", line: 10, column: 38, says: []string{"gain is no file, expected a parameter that is declared as gain = file"}},
		{what: "file as a number", old: "gain = 2 in (0, inf)", new: "gain = file", line: 11, column: 19, says: []string{`gain is a file: it can stand behind "mask" only`}},
		{what: "structure of what runs along", old: "Y along W[above]", new: "Y along W[above], density 0.1", line: 17, column: 32, says: []string{"what runs along W has its connections"}},
		{what: "tied to more connections", old: "W, c from below", new: "W, c from below, blocks 2\n    projection V from below\n    V(0) = normal(1)\nhidden:\n    projection Z along W[above]\n    Z = V[above]\n    f = Z' d[above]\nlayer:", line: 15, column: 5, says: []string{"Z has the connections of W, along which it runs, but what it equals has others"}},
		{what: "choice without end", old: "signals:", new: "crowd beside hidden, 9999999 units:\n    projection P from crowd, density 0.1\n    P(0) = normal(1)\nsignals:", line: 24, column: 5, says: []string{"P of the crowd1: 9999999 x 9999999 connections to choose from"}},
		{what: "a distribution that is no number", old: "gain = 2 in (0, inf)", new: "gain = normal(2, 1)", line: 3, column: 24, says: []string{`expected "per" in "per unit"`}},
		{what: "a distribution outside the range", old: "gain = 2 in (0, inf)", new: "gain = normal(-2, 1) per unit in (0, inf)", line: 3, column: 5, says: []string{"the default of gain has the mean -2, expected a number of more than 0"}},
		{what: "weights that begin per unit", old: "gain = 2 in (0, inf)", new: "gain = normal(2, 1) per unit", line: 11, column: 5, says: []string{"gain has a value for each unit, expected one number"}},
		{what: "beginning of a quantity", old: "d = target - e", new: "d = target - e\n    d(0) = 1", line: 22, column: 5, says: []string{"d is neither weights nor a state"}},
		{what: "state that begins with a quantity", old: "d = target - e", new: "d = target - e\n    z(0) = e", line: 22, column: 5, says: []string{"z begins with what is no number"}},
		{what: "state that begins with a time", old: "d = target - e", new: "d = target - e\n    z(0) = tau_soma", line: 22, column: 5, says: []string{"z begins with a time, expected a number"}},
		{what: "second model", old: "signals:", new: "model other\nsignals:", line: 23, column: 1, says: []string{`a second line "model"`}},
		{what: "no model", old: "model faulty\n", new: "", line: 1, column: 1, says: []string{"a model begins with"}},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			if strings.Count(wellFormed, test.old) == 0 {
				t.Fatalf("%q is not in the text", test.old)
			}
			err := compiled(strings.Replace(wellFormed, test.old, test.new, 1), test.discrete)
			if err == nil {
				t.Fatal("no error")
			}
			where := fmt.Sprintf("faulty.model:%d:%d: ", test.line, test.column)
			if !strings.HasPrefix(err.Error(), where) {
				t.Errorf("%q, want it to begin with %q", err, where)
			}
			for _, s := range test.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q does not say %q", err, s)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is more than a line", err)
			}
		})
	}
	for _, discrete := range []bool{false, true} {
		if err := compiled(wellFormed, discrete); err != nil {
			t.Error(err)
		}
	}
}

func compiled(source string, discrete bool) error {
	text, err := model.Parse("faulty.model", source)
	if err != nil {
		return err
	}
	net, err := New(text, Setting{Sizes: []int{3, 5, 4}, Rows: 2, Usage: model.Usage{Discrete: discrete, Presentation: 0.02}})
	if err != nil {
		return err
	}
	if _, err = net.compile(discrete); err != nil {
		return err
	}
	_, err = Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	return err
}
