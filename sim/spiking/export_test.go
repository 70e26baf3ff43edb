package spiking

// SetChance replaces the random numbers of a simulation's pulses.
func SetChance(s *Simulation, c Chance) { s.chance = c }

// Teach nudges populations from now on.
func (s *Simulation) Teach(nudges []Nudging) { s.nudge(nudges) }

// Hits draws who is hit in a step.
func Hits(seed uint64, name string, n int, p float64) func(step int64) []int32 {
	d := newDice(seed, name)
	return func(step int64) []int32 { return d.hits(nil, step, n, p) }
}
