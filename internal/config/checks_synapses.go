package config

import (
	"fmt"
	"slices"
)

// checkSynapses refuses keys of connections that do nothing beside the others, bounds
// that contradict each other, and rules that look at averages which neurons lack.
func (d *decoder) checkSynapses(c *Config) {
	s := &c.Spiking
	for i, x := range s.Connections {
		refuse := func(key, format string, args ...any) {
			at := fmt.Sprintf("spiking.connection[%d]", i)
			d.refuse(c, []string{at + "." + key, at, "spiking.connection"}, format, args...)
		}
		inVain := func(need string, keys ...givenKey) {
			for _, k := range keys {
				if k.given {
					refuse(k.name, "has no effect here, %s", need)
				}
			}
		}
		if slices.ContainsFunc(s.Stimuli, func(y Stimulus) bool { return y.Name == x.From }) {
			inVain("only behind a population, for a stimulus does not spike",
				givenKey{"carries", x.Carries != "spikes"}, givenKey{"delay", x.Delay != 0}, givenKey{"short_term", x.ShortTerm != "none"})
		}
		if x.Tied == "" {
			inVain("only with tied", givenKey{"gain", x.Gain != 1})
		} else {
			inVain("for the weights are tied to those of another connection",
				givenKey{"weight", x.Weight != 0}, givenKey{"probability", x.Probability != 1}, givenKey{"rule", x.Rule != "none"})
		}
		if x.Rule == "none" {
			inVain("only with a rule", givenKey{"rate", x.Rate != 0}, givenKey{"trace", x.Trace != 0}, givenKey{"rate_min", x.RateMin != 0},
				givenKey{"rate_max", x.RateMax != 0}, givenKey{"low", x.Low != 0}, givenKey{"high", x.High != largestWeight})
			continue
		}
		switch {
		case x.Low > x.High:
			refuse("low", "is %v, above high, %v: expected at most that", x.Low, x.High)
		case x.Weight < x.Low || x.Weight > x.High:
			refuse("weight", "is %v, expected what the rule can reach: low, %v, to high, %v", x.Weight, x.Low, x.High)
		case x.RateMax > 0 && x.RateMin > x.RateMax:
			refuse("rate_min", "is %v, above rate_max, %v: expected at most that", x.RateMin, x.RateMax)
		}
		to, ok := s.population(x.To)
		if !ok || to.Own > 0 {
			continue
		}
		const need = "looks at averages of single neurons, expected own_average%s of %q"
		switch {
		case x.Rule == "moving":
			refuse("rule", need, "", x.To)
		case x.RateMax > 0:
			refuse("rate_max", need, "", x.To)
		case x.RateMin > 0 && to.Spikes == 0:
			refuse("rate_min", need, " or spike_average", x.To)
		}
	}
	for i, x := range s.Nudges {
		if p, ok := s.population(x.Population); ok && p.Own == 0 {
			at := fmt.Sprintf("spiking.nudge[%d]", i)
			d.refuse(c, []string{at + ".population", at, "spiking.nudge"}, "neurons of %q have no averages of their own, expected one with own_average", x.Population)
		}
	}
}

// population is the one of a name, if there is one.
func (s *Spiking) population(name string) (p Population, ok bool) {
	k := slices.IndexFunc(s.Populations, func(p Population) bool { return p.Name == name })
	if k < 0 {
		return p, false
	}
	return s.Populations[k], true
}

// largestWeight is the default of high.
const largestWeight = 1e6

// givenKey says whether a key of a connection differs from its default.
type givenKey struct {
	name  string
	given bool
}
