package config

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// hashMark stands between the path of a file and the SHA-256 of its content.
const hashMark = "@sha256:"

// SplitSum parts the path of a file from the SHA-256 that it must have behind
// it, "" if any content will do.
func SplitSum(s string) (path, sum string) {
	if i := strings.LastIndex(s, hashMark); i >= 0 {
		return s[:i], s[i+len(hashMark):]
	}
	return s, ""
}

// WithSum is a path with the SHA-256 of its file behind it.
func WithSum(path, sum string) string { return path + hashMark + sum }

// WeightsFile is the file that holds the initial weights, "" if they are drawn
// at random, and the SHA-256 that it must have, "" if any will do.
func (m Model) WeightsFile() (path, sum string) {
	if m.Weights == "random" {
		return "", ""
	}
	return SplitSum(m.Weights)
}

// SetWeightsFile makes a file with this SHA-256 the one of the initial weights.
func (m *Model) SetWeightsFile(path, sum string) { m.Weights = WithSum(path, sum) }

// Period is the time that one sample of the discrete model stands for, more
// than 0: task.sample for regression and signals, task.hold for patterns, images
// and samples. Over a time constant of plasticity it is a learning rate.
func (c Config) Period() Duration {
	if c.Task.Flows() {
		return c.Task.Sample
	}
	return c.Task.Hold
}

// Blank is how long there is nothing between two presentations: in continuous
// time only.
func (c Config) Blank() Duration {
	if c.Time.Kind != "continuous" || c.Task.Flows() {
		return 0
	}
	return c.Task.Blank
}

// What says in a few words what is run: the model, the task and the kind of time,
// or how many populations spike.
func (c *Config) What() string {
	if !c.Spikes() {
		return fmt.Sprintf("%s on %s in %s time", c.Model.Kind, c.Task.Kind, c.Time.Kind)
	}
	neurons := 0
	for _, p := range c.Spiking.Populations {
		neurons += p.Size
	}
	if n := len(c.Spiking.Populations); n != 1 {
		return fmt.Sprintf("%d populations of %d neurons that spike", n, neurons)
	}
	return fmt.Sprintf("a population that spikes, of size %d", neurons)
}

// Images reports whether the task is a data set of images, or of samples of one's
// own that are learned in the same way.
func (t Task) Images() bool { return !t.Flows() && t.Kind != "xor" }

// Flows reports whether the task is inputs that go on in time, not presentations.
func (t Task) Flows() bool {
	return t.Kind == "regression" || t.Kind == "signals" || t.Kind == "video"
}

// ReadsOwn reports whether the task has data of its own, which may be files: signals,
// arrays, films, or a teacher.
func (t Task) ReadsOwn() bool {
	return t.Own() || t.Kind == "video" || t.Kind == "regression" && t.TeacherFile != ""
}

// Own reports whether the task is data of one's own: signals or arrays.
func (t Task) Own() bool { return t.Kind == "signals" || t.Kind == "arrays" }

// Side is the height, and the width, of the images in pixels; 0 if only the
// files say, or if the task has no images.
func (t Task) Side() int {
	switch t.Kind {
	case "mnist", "fashion-mnist":
		return 28
	case "cifar10":
		return 32
	}
	return 0
}

// Trains reports whether the experiment goes through epochs, not simulated time.
func (c *Config) Trains() bool { return c.Task.Images() && c.Time.Kind == "discrete" }

// Noisy reports whether there is ever noise on what layers receive while they
// learn.
func (c *Config) Noisy() bool {
	l := &c.Learning
	return l.Noise > 0 || slices.ContainsFunc(l.Blocks, func(b Block) bool { return b.Noise > 0 })
}

// somaticKey is the parameter that a leaky teacher takes from the model.
const somaticKey = "time.tau_soma"

// somatic is the somatic time constant, as far as the model has one.
func (c *Config) somatic() (tau float64, ok bool) {
	tau, ok = c.Parameter(somaticKey).(float64)
	return tau, ok
}

// fastest is the key of the shortest time constant with which a state of the
// model relaxes, and the time constant itself; none is as long as can be.
func (c *Config) fastest() (key string, tau Duration) {
	shortest := math.Inf(1)
	for _, leak := range c.Model.Text.Leaks(c.Parameters(), c.Usage()) {
		if leak.Tau < shortest {
			key, shortest = leak.Key, leak.Tau
		}
	}
	if ns := math.Round(shortest * 1e9); ns < math.MaxInt64 {
		return key, Duration(ns)
	}
	return key, math.MaxInt64
}

// finest is the part of the shortest time constant above which a time step
// decides results: a decay over one time constant is then off by a tenth with
// Euler's method.
const finest = 5

// Warnings say, one line each, what can run but is hardly meant: a time step
// that decides the result. dopri5 chooses its own.
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
	if method != "dopri5" && dt.Seconds()*finest > fastest.Seconds()*(1+1e-12) {
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
	return c.withRun(func(r *Run) { r.Seed, r.Name = seed, name+suffix })
}

// WithSeedKey is the experiment with another value of one of [SeedKeys].
func (c Config) WithSeedKey(key string, seed int64) Config {
	return c.withRun(func(r *Run) {
		switch key {
		case "run.seed":
			r.Seed = seed
		case "run.task_seed":
			r.TaskSeed = seed
		case "run.weight_seed":
			r.WeightSeed = seed
		}
	})
}

// withRun is the experiment with another [run], which its variants share.
func (c Config) withRun(change func(*Run)) Config {
	change(&c.Run)
	c.Compare = slices.Clone(c.Compare)
	for i := range c.Compare {
		change(&c.Compare[i].Config.Run)
	}
	return c
}
