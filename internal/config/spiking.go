package config

// Spiking is a network of populations that spike, and what is done with it. Its
// tables speak of each other by names.
type Spiking struct {
	Populations []Population     `toml:"population" doc:"populations of pyramidal neurons with a soma and a dendrite" example:"[{ name = \"input\", size = 100 }]"`
	Stimuli     []Stimulus       `toml:"stimulus" doc:"constant currents that connections multiply by their weights" example:"[{ name = \"stimulus\", current = 200 }]"`
	Connections []Connection     `toml:"connection" doc:"synapses from a population, or a stimulus, to a population" example:"[{ name = \"W\", from = \"stimulus\", to = \"input\", weight = 0.4 }]"`
	Pulses      []Pulses         `toml:"pulses" doc:"Poisson trains, another for each neuron" example:"[{ to = \"input\", rate = 150, weight = 2000 }]"`
	Currents    []Current        `toml:"current" doc:"currents into all neurons of a population" example:"[{ name = \"bias\", to = \"input\", constant = 50 }]"`
	Feedback    []Feedback       `toml:"feedback" doc:"terms of currents that follow what a population does" example:"[{ current = \"bias\", from = \"input\", measure = \"burst_probability\", gain = -143 }]"`
	Phases      []SpikePhase     `toml:"phase" doc:"stretches of time, in their order unless protocol says otherwise" example:"[{ name = \"before\", duration = \"20s\" }]"`
	Settings    []CurrentSetting `toml:"setting" doc:"constant parts of currents from the beginning of a phase on" example:"[{ phase = \"before\", current = \"bias\", constant = 0 }]"`
	Teachers    []Teacher        `toml:"teacher" doc:"adds gain times (rate - the average event rate of its population) to a current during a phase" example:"[{ phase = \"taught\", current = \"dendrite\", rate = 10, gain = 80 }]"`
	Nudges      []Nudging        `toml:"nudge" doc:"drives the dendrites of a population towards a high or a low event rate during a phase, each by how far its neuron was from it where the phase began" example:"[{ phase = \"taught\", population = \"out\", high = true }]"`
	Protocol    []string         `toml:"protocol" doc:"names of the phases that are gone through, in their order; default: all; those that are left out can be in cycles" example:"[\"before\", \"learning\"]"`
	TimesAdded  bool             `toml:"times_added" default:"false" doc:"as published: times of spikes are sums of steps in floating point, by whose rounding two spikes exactly a window apart are one burst or two events; otherwise they are one burst"`
}

