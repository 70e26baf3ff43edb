package experiment

import (
	"cmp"
	"fmt"
	"slices"

	"burstsim/internal/config"
	"burstsim/internal/memory"
	"burstsim/sim/model"
	"burstsim/sim/noise"
)

// CheckMemory says why this machine cannot hold a run with all its variants,
// which are in memory together, and the keys that decide it, the one that asks
// for most first. It estimates from below: what it refuses cannot run. Of
// images whose files alone know their size it knows nothing yet.
func CheckMemory(cfg *config.Config) (keys []string, err error) {
	own := demandsOf(*cfg, shapeBefore(*cfg))
	if err := own.check("networks and tasks of this size"); err != nil {
		return own.keys(), err
	}
	all := withVariants(*cfg)
	if err := all.check(fmt.Sprintf("this experiment and its %d variants", len(cfg.Compare))); err != nil {
		return append(all.keys(), "compare"), err
	}
	return nil, nil
}

// AtOnce is how many of these experiments, at least one, fit into memory together
// whichever they are.
func AtOnce(configs []config.Config) int {
	largest := 1.0
	for _, cfg := range configs {
		largest = max(largest, withVariants(cfg).bytes())
	}
	return int(max(1, min(memory.Total()/largest, float64(len(configs)))))
}

// Memory is how many bytes a run with all its variants takes, estimated from
// below.
func Memory(cfg config.Config) float64 { return withVariants(cfg).bytes() }

func withVariants(cfg config.Config) demands {
	all := demandsOf(cfg, shapeBefore(cfg))
	for _, v := range cfg.Compare {
		all = append(all, demandsOf(v.Config, shapeBefore(v.Config))...)
	}
	return all
}

// shapeBefore is a network's shape as far as the file alone tells it: wholly,
// unless the task has images.
func shapeBefore(cfg config.Config) networkShape {
	if !cfg.Task.Images() {
		inputs, outputs := cfg.Task.Size()
		return networkShape{inputs: inputs, outputs: outputs, rows: 1}
	}
	if inputs, outputs := cfg.Task.Size(); cfg.Task.Own() && inputs > 0 {
		return networkShape{inputs: inputs, outputs: outputs, rows: cfg.Task.Batch, image: imageOf(cfg.Task.Found)}
	}
	image := imageShape{1, 1, 1}
	if n := cfg.Task.Side(); n > 0 {
		image.height, image.width = n, n
	}
	if cfg.Task.Kind == "cifar10" {
		image.channels = 3
	}
	return networkShape{inputs: image.channels * image.height * image.width, outputs: 1, rows: cfg.Task.Batch, image: image}
}

// demand is what a key makes a run allocate.
type demand struct {
	key   string
	bytes float64
}

type demands []demand

func (all demands) bytes() (total float64) {
	for _, d := range all {
		total += d.bytes
	}
	return total
}

func (all demands) check(what string) error { return memory.Check(what, all.bytes()) }

// keys lists the keys, the one that asks for most first.
func (all demands) keys() []string {
	sum := map[string]float64{}
	var keys []string
	for _, d := range all {
		if sum[d.key] += d.bytes; !slices.Contains(keys, d.key) {
			keys = append(keys, d.key)
		}
	}
	slices.SortStableFunc(keys, func(a, b string) int {
		if sum[a] > sum[b] {
			return -1
		}
		return 1
	})
	return keys
}

// checkShape says why there is no memory for the network of one variant.
func checkShape(cfg config.Config, shape networkShape) error {
	all := demandsOf(cfg, shape)
	if err := all.check("networks and tasks of this size"); err != nil {
		return fmt.Errorf("%s: %w", all.keys()[0], err)
	}
	return nil
}

// size is a number of units and the key that gives it. Numbers are float64, for
// products of what a file says may be larger than any integer.
type size struct {
	key   string
	units float64
}

// demandsOf estimates what a variant allocates.
func demandsOf(cfg config.Config, shape networkShape) demands {
	if cfg.Spikes() {
		return spikingDemands(&cfg)
	}
	number := 8.0
	if cfg.Run.Precision == "float32" {
		number = 4
	}
	rows := float64(shape.rows)
	copies := copiesOf(cfg)
	each := 1.0 // of the connections
	if partly(cfg.Model.Text) {
		each = 0
	}
	var out demands
	below, outputs := size{"task.inputs", float64(shape.inputs)}, "task.outputs"
	switch {
	case cfg.Task.Kind == "video":
		below.key = "task.side"
	case cfg.Task.Own():
		below.key, outputs = "task.input_file", "task.input_file"
	case cfg.Task.Images():
		below.key = "task.batch"
	}
	add := func(layer size, weights float64) {
		largest := layer
		if below.units > layer.units {
			largest = below
		}
		of := layer.key
		if rows > layer.units {
			of = "task.batch"
		}
		out = append(out, demand{largest.key, number * copies * each * weights}, demand{of, number * (copies + quantities) * rows * layer.units})
		below = layer
	}
	maps, dense := cfg.Model.Stack()
	channels, height, width := float64(shape.image.channels), float64(shape.image.height), float64(shape.image.width)
	for _, l := range maps {
		side := func(n float64) float64 {
			return max(1, float64(int((n+2*float64(l.Padding)-float64(l.Kernel))/float64(l.Stride)))+1)
		}
		height, width = side(height), side(width)
		patch := channels * float64(l.Kernel) * float64(l.Kernel)
		channels = float64(l.Channels)
		add(size{"model.layer", channels * height * width}, channels*patch)
		out = append(out, demand{"model.layer", number * patch * rows * height * width}) // the windows of a batch
	}
	for i, n := range dense {
		key := "model.hidden"
		if i < len(dense)-len(cfg.Model.Hidden) {
			key = "model.layer"
		}
		add(size{key, float64(n)}, float64(n)*(below.units+1))
	}
	add(size{outputs, float64(shape.outputs)}, float64(shape.outputs)*(below.units+1))
	least := float64(min(shape.inputs, shape.outputs, slices.Min(append(slices.Clone(dense), shape.outputs))))
	out = append(out, historyOf(cfg, number*rows*least)...)
	out = append(out, pathsOf(cfg, rows*least)...)
	if drawsTeacher(cfg) {
		out = append(out, teacherOf(cfg)...)
	}
	return out
}

