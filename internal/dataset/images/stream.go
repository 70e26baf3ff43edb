package images

import (
	"fmt"
	"math"
)

// StreamConfig says how images are presented in continuous time.
type StreamConfig struct {
	Hold float64 // how long each image is shown; s; more than 0

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

// Stream shows one image after the other, each for the same time, without a
// pause: presentation k lasts from k Hold until (k+1) Hold. All images are
// shown before any returns, in an order that is new in each epoch and follows
// from the seed.
//
// At a boundary t = k Hold two presentations meet. The later one counts, unless
// a simulation has said with Enter that it is still within the earlier one, as
// in the last stage of an integration step that ends there. A stream keeps
// where it is, so each simulation, and each row of it, needs one of its own;
// they share the images.
type Stream struct {
	images  *Images
	cfg     StreamConfig
	entered bool
	within  int   // number of the presentation entered last
	epoch   int   // to which order belongs
	order   []int // of one epoch
	value   [256]float64
}

// NewStream returns a stream, or an error that names the field that is out of
// range.
func NewStream(d *Images, cfg StreamConfig) (*Stream, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg.Rows = max(cfg.Rows, 1)
	s := &Stream{images: d, cfg: cfg, order: Order(cfg.Seed, 0, d.Len(), nil)}
	tabulate(&s.value, &identity, 0)
	return s, nil
}

// Enter says that a simulation at time t (s) begins, or goes on in, the
// presentation that t belongs to; at a boundary that is the later one. From
// then on this presentation includes its end, until Enter is called again.
func (s *Stream) Enter(t float64) {
	s.within, s.entered = s.Index(t), true
}

// slack, in units of Hold, is how far from a boundary a time still means the
// boundary: times are rounded, and 0.3 is less than 3 x 0.1.
const slack = 1e-6

// Index is the number of the presentation at time t (s), the later one at a
// boundary. It is meant for times up to 2^31 presentations from 0.
func (s *Stream) Index(t float64) int {
	return int(math.Floor(t/s.cfg.Hold + slack))
}

// shown is Index, but for the end of the presentation that was entered.
func (s *Stream) shown(t float64) int {
	position := t/s.cfg.Hold - float64(s.within)
	if s.entered && position >= -slack && position <= 1+slack {
		return s.within
	}
	return s.Index(t)
}

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
	s.input(input, image)
	s.target(target, image)
}

func (s *Stream) input(dst []float64, image int) {
	convert(dst, s.images.Pixels(image), &s.value)
}

func (s *Stream) target(dst []float64, image int) {
	fill(dst, s.cfg.TargetLow)
	dst[s.images.Label(image)] = s.cfg.TargetHigh
}

// Inputs is the number of values of an image.
func (s *Stream) Inputs() int { return s.images.Size() }

// Outputs is the number of classes.
func (s *Stream) Outputs() int { return s.images.Classes }

// Input stores the image at time t, scaled to [0, 1].
func (s *Stream) Input(dst []float64, t float64) { s.input(dst, s.Image(s.shown(t))) }

// Target stores the target at time t. The task has no state.
func (s *Stream) Target(dst []float64, t float64, _ []float64) {
	s.target(dst, s.Image(s.shown(t)))
}

// NextChange is the end of the presentation at time t, the later one at a
// boundary.
func (s *Stream) NextChange(t float64) float64 {
	return float64(s.Index(t)+1) * s.cfg.Hold
}

// StateDim is 0: the target follows the image at once.
func (s *Stream) StateDim() int { return 0 }

// StateDerivative stores nothing.
func (s *Stream) StateDerivative(dst []float64, t float64, state []float64) {}

// StateLeak stores nothing.
func (s *Stream) StateLeak(dst []float64) {}

// SteadyState stores nothing.
func (s *Stream) SteadyState(dst []float64, t float64) {}
