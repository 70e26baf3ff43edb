// Package video is the natural-video task of the code that followed Greedy et al.,
// "Single-phase deep learning in cortico-cortical networks", NeurIPS 2022 (arXiv
// 2206.11769): a network sees films, and a fixed network, the teacher, that sees them
// too says what it should answer.
package video

import (
	"fmt"
	"math"

	"burstsim/internal/dataset/films"
	"burstsim/internal/presentations"
	"burstsim/tasks/teacher"
)

// Config says what is shown and how. DefaultConfig has the published values.
type Config struct {
	Films []*films.Film // shown one after another, again and again; at least 1
	// Shuffle shows them in a random order, a new one each time that all have been
	// shown.
	Shuffle bool
	Seed    uint64 // decides the order

	// Crop is the side of the square part of frames that is shown, in pixels; 0: the
	// whole frame.
	Crop int
	// At are row and column of its first pixel; nil: in the middle.
	At []int
	// RandomCrops moves the part to a random place of all films but the first that is
	// shown, a new one each time a film begins.
	RandomCrops bool
	CropSeed    uint64 // decides the places

	Side        int  // of an input, in pixels; 2 to 1024. Side x Side pixels, row by row, are the inputs
	Standardise bool // subtract from each frame its mean, and divide by its standard deviation (n - 1)

	Frame  float64 // s from a frame to the next; more than 0
	Linear bool    // pass from each frame into the next along a line; otherwise a frame stays until the next

	// LowPass (s) is the time constant of a filter that inputs go through, tau dm/dt =
	// x - m, with m = 0 at time 0; 0: none; at most 1000 Frame.
	LowPass float64
	// LowPassStep (s), if not 0, makes the filter the one published: m += LowPassStep /
	// LowPass (x - m) at every multiple of it, 0 included, between which inputs stay as
	// they are. A whole number of them makes a Frame, and it is at most LowPass.
	LowPassStep float64

	// Teacher makes the targets of Side x Side inputs. It is for this task alone: see
	// [teacher.Network.Clone].
	Teacher *teacher.Network
}

// DefaultConfig is the published task but for films and teacher, which it lacks.
func DefaultConfig() Config {
	return Config{Crop: 64, RandomCrops: true, Side: 32, Standardise: true, Frame: 0.1, Linear: true, LowPass: 0.2}
}

// mostLag is how many frames a time constant of the filter may last.
const mostLag = 1000

func (c Config) validate() error {
	switch {
	case len(c.Films) == 0:
		return fmt.Errorf("video: no films, expected at least 1")
	case c.Side < 2 || c.Side > 1024:
		return fmt.Errorf("video: Side is %d, expected 2 to 1024", c.Side)
	case !(c.Frame > 0) || math.IsInf(c.Frame, 1) || math.IsInf(1/c.Frame, 1):
		return fmt.Errorf("video: Frame is %v s, expected a finite number more than 0", c.Frame)
	case !(c.LowPass >= 0 && c.LowPass <= mostLag*c.Frame):
		return fmt.Errorf("video: LowPass is %v s, expected 0 to %v s, %d frames", c.LowPass, mostLag*c.Frame, mostLag)
	case !(c.LowPassStep >= 0 && c.LowPassStep <= c.LowPass):
		return fmt.Errorf("video: LowPassStep is %v s, expected 0 to LowPass, %v s", c.LowPassStep, c.LowPass)
	case c.LowPassStep > 0 && (math.Abs(c.Frame/c.LowPassStep-math.Round(c.Frame/c.LowPassStep)) > 1e-6 || c.LowPassStep > c.Frame*(1+1e-6)):
		return fmt.Errorf("video: LowPassStep is %v s, expected a whole number of it in Frame, %v s", c.LowPassStep, c.Frame)
	case c.Crop < 0:
		return fmt.Errorf("video: Crop is %d, expected at least 0", c.Crop)
	case c.At != nil && len(c.At) != 2:
		return fmt.Errorf("video: At has %d numbers, expected a row and a column", len(c.At))
	case c.Teacher == nil:
		return fmt.Errorf("video: no Teacher")
	case c.Teacher.Inputs() != c.Side*c.Side:
		return fmt.Errorf("video: the teacher takes %d inputs, expected %d", c.Teacher.Inputs(), c.Side*c.Side)
	}
	frames := 0
	for i, f := range c.Films {
		if c.Crop > min(f.Height, f.Width) {
			return fmt.Errorf("video: Crop is %d, expected at most %d: film %d has %d x %d pixels", c.Crop, min(f.Height, f.Width), i+1, f.Height, f.Width)
		}
		if c.At != nil && c.Crop > 0 && (i == 0 || c.Shuffle || !c.RandomCrops) &&
			!(c.At[0] >= 0 && c.At[1] >= 0 && c.At[0] <= f.Height-c.Crop && c.At[1] <= f.Width-c.Crop) {
			return fmt.Errorf("video: At is %v, expected at most [%d %d]: film %d has %d x %d pixels, and the part %d",
				c.At, f.Height-c.Crop, f.Width-c.Crop, i+1, f.Height, f.Width, c.Crop)
		}
		frames += f.Len()
	}
	if frames < 2 {
		return fmt.Errorf("video: %d frame in all films, expected at least 2", frames)
	}
	return nil
}

