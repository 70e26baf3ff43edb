package spiking

import (
	"fmt"
	"math"

	"burstsim/sim/record"
)

// Recording says what a course keeps. Times are in s.
type Recording struct {
	Metrics float64        // between two rows of metrics, which are means over this time
	Sample  float64        // between two samples of the trajectory
	Units   int            // neurons of each population whose potentials it has, spread over it evenly
	Weights record.Moments // steps after which the weights that learn are recorded
	Windows []Window       // when the trajectory and the spikes are kept, ascending
}

// Window is a stretch of simulated time.
type Window struct{ Start, End float64 }

// recorder keeps what a Recording asks for.
type recorder struct {
	every      int64 // steps between two rows of metrics
	sample     int64
	windows    [][2]int64
	columns    []string
	signals    []*record.Signal // without values
	values     []func(i int) float64
	metrics    record.Rows
	trajectory record.Rows
	spikes     record.Rows
	moments    record.Moments
	weights    *record.Snapshots // nil: none are asked for
	row        []float64

	sums   []float64 // of a row of metrics, population by population
	flowed []float64 // and current by current
	error  record.Mean
	counts int64 // steps in sums
}

// measured is what metrics have of a population.
var measured = [...]string{"event_rate", "burst_rate", "spike_rate", "burst_prob"}

func newRecorder(s *Simulation, rec Recording, journal record.Journal, phases []record.Phase) (recorder, error) {
	net := s.net
	r := recorder{every: net.wholeSteps(rec.Metrics), sample: net.wholeSteps(rec.Sample)}
	if r.every < 1 || r.sample < 1 {
		return r, fmt.Errorf("spiking: metrics every %v s and samples every %v s, expected at least a step of %v s", rec.Metrics, rec.Sample, net.Step)
	}
	for _, w := range rec.Windows {
		r.windows = append(r.windows, [2]int64{net.wholeSteps(w.Start), net.wholeSteps(w.End)})
	}
	r.columns = []string{"time", "loss"}
	for _, p := range net.Populations {
		for _, what := range measured {
			r.columns = append(r.columns, what+"_"+p.Name)
		}
	}
	for k := range s.connections {
		if c := &s.connections[k]; c.learning != nil {
			r.columns = append(r.columns, "weight_"+c.Name)
		}
	}
	for _, p := range net.Populations {
		r.columns = append(r.columns, "target_"+p.Name)
	}
	for _, c := range net.Currents {
		r.columns = append(r.columns, "current_"+c.Name)
	}
	r.sums, r.flowed = make([]float64, 3*len(net.Populations)), make([]float64, len(net.Currents))
	r.signal(s, rec.Units)
	width := 1
	for _, x := range r.signals {
		width += len(x.Units)
	}
	r.row = make([]float64, 0, max(width, len(r.columns)))
	var err error
	open := func(name string, layout record.Layout) (rows record.Rows) {
		if err == nil {
			rows, err = journal.Rows(name, layout)
		}
		return rows
	}
	r.metrics = open("metrics", record.Layout{Columns: r.columns, Phases: phases})
	r.trajectory = open("trajectory", record.Layout{Signals: r.signals})
	r.spikes = open("spikes", record.Layout{Columns: []string{"time", "population", "neuron", "kind"}})
	if r.moments = rec.Weights; err == nil && !r.moments.None() {
		r.weights, err = newSnapshots(s, journal)
	}
	return r, err
}

// signal lists what a sample of the trajectory has.
func (r *recorder) signal(s *Simulation, units int) {
	for k := range s.populations {
		p := &s.populations[k]
		add := func(name, label, unit string, units []int, value func(i int) float64) {
			r.signals = append(r.signals, &record.Signal{Name: name + "_" + p.Name, Label: label, Unit: unit, Units: units})
			r.values = append(r.values, value)
		}
		some := record.Spread(p.Size, max(1, units))
		add("soma", "somatic potential", "mV", some, func(i int) float64 { return 1e3 * p.Soma[i] })
		add("threshold", "threshold", "mV", some, func(i int) float64 { return 1e3 * p.Threshold[i] })
		add("dendrite", "dendritic potential", "mV", some, func(i int) float64 { return 1e3 * p.Dendrite[i] })
		all := []int{0}
		add("event_rate", "event rate", "Hz", all, func(int) float64 { return p.rates[Events] })
		add("burst_rate", "burst rate", "Hz", all, func(int) float64 { return p.rates[Bursts] })
		add("burst_prob", "burst probability", "", all, func(int) float64 { return p.measure(BurstProbability) })
	}
}

