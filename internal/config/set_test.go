package config

import (
	"reflect"
	"strings"
	"testing"
)

func TestSet(t *testing.T) {
	seed := int64(9)
	tests := map[string]struct {
		set  []string
		seed *int64
		ok   func(c Config) bool
	}{
		"number":           {[]string{"model.beta=2"}, nil, func(c Config) bool { return c.Values["model.beta"] == 2. }},
		"spaces":           {[]string{" model.beta = 2 "}, nil, func(c Config) bool { return c.Values["model.beta"] == 2. }},
		"bare time":        {[]string{"time.dt=5ms"}, nil, func(c Config) bool { return c.Time.Dt.Seconds() == 0.005 }},
		"quoted time":      {[]string{`time.dt="5ms"`}, nil, func(c Config) bool { return c.Time.Dt.Seconds() == 0.005 }},
		"bare word":        {[]string{"time.kind=discrete"}, nil, func(c Config) bool { return c.Time.Kind == "discrete" }},
		"name of digits":   {[]string{"run.name=2024"}, nil, func(c Config) bool { return c.Run.Name == "2024" }},
		"list":             {[]string{"model.hidden=[3, 4]"}, nil, func(c Config) bool { return reflect.DeepEqual(c.Model.Hidden, []int{3, 4}) }},
		"tables":           {[]string{"record.windows=[{start='1s', length='2s'}]"}, nil, func(c Config) bool { return c.Record.Windows[0].Length.Seconds() == 2 }},
		"the last wins":    {[]string{"model.beta=2", "model.beta=3"}, nil, func(c Config) bool { return c.Values["model.beta"] == 3. }},
		"kind and its own": {[]string{"learning.lr=1", "time.kind=discrete"}, nil, func(c Config) bool { return c.Values["learning.lr"] == 1. }},
		"seed":             {[]string{"run.seed=3"}, &seed, func(c Config) bool { return c.Run.Seed == 9 }},
		"variants inherit": {[]string{"model.weight_gain=7", "model.beta=2"}, &seed, func(c Config) bool {
			v := c.Compare[0].Config
			return v.Values["model.weight_gain"] == 7. && v.Values["model.beta"] == 5. && c.Values["model.beta"] == 2. && v.Run.Seed == 9
		}},
	}
	const file = "[model]\nbeta = 1\n[[compare]]\nname = \"v\"\nmodel.beta = 5"
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("x.toml", []byte(file), Options{Set: tt.set, Seed: tt.seed})
			if err != nil {
				t.Fatal(err)
			}
			if !tt.ok(c) {
				t.Errorf("unexpected %+v", c)
			}
			checkRoundTrip(t, c)
		})
	}
}

func TestSetErrors(t *testing.T) {
	tests := map[string]struct {
		set      string
		key, msg string
	}{
		"no value":        {"model.beta", "", `is "model.beta", expected key=value such as model.beta=2`},
		"no key":          {"=2", "", "expected key=value"},
		"empty":           {"", "", "expected key=value"},
		"typo":            {"model.betta=2", "model.betta", `did you mean "beta"?`},
		"section only":    {"model=2", "model", "is a section, expected one of its keys"},
		"typo in section": {"modle.beta=2", "modle.beta", `did you mean "model"?`},
		"no section":      {"beta=2", "beta", `did you mean "model.beta"?`},
		"too deep":        {"model.beta.x=2", "model.beta.x", "has no keys"},
		"ends in a dot":   {"model.beta.=2", `model.beta.""`, "has no keys"},
		"strange key":     {"model.a\nb=2", `model."a\nb"`, "unknown key"},
		"empty part":      {"model..beta=2", `model."".beta`, "unknown key"},
		"empty end":       {"model.beta.=2", `model.beta.""`, "model.beta has no keys, expected model.beta=VALUE"},
		"wrong type":      {"model.beta=two", "model.beta", `"two" is not a TOML value, expected a number, more than 0`},
		"text":            {"model.beta='two'", "model.beta", `is the text "two", expected a number`},
		"range":           {"model.beta=-2", "model.beta", "more than 0"},
		"no unit":         {"time.dt=5", "time.dt", "is the integer 5, expected a time with its unit"},
		"bad unit":        {"time.dt=5 parsecs", "time.dt", "expected a time with its unit"},
		"word":            {"time.kind=discreet", "time.kind", `did you mean "discrete"?`},
		"not a list":      {"model.hidden=5", "model.hidden", "expected a list such as [50]"},
		"open list":       {"model.hidden=[5", "model.hidden", "is not a TOML value, expected a list such as [50]"},
		"element":         {"model.hidden=[5, 0]", "model.hidden[1]", "at least 1"},
		"two values":      {"model.beta=2\nx = 3", "model.beta", "is not a TOML value"},
		"deep value":      {"model.hidden=" + strings.Repeat("[", 100000), "model.hidden", "is not a TOML value"},
		"variants":        {"compare.a=2", "compare.a", "the file has no variants"},
		"in vain":         {"learning.lr=2", "learning.lr", "has no effect here"},
		"cross check":     {"time.dt=1s", "time.dt", "1s is not below the stable limit of rk4, 278.5ms"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("x.toml", []byte("[model]\nbeta = 1"), Options{Set: []string{tt.set}, StabilityLimit: limits})
			checkError(t, err, "--set", 0, tt.key, tt.msg)
		})
	}
}

// TestFileBeforeSet checks that an override does not hide a fault of the file.
func TestFileBeforeSet(t *testing.T) {
	_, err := Parse("x.toml", []byte("[model]\nbeta = -1"), Options{Set: []string{"model.beta=2", "model.x=1"}})
	checkError(t, err, "x.toml", 2, "model.beta", "more than 0")
}