// Task is the stream. Its inputs are defined at every time t (s) and do not depend on
// the times asked for before; they are continuous if Linear or filtered, unless
// LowPassStep is given. Without a filter a film's last frame passes into the next film's
// first.
//
// Where frames meet, or steps of the filter, the later counts, unless a simulation has
// said with Enter that it is still within the earlier one, as in the last stage of an
// integration step that ends there. A task keeps where it is, so each simulation needs
// one of its own; they share the films.
type Task struct {
	cfg   Config
	show  showings
	clock presentations.Clock // of frames, or of steps of the filter

	prepare *preparer
	kept    [2]frame // that were prepared last

	steps  int     // of the filter in a frame; 0: it is not in steps
	gain   float64 // of a step
	decay  float64 // of the filter over a frame
	warm   int     // frames after which the filter has forgotten what was before
	lagged []float64
	lag    int // frame at whose begin the filter is at lagged; -1: none yet

	input   []float64
	inputAt moment
	target  []float64
	have    moment // that target belongs to
}

// frame is an input made of one frame.
type frame struct {
	number int // over all that is shown; -1: none
	pixels []float64
}

// moment is a time, on one side of a boundary.
type moment struct {
	t       float64
	segment int
}

// New returns the task, or an error that names what is out of range.
func New(cfg Config) (*Task, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	task := &Task{cfg: cfg, lag: -1, inputAt: moment{t: math.NaN()}, have: moment{t: math.NaN()}}
	task.show = showings{
		films: cfg.Films, crop: cfg.Crop, first: place{-1, -1}, random: cfg.RandomCrops, shuffle: cfg.Shuffle,
		seed: cfg.Seed, cropSeed: cfg.CropSeed, order: make([]int, len(cfg.Films)), round: -1,
	}
	if cfg.At != nil {
		task.show.first = place{cfg.At[0], cfg.At[1]}
	}
	var sizes [][2]int
	for _, f := range cfg.Films {
		task.show.length += f.Len()
		sizes = append(sizes, task.show.size(f))
	}
	n := cfg.Side * cfg.Side
	task.prepare = newPreparer(cfg.Side, cfg.Standardise, sizes)
	for i := range task.kept {
		task.kept[i] = frame{-1, make([]float64, n)}
	}
	task.input, task.target = make([]float64, n), make([]float64, cfg.Teacher.Outputs())
	grain := cfg.Frame
	if cfg.LowPass > 0 {
		task.lagged = make([]float64, n)
		task.decay = math.Exp(-cfg.Frame / cfg.LowPass)
		if cfg.LowPassStep > 0 {
			grain = cfg.LowPassStep
			task.steps = int(math.Round(cfg.Frame / grain))
			task.gain = cfg.LowPassStep / cfg.LowPass
			task.decay = math.Pow(1-task.gain, float64(task.steps))
		}
		task.warm = 1 + int(math.Ceil(math.Log(forgotten)/math.Log(task.decay)))
	}
	task.clock = presentations.New(grain, 0)
	return task, nil
}

// forgotten is what is left of the past when the filter has forgotten it: no number
// differs that a simulation makes of it.
const forgotten = 0x1p-64

// Inputs is the length of an input.
func (task *Task) Inputs() int { return len(task.input) }

// Outputs is the length of a target.
func (task *Task) Outputs() int { return len(task.target) }

// Enter says that a simulation at time t (s) begins, or goes on in, the frame or step
// of the filter that t belongs to; at a boundary that is the later one. From then on
// this includes its end, until Enter is called again.
func (task *Task) Enter(t float64) { task.clock.Enter(t) }

// NextChange is where the frame, or the step of the filter, at time t ends; at a
// boundary, the later one.
func (task *Task) NextChange(t float64) float64 { return task.clock.NextChange(t) }

// Input stores what is seen at time t: Side x Side pixels, row by row.
func (task *Task) Input(dst []float64, t float64) { copy(dst, task.at(t)) }

// moment is time t on the side of a boundary on which the simulation stands.
func (task *Task) moment(t float64) moment {
	k, _ := task.clock.Shown(t)
	return moment{t, max(k, 0)}
}

func (task *Task) at(t float64) []float64 {
	now := task.moment(t)
	if now == task.inputAt {
		return task.input
	}
	task.inputAt = now
	k := now.segment
	if task.steps > 0 {
		task.step(k/task.steps, k%task.steps)
		return task.input
	}
	since := min(max(t-float64(k)*task.cfg.Frame, 0), task.cfg.Frame)
	a, b := task.pixels(k), task.blend(k)
	part := since / task.cfg.Frame
	if task.cfg.LowPass == 0 {
		for i, x := range a {
			task.input[i] = x + part*(b[i]-x)
		}
		return task.input
	}
	task.filterUntil(k)
	task.advance(task.input, k, since)
	return task.input
}

// pixels are those of a frame.
func (task *Task) pixels(k int) []float64 {
	slot := &task.kept[k&1]
	if slot.number != k {
		film, n, at := task.show.frame(k)
		size := task.show.size(film)
		task.prepare.prepare(slot.pixels, film, n, at, size[0], size[1])
		slot.number = k
	}
	return slot.pixels
}

// blend is what frame k passes into.
func (task *Task) blend(k int) []float64 {
	if !task.cfg.Linear {
		return task.pixels(k)
	}
	return task.pixels(k + 1)
}
