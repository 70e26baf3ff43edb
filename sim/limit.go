package sim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"burstsim/sim/record"
	"gonum.org/v1/gonum/stat"
)

// limitRate is T/tau_W while the limit is measured: so small that weights
// hardly move, which leaves tau/T as the only reason for a difference.
const limitRate = 1e-6

// LimitConstants are what a network is built with while the limit is measured.
type LimitConstants struct {
	TauWeight  float64 // plasticity time constant of all weights that learn, s
	TauAverage float64 // of moving averages, s
}

// Moving averages must settle in the prediction and stand still in teaching.
const (
	averageSlowness = 1.0 // tau_average / T_teaching, times tau/T
	averageSettling = 12  // T_prediction / tau_average: a distance of 6e-6 is left
)

// LimitProtocol says how the approach of the continuous to the discrete model
// is measured: inputs are held for T, and after some of them the changes of the
// weights are compared.
type LimitProtocol struct {
	// Build returns the network, the same for each call but for the
	// constants it is given.
	Build func(c LimitConstants) (*Network[float64], error)
	// Task gives input and target of presentation k at time k Stride.
	Task   Stream
	Stride time.Duration

	// Tau is the longest time constant of the compartments, traces included; the
	// Step of the integration, by RK4, must be stable for the shortest.
	Tau, Step     time.Duration
	Ratios        []float64 // values of tau/T, in (0, 1)
	Presentations int
	// Journal takes what was measured, ratio by ratio; nil: nothing is kept.
	Journal Journal
	// TwoPhases lets each input be predicted, until moving averages have
	// settled, before it is taught for T.
	TwoPhases bool
}

// Measure returns the relative distance of the weights' changes in continuous
// and in discrete time for each ratio, and the slope of its logarithm on that
// of the ratio, NaN if there are fewer than two.
func (p LimitProtocol) Measure(ctx context.Context) (*record.Limit, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	journal := p.Journal
	if journal == nil {
		journal = unkept{}
	}
	rows, err := journal.Rows("limit", record.Layout{Columns: []string{"tau_over_T", "distance"}})
	if err != nil {
		return nil, err
	}
	measured := 0
	state := func(visit Visit) { visit("measured", &measured) }
	if _, err := journal.Restore(state); err != nil {
		return nil, err
	}
	want, err := p.discrete(ctx)
	if err != nil {
		return nil, err
	}
	for ; measured < len(p.Ratios); measured++ {
		ratio := p.Ratios[measured]
		if journal.Due(0) {
			if err := journal.Save(0, state); err != nil {
				return nil, err
			}
		}
		got, err := p.continuous(ctx, ratio)
		if err != nil && ctx.Err() != nil {
			err = errors.Join(err, journal.Save(0, state))
		}
		if err != nil {
			return nil, err
		}
		if err := rows.Append([]float64{ratio, relativeDistance(got, want)}); err != nil {
			return nil, err
		}
	}
	if err := journal.Save(0, state); err != nil {
		return nil, err
	}
	return fitLimit(rows)
}

// LimitSpan is how long each input is held at this tau/T while the limit is
// measured, for a model of one phase or of two: T, and before it a prediction in
// which moving averages with a time constant of average settle. All are in
// seconds.
func LimitSpan(tau time.Duration, ratio float64, twoPhases bool) (prediction, teaching, average float64) {
	teaching = tau.Seconds() / ratio
	average = averageSlowness * teaching / ratio
	if twoPhases {
		prediction = averageSettling * average
	}
	return prediction, teaching, average
}

// check refuses what cannot be measured before anything is.
func (p LimitProtocol) check() error {
	if p.Presentations < 1 || p.Stride <= 0 || p.Tau <= 0 || p.Step <= 0 {
		return fmt.Errorf("sim: a limit needs presentations, a stride, a time constant and a step, not %d, %v, %v and %v",
			p.Presentations, p.Stride, p.Tau, p.Step)
	}
	longest := time.Duration(math.MaxInt64).Seconds()
	for _, ratio := range p.Ratios {
		if !(ratio > 0 && ratio < 1) {
			return fmt.Errorf("sim: tau/T is %v, expected between 0 and 1", ratio)
		}
		prediction, teaching, _ := LimitSpan(p.Tau, ratio, p.TwoPhases)
		if span := float64(p.Presentations) * (prediction + teaching); !(span < longest) {
			return fmt.Errorf("sim: at tau/T = %v, %d presentations take %.3g s, expected less than 292 years", ratio, p.Presentations, span)
		}
	}
	if span := float64(p.Presentations) * p.Stride.Seconds(); !(span < longest) {
		return fmt.Errorf("sim: %d samples %v apart take %.3g s, expected less than 292 years", p.Presentations, p.Stride, span)
	}
	return nil
}

// fitLimit reads rows of a ratio and a distance, and fits a line.
func fitLimit(rows record.Rows) (*record.Limit, error) {
	out := &record.Limit{}
	var x, y []float64
	row := make([]float64, 2)
	for i := range rows.Len() {
		if err := rows.Read(i, row); err != nil {
			return nil, err
		}
		out.Ratio, out.Distance = append(out.Ratio, row[0]), append(out.Distance, row[1])
		x, y = append(x, math.Log(row[0])), append(y, math.Log(row[1]))
	}
	out.Slope = math.NaN()
	if len(x) > 1 {
		_, out.Slope = stat.LinearRegression(x, y, nil, false)
	}
	return out, nil
}

