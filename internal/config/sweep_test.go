package config

import (
	"reflect"
	"testing"
)

const swept = `[model]
beta = 1
[[compare]]
name = "my EDN"
model.kind = "edn"
[sweep]
`

// TestSweepFaults: what is wrong in [sweep] is said with its line and key.
func TestSweepFaults(t *testing.T) {
	for text, want := range map[string][2]string{
		"model.bta = [1]":                            {"sweep.model.bta", `did you mean "beta"?`},
		"model = [1]":                                {"sweep.model", "is a section"},
		"model.beta = []":                            {"sweep.model.beta", "is empty"},
		"model.beta = 2":                             {"sweep.model.beta", "expected a list of values, or a range"},
		"model.beta = [1, 2, 1.0]":                   {"sweep.model.beta", "has 1 twice"},
		"time.tau_dendrite = ['100ms', '0.1s']":      {"sweep.time.tau_dendrite", `has "100ms" twice`},
		"model.beta = { from = 1, to = 2 }":          {"sweep.model.beta", "without a count"},
		"model.beta = { from = 1, too = 2 }":         {"sweep.model.beta.too", `did you mean "to"?`},
		"model.beta = { from = 1, to = 2, count=1 }": {"sweep.model.beta.count", "at least 2"},
		"model.beta = { from = 2, to = 1, count=2 }": {"sweep.model.beta", "from below to"},
		"time.dt = { from = 1, to = '2s', count=2 }": {"sweep.time.dt", "from below to"},
		"metod = 'halton'":                           {"sweep.metod", `did you mean "method"?`},
		"method = 'sobol'":                           {"sweep.method", "grid, random or halton"},
		"samples = 3":                                {"sweep.samples", "has no effect here"},
		"seed = 3":                                   {"sweep.seed", "has no effect here"},
		"method = 'random'":                          {"sweep.samples", "is missing"},
		"plots.units = [1, 2]":                       {"sweep.plots.units", "changes no result"},
		"compare.EDN.model.beta = [1]":               {"sweep.compare.EDN", "no [[compare]] variant"},
		"seeds = '3-1'":                              {"sweep.run.seed", "expected a list such as 1-10"},
	} {
		_, err := Parse("x.toml", []byte(swept+text), Options{})
		line := 7
		if want[0] == "sweep.samples" && want[1] == "is missing" || want[1] == "has no effect here" {
			line = 6
		}
		t.Run(text, func(t *testing.T) { checkError(t, err, "x.toml", line, want[0], want[1]) })
	}
}

// TestSweepOverrides: the command line replaces an axis of the file, and adds
// others.
func TestSweepOverrides(t *testing.T) {
	var s Sweep
	text := swept + "model.beta = [1, 2]\nseeds = '1-2'\ncompare.'my EDN'.model.lambda_output = [0.1, 0.2]"
	_, err := Parse("x.toml", []byte(text), Options{Sweep: &s, Vary: []string{"seeds=5,7", "time.tau_soma=50ms:0.1s:2"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []Axis{
		{Key: "model.beta", Values: []string{"1", "2"}},
		{Key: "compare.my EDN.model.lambda_output", Values: []string{"0.1", "0.2"}},
		{Key: "run.seed", Values: []string{"5", "7"}},
		{Key: "time.tau_soma", From: 0.05, To: 0.1, Count: 2, Time: true},
	}
	if !reflect.DeepEqual(s.Axes, want) {
		t.Errorf("%+v, expected %+v", s.Axes, want)
	}
}

// TestSetOfVariants: an override of a variant changes it alone, its model too.
func TestSetOfVariants(t *testing.T) {
	c, err := Parse("x.toml", []byte(swept), Options{Set: []string{"compare.my EDN.model.kind=ann", "compare.my EDN.model.hidden=[7]"}})
	if err != nil {
		t.Fatal(err)
	}
	if v := c.Compare[0].Config.Model; v.Kind != "ann" || v.Hidden[0] != 7 || c.Model.Kind != "burstccn" || c.Model.Hidden[0] != 50 {
		t.Errorf("the variant is %s of %v, the experiment %s of %v", v.Kind, v.Hidden, c.Model.Kind, c.Model.Hidden)
	}
	_, err = Parse("x.toml", []byte(swept), Options{Set: []string{"compare.other.model.beta=2"}})
	checkError(t, err, "--set", 0, "compare.other.model.beta", "the name of a variant: my EDN")
}
