package model

import (
	"slices"
	"strings"
	"testing"
)

// noisyText is a model whose noise is written in the line of a state.
func noisyText(t *testing.T, line string) *Text {
	t.Helper()
	text, err := Parse("", `model x
parameters:
    sigma = 1
    k = 1
time constants:
    tau = 1 s
    slow = 1 s
layer:
    `+line+`
    y = k z
    slow dx/dt = -x + y
output:
    answer = x
`)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestUsedWithNoise: a time constant that cancels out of what is drawn in
// discrete time has no effect there.
func TestUsedWithNoise(t *testing.T) {
	for line, idle := range map[string]string{
		"tau dz/dt = -z + sigma sqrt(2 tau) xi":                    "slow tau",
		"dz/dt = (k - z)/tau + sigma sqrt(2/tau) xi":               "slow tau",
		"dz/dt = sigma sqrt(2/tau) xi + (k - z)/tau":               "slow tau",
		"tau dz/dt = k (2 - 3 z + sigma sqrt(2 tau) xi)":           "slow tau",
		"tau dz/dt = -z + sigma sqrt(2 slow) xi":                   "",
		"slow dz/dt = -z + (sigma sqrt(2 tau) xi if k > 0 else 0)": "",
	} {
		text := noisyText(t, line)
		used := text.Used(nil, Usage{Discrete: true, Presentation: 1})
		var got []string
		for _, p := range text.Params {
			if !used[p.Name] {
				got = append(got, p.Name)
			}
		}
		if slices.Sort(got); strings.Join(got, " ") != idle {
			t.Errorf("%q: without effect are %v, want %q", line, got, idle)
		}
		used = text.Used(nil, Usage{Presentation: 1})
		for _, p := range text.Params {
			if !used[p.Name] {
				t.Errorf("%q: %s has no effect in continuous time", line, p.Name)
			}
		}
	}
}

func TestNoisy(t *testing.T) {
	for _, c := range []struct {
		line  string
		given Values
		want  bool
	}{
		{"tau dz/dt = -z + sigma sqrt(2 tau) xi", nil, true},
		{"tau dz/dt = -z + sigma sqrt(2 tau) xi", Values{"sigma": 0.}, false},
		{"tau dz/dt = -z + sigma sqrt(2 tau) xi", Values{"sigma": 0., "k": 2.}, false},
		{"tau dz/dt = -z + (sigma sqrt(2 tau) xi if k > 1 else 0)", nil, false},
		{"tau dz/dt = -z + (sigma sqrt(2 tau) xi if k > 1 else 0)", Values{"k": 2.}, true},
		{"tau dz/dt = -z + (sigma sqrt(2 tau) xi if teacher else 0)", nil, true},
		{"tau dz/dt = -z + sigma", nil, false},
	} {
		if got := noisyText(t, c.line).Noisy(c.given, Usage{Presentation: 1}); got != c.want {
			t.Errorf("%q with %v: noisy %v, want %v", c.line, c.given, got, c.want)
		}
	}
}

// TestWhereNoiseStands lists where it cannot.
func TestWhereNoiseStands(t *testing.T) {
	for _, line := range []string{"z = xi", "z = 1\n projection W from below\n tau dW/dt = xi", "z = 1\n projection W from below\n W(0) = xi"} {
		_, err := Parse("", "model x\ntime constants:\n tau = 1 s\noutput:\n "+line+"\n answer = z\n")
		if err == nil || !strings.Contains(err.Error(), "xi is the noise of a state, expected it in an equation such as") {
			t.Errorf("%q: %v", line, err)
		}
	}
	for _, text := range []string{"parameters:\n xi = 1\noutput:\n answer = xi\n", "parameters:\n a = 2 xi\noutput:\n answer = a\n", "output:\n xi = 1\n answer = xi\n"} {
		if _, err := Parse("", "model x\n"+text); err == nil || !strings.Contains(err.Error(), "xi") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
