package config

import "testing"

const trained = "task = { kind = 'mnist', data = 'embedded', epochs = 10 }\ntime.kind = 'discrete'\n"

func TestScheduleIsChecked(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"learning.schedule = [{ at = '10s', factor = 0.1, weights = ['w'] }]",
			`learning.schedule[0].weights: "w" are no weights that learn, expected all, or of W; did you mean "W"?`},
		{"learning.schedule = [{ factor = 0.1, weights = ['Y'] }]", `"Y" are no weights that learn`},
		{"learning.schedule = [{ factor = 0.1, weights = [] }]", "learning.schedule[0].weights: is empty, expected all, or of W"},
		{"learning.schedule = [{ factor = 0.1, weights = ['W', 'W'] }]", `"W" is given twice`},
		{"learning.schedule = [{ factor = 0.1, weights = ['W', 'all'] }]", `"all" stands with others, expected it alone`},
		{"learning.schedule = [{ at = '10s' }]", "learning.schedule[0].factor: missing, expected a number, at least 0"},
		{"learning.schedule = [{ factor = -1 }]", "learning.schedule[0].factor: is the integer -1, expected a number, at least 0"},
		{"learning.schedule = [{ at = '9s', factor = 0 }, { at = '5s', factor = 1 }]",
			"learning.schedule[1].at: is 5 s, expected at least that of the one ahead of it, 9"},
		{"learning.schedule = [{ at = '1000s', factor = 0 }]", "is 1000 s since learning began, expected less than it lasts, 1000"},
		{"learning.schedule = [{ at = '1001s', factor = 0 }]", "is 1001 s since learning began"},
		{"learning.schedule = [{ at = '1001s', factor = 0, shape = 'linear' }, { at = '1002s', factor = 1, shape = 'linear' }]", "learning.schedule[1].at: is 1002 s since learning began"},
		{"learning.schedule = [{ at = '2000000h', factor = 0, shape = 'linear' }]", "learning.schedule[0].at: is 7.2e+09 s, expected less than"},
		{"learning.schedule = [{ factor = 0, shape = 'linear' }]", `learning.schedule[0].shape: is "linear", expected step`},
		{"learning.schedule = [{ at = '9s', factor = 0 }, { at = '9s', factor = 1, shape = 'cosine' }]", `learning.schedule[1].shape: is "cosine", expected step`},
		{"learning.schedule = [{ at = '9s', factor = 0, shape = 'steep' }]", `expected step, linear or cosine`},
		{"learning.schedule = [{ epoch = 2, factor = 0 }]", "learning.schedule[0].epoch: has no effect here, only with task.kind"},
		{trained + "learning.schedule = [{ at = '2s', factor = 0 }]", "learning.schedule[0].at: has no effect here, only with task.kind"},
		{trained + "learning.schedule = [{ epoch = 10, factor = 0 }]", "learning.schedule[0].epoch: is 10 epochs since learning began"},
		{"[[compare]]\nname = 'a'\nlearning.schedule = [{ epoch = 2, factor = 0 }]", "compare[0].learning.schedule[0].epoch: has no effect here"},
		{"learning.teacher_strength = 0", "learning.teacher_strength: is the integer 0, expected a number, more than 0 and at most 1"},
	} {
		told(t, c.text, c.want)
	}
}

// TestScheduleIsWritten: what is right is accepted, and repeated by what is
// written of it.
func TestScheduleIsWritten(t *testing.T) {
	for _, text := range []string{
		"learning.schedule = [{ at = '10s', factor = 0.5 }, { at = '1000s', factor = 0, shape = 'cosine' }]",
		"learning.schedule = [{ at = '10s', factor = 0.5, shape = 'linear', weights = ['W', 'Y'] }]\nmodel = { y_mode = 'random', y_plastic = true }",
		"learning.schedule = [{ at = '1001s', factor = 0, shape = 'linear' }]",
		"learning.schedule = [{ at = '10s', factor = 0.5, weights = ['W'] }]\ntime.kind = 'discrete'",
		trained + "learning.schedule = [{ factor = 0 }, { epoch = 0.5, factor = 1, shape = 'cosine' }, { epoch = 10, factor = 0.1, shape = 'linear' }]",
		// One schedule for both kinds of time.
		trained + "learning.schedule = [{ at = '10s', epoch = 2, factor = 0.5 }]\n[[compare]]\nname = 'a'\ntime.kind = 'continuous'",
	} {
		writtenBack(t, text)
	}
}
