package analysis

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"burstsim/sim"
	"burstsim/sim/model"
	"burstsim/sim/record"

	"gonum.org/v1/gonum/stat"
)

// limitRate is T/tau_W while the limit is measured: so small that weights
// hardly move, which leaves tau/T as the only reason for a difference.
const limitRate = 1e-6

// Moving averages must settle in the prediction and stand still in teaching.
const (
	averageSlowness = 1.0 // tau_average / T_teaching, times tau/T
	averageSettling = 12  // T_prediction / tau_average: a distance of 6e-6 is left
)

// LimitProtocol says how the approach of the continuous to the discrete model
// is measured: inputs are held for T, and after some of them the changes of the
// weights are compared.
type LimitProtocol struct {
	// Build returns the weights that the network begins with, the same for each
	// call, and the network with some parameters changed.
	Build func(change model.Values) (*sim.Weights[float64], error)
	// Task gives input and target of presentation k at time k Stride.
	Task   sim.Stream
	Stride time.Duration

	// Tau is the longest time constant of the compartments, traces included; the
	// Step of the integration, by RK4, must be stable for the shortest.
	Tau, Step     time.Duration
	Ratios        []float64 // values of tau/T, in (0, 1)
	Presentations int
	// Journal takes what was measured, ratio by ratio; nil: nothing is kept.
	Journal record.Journal

	averages []string // parameters: time constants of moving averages
}

// Measure returns the relative distance of the weights' changes in continuous
// and in discrete time for each ratio, and the slope of its logarithm on that
// of the ratio, NaN if there are fewer than two.
func (p LimitProtocol) Measure(ctx context.Context) (*record.Limit, error) {
	journal := p.Journal
	if journal == nil {
		journal = record.Unkept{}
	}
	rows, err := journal.Rows("limit", record.Layout{Columns: []string{"tau_over_T", "distance"}})
	if err != nil {
		return nil, err
	}
	measured := 0
	state := func(visit sim.Visit) { visit("measured", &measured) }
	if _, err := journal.Restore(state); err != nil {
		return nil, err
	}
	start, err := p.Build(nil)
	if err != nil {
		return nil, err
	}
	p.averages = start.Network().Averages()
	if err := p.check(start.Network().Text.Discrete.TwoPhases); err != nil {
		return nil, err
	}
	want, err := p.discrete(ctx, start)
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
		got, err := p.continuous(ctx, ratio, start.Network().Text.Discrete.TwoPhases)
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
func (p LimitProtocol) check(twoPhases bool) error {
	if p.Presentations < 1 || p.Stride <= 0 || p.Tau <= 0 || p.Step <= 0 {
		return fmt.Errorf("sim: a limit needs presentations, a stride, a time constant and a step, not %d, %v, %v and %v",
			p.Presentations, p.Stride, p.Tau, p.Step)
	}
	longest := time.Duration(math.MaxInt64).Seconds()
	for _, ratio := range p.Ratios {
		if !(ratio > 0 && ratio < 1) {
			return fmt.Errorf("sim: tau/T is %v, expected between 0 and 1", ratio)
		}
		prediction, teaching, _ := LimitSpan(p.Tau, ratio, twoPhases)
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
func (p LimitProtocol) discrete(ctx context.Context, start *sim.Weights[float64]) ([]float64, error) {
	d, err := sim.NewDiscrete(start, sim.Learning{FixedPoint: true})
	if err != nil {
		return nil, err
	}
	d.SetRates(limitRate)
	d.Compensate() // weights move by less than 1e-6, and errors are sought of that
	before := flatWeights(d.Moved())
	pr, err := sim.NewPresentation(d, []sim.Stream{newHeld(p.Task, p.Stride, p.Stride)}, p.Stride)
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
	change := subtract(flatWeights(d.Moved()), before)
	addWithheld(change, d)
	return change, nil
}

// continuous returns the change of the weights in continuous time.
func (p LimitProtocol) continuous(ctx context.Context, ratio float64, twoPhases bool) ([]float64, error) {
	predicted, taught, average := LimitSpan(p.Tau, ratio, twoPhases)
	prediction, teaching := sim.Duration(predicted), sim.Duration(taught)
	method := sim.Method{Name: "rk4", Step: p.Step}
	change := model.Values{}
	if twoPhases {
		// Long stretches in which nothing moves.
		method = sim.Method{Name: "dopri5", Step: p.Step, RelTol: 1e-9, AbsTol: 1e-12}
		for _, name := range p.averages {
			change[name] = average
		}
	}
	start, err := p.Build(change)
	if err != nil {
		return nil, err
	}
	hold := prediction + teaching
	sys, err := sim.NewContinuous(start, []sim.Stream{newHeld(p.Task, p.Stride, hold)}, false)
	if err != nil {
		return nil, err
	}
	sys.SetRates(limitRate / teaching.Seconds())
	sys.Compensate()
	before := flatWeights(sys.Moved())
	in, err := sim.NewIntegration(sys, method)
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
	moved := subtract(flatWeights(sys.Moved()), before)
	addWithheld(moved, sys)
	for _, v := range moved {
		if v-v != 0 {
			return nil, &sim.NumericalError{Time: (time.Duration(p.Presentations) * hold).Seconds(),
				Where: fmt.Sprintf("the weights' change at tau/T = %v", ratio), Err: sim.ErrNotFinite}
		}
	}
	return moved, nil
}

// advance is in.Advance until ctx ends: a presentation may take millions of
// steps.
func advance(ctx context.Context, in *sim.Integration[float64], from, to time.Duration) error {
	for t := from; t < to; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if t, _, err = in.Step(t, to); err != nil {
			return err
		}
	}
	_, err := in.Advance(to, to) // binds the network to where it stands
	return err
}

// flatWeights copies all weights that learn into one vector.
func flatWeights(s *sim.State[float64]) []float64 {
	var out []float64
	w := s.Weights()
	for _, r := range s.Machine().Program().Rules {
		out = append(out, w.Of(r.Name)...)
	}
	return out
}

func subtract(a, b []float64) []float64 {
	for i := range a {
		a[i] -= b[i]
	}
	return a
}

// addWithheld adds what rounding has withheld from all weights that learn.
func addWithheld(change []float64, of interface {
	Moved() *sim.State[float64]
	Withheld(k int) []float64
}) {
	for k, r := range of.Moved().Machine().Program().Rules {
		for i, v := range of.Withheld(k) {
			change[i] += v
		}
		change = change[r.Len():]
	}
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
	sim.Stream
	stride, hold time.Duration
	at           float64   // the stream's time of the present sample
	state        []float64 // the teacher's at that time
}

func newHeld(s sim.Stream, stride, hold time.Duration) *held {
	h := &held{Stream: s, stride: stride, hold: hold, state: make([]float64, s.StateDim())}
	h.Enter(0)
	return h
}

// index is the number of the presentation that t (s) belongs to.
func (h *held) index(t float64) time.Duration { return (sim.Duration(t) + h.hold/1000) / h.hold }

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

var _ sim.Segmented = (*held)(nil)
