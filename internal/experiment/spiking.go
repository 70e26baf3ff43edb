package experiment

import (
	"context"
	"io"
	"math"
	"slices"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/safetensors"
	"burstsim/neuron"
	"burstsim/sim/course"
	"burstsim/sim/record"
	"burstsim/sim/spiking"
	"burstsim/synapse"
)

// Units of the file, in SI units.
const (
	mV, pA, pF, nS = 1e-3, 1e-12, 1e-12, 1e-9
)

// spikingNetwork is what the tables of an experiment of populations that spike say.
func spikingNetwork(cfg *config.Config) *spiking.Network {
	s := &cfg.Spiking
	net := &spiking.Network{Step: cfg.Time.Dt.Seconds(), TimesAdded: s.TimesAdded}
	for _, p := range s.Populations {
		net.Populations = append(net.Populations, spiking.Population{
			Name: p.Name, Size: p.Size, Cells: cellsOf(p), Window: p.Window.Seconds(), Filtered: p.Filtered,
			Averaging: p.Average.Seconds(), OwnAveraging: p.Own.Seconds(), SpikeAveraging: p.Spikes.Seconds(), Baseline: p.Baseline, Spread: p.Spread * mV, SomaticDriving: p.Driving,
		})
	}
	for _, x := range s.Stimuli {
		net.Stimuli = append(net.Stimuli, spiking.Stimulus{Name: x.Name, Value: x.Current * pA})
	}
	for _, x := range s.Connections {
		net.Connections = append(net.Connections, connectionOf(s, x, net.Step))
	}
	for _, x := range s.Pulses {
		opens, unit := receptor(x.Synapse)
		net.Pulses = append(net.Pulses, spiking.Pulses{To: x.To, Onto: compartment(x.Onto), Opens: opens, Rate: x.Rate, Weight: x.Weight * unit})
	}
	measures := map[string]spiking.Measure{"event_rate": spiking.EventRate, "event_rate_now": spiking.EventRateNow, "burst_probability": spiking.BurstProbability}
	for _, x := range s.Currents {
		c := spiking.Current{Name: x.Name, To: x.To, Onto: compartment(x.Onto), Constant: x.Constant * pA}
		for _, f := range s.Feedback {
			if f.Current == x.Name {
				c.Feedback = append(c.Feedback, spiking.Feedback{From: f.From, Measure: measures[f.Measure], Gain: f.Gain * pA})
			}
		}
		net.Currents = append(net.Currents, c)
	}
	return net
}

func compartment(word string) spiking.Compartment {
	if word == "dendrite" {
		return spiking.Dendrite
	}
	return spiking.Soma
}

// receptor is what a synapse opens, and the unit of its weights.
func receptor(word string) (spiking.Receptor, float64) {
	switch word {
	case "ampa":
		return spiking.AMPA, 1
	case "gaba":
		return spiking.GABA, 1
	}
	return spiking.Injected, pA
}

func cellsOf(p config.Population) spiking.Cells {
	membranes := neuron.Membranes{
		Rest: p.Rest * mV, Reset: p.Reset * mV,
		SomaCapacitance: p.CapacitySoma * pF, SomaTime: p.TauSoma.Seconds(), SomaAdaptation: p.Adaptation * pA, SomaAdaptTime: p.TauAdaptation.Seconds(),
		Threshold: p.Threshold * mV, ThresholdRise: p.Rise * mV, ThresholdTime: p.TauThreshold.Seconds(),
		DendriteCapacity: p.CapacityDend * pF, DendriteTime: p.TauDendrite.Seconds(), DendriteAdapt: p.DendAdapt * nS, DendriteAdaptTime: p.TauDendAdapt.Seconds(),
	}
	if p.Kind == "burst_poisson" {
		return &neuron.BurstPoisson{
			Membranes: membranes, Refractory: p.Refractory.Seconds(),
			BurstHalf: p.BurstHalf * mV, BurstWidth: p.BurstWidth * mV, SecondFrom: p.SecondFrom.Seconds(), SecondTo: p.SecondTo.Seconds(),
		}
	}
	return &neuron.TwoCompartment{
		Membranes: membranes, AdaptationAsPublished: p.DeltaOne,
		SomaPlateau: p.PlateauSoma * pA, DendritePlateau: p.PlateauDend * pA, PlateauHalf: p.PlateauHalf * mV, PlateauWidth: p.PlateauWidth * mV,
		BackPropagating: p.Back * pA, BackFrom: p.BackFrom.Seconds(), BackTo: p.BackTo.Seconds(),
	}
}

