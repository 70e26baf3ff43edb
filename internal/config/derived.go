package config

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Baseline is the burst probability without error, p_b, in (0, 1): p_baseline
// where the file gives it, otherwise what the model is published with: 0.2 for
// Burstprop and 0.5 for BurstCCN (Greedy et al., NeurIPS 2022). Models without
// bursts have no use for it.
func (m Model) Baseline() float64 {
	switch {
	case m.PBaseline != 0:
		return m.PBaseline
	case m.Kind == "burstprop":
		return 0.2
	}
	return 0.5
}

// Gain is the gain of the apical dendrite, beta, more than 0: beta where the
// file gives it, otherwise what the model is published with: 1 for Burstprop
// and 4 for BurstCCN (Greedy et al., NeurIPS 2022). Models without bursts have
// no use for it.
func (m Model) Gain() float64 {
	switch {
	case m.Beta != 0:
		return m.Beta
	case m.Kind == "burstprop":
		return 1
	}
	return 4
}

// hashMark stands between the path of a file and the SHA-256 of its content.
const hashMark = "@sha256:"

// WeightsFile is the file that holds the initial weights, "" if they are drawn
// at random, and the SHA-256 that it must have, "" if any will do.
func (m Model) WeightsFile() (path, sum string) {
	if m.Weights == "random" {
		return "", ""
	}
	if i := strings.LastIndex(m.Weights, hashMark); i >= 0 {
		return m.Weights[:i], m.Weights[i+len(hashMark):]
	}
	return m.Weights, ""
}

// SetWeightsFile makes a file with this SHA-256 the one of the initial weights.
func (m *Model) SetWeightsFile(path, sum string) { m.Weights = path + hashMark + sum }

// Period is the time that one sample of the discrete model stands for, more
// than 0: task.sample for regression, task.hold for patterns and images. Over a
// time constant of plasticity it is a learning rate.
func (c Config) Period() Duration {
	if c.Task.Kind == "regression" {
		return c.Task.Sample
	}
	return c.Task.Hold
}

// Images reports whether the task is a data set of images.
func (t Task) Images() bool { return t.Kind != "regression" && t.Kind != "xor" }

// WeightGain is the factor on the initial W: weight_gain where the file gives
// it, otherwise 3.6 for images and 1 for all else, as published.
func (c Config) WeightGain() float64 {
	switch {
	case c.Model.WeightGain != 0:
		return c.Model.WeightGain
	case c.Task.Images():
		return 3.6
	}
	return 1
}

// LearningRate is the discrete model's rate of W and bias, more than 0: lr where
// the file gives it, otherwise [Config.Period] over the time constant, as in
// the limit of continuous time.
func (c Config) LearningRate() float64 { return c.rate(c.Learning.Rate, c.Time.TauWeight) }

// YRate is LearningRate for the feedback of bursts.
func (c Config) YRate() float64 { return c.rate(c.Learning.YRate, c.Time.TauY) }

// QRate is LearningRate for the feedback of events.
func (c Config) QRate() float64 { return c.rate(c.Learning.QRate, c.Time.TauQ) }

func (c Config) rate(given float64, tau Duration) float64 {
	if given > 0 {
		return given
	}
	return c.Period().Seconds() / tau.Seconds()
}

// InterneuronRate is the discrete model's rate of interneurons' weights, at
// least 0.
func (c Config) InterneuronRate() float64 {
	if c.Learning.InternRate > 0 {
		return c.Learning.InternRate
	}
	return c.Learning.InternScale * c.LearningRate()
}

// TauInterneuron is the plasticity time constant of interneurons' weights: half
// of that of W unless the file gives it, as their discrete rate is twice that
// of W.
func (c Config) TauInterneuron() Duration {
	if c.Time.TauInterneuron > 0 {
		return c.Time.TauInterneuron
	}
	return c.Time.TauWeight / 2
}

