package config

import "testing"

const plasticY = "model = { y_mode = 'random', y_plastic = true }\ntime.kind = 'discrete'\n"

func TestOptimisersAreChecked(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{plasticY + "learning.weights = [{ of = ['y'] }]", `learning.weights[0].of: "y" are no weights that learn, expected of W, Y; did you mean "Y"?`},
		{"time.kind = 'discrete'\nlearning.weights = [{ of = ['Y'] }]", `"Y" are no weights that learn`},
		{plasticY + "learning.weights = [{ of = [] }]", "learning.weights[0].of: is empty, expected of W, Y"},
		{plasticY + "learning.weights = [{ momentum = 0.5, optimiser = 'momentum' }]", "learning.weights[0].of: missing"},
		{plasticY + "learning.weights = [{ of = ['Y', 'Y'] }]", `"Y" is given twice`},
		{plasticY + "learning.weights = [{ of = ['Y'] }, { of = ['W', 'Y'] }]", `learning.weights[1].of: "Y" are those of learning.weights[0] already`},
		{plasticY + "learning.weights = [{ of = ['Y'], optimiser = 'momentum' }]", "learning.weights[0].momentum: is 0, expected more than 0"},
		{plasticY + "learning.weights = [{ of = ['Y'], momentum = 0.5 }]", "learning.weights[0].momentum: is 0.5 but has no effect"},
		{plasticY + "learning.weights = [{ of = ['Y'], adam_beta2 = 0.99 }]", `learning.weights[0].adam_beta2: is 0.99 but has no effect with optimiser = "sgd"`},
		{plasticY + "learning.weights = [{ of = ['Y'], optimiser = 'adamw' }]", `did you mean "adam"?`},
		{plasticY + "learning.adam_beta1 = 0.8", "learning.adam_beta1: has no effect here, only with learning.optimiser = \"adam\""},
		{plasticY + "learning = { optimiser = 'adam', adam_beta2 = 1 }", "learning.adam_beta2: is the integer 1, expected a number, more than 0 and less than 1"},
		{plasticY + "learning.decay = 'gradient'", "learning.decay: has no effect here, only with learning.weight_decay given, or with learning.weights given"},
		{plasticY + "learning.decay = 'gradient'\nlearning.weights = [{ of = ['Y'] }]", `learning.decay: is "gradient" but nothing decays, expected a weight_decay`},
		{"learning = { weight_decay = 0.1, decay = 'gradient' }", "learning.decay: has no effect here: it belongs to time.kind discrete"},
		{"learning.weights = [{ of = ['W'] }]", "learning.weights: has no effect here"},
		{trained + "learning.blocks = [{ batches = 3 }]", "learning.blocks[0].weights: missing"},
		{trained + "learning.blocks = [{ weights = ['W'] }]", "learning.blocks[0].batches: is 0 as pretraining is"},
		{trained + "learning.blocks = [{ batches = 3, weights = ['Y'] }]", `"Y" are no weights that learn`},
		{trained + "learning.blocks = [{ batches = -3, weights = ['W'] }]", "learning.blocks[0].batches: is the integer -3, expected a whole number, at least 0"},
		{trained + "learning.changes = [{ kind = 'noise', weights = ['W'] }]", "learning.changes[0].sd: missing"},
		{trained + "learning.changes = [{ kind = 'zero', weights = ['W'], sd = 1 }]", "learning.changes[0].sd: "},
		{trained + "learning.changes = [{ kind = 'flip', weights = ['W'] }]", "learning.changes[0].kind: "},
		{trained + "learning.changes = [{ kind = 'zero', weights = [] }]", "learning.changes[0].weights: is empty"},
		{trained + "learning.changes = [{ kind = 'zero', weights = ['W', 'W'] }]", `"W" is given twice`},
		{trained + "learning.changes = [{ kind = 'zero', weights = ['W'], epoch = 11 }]", "learning.changes[0].epoch: is 11, expected at most task.epochs, 10"},
		{"learning.changes = [{ kind = 'zero', weights = ['W'] }]", "learning.changes: has no effect here"},
		{"time.kind = 'discrete'\nlearning.blocks = [{ batches = 3, weights = ['W'] }]", "learning.blocks: has no effect here"},
	} {
		told(t, c.text, c.want)
	}
}

// TestOptimisersAreWritten: what is right is accepted, and repeated by what is
// written of it.
func TestOptimisersAreWritten(t *testing.T) {
	for _, text := range []string{
		plasticY + "learning = { weight_decay = 0.1, decay = 'gradient' }",
		plasticY + "learning = { optimiser = 'adam', adam_beta1 = 0.8, weights = [{ of = ['Y'], optimiser = 'adam', adam_beta2 = 0.9 }] }",
		plasticY + "learning = { decay = 'gradient', weights = [{ of = ['Y', 'W'], weight_decay = 0.1 }] }",
		trained + "learning.blocks = [{ batches = 3, pretraining = 4, weights = ['W'], teacher = true, feedforward_noise = 0.1 }, { pretraining = 4, weights = ['W'] }]",
		trained + "learning.changes = [{ kind = 'noise', weights = ['W', 'c'], sd = 0.1, each = true }, { kind = 'begin', weights = ['W'], epoch = 10 }]",
		plasticY + "learning.weights = [{ of = ['Y'], optimiser = 'momentum', momentum = 0.9 }]\n[[compare]]\nname = 'a'\ntime.kind = 'continuous'",
	} {
		writtenBack(t, text)
	}
}