func connectionOf(s *config.Spiking, x config.Connection, step float64) spiking.Connection {
	opens, unit := receptor(x.Synapse)
	trace := 1.0 // unit of what a rule multiplies
	if slices.ContainsFunc(s.Stimuli, func(y config.Stimulus) bool { return y.Name == x.From }) {
		unit, trace = 1, pA
	}
	c := spiking.Connection{
		Name: x.Name, From: x.From, To: x.To, Onto: compartment(x.Onto), Opens: opens, Delay: x.Delay.Seconds(),
		Carries: map[string]spiking.Carried{"spikes": spiking.Spikes, "events": spiking.Events, "bursts": spiking.Bursts}[x.Carries],
	}
	if x.Delay == 0 && trace == 1 { // a stimulus has no delay
		c.Delay = step
	}
	switch x.ShortTerm {
	case "depressing":
		p := synapse.Depressing()
		c.ShortTerm = &p
	case "facilitating":
		p := synapse.Facilitating()
		c.ShortTerm = &p
	}
	if x.Tied != "" {
		c.Tied, c.Gain = x.Tied, x.Gain
		return c
	}
	c.Weights, c.Probability = []float64{x.Weight * unit}, x.Probability
	if x.Rule != "none" {
		to := s.Populations[slices.IndexFunc(s.Populations, func(p config.Population) bool { return p.Name == x.To })]
		c.Rule = &spiking.Rule{Rate: x.Rate * unit / trace, Moving: x.Rule == "moving", Baseline: to.Baseline, Trace: x.Trace.Seconds(),
			RateMin: x.RateMin, RateMax: x.RateMax, Low: x.Low * unit, High: x.High * unit}
	}
	return c
}

// spikingPhases are those that the experiment goes through.
func spikingPhases(cfg *config.Config) (out []spiking.Phase) {
	s := &cfg.Spiking
	phase := func(x config.SpikePhase) spiking.Phase {
		p := spiking.Phase{Name: x.Name, Duration: x.Duration.Seconds(), Learning: x.Learning}
		for _, y := range s.Settings {
			if y.Phase == x.Name {
				p.Constants = append(p.Constants, spiking.Constant{Current: y.Current, Ampere: y.Constant * pA})
			}
		}
		for _, y := range s.Teachers {
			if y.Phase == x.Name {
				p.Teachers = append(p.Teachers, spiking.Teacher{Current: y.Current, Rate: y.Rate, Gain: y.Gain * pA})
			}
		}
		for _, y := range s.Nudges {
			if y.Phase == x.Name {
				p.Nudges = append(p.Nudges, spiking.Nudging{Population: y.Population, High: y.High})
			}
		}
		return p
	}
	for _, x := range cfg.Routine() {
		p := phase(x)
		for _, name := range x.Cycle {
			for _, y := range s.Phases {
				if y.Name == name {
					p.Cycle = append(p.Cycle, phase(y))
				}
			}
		}
		out = append(out, p)
	}
	return out
}

// checkSpiking says what is wrong with the network or the phases.
func checkSpiking(cfg *config.Config) error {
	net := spikingNetwork(cfg)
	if err := net.Check(); err != nil {
		return err
	}
	for _, p := range spikingPhases(cfg) {
		if err := p.Check(net); err != nil {
			return err
		}
	}
	return nil
}