// Population is neurons of one kind.
type Population struct {
	Name     string   `toml:"name" format:"name" doc:"name of the population"`
	Size     int      `toml:"size" range:"[1,1000000]" doc:"number of neurons"`
	Kind     string   `toml:"kind" default:"two_compartment" oneof:"two_compartment,burst_poisson" doc:"two_compartment: plateaus of the dendrite and spikes that go back into it make bursts; burst_poisson: the dendrite's potential is the probability that a spike is doubled"`
	Window   Duration `toml:"window" default:"16ms" range:">0" doc:"how long after a spike another is part of the same burst"`
	Filtered bool     `toml:"filtered" default:"false" doc:"whether the time since the last spike is read from a trace of all spikes, which decays within window, instead of from the last spike alone"`
	Average  Duration `toml:"average" default:"1s" range:">0" doc:"time constant of the averages over the population"`
	Own      Duration `toml:"own_average" default:"0s" range:">=0" doc:"time constant of the averages that each neuron has of its own events and bursts; 0s: none"`
	Spikes   Duration `toml:"spike_average" default:"0s" range:">=0" doc:"time constant of the average that each neuron has of its own spikes, second ones of bursts too: rate_min of connections to it then bounds that, not the average of events; 0s: none"`
	Baseline float64  `toml:"p_baseline" default:"0.375" range:"(0,1)" doc:"burst probability without error, and before the first event"`
	Spread   float64  `toml:"spread" default:"0" range:">=0" doc:"standard deviation of the potentials at which somata begin, in mV"`
	Driving  bool     `toml:"somatic_driving" default:"false" doc:"as published for burst_poisson: conductances of the dendrite pull at the potential of the soma instead of the dendrite's"`
	DeltaOne bool     `toml:"adaptation_as_published" default:"false" for:"two_compartment" doc:"as published: a spike adds to the adaptation of the soma as if a step were a second, a thousandth with steps of 1 ms"`

	Rest          float64  `toml:"rest" default:"-70" doc:"potential to which both compartments leak, in mV"`
	Reset         float64  `toml:"reset" default:"-70" doc:"potential of the soma behind a spike, in mV"`
	CapacitySoma  float64  `toml:"c_soma" default:"370" range:">0" doc:"capacitance of the soma in pF"`
	TauSoma       Duration `toml:"tau_soma" default:"16ms" range:">0" doc:"time constant of the soma"`
	Adaptation    float64  `toml:"adaptation" default:"200" doc:"what a spike adds to the current that adapts the soma, in pA"`
	TauAdaptation Duration `toml:"tau_adaptation" default:"100ms" range:">0" doc:"time constant of that current"`
	Threshold     float64  `toml:"threshold" default:"-50" doc:"threshold at rest, in mV"`
	Rise          float64  `toml:"threshold_rise" default:"2" doc:"what a spike adds to it, in mV"`
	TauThreshold  Duration `toml:"tau_threshold" default:"27ms" range:">0" doc:"time constant with which it falls back"`
	CapacityDend  float64  `toml:"c_dendrite" default:"170" range:">0" doc:"capacitance of the dendrite in pF"`
	TauDendrite   Duration `toml:"tau_dendrite" default:"7ms" range:">0" doc:"time constant of the dendrite"`
	DendAdapt     float64  `toml:"dendrite_adaptation" default:"13" doc:"conductance by which the dendrite adapts, in nS"`
	TauDendAdapt  Duration `toml:"tau_dendrite_adaptation" default:"30ms" range:">0" doc:"time constant of that"`

	PlateauSoma  float64  `toml:"plateau_soma" default:"1300" for:"two_compartment" doc:"current of the dendrite's plateau into the soma, in pA"`
	PlateauDend  float64  `toml:"plateau_dendrite" default:"1200" for:"two_compartment" doc:"current of the plateau into the dendrite itself, in pA"`
	PlateauHalf  float64  `toml:"plateau_half" default:"-38" for:"two_compartment" doc:"dendritic potential at which half of it flows, in mV"`
	PlateauWidth float64  `toml:"plateau_width" default:"6" range:">0" for:"two_compartment" doc:"width of the sigmoid around it, in mV"`
	Back         float64  `toml:"back" default:"2600" for:"two_compartment" doc:"current of a spike that goes back into the dendrite, in pA"`
	BackFrom     Duration `toml:"back_from" default:"500us" range:">0" for:"two_compartment" doc:"when it begins, after the spike"`
	BackTo       Duration `toml:"back_to" default:"2500us" range:">0" for:"two_compartment" doc:"when it ends"`

	BurstHalf  float64  `toml:"burst_half" default:"-57" for:"burst_poisson" doc:"dendritic potential at which half of the spikes are doubled, in mV"`
	BurstWidth float64  `toml:"burst_width" default:"6" range:">0" for:"burst_poisson" doc:"width of the sigmoid around it, in mV"`
	Refractory Duration `toml:"refractory" default:"20ms" range:">0" for:"burst_poisson" doc:"shortest time from a spike to one that the soma decides"`
	SecondFrom Duration `toml:"second_from" default:"5ms" range:">0" for:"burst_poisson" doc:"the second spike of a burst comes so long after the first at least"`
	SecondTo   Duration `toml:"second_to" default:"15ms" range:">0" for:"burst_poisson" doc:"and at most"`
}

// Stimulus is a constant current.
type Stimulus struct {
	Name    string  `toml:"name" format:"name" doc:"name of the stimulus"`
	Current float64 `toml:"current" doc:"in pA"`
}

