package model

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
)

func textOf(t *testing.T, name string) *Text {
	t.Helper()
	text, err := Builtin(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestUsed lists the parameters without effect.
func TestUsed(t *testing.T) {
	continuous := Usage{Presentation: 1, Hidden: 1}
	discrete := Usage{Discrete: true, Presentation: 1, Hidden: 1}
	flat, loaded := continuous, continuous
	flat.Hidden, loaded.Loaded = 0, true
	limit := Usage{Presentation: 1, Hidden: 1, Limit: true}
	for name, tt := range map[string]struct {
		model string
		given Values
		use   Usage
		idle  string // beside the presentation, by name
	}{
		"burstccn":           {"burstccn", nil, continuous, "lr presentation q_lr q_scale tau_q tau_y y_lr"},
		"flat":               {"burstccn", nil, flat, "beta burst_probability lr presentation q_lr q_mode q_plastic q_scale tau_dendrite tau_q tau_y trace_delay y_lr y_mode y_plastic y_scale"},
		"loaded":             {"burstccn", nil, loaded, "lr presentation q_lr q_scale tau_q tau_y weight_gain y_lr"},
		"discrete":           {"burstccn", nil, discrete, "q_lr q_scale tau_dendrite tau_q tau_soma tau_trace tau_y trace_delay y_lr"},
		"with a rate":        {"burstccn", Values{"lr": 0.1}, discrete, "presentation q_lr q_scale tau_dendrite tau_q tau_soma tau_trace tau_weight tau_y trace_delay y_lr"},
		"plastic":            {"burstccn", Values{"y_mode": "random", "y_plastic": true, "q_mode": "random", "q_plastic": true}, continuous, "lr presentation q_lr y_lr"},
		"limit":              {"burstccn", nil, limit, "lr presentation q_lr q_scale tau_q tau_weight tau_y y_lr"},
		"limit, averages":    {"burstprop", nil, limit, "lr presentation recurrent_learning recurrent_lr recurrent_scale tau_average tau_weight tau_y y_lr"},
		"recurrent":          {"burstprop", Values{"recurrent_input": true}, discrete, "tau_average tau_dendrite tau_soma tau_y trace_delay y_lr"},
		"edn":                {"edn", nil, continuous, "interneuron_lr interneuron_lr_scale interneuron_scale lr presentation tau_y y_lr"},
		"edn, derives":       {"edn", Values{"tau_interneuron": 3.}, continuous, "interneuron_lr interneuron_lr_scale interneuron_scale lr presentation tau_y y_lr"},
		"edn, discrete":      {"edn", nil, discrete, "basal_lag interneuron_scale tau_interneuron tau_soma tau_y y_lr"},
		"edn, both rates":    {"edn", Values{"interneuron_lr": 0.1, "lr": 0.1}, discrete, "basal_lag interneuron_lr_scale interneuron_scale presentation tau_interneuron tau_soma tau_weight tau_y y_lr"},
		"edn, tied":          {"edn", Values{"interneuron_mode": "tied"}, discrete, "basal_lag interneuron_lr interneuron_lr_scale interneuron_scale tau_interneuron tau_soma tau_y y_lr"},
		"do not go together": {"edn", Values{"y_plastic": true}, continuous, ""},
	} {
		text := textOf(t, tt.model)
		used := text.Used(tt.given, tt.use)
		idle := []string{}
		for _, name := range append(paramNames(text.AllParams()), Presentation) {
			if !used[name] {
				idle = append(idle, name)
			}
		}
		slices.Sort(idle)
		if got := strings.Join(idle, " "); got != tt.idle {
			t.Errorf("%s: without effect are\n%s, want\n%s", name, got, tt.idle)
		}
	}
}

// TestUsedFollowsWhatDepends: a line on which nothing depends uses nothing.
func TestUsedFollowsWhatDepends(t *testing.T) {
	text, err := Parse("", `model x
parameters:
    a = 1
    b = 2
    c = 3
time constants:
    tau = 1 s
    slow = 1 s
layer:
    projection W from below
    u = a y
    idle = b u
    dy/dt = (W y[below] - y) / tau
    slow dW/dt = u y[below]'  if a > 0 and discrete
    slow dW/dt = c y y[below]'  otherwise
    W(0) = normal(1)
input:
    y = stimulus
output:
    answer = y
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		use  Usage
		want string
	}{{Usage{Presentation: 1}, "c slow tau"}, {Usage{Presentation: 1, Discrete: true}, "a presentation slow"}} {
		if got := strings.Join(slices.Sorted(maps.Keys(text.Used(nil, tt.use))), " "); got != tt.want {
			t.Errorf("discrete %v: %s, want %s", tt.use.Discrete, got, tt.want)
		}
	}
	if leaks := text.Leaks(Values{"tau": 0.5}, Usage{}); len(leaks) != 1 || leaks[0] != (Leak{"time.tau", 0.5}) {
		t.Errorf("leaks %v, want 0.5 s of tau", leaks)
	}
}

func TestNeeds(t *testing.T) {
	use := Usage{Presentation: 1, Hidden: 1}
	for _, tt := range []struct {
		model, name string
		given       Values
		use         Usage
		want        string
	}{
		{"burstccn", "q_scale", nil, use, `model.q_mode = "w_symmetric_init"; model.q_mode = "random"`},
		{"burstccn", "tau_y", nil, use, "model.y_plastic = true"},
		{"burstccn", "beta", nil, Usage{}, "a hidden layer (model.hidden or model.layer)"},
		{"burstccn", "weight_gain", nil, Usage{Loaded: true}, `model.weights = "random"`},
		{"burstccn", "tau_soma", nil, Usage{Discrete: true, Hidden: 1}, `time.kind = "continuous"`},
		{"burstccn", "tau_weight", Values{"lr": 1.}, Usage{Discrete: true, Hidden: 1}, "no learning.lr"},
		{"burstprop", "recurrent_lr", Values{"recurrent_learning": false}, use, "model.recurrent_input = true and model.recurrent_learning = true"},
		{"edn", "interneuron_lr_scale", Values{"interneuron_lr": 1.}, Usage{Discrete: true, Hidden: 1}, "no learning.interneuron_lr"},
		{"edn", "tau_interneuron", nil, Usage{Discrete: true, Hidden: 1}, `time.kind = "continuous"`},
	} {
		var got []string
		for _, n := range textOf(t, tt.model).Needs(tt.name, tt.given, tt.use) {
			got = append(got, n.String())
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%s of %s needs %q, want %q", tt.name, tt.model, got, tt.want)
		}
	}
}

func TestLeaks(t *testing.T) {
	text := textOf(t, "burstprop")
	shortest := map[string]float64{}
	for _, l := range text.Leaks(Values{"trace_delay": 0.2, "tau_soma": 0.3}, Usage{Hidden: 3}) {
		if least, ok := shortest[l.Key]; !ok || l.Tau < least {
			shortest[l.Key] = l.Tau
		}
	}
	want := map[string]float64{"time.tau_soma": 0.3, "time.tau_dendrite": 0.1, "time.tau_average": 5, "time.trace_delay": 0.2}
	if !maps.Equal(shortest, want) {
		t.Errorf("%v, want %v", shortest, want)
	}
	traces := map[string]float64{}
	for _, l := range textOf(t, "burstccn").Leaks(Values{"trace_delay": 0.2, "tau_trace": Layers{0., 0.07}}, Usage{Hidden: 1}) {
		if l.Tau == 0.2 || l.Tau == 0.07 {
			traces[l.Key] = l.Tau
		}
	}
	if want := map[string]float64{"time.trace_delay": 0.2, "time.tau_trace": 0.07}; !maps.Equal(traces, want) {
		t.Errorf("traces of %v, want %v", traces, want)
	}
}

// TestResolveErrors: what is wrong, what was expected, and why.
func TestResolveErrors(t *testing.T) {
	for _, tt := range []struct {
		model string
		given Values
		want  string
	}{
		{"burstccn", Values{"q_scale": 2.}, `model.q_scale: is 2, expected 1 with q_mode = "tied": Q follows from Y there; scale it with q_mode random or w_symmetric_init`},
		{"burstccn", Values{"p_b": 0.6}, "model.p_baseline: is 0.6, expected at most 0.5: a teacher raises"},
		{"burstccn", Values{"y_plastic": true}, `model.y_plastic: is true, expected false with y_mode = "tied": Y equals W`},
		{"burstprop", Values{"recurrent_input": true}, `model.recurrent_input: is true, expected false with time.kind = "continuous": the recurrent input has a discrete form only`},
		{"edn", Values{"interneuron_scale": 2.}, `model.interneuron_scale: is 2, expected 1 with interneuron_mode = "symmetric_init"`},
		{"ann", Values{"y_mode": "tide"}, `model.y_mode: is "tide", expected tied, random or symmetric_init; did you mean "tied"?`},
		{"ann", Values{"tau_soma": -1.}, "time.tau_soma: is -1 s, expected a time of more than 0 s"},
		{"ann", Values{"y_mode": 3.}, "model.y_mode: is 3, expected tied"},
	} {
		_, err := textOf(t, tt.model).Resolve(tt.given, Usage{Presentation: 1})
		var e *ValueError
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %s", tt.given, err, tt.want)
		}
	}
}

func TestParseAt(t *testing.T) {
	_, err := ParseAt("x.toml", 7, "model x\noutput:\n    y = zz\n")
	if err == nil || !strings.HasPrefix(err.Error(), "x.toml:9:9: unknown name zz") {
		t.Errorf("%v", err)
	}
}
