package synapse

import (
	"fmt"
	"math/rand/v2"
)

// Mode says how feedback weights follow from others.
type Mode string

const (
	// Tied weights equal their model at all times.
	Tied Mode = "tied"
	// Random weights are drawn from Normal(0, scale).
	Random Mode = "random"
	// SymmetricInit weights equal their model at the start only.
	SymmetricInit Mode = "symmetric_init"
	// WSymmetricInit is for Q: p_b W at the start, whatever Y is.
	WSymmetricInit Mode = "w_symmetric_init"
)

// Coupling says where the feedback weights Y, which carry bursts, and Q, which
// carry events, come from, and whether they learn. The model of Y is YScale W;
// that of Q is p_b Y, which makes the two cancel when there is no error.
type Coupling struct {
	YMode    Mode
	YScale   float64 // random: standard deviation; otherwise factor on W
	YPlastic bool
	QMode    Mode
	QScale   float64 // random: standard deviation; w_symmetric_init: factor on W; otherwise 1
	QPlastic bool
}

// Validate reports the first setting that contradicts another.
func (c Coupling) Validate() error {
	switch c.YMode {
	case Tied, Random, SymmetricInit:
	default:
		return fmt.Errorf("synapse: YMode is %q, expected tied, random or symmetric_init", c.YMode)
	}
	switch c.QMode {
	case Tied, SymmetricInit:
		if c.QScale != 1 {
			return fmt.Errorf("synapse: QScale is %v, expected 1 when Q is %s: only Q = p_b Y cancels Y without error", c.QScale, c.QMode)
		}
	case Random, WSymmetricInit:
	default:
		return fmt.Errorf("synapse: QMode is %q, expected tied, random, symmetric_init or w_symmetric_init", c.QMode)
	}
	if c.YPlastic && c.YMode == Tied {
		return fmt.Errorf("synapse: Y cannot learn while it is tied to W")
	}
	if c.QPlastic && c.QMode == Tied {
		return fmt.Errorf("synapse: Q cannot learn while it is tied to Y")
	}
	return nil
}

// Feedback is what the layer above sends to apical dendrites: its bursts b
// through Y less its events e through Q. Both have the shape of the feedforward
// weights W it runs alongside.
type Feedback[F Float] struct {
	Coupling
	Forward Projection[F] // the feedforward projection to the layer above
	Y, Q    []F           // shape of Forward's W; nil where tied

	pBaseline          F
	difference, events []F
}

// NewFeedback returns the feedback that runs alongside forward, for batches of
// rows samples, with weights drawn as c says. p_b is the burst probability of
// the layer above without error.
func NewFeedback[F Float](c Coupling, forward Projection[F], pBaseline float64, rows int, rng *rand.Rand) *Feedback[F] {
	out, in := forward.Units()
	f := &Feedback[F]{
		Coupling:   c,
		Forward:    forward,
		pBaseline:  F(pBaseline),
		difference: make([]F, rows*out),
		events:     make([]F, rows*in),
	}
	w := forward.Params().W
	n := len(w)
	switch c.YMode {
	case Random:
		f.Y = make([]F, n)
		FillNormal(f.Y, c.YScale, rng)
	case SymmetricInit:
		f.Y = scaled(F(c.YScale), w)
	}
	switch c.QMode {
	case Random:
		f.Q = make([]F, n)
		FillNormal(f.Q, c.QScale, rng)
	case SymmetricInit:
		f.Q = scaled(f.pBaseline, f.BurstWeights(make([]F, n)))
	case WSymmetricInit:
		f.Q = scaled(F(pBaseline*c.QScale), w)
	}
	return f
}

// Apical stores b Y - e Q in a: the net input to the apical dendrites. b and e
// are those of the layer above, rows x units; a is rows x units of the layer.
func (f *Feedback[F]) Apical(a, b, e []F, rows int) {
	if f.QMode != Tied {
		f.Bursts(a, b, rows)
		f.Forward.Backward(f.events, e, f.Q, rows)
		for i, v := range f.events[:len(a)] {
			a[i] -= v
		}
		return
	}
	// Q = p_b Y: one product of what the bursts exceed their baseline by.
	d := f.difference[:len(b)]
	e = e[:len(b)]
	for i := range d {
		d[i] = b[i] - f.pBaseline*e[i]
	}
	f.Bursts(a, d, rows)
}

// Bursts stores b Y in a: feedback without events.
func (f *Feedback[F]) Bursts(a, b []F, rows int) {
	if f.YMode != Tied {
		f.Forward.Backward(a, b, f.Y, rows)
		return
	}
	f.Forward.Backward(a, b, f.Forward.Params().W, rows)
	if f.YScale != 1 {
		s := F(f.YScale)
		for i := range a {
			a[i] *= s
		}
	}
}

// BurstWeights returns Y, in dst where Y is tied and so not stored.
func (f *Feedback[F]) BurstWeights(dst []F) []F {
	if f.YMode != Tied {
		return f.Y
	}
	s := F(f.YScale)
	for i, w := range f.Forward.Params().W {
		dst[i] = s * w
	}
	return dst
}

// EventWeights returns Q, in dst where Q is tied and so not stored.
func (f *Feedback[F]) EventWeights(dst []F) []F {
	if f.QMode != Tied {
		return f.Q
	}
	for i, y := range f.BurstWeights(dst) {
		dst[i] = f.pBaseline * y
	}
	return dst
}

func scaled[F Float](s F, w []F) []F {
	out := make([]F, len(w))
	for i := range w {
		out[i] = s * w[i]
	}
	return out
}