// Connection is synapses.
type Connection struct {
	Name        string   `toml:"name" format:"name" doc:"name of the connection"`
	From        string   `toml:"from" doc:"a population or a stimulus"`
	To          string   `toml:"to" doc:"a population"`
	Onto        string   `toml:"onto" default:"soma" oneof:"soma,dendrite" doc:"where synapses are"`
	Synapse     string   `toml:"synapse" default:"current" oneof:"current,ampa,gaba" doc:"current: a pulse that lasts a step; ampa, gaba: a conductance in units of the leak's that decays within 5 or 10 ms and pulls to 0 or -80 mV"`
	Carries     string   `toml:"carries" default:"spikes" oneof:"spikes,events,bursts" doc:"what is transmitted: all spikes, or the first or the second ones of bursts"`
	Delay       Duration `toml:"delay" default:"0s" range:">=0" doc:"from a spike to its effect; 0s: a step"`
	Weight      float64  `toml:"weight" default:"0" doc:"initial weight of each synapse: in pA for a current, in units of the leak for a conductance, as it is behind a stimulus"`
	Probability float64  `toml:"probability" default:"1" range:"(0,1]" doc:"that a neuron has a synapse onto another"`
	Tied        string   `toml:"tied" default:"" doc:"a connection in the opposite direction, between the same neurons: weights are gain times its weights at all times"`
	Gain        float64  `toml:"gain" default:"1" doc:"of tied weights"`
	ShortTerm   string   `toml:"short_term" default:"none" oneof:"none,depressing,facilitating" doc:"how transmission depends on the spikes before: depressing synapses pass events, facilitating ones the second spikes of bursts"`
	Rule        string   `toml:"rule" default:"none" oneof:"none,fixed,moving" doc:"how weights learn from events and bursts of the neurons they reach: not; by how much more these burst than with p_baseline; or than with their own average"`
	Rate        float64  `toml:"rate" default:"0" doc:"change of a weight by a burst, for a trace of 1, or of 1 pA behind a stimulus"`
	Trace       Duration `toml:"trace" default:"0s" range:">=0" doc:"time constant of the trace of what came through a synapse; 0s: what comes in this step, or the stimulus"`
	RateMin     float64  `toml:"rate_min" default:"0" range:">=0" doc:"event rate, in Hz, below which what comes through a synapse strengthens it; 0: none"`
	RateMax     float64  `toml:"rate_max" default:"0" range:">=0" doc:"event rate, in Hz, above which learning weakens a neuron's synapses; 0: none"`
	Low         float64  `toml:"low" default:"0" doc:"least weight"`
	High        float64  `toml:"high" default:"1e6" doc:"largest weight"`
}

// Pulses are Poisson trains.
type Pulses struct {
	To      string  `toml:"to" doc:"a population"`
	Onto    string  `toml:"onto" default:"soma" oneof:"soma,dendrite" doc:"where they arrive"`
	Synapse string  `toml:"synapse" default:"current" oneof:"current,ampa,gaba" doc:"what they open, as of a connection"`
	Rate    float64 `toml:"rate" range:">=0" doc:"in Hz, at most one a step"`
	Weight  float64 `toml:"weight" doc:"of a pulse: in pA, or in units of the leak"`
}

// Current is a current into all neurons of a population.
type Current struct {
	Name     string  `toml:"name" format:"name" doc:"name of the current"`
	To       string  `toml:"to" doc:"a population"`
	Onto     string  `toml:"onto" default:"soma" oneof:"soma,dendrite" doc:"where it flows"`
	Constant float64 `toml:"constant" default:"0" doc:"constant part, in pA"`
}

// Feedback is a term of a current.
type Feedback struct {
	Current string  `toml:"current" doc:"one of the currents"`
	From    string  `toml:"from" doc:"a population"`
	Measure string  `toml:"measure" default:"event_rate" oneof:"event_rate,event_rate_now,burst_probability" doc:"averages over the population, or the event rate of the last step alone"`
	Gain    float64 `toml:"gain" doc:"in pA, or pA/Hz"`
}

// SpikePhase is a stretch of time.
type SpikePhase struct {
	Name     string   `toml:"name" format:"name" doc:"name of the phase"`
	Duration Duration `toml:"duration" range:">0" doc:"how long it lasts"`
	Learning bool     `toml:"learning" default:"false" doc:"whether weights learn"`
	Cycle    []string `toml:"cycle" default:"[]" doc:"names of phases that follow each other again and again for as long as this one lasts"`
}

// CurrentSetting is the constant part of a current in a phase.
type CurrentSetting struct {
	Phase    string  `toml:"phase" doc:"one of the phases"`
	Current  string  `toml:"current" doc:"one of the currents"`
	Constant float64 `toml:"constant" doc:"in pA"`
}

// Teacher pulls a population to a rate during a phase.
type Teacher struct {
	Phase   string  `toml:"phase" doc:"one of the phases"`
	Current string  `toml:"current" doc:"one of the currents"`
	Rate    float64 `toml:"rate" range:">=0" doc:"in Hz"`
	Gain    float64 `toml:"gain" doc:"in pA/Hz"`
}

// Nudging drives dendrites during a phase.
type Nudging struct {
	Phase      string `toml:"phase" doc:"one of the phases"`
	Population string `toml:"population" doc:"one of the populations, whose neurons have averages of their own"`
	High       bool   `toml:"high" doc:"towards a high event rate, or a low one"`
}

// Spikes reports whether the experiment is one of populations that spike.
func (c *Config) Spikes() bool { return c.Time.Kind == "spiking" }
