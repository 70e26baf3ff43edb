package record

// Spikes are the spikes of populations, in the order of time, of populations, and
// of neurons.
type Spikes struct {
	Populations []Population
	// Rows have a time (s), a population by its place in Populations, a neuron
	// counted from 0, and a kind.
	Rows Rows
	// Windows are when spikes were kept, from and to, in s.
	Windows [][2]float64
}

// Population is neurons that spike.
type Population struct {
	Name     string
	Size     int
	Baseline float64 // burst probability without error
}

// Kinds of spikes.
const (
	Other = iota // within a burst, behind its second spike
	Event        // the first spike after a pause
	Burst        // the second spike of a burst
)