// discrete returns the change of the weights in discrete time.
func (p LimitProtocol) discrete(ctx context.Context) ([]float64, error) {
	net, err := p.Build(LimitConstants{TauWeight: 1, TauAverage: 1})
	if err != nil {
		return nil, err
	}
	before := flatWeights(net)
	d, err := NewDiscrete(net, Learning{Rate: limitRate, FixedPoint: true,
		Rates: map[Kind]float64{BurstFeedback: limitRate, EventFeedback: limitRate,
			OntoInterneuron: limitRate, FromInterneuron: limitRate}})
	if err != nil {
		return nil, err
	}
	d.compensate() // weights move by less than 1e-6, and errors are sought of that
	pr, err := NewPresentation(d, []Stream{newHeld(p.Task, p.Stride, p.Stride)}, p.Stride)
	if err != nil {
		return nil, err
	}
	pr.SetTeaching(true, true)
	for k := range time.Duration(p.Presentations) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, err := pr.Advance(k*p.Stride, (k+1)*p.Stride); err != nil {
			return nil, err
		}
	}
	change := subtract(flatWeights(net), before)
	at := 0
	for _, g := range d.grads {
		at += add(change[at:], g.CarryW)
		at += add(change[at:], g.CarryC)
	}
	return change, nil
}

// continuous returns the change of the weights in continuous time.
func (p LimitProtocol) continuous(ctx context.Context, ratio float64) ([]float64, error) {
	predicted, taught, average := LimitSpan(p.Tau, ratio, p.TwoPhases)
	prediction, teaching := duration(predicted), duration(taught)
	method := Method{Name: "rk4", Step: p.Step}
	if p.TwoPhases {
		// Long stretches in which nothing moves.
		method = Method{Name: "dopri5", Step: p.Step, RelTol: 1e-9, AbsTol: 1e-12}
	}
	net, err := p.Build(LimitConstants{TauWeight: teaching.Seconds() / limitRate, TauAverage: average})
	if err != nil {
		return nil, err
	}
	before := flatWeights(net)
	hold := prediction + teaching
	sys, err := NewContinuous(net, []Stream{newHeld(p.Task, p.Stride, hold)}, false)
	if err != nil {
		return nil, err
	}
	sys.compensate()
	in, err := NewIntegration(sys, method)
	if err != nil {
		return nil, err
	}
	for k := range time.Duration(p.Presentations) {
		in.SetTeaching(false, false)
		if err := advance(ctx, in, k*hold, k*hold+prediction); err != nil {
			return nil, err
		}
		in.SetTeaching(true, true)
		if err := advance(ctx, in, k*hold+prediction, (k+1)*hold); err != nil {
			return nil, err
		}
	}
	change := subtract(flatWeights(net), before)
	add(change, sys.carry[sys.dynamic:])
	for _, v := range change {
		if v-v != 0 {
			return nil, &NumericalError{Time: (time.Duration(p.Presentations) * hold).Seconds(),
				Where: fmt.Sprintf("the weights' change at tau/T = %v", ratio), Err: ErrNotFinite}
		}
	}
	return change, nil
}

// advance is in.Advance until ctx ends: a presentation may take millions of
// steps.
func advance(ctx context.Context, in *Integration[float64], from, to time.Duration) error {
	for t := from; t < to; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if t, _, err = in.Step(t, to); err != nil {
			return err
		}
	}
	in.System.bind(in.System.State())
	return nil
}

// flatWeights copies all weights that learn into one vector.
func flatWeights(net *Network[float64]) []float64 {
	var out []float64
	for _, p := range net.plastic {
		out = append(out, *p.w...)
		if p.c != nil {
			out = append(out, *p.c...)
		}
	}
	return out
}

func subtract(a, b []float64) []float64 {
	for i := range a {
		a[i] -= b[i]
	}
	return a
}

// add adds b to the first elements of a and returns how many those are.
func add(a, b []float64) int {
	for i, v := range b {
		a[i] += v
	}
	return len(b)
}

func relativeDistance(got, want []float64) float64 {
	var d, n float64
	for i, w := range want {
		d += (got[i] - w) * (got[i] - w)
		n += w * w
	}
	return math.Sqrt(d / n)
}

// held presents a stream as a sequence of its samples, stride apart in its own
// time, each held for a while. A teacher with dynamics of its own stays in its
// steady state.
type held struct {
	Stream
	stride, hold time.Duration
	at           float64   // the stream's time of the present sample
	state        []float64 // the teacher's at that time
}

func newHeld(s Stream, stride, hold time.Duration) *held {
	h := &held{Stream: s, stride: stride, hold: hold, state: make([]float64, s.StateDim())}
	h.Enter(0)
	return h
}

// index is the number of the presentation that t (s) belongs to.
func (h *held) index(t float64) time.Duration { return (duration(t) + h.hold/1000) / h.hold }

func (h *held) Enter(t float64) {
	h.at = (h.index(t) * h.stride).Seconds()
	h.SteadyState(h.state, h.at)
}

func (h *held) NextChange(t float64) float64 { return ((h.index(t) + 1) * h.hold).Seconds() }

func (h *held) Input(dst []float64, _ float64) { h.Stream.Input(dst, h.at) }

func (h *held) Target(dst []float64, _ float64, _ []float64) { h.Stream.Target(dst, h.at, h.state) }

func (h *held) StateDim() int { return 0 }

func (h *held) SteadyState(dst []float64, t float64) {
	if len(dst) > 0 {
		h.Stream.SteadyState(dst, t)
	}
}

var _ Segmented = (*held)(nil)