// historyOf is what is kept for delays: at least two times of each step, as far
// back as the longest delay, of a population of which one time takes at least so many bytes.
func historyOf(cfg config.Config, bytes float64) (out demands) {
	if cfg.Time.Kind != "continuous" || cfg.Model.Text == nil || cfg.Integrator.Method == "dopri5" {
		return nil
	}
	var longest model.Delay
	for _, d := range cfg.Model.Text.Delays(cfg.Parameters(), cfg.Usage()) {
		if d.Seconds > longest.Seconds {
			longest = d
		}
	}
	back := min(longest.Seconds, (cfg.Time.Before + cfg.Time.Learn + cfg.Time.After).Seconds())
	return demands{{cmp.Or(longest.Key, "model.equations"), 2 * bytes * back / cfg.Time.Dt.Seconds()}}
}

// pathsOf is what the noise of a population with at least so many units in all
// rows keeps of its paths.
func pathsOf(cfg config.Config, units float64) (out demands) {
	if cfg.Time.Kind != "continuous" || cfg.Model.Text == nil || !cfg.Model.Text.Noisy(cfg.Parameters(), cfg.Usage()) {
		return nil
	}
	return demands{{"model.equations", 8 * noise.PathNumbers * units}}
}

// partly says whether projections may lack connections: nothing is known then of
// how many weights there are at least.
func partly(t *model.Text) bool {
	return t != nil && slices.ContainsFunc(t.Blocks, func(b *model.Block) bool {
		return slices.ContainsFunc(b.Projections, func(p *model.Projection) bool { return p.Density != nil || p.Blocks != nil || p.Mask != nil })
	})
}

// quantities is how many arrays a model keeps at least of what follows from the
// states of a layer.
const quantities = 3

// copiesOf is how many numbers are kept of each weight, and at least of each
// unit: itself, what a stepper or an optimiser has of it, and what it has
// changed by, for angles.
func copiesOf(cfg config.Config) float64 {
	copies := 3.0
	switch joint := cfg.Integrator.Plasticity == "joint"; {
	case cfg.Trains() && cfg.Record.LogMode == "minimal": // no angles
		copies--
	case cfg.Time.Kind == "discrete" && (cfg.Learning.Optimiser == "adam" || slices.ContainsFunc(cfg.Learning.Weights, func(w config.Own) bool { return w.Optimiser == "adam" })):
		copies += 2
	case cfg.Time.Kind == "continuous" && joint:
		copies += map[string]float64{"euler": 1, "heun": 3, "rk4": 5, "dopri5": 8, "exponential": 3}[cfg.Integrator.Method]
	}
	if cfg.Run.Precision == "float32" { // what rounding withholds
		copies++
	}
	if len(cfg.Record.Weights) > 0 { // a snapshot, and what of it waits to be written
		copies += 2
	}
	if besideProjects(cfg.Model.Text) {
		copies *= 2
	}
	return copies
}

// besideProjects says whether populations beside layers, such as interneurons,
// have weights of their own.
func besideProjects(t *model.Text) bool {
	return t != nil && slices.ContainsFunc(t.Blocks, func(b *model.Block) bool { return b.Beside != "" && len(b.Projections) > 0 })
}

// drawsTeacher reports whether the task has a random teacher.
func drawsTeacher(cfg config.Config) bool {
	return (cfg.Task.Kind == "regression" || cfg.Task.Kind == "video") && cfg.Task.TeacherFile == ""
}

// teacherOf is what the random teacher allocates.
func teacherOf(cfg config.Config) (out demands) {
	inputs, _ := cfg.Task.Size()
	in := float64(inputs)
	for _, n := range append(slices.Clone(cfg.Task.TeacherHidden), cfg.Task.Outputs) {
		out = append(out, demand{"task.teacher_hidden", 8 * float64(n) * (in + 1)})
		in = float64(n)
	}
	return out
}
