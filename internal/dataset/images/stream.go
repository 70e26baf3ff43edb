package images

import (
	"fmt"
	"math"

	"burstsim/internal/presentations"
)

// StreamConfig says how images are presented in continuous time.
type StreamConfig struct {
	Hold  float64 // how long each image is shown; s; more than 0
	Blank float64 // how long there is nothing behind each: inputs of 0; s; at least 0

	TargetLow, TargetHigh float64 // what a class unit should answer to other classes, and to its own; 0 <= TargetLow < TargetHigh <= 1

	// Rows streams with one seed, whose Row is 0 to Rows-1, share the images:
	// together they show each once an epoch. 0 rows are 1.
	Row, Rows int

	Seed uint64 // decides the order
}

// DefaultStreamConfig holds each image for 1 s, with the targets 0.01 + 0.98 t
// that a sigmoid can reach.
func DefaultStreamConfig() StreamConfig {
	return StreamConfig{Hold: 1, TargetLow: 0.01, TargetHigh: 0.99, Rows: 1, Seed: 1}
}

func (c StreamConfig) validate() error {
	switch {
	case !(c.Hold > 0 && !math.IsInf(c.Hold, 0)):
		return fmt.Errorf("images: Hold is %v s, expected a finite number more than 0", c.Hold)
	case !(c.Blank >= 0 && !math.IsInf(c.Blank, 0)):
		return fmt.Errorf("images: Blank is %v s, expected a finite number of at least 0", c.Blank)
	case !(c.TargetLow >= 0 && c.TargetLow < 1):
		return fmt.Errorf("images: TargetLow is %v, expected at least 0 and less than 1", c.TargetLow)
	case !(c.TargetHigh > c.TargetLow && c.TargetHigh <= 1):
		return fmt.Errorf("images: TargetHigh is %v, expected more than TargetLow, %v, and at most 1", c.TargetHigh, c.TargetLow)
	case c.Rows < 0:
		return fmt.Errorf("images: Rows is %d, expected at least 0", c.Rows)
	case c.Row < 0 || c.Row >= max(c.Rows, 1):
		return fmt.Errorf("images: Row is %d, expected 0 to %d", c.Row, max(c.Rows, 1)-1)
	}
	return nil
}

// Shown is what a stream shows: images, or other samples.
type Shown interface {
	Len() int
	Inputs() int  // length of an input
	Outputs() int // length of a target
	// Input stores what a network sees of sample i.
	Input(dst []float64, i int)
	// Target stores what it should answer: of a class, high for its own unit and
	// low for the others.
	Target(dst []float64, i int, low, high float64)
}

// Stream shows one image after the other, each for the same time, with a blank
// behind each or without a pause: presentation k lasts from k (Hold + Blank) for
// Hold. All images are shown before any returns, in an order that is new in each
// epoch and follows from the seed.
//
// At a boundary two presentations meet, or one and a blank. The later counts, unless
// a simulation has said with Enter that it is still within the earlier one, as
// in the last stage of an integration step that ends there. A stream keeps
// where it is, so each simulation, and each row of it, needs one of its own;
// they share the images.
type Stream struct {
	shown Shown
	cfg   StreamConfig
	clock presentations.Clock
	epoch int   // to which order belongs
	order []int // of one epoch
}

// greys are the values of bytes as a stream shows them.
var greys = func() (value [256]float64) {
	tabulate(&value, &identity, 0)
	return value
}()

// Inputs is Size, for a stream.
func (d *Images) Inputs() int { return d.Size() }

// Outputs is the number of classes, for a stream.
func (d *Images) Outputs() int { return d.Classes }

// Input stores image i, scaled to [0, 1].
func (d *Images) Input(dst []float64, i int) { convert(dst, d.Pixels(i), &greys) }

// Target stores high for the class of image i, low for the others.
func (d *Images) Target(dst []float64, i int, low, high float64) {
	fill(dst, low)
	dst[d.Label(i)] = high
}

// NewStream returns a stream, or an error that names the field that is out of
// range.
func NewStream(d Shown, cfg StreamConfig) (*Stream, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg.Rows = max(cfg.Rows, 1)
	return &Stream{shown: d, cfg: cfg, clock: presentations.New(cfg.Hold, cfg.Blank), order: Order(cfg.Seed, 0, d.Len(), nil)}, nil
}

// Enter says that a simulation at time t (s) begins, or goes on in, the
// presentation or blank that t belongs to; at a boundary that is the later one.
// From then on this includes its end, until Enter is called again.
func (s *Stream) Enter(t float64) { s.clock.Enter(t) }

// Index is the number of the presentation at time t (s), or before the blank
// there; at a boundary, the later one. It is meant for times up to 2^31
// presentations from 0.
func (s *Stream) Index(t float64) int { return s.clock.Index(t) }

// Image is the index of the image of presentation k.
func (s *Stream) Image(k int) int {
	n := len(s.order)
	at := k*s.cfg.Rows + s.cfg.Row
	epoch := at / n
	if at < 0 {
		epoch = (at+1)/n - 1
	}
	if epoch != s.epoch {
		s.order, s.epoch = Order(s.cfg.Seed, epoch, n, s.order), epoch
	}
	return s.order[at-epoch*n]
}

// Sample stores input and target of presentation k.
func (s *Stream) Sample(k int, input, target []float64) {
	image := s.Image(k)
	s.shown.Input(input, image)
	s.shown.Target(target, image, s.cfg.TargetLow, s.cfg.TargetHigh)
}

// Inputs is the number of values of an image.
func (s *Stream) Inputs() int { return s.shown.Inputs() }

// Outputs is the number of classes, or targets.
func (s *Stream) Outputs() int { return s.shown.Outputs() }

// Input stores the image at time t, scaled to [0, 1]; 0 in a blank.
func (s *Stream) Input(dst []float64, t float64) {
	k, blank := s.clock.Shown(t)
	if blank {
		clear(dst)
		return
	}
	s.shown.Input(dst, s.Image(k))
}

// Target stores the target at time t; in a blank, that of the image before. The
// task has no state.
func (s *Stream) Target(dst []float64, t float64, _ []float64) {
	k, _ := s.clock.Shown(t)
	s.shown.Target(dst, s.Image(k), s.cfg.TargetLow, s.cfg.TargetHigh)
}

// NextChange is the end of the presentation or blank at time t, the later one at
// a boundary.
func (s *Stream) NextChange(t float64) float64 { return s.clock.NextChange(t) }

// StateDim is 0: the target follows the image at once.
func (s *Stream) StateDim() int { return 0 }

// StateDerivative stores nothing.
func (s *Stream) StateDerivative(dst []float64, t float64, state []float64) {}

// StateLeak stores nothing.
func (s *Stream) StateLeak(dst []float64) {}

// SteadyState stores nothing.
func (s *Stream) SteadyState(dst []float64, t float64) {}
