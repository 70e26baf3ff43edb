package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// function is one of the language.
type function struct {
	args int
	doc  string
}

// functions of the language. They work element by element unless the text says
// otherwise.
var functions = map[string]function{
	"sigmoid":    {1, "1/(1 + exp(-x))"},
	"tanh":       {1, "hyperbolic tangent"},
	"relu":       {1, "max(x, 0)"},
	"softplus":   {1, "log(1 + exp(x))"},
	"softmax":    {1, "exp(x) over its sum in the population"},
	"exp":        {1, "exponential function"},
	"log":        {1, "natural logarithm"},
	"sqrt":       {1, "square root"},
	"abs":        {1, "absolute value"},
	"sign":       {1, "-1, 0 or 1"},
	"step":       {1, "1 where x > 0, otherwise 0"},
	"logit":      {1, "log(x/(1 - x)), the inverse of sigmoid"},
	"min":        {2, "the smaller of two"},
	"max":        {2, "the larger of two"},
	"clip":       {3, "x, at least the second and at most the third"},
	"mean":       {1, "mean over the units of the population"},
	"sum":        {1, "sum over the units of the population"},
	"surrogate":  {3, "y, of which the gradient of the loss takes s to be the derivative with respect to x"},
	"batch_mean": {1, "mean over the samples of a batch"},
	"noisy":      {1, "x and, while learning in discrete time, Gaussian noise of learning.feedforward_noise"},
	"normal":     {1, "in x(0): drawn from a normal distribution with mean 0 and this standard deviation"},
	"uniform":    {2, "in x(0): drawn evenly between two numbers"},

	"dot":          {2, "of weights: the product of two matrices, or of one and a bias; a number stands for a bias of as many"},
	"left_factor":  {2, "of weights A and a rank k: L, where L R is the best approximation of A through k units, in which singular values have equal parts; of as many units as A has rows, L is the identity"},
	"right_factor": {2, "of weights A and a rank k: R, where L R is the best approximation of A through k units; of as many units as A has rows, R is A"},
	"norm":         {1, "of weights: the root of the sum of their squares"},
}

// ofWeights are the functions that only weights have.
var ofWeights = []string{"dot", "left_factor", "right_factor", "norm"}

// Functions lists the functions with what they are.
func Functions() map[string]string {
	out := map[string]string{}
	for name, f := range functions {
		out[name] = f.doc
	}
	return out
}

// Words that stand for numbers, and where they do.
var constants = map[string]string{
	"n":            "units of the population; n[above] are those of another",
	"n_in":         "connections onto a unit, on average, in the beginning of a projection",
	"n_out":        "connections from a unit, on average, in the beginning of a projection",
	"n_group":      "units of a group, in a rule with groups",
	"depth":        "layers between this one and the output",
	"batch":        "samples of a batch",
	"presentation": "how long a sample is presented",
	xi:             "white noise of a state, of unit 1/sqrt(s)",
	"pi":           "3.14159...",
}

// Words that hold or not.
var flags = map[string]string{
	"teacher":    "the target reaches the network",
	"discrete":   "the model is one of discrete time",
	"continuous": "the model is one of continuous time",
	"images":     "the task shows images",
}

// Signals that come from outside.
const (
	stimulus = "stimulus" // of the input
	target   = "target"   // of the output
	answer   = "answer"   // what the output says, compared with the target
)

// list joins words as in "a, b or c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// near suggests the word that was probably meant.
func near(word string, words []string) string {
	best, least := "", 2+len(word)/3
	sorted := slices.Clone(words)
	slices.Sort(sorted)
	for _, w := range sorted {
		if d := levenshtein.ComputeDistance(word, w); d < least && w != word {
			best, least = w, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
