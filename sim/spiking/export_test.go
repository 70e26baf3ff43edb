package spiking

// SetChance replaces the random numbers of a simulation's pulses.
func SetChance(s *Simulation, c Chance) { s.chance = c }