// derived are the values of keys that follow from others unless they are given.
var derived = map[string]func(c Config) string{
	"model.p_baseline":        func(c Config) string { return formatFloat(c.Model.Baseline()) },
	"model.beta":              func(c Config) string { return formatFloat(c.Model.Gain()) },
	"model.weight_gain":       func(c Config) string { return formatFloat(c.WeightGain()) },
	"learning.lr":             func(c Config) string { return formatFloat(c.LearningRate()) },
	"learning.y_lr":           func(c Config) string { return formatFloat(c.YRate()) },
	"learning.q_lr":           func(c Config) string { return formatFloat(c.QRate()) },
	"learning.interneuron_lr": func(c Config) string { return formatFloat(c.InterneuronRate()) },
	"time.tau_interneuron":    func(c Config) string { return quote(c.TauInterneuron().String()) },
}

// fastest is the key of the shortest time constant with which a compartment of
// the model leaks, and the time constant itself.
func (c *Config) fastest() (key string, tau Duration) {
	bursts := c.Model.Kind == "burstccn" || c.Model.Kind == "burstprop"
	t, tau := &c.Time, Duration(math.MaxInt64)
	for _, leak := range []struct {
		key  string
		tau  Duration
		here bool
	}{
		{"time.tau_soma", t.TauSoma, true},
		{"time.tau_dendrite", t.TauDendrite, bursts},
		{"time.tau_average", t.TauAverage, c.Model.Kind == "burstprop"},
		{"time.trace_delay", t.TraceDelay, bursts && t.TraceDelay > 0},
	} {
		if leak.here && leak.tau < tau {
			key, tau = leak.key, leak.tau
		}
	}
	return key, tau
}

// finest is the part of the shortest time constant above which a time step
// decides results: a decay over one time constant is then off by a tenth with
// Euler's method.
const finest = 5

// Warnings say, one line each, what can run but is hardly meant: a time step
// that decides the result. The step of layerwise is the model, dopri5 chooses
// its own.
func (c Config) Warnings() []string {
	var out []string
	for _, v := range append([]Variant{{Config: c}}, c.Compare...) {
		if v.Config.Time.Kind != "continuous" {
			continue
		}
		for _, line := range v.Config.stepWarnings() {
			if !slices.Contains(out, line) {
				out = append(out, line)
			}
		}
	}
	return out
}

func (c Config) stepWarnings() (out []string) {
	key, fastest := c.fastest()
	dt, method := c.Time.Dt, c.Integrator.Method
	switch {
	case method == "layerwise":
		if c.Record.Sample%dt != 0 {
			out = append(out, fmt.Sprintf("record.sample: %v is no multiple of time.dt, %v: with method = \"layerwise\" there is a state at every step only, and a sample every %v",
				c.Record.Sample, dt, dt*max(1, c.Record.Sample/dt)))
		}
	case method != "dopri5" && dt.Seconds()*finest > fastest.Seconds()*(1+1e-12):
		out = append(out, fmt.Sprintf("time.dt: %v is more than a fifth of %s, %v, the shortest time constant: with method = %q the step may decide the result, expected at most %v",
			dt, key, fastest, method, fastest/finest))
	}
	return out
}

// Stack is the network between input and output: the layers of maps, which come
// first, and the units of the dense hidden layers, those of layer before those
// of hidden.
func (m Model) Stack() (maps []Layer, dense []int) {
	for _, l := range m.Layer {
		if l.Kind == "conv" {
			maps = append(maps, l)
		} else {
			dense = append(dense, l.Units)
		}
	}
	return maps, append(dense, m.Hidden...)
}

// WithSeed is the experiment with another seed, and a name that says so.
func (c Config) WithSeed(seed int64) Config {
	suffix := fmt.Sprintf("-seed%d", seed)
	name := c.Run.Name
	if most := maxName - len(suffix); len(name) > most {
		name = strings.ToValidUTF8(name[:most], "")
	}
	c.Run.Seed, c.Run.Name = seed, name+suffix
	c.Compare = slices.Clone(c.Compare)
	for i := range c.Compare {
		run := &c.Compare[i].Config.Run
		run.Seed, run.Name = c.Run.Seed, c.Run.Name
	}
	return c
}