// spikingDemands is about what the memory of a simulation takes: who spiked is kept
// for as many steps as the longest delay has, whether anyone does or not.
func spikingDemands(cfg *config.Config) demands {
	const neuronBytes, synapseBytes, spikeBytes, listBytes = 300, 28, 3 * 4, 3 * 24
	size := map[string]float64{}
	neurons, synapses, delayed, steps := 0.0, 0.0, 0.0, 0.0
	for _, x := range cfg.Spiking.Connections {
		steps = max(steps, float64(x.Delay/cfg.Time.Dt))
	}
	for _, p := range cfg.Spiking.Populations {
		size[p.Name] = float64(p.Size)
		neurons += neuronBytes * float64(p.Size)
		kept := steps
		if p.Kind == "two_compartment" { // whose spikes reach their own dendrites
			kept = max(kept, float64(p.BackTo/cfg.Time.Dt))
		}
		delayed += kept * (listBytes + spikeBytes*float64(p.Size))
	}
	for _, x := range cfg.Spiking.Connections {
		if x.Tied == "" {
			synapses += synapseBytes * x.Probability * max(1, size[x.From]) * size[x.To]
		}
	}
	kept := "spiking.connection"
	if steps == 0 {
		kept = "spiking.population"
	}
	return demands{{"spiking.population", neurons}, {"spiking.connection", synapses}, {kept, delayed}}
}

// spikingSimulation is one variant of populations that spike.
type spikingSimulation struct{ spiking.Course }

func newSpiking(cfg config.Config) *spikingSimulation {
	s := &spikingSimulation{spiking.Course{
		Network: spikingNetwork(&cfg), Seed: random(cfg, weightStream).Uint64(), Phases: spikingPhases(&cfg),
		Record: spiking.Recording{Metrics: cfg.Record.Metrics.Seconds(), Sample: cfg.Record.Sample.Seconds(), Units: cfg.Record.Units},
	}}
	s.Record.Weights.Every, s.Record.Weights.At = cfg.Snapshots(time.Duration(cfg.Time.Dt))
	for _, w := range cfg.Windows() {
		s.Record.Windows = append(s.Record.Windows, spiking.Window{Start: w.Start.Seconds(), End: (w.Start + w.Length).Seconds()})
	}
	return s
}

func (s *spikingSimulation) run(ctx context.Context, journal record.Journal, observe func(Progress)) (*result, error) {
	s.Journal = journal
	s.Observer = func(p spiking.Progress) {
		observe(Progress{Time: p.Time, Duration: p.Duration, Unit: "s", Loss: p.Loss})
	}
	out, err := s.Run(ctx)
	if out == nil {
		return nil, err
	}
	first, last := losses(out)
	r := &result{testError: math.NaN(), spikes: out.Spikes, snapshots: out.Snapshots, outcome: &course.Outcome{
		Phases: out.Phases, Metrics: out.Metrics, Trajectory: out.Trajectory, PhaseLoss: []float64{first, last},
		FirstLoss: first, LastLoss: last, Steps: out.Steps, Wall: out.Wall,
	}}
	r.weights = func(w io.Writer, label string) error {
		var tensors []safetensors.Tensor
		for _, c := range s.Network.Connections {
			if c.Rule != nil {
				values := out.Simulation.Weights(c.Name)
				tensors = append(tensors, safetensors.New(c.Name, []int{len(values)}, values))
			}
		}
		return safetensors.Write(w, map[string]string{"variant": label}, tensors)
	}
	return r, err
}

// losses are the first and the last one: of a cycle with a teacher, means of its
// first and its last whole repetition, for each part has a loss of its own.
func losses(out *spiking.Outcome) (first, last float64) {
	first, last = math.NaN(), math.NaN()
	times, loss := out.Metrics.Column("time"), out.Metrics.Column("loss")
	for _, x := range loss {
		if math.IsNaN(x) {
			continue
		}
		if last = x; math.IsNaN(first) {
			first = x
		}
	}
	for _, p := range out.Phases {
		period := 0.0
		for _, part := range p.Cycle {
			period += part.Duration
		}
		if !slices.ContainsFunc(p.Cycle, func(x record.Part) bool { return x.Teacher }) || len(times) == 0 {
			continue
		}
		const rounding = 1e-6
		whole := math.Floor((min(p.End, times[len(times)-1])-p.Start)/period + rounding)
		if whole < 1 {
			continue
		}
		within := func(start float64) float64 {
			var m record.Mean
			for i, x := range loss {
				if !math.IsNaN(x) && times[i] > start+rounding && times[i] <= start+period+rounding {
					m.Add(x)
				}
			}
			return m.Value()
		}
		first, last = within(p.Start), within(p.Start+(whole-1)*period)
	}
	return first, last
}
