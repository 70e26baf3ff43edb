package model

import "slices"

// Learners are the names of the projections that learn for these parameters, in
// the order of the text. A bias learns with its projection.
func (t *Text) Learners(given Values, use Usage) []string {
	var out []string
	layers := []Values{given}
	if given.layered() {
		layers = nil
		for l := range use.Hidden + 1 {
			layers = append(layers, given.Layer(l+1))
		}
	}
	for _, values := range layers {
		env := Env{Values: t.complete(values, use), Flags: use.Flags(), Constants: use.constants()}
		for _, kind := range t.populations(use) {
			for _, b := range t.Of(kind) {
				for _, d := range b.Projections {
					if !slices.Contains(out, d.Name) && t.learns(kind, env, d.Name, d.Bias) {
						out = append(out, d.Name)
					}
				}
			}
		}
	}
	return out
}

// learns says whether any of these weights of a population has a rule.
func (t *Text) learns(kind string, env Env, names ...string) bool {
	for _, b := range t.Of(kind) {
		for _, e := range b.Equations {
			if e.Kind != Changes || !slices.Contains(names, e.Name) {
				continue
			}
			if e.When == nil {
				return true
			}
			if holds, known := env.Holds(e.When); holds || !known {
				return true
			}
		}
	}
	return false
}
