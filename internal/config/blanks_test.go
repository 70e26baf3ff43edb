package config

import (
	"strings"
	"testing"
)

// TestBlanksAndResets: a pattern begins where the phase that teaches it does, and
// resets are at what there is.
func TestBlanksAndResets(t *testing.T) {
	const xor = "task.kind = 'xor'\nmodel.hidden = [4]\ntask.hold = '400ms'\n"
	for _, c := range []struct{ text, want string }{
		{xor + "task.blank = '100ms'\ntime.before = '1s'", ""},
		{xor + "task.blank = '100ms'\ntime.before = '1200ms'", "x.toml:5: time.before: is 1200ms, expected a multiple of hold and blank together, 500ms, where a presentation begins"},
		{xor + "task.blank = '100ms'\ntime.before = '1200ms'\ntime.phases = [{ duration = '500ms', learning = true }]", ""},
		{"task.blank = '100ms'", "x.toml:1: task.blank: "},
		{"time.reset = 'phase'", ""},
		{"time.reset = 'presentation'", "x.toml:1: time.reset: the regression task has no presentations, expected never or phase"},
		{xor + "time.reset = 'presentation'\nrecord.time_gradient = true", "x.toml:5: record.time_gradient: is true, expected false with time.reset = \"presentation\""},
		{"time.reset = 'phase'\nrecord.time_gradient = true", "x.toml:2: record.time_gradient: is true, expected false with time.reset = \"phase\""},
		{xor + "task.blank = '100ms'\ntime.before = '1s'\nrecord.time_gradient = true", "x.toml:6: record.time_gradient: is true, expected false with task.blank = 100ms"},
		{strings.Replace(xor, "400ms", "1500000h", 1) + "task.blank = '1500000h'", "x.toml:4: task.blank: is 5400000000s, expected less than 292 years together with hold"},
		{xor + "time.kind = 'discrete'\ntime.reset = 'phase'", "x.toml:5: time.reset: "},
	} {
		_, err := Parse("x.toml", []byte(c.text), Options{StabilityLimit: limits})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.text, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)):
			t.Errorf("%s: %v, want %s", c.text, err, c.want)
		}
	}
}
