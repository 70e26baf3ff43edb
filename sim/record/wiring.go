package record

// Wiring is what figures need to know of a network of populations that spike,
// beside what was recorded of it.
type Wiring struct {
	Cells    []Cell
	Inputs   []Input
	Routes   []Route
	Learners []Learner
	// Ensembles are populations that differ in size only, by name, the smallest
	// first.
	Ensembles []string
	// Learning tells of each phase whether weights learn all the time.
	Learning []bool
}

// Cell is the kind of neurons of a population.
type Cell struct {
	Population string
	Window     float64 // s, within which a spike belongs to the burst of the one before
	// Half and Width, in mV, are those of the sigmoid by which the potential of
	// the dendrite is the probability of a burst; Width is 0 where it is not.
	Half, Width float64
	// Relay says that spikes leave no traces: there are no plateaus, no currents that
	// go back and no adaptation, so that a Poisson train of pulses is passed on.
	Relay bool
}

// Input is a current into a population.
type Input struct {
	Name, To string
	Dendrite bool // otherwise into the soma
}

// Route is a connection with short-term plasticity.
type Route struct {
	Name, From, To string
	Facilitating   bool // otherwise depressing
}

// Learner is a connection from a stimulus, whose weights learn by the distance of
// the burst probability from a baseline.
type Learner struct {
	Name, To string
	Step     float64 // change of a weight by a burst, at a baseline of 0
	Baseline float64
}
