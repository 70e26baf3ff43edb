package config

import (
	"cmp"
	"reflect"
	"slices"
)

// Routes tells whether a connection has short-term plasticity.
func (s *Spiking) Routes() bool {
	return slices.ContainsFunc(s.Connections, func(x Connection) bool { return x.ShortTerm != "none" })
}

// Learners are the connections from stimuli whose weights learn by a fixed
// baseline.
func (s *Spiking) Learners() (out []Connection) {
	for _, x := range s.Connections {
		if _, ok := s.stimulus(x.From); ok && x.Rule == "fixed" {
			out = append(out, x)
		}
	}
	return out
}

func (s *Spiking) stimulus(name string) (Stimulus, bool) {
	k := slices.IndexFunc(s.Stimuli, func(x Stimulus) bool { return x.Name == name })
	if k < 0 {
		return Stimulus{}, false
	}
	return s.Stimuli[k], true
}

// Drive is the current of the stimulus that a connection comes from, in pA.
func (s *Spiking) Drive(x Connection) float64 {
	from, _ := s.stimulus(x.From)
	return from.Current
}

// leastSizes are how many ensembles show how a deviation falls with size: the
// largest is what the others are compared with.
const leastSizes = 3

// Ensembles are the populations, no other of which reaches them, that differ from
// each other in name and size only, the smallest first: nil if there are less than
// three sizes. Constants, pulses, stimuli and the constant parts of currents are
// compared; terms that follow rates are for the reader of what was recorded to compare.
func (s *Spiking) Ensembles() []Population {
	var best []Population
	for _, first := range s.Populations {
		var same []Population
		for _, p := range s.Populations {
			if s.alike(first, p) {
				same = append(same, p)
			}
		}
		slices.SortStableFunc(same, func(a, b Population) int { return cmp.Compare(a.Size, b.Size) })
		same = slices.CompactFunc(same, func(a, b Population) bool { return a.Size == b.Size })
		if len(same) >= leastSizes && len(same) > len(best) {
			best = same
		}
	}
	return best
}

// alike tells populations that differ in name and size only and that no population
// reaches.
func (s *Spiking) alike(a, b Population) bool {
	for _, x := range s.Connections {
		if _, ok := s.stimulus(x.From); !ok && (x.To == a.Name || x.To == b.Name) {
			return false
		}
	}
	if !reflect.DeepEqual(s.reaching(a.Name), s.reaching(b.Name)) {
		return false
	}
	b.Name, b.Size = a.Name, a.Size
	return reflect.DeepEqual(a, b)
}

// reaching is what a population gets, without names of its own.
func (s *Spiking) reaching(to string) (out []any) {
	for _, x := range s.Pulses {
		if x.To == to {
			x.To = ""
			out = append(out, x)
		}
	}
	for _, x := range s.Connections {
		if x.To == to {
			x.Name, x.To = "", ""
			out = append(out, x)
		}
	}
	for _, x := range s.Currents {
		if x.To != to {
			continue
		}
		name := x.Name
		x.Name, x.To = "", ""
		out = append(out, x)
		for _, y := range s.Settings {
			if y.Current == name {
				y.Current = ""
				out = append(out, y)
			}
		}
	}
	return out
}