// step records what there is after a step.
func (r *recorder) step(s *Simulation) error {
	for k := range s.populations {
		p := &s.populations[k]
		r.sums[3*k] += float64(len(p.now[Events]))
		r.sums[3*k+1] += float64(len(p.now[Bursts]))
		r.sums[3*k+2] += float64(len(p.now[Spikes]))
	}
	r.counts++
	for k := range s.currents {
		c := &s.currents[k]
		r.flowed[k] += c.flowing
		if c.teaching {
			d := s.populations[c.to].rates[Events] - c.target
			r.error.Add(d * d)
		}
	}
	if r.within(s.step) {
		if err := r.keepSpikes(s); err != nil {
			return err
		}
		if s.step%r.sample == 0 {
			if err := r.take(s); err != nil {
				return err
			}
		}
	}
	if s.step%r.every == 0 {
		if err := r.measure(s); err != nil {
			return err
		}
	}
	return r.snapshot(s)
}

// newSnapshots begins a list of snapshots of the weights that learn: of each
// connection, those of its synapses.
func newSnapshots(s *Simulation, journal record.Journal) (*record.Snapshots, error) {
	var shapes []record.Shape
	for k := range s.connections {
		if c := &s.connections[k]; c.learning != nil {
			shapes = append(shapes, record.Shape{Name: c.Name, Shape: []int{len(s.Weights(c.Name))}})
		}
	}
	return record.NewSnapshots(journal, "time", shapes)
}

// snapshot records the weights after a step, if they are asked for.
func (r *recorder) snapshot(s *Simulation) error {
	if r.weights == nil || !r.moments.Has(s.step) {
		return nil
	}
	return r.weights.Take(s.Time(), func(row []float64) []float64 {
		for _, shape := range r.weights.Shapes {
			row = append(row, s.Weights(shape.Name)...)
		}
		return row
	})
}

func (r *recorder) within(step int64) bool {
	for _, w := range r.windows {
		if step >= w[0] && step <= w[1] {
			return true
		}
	}
	return false
}

// keepSpikes appends the spikes of the last step.
func (r *recorder) keepSpikes(s *Simulation) error {
	at := float64(s.step) * s.net.Step
	for k := range s.populations {
		now := &s.populations[k].now
		event, burst := 0, 0
		for _, i := range now[Spikes] {
			kind := float64(record.Other)
			switch {
			case event < len(now[Events]) && now[Events][event] == i:
				event++
				kind = record.Event
			case burst < len(now[Bursts]) && now[Bursts][burst] == i:
				burst++
				kind = record.Burst
			}
			r.row = append(r.row[:0], at, float64(k), float64(i), kind)
			if err := r.spikes.Append(r.row); err != nil {
				return err
			}
		}
	}
	return nil
}

// take appends a sample of the trajectory.
func (r *recorder) take(s *Simulation) error {
	r.row = append(r.row[:0], float64(s.step)*s.net.Step)
	for k, x := range r.signals {
		for _, i := range x.Units {
			r.row = append(r.row, r.values[k](i))
		}
	}
	return r.trajectory.Append(r.row)
}

func (r *recorder) loss() float64 { return r.error.Value() }

// measure appends a row of metrics.
func (r *recorder) measure(s *Simulation) error {
	r.row = append(r.row[:0], float64(s.step)*s.net.Step, r.loss())
	for k := range s.populations {
		events, bursts, spikes := r.sums[3*k], r.sums[3*k+1], r.sums[3*k+2]
		seconds := float64(r.counts) * s.net.Step * float64(s.populations[k].Size)
		probability := math.NaN()
		if events > 0 {
			probability = bursts / events
		}
		r.row = append(r.row, events/seconds, bursts/seconds, spikes/seconds, probability)
	}
	for k := range s.connections {
		if c := &s.connections[k]; c.learning != nil {
			sum := 0.0
			for _, w := range c.weights {
				sum += w
			}
			r.row = append(r.row, sum/float64(len(c.weights)))
		}
	}
	for k := range s.populations {
		target := math.NaN()
		for i := range s.currents {
			if c := &s.currents[i]; c.to == k && c.teaching {
				target = c.target
			}
		}
		r.row = append(r.row, target)
	}
	for _, sum := range r.flowed {
		r.row = append(r.row, 1e12*sum/float64(r.counts))
	}
	clear(r.sums)
	clear(r.flowed)
	r.counts, r.error = 0, record.Mean{}
	return r.metrics.Append(r.row)
}

// visit visits what a row of metrics has so far.
func (r *recorder) visit(visit func(name string, ref any)) {
	visit("recorder/sums", r.sums)
	visit("recorder/flowed", r.flowed)
	visit("recorder/counts", &r.counts)
	r.error.Visit("recorder/error", visit)
}
