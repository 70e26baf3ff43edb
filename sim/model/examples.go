package model

import (
	"maps"
	"slices"
)

// Word is one of the language, for its reference.
type Word struct {
	Word string
	Doc  string // what it is
	// Example is a line that it stands in, of the section Section.
	Section, Example string
}

// Words are those of the language by their kind: "functions", "numbers",
// "conditions" and "keywords", each in the order of the alphabet. docs/models.md
// lists them, and a test compiles every example.
func Words() map[string][]Word {
	docs := map[string]string{}
	for name, f := range functions {
		docs[name] = f.doc
	}
	keys := map[string]string{}
	for _, k := range keywords {
		keys[k] = keywordDocs[k]
	}
	out := map[string][]Word{}
	for kind, all := range map[string]map[string]string{"functions": docs, "numbers": constants, "conditions": flags, "keywords": keys} {
		for _, word := range slices.Sorted(maps.Keys(all)) {
			e := examples[word]
			if e.section == "" {
				e.section = "hidden"
			}
			out[kind] = append(out[kind], Word{word, all[word], e.section, e.line})
		}
	}
	return out
}

// keywordDocs says what the words that end an expression are for.
var keywordDocs = map[string]string{
	"if":        "before a condition",
	"else":      "what is, where a condition does not hold",
	"otherwise": "behind the last of several lines for one name",
	"in":        "before the range of a parameter or of a signal",
	"of":        "before the words that a parameter can be",
	"as":        "before the key of a parameter",
	"rate":      "before the key of the learning rate for a time constant",
	"and":       "both conditions",
	"or":        "one of two conditions, or both",
	"not":       "the contrary of a condition",
}

type example struct{ section, line string }

// examples have a line for each word.
var examples = map[string]example{
	"abs":        {"", "a = abs(z)"},
	"batch_mean": {"", "a = e - batch_mean(e)"},
	"clip":       {"", "a = clip(z, -1, 1)"},
	"exp":        {"", "a = exp(-z^2)"},
	"log":        {"", "a = log(1 + e)"},
	"logit":      {"", "a = logit(clip(e, 0.01, 0.99))"},
	"max":        {"", "a = max(z, 0.1 z)"},
	"mean":       {"", "a = e - mean(e)"},
	"min":        {"", "a = min(z, 1)"},
	"noisy":      {"", "a = noisy(e[below])"},
	"normal":     {"layer", "W(0) = normal(1 / sqrt(n_in))"},
	"relu":       {"", "a = relu(z)"},
	"sigmoid":    {"", "e = sigmoid(z)"},
	"sign":       {"", "a = sign(z)"},
	"softmax":    {"layer", "e = softmax(z)"},
	"softplus":   {"", "a = softplus(z)"},
	"sqrt":       {"", "a = sqrt(e)"},
	"step":       {"", "a = step(z - 0.5)"},
	"sum":        {"", "a = e / sum(e)"},
	"surrogate":  {"layer", "e = surrogate(step(z), z, 1 / (1 + abs(z))^2)"},
	"tanh":       {"", "a = tanh(z)"},
	"uniform":    {"layer", "W(0) = uniform(-0.1, 0.1)"},

	"dot":          {"layer", "c(0) = 0.1 dot(W, 1)"},
	"left_factor":  {"layer", "c(0) = dot(left_factor(W, 1), 1)"},
	"right_factor": {"layer", "c(0) = dot(right_factor(W', 1)', 1)"},
	"norm":         {"layer", "c(0) = norm(W) / n"},

	"batch":        {"layer", "presentation dW/dt = (0.01 batch e) e[below]'"},
	"depth":        {"", "a = e / depth"},
	"n":            {"", "a = sum(e) / n"},
	"n_group":      {"", "tau_weight dY/dt = -(e[above] / n_group) (Y' e[above])', groups 2"},
	"n_in":         {"layer", "W(0) = normal(1 / sqrt(n_in))"},
	"n_out":        {"layer", "W(0) = normal(sqrt(2 / (n_in + n_out)))"},
	"pi":           {"", "a = z / pi"},
	"presentation": {"layer", "presentation dW/dt = 0.01 e e[below]'"},
	xi:             {"", "tau dz/dt = -z + 0.1 sqrt(2 tau) xi"},

	"continuous": {"requirements", `continuous if not discrete`},
	"discrete":   {"", "a = 0 if discrete else e"},
	"images":     {"parameters", "gain = 3.6 if images else 1"},
	"teacher":    {"output", "d = target - e if teacher else 0"},

	"if":        {"", "a = e if z > 0 else 0"},
	"else":      {"", "a = e if z > 0 else 0"},
	"otherwise": {"", "a = e otherwise"},
	"in":        {"parameters", "gain = 1 in (0, 10]"},
	"of":        {"parameters", "mode = tied of tied, random"},
	"as":        {"parameters", "p_b = 0.5 as p_baseline"},
	"rate":      {"time constants", "tau_w = 10 s rate lr"},
	"and":       {"", "a = e if z > 0 and z < 1 else 0"},
	"or":        {"", "a = e if z < 0 or z > 1 else 0"},
	"not":       {"", "a = e if not z > 0 else 0"},
}
