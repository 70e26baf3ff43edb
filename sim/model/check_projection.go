package model

import "slices"

// projection finds what cannot be right about a declaration of weights.
func (c *checker) projection(kind string, p *Projection) {
	for _, name := range []string{p.Name, p.Bias} {
		if name != "" && (c.params[name] != nil || constants[name] != "" || name == now) {
			c.fail(p.Pos, "", "%s is a parameter or a word of the language, expected another name for a projection", name)
		}
	}
	index := p.From
	if p.Along != nil {
		if p.Along.Index == "" {
			c.fail(p.Along.Pos, "", "a projection runs back beside one of another layer, as in %s[above]", p.Along.Name)
			return
		}
		index = p.Along.Index
	}
	for _, x := range []Expr{p.Density, p.Blocks} {
		if x != nil {
			c.static(x, "the connections of "+p.Name)
		}
	}
	if p.Mask != nil {
		q := c.params[p.Mask.Name]
		c.used[p.Mask.Name] = true
		if q == nil || !q.File {
			c.fail(p.Mask.Pos, "", "%s is no file, expected a parameter that is declared as %s = file", p.Mask.Name, p.Mask.Name)
		}
	}
	where, err := c.text.at(kind, index)
	if err != nil {
		c.fail(p.Pos, "", "projection %s: %v", p.Name, err)
		return
	}
	if p.Along != nil && !slices.ContainsFunc(where, func(kind string) bool { return c.text.IsProjection(kind, p.Along.Name) }) {
		c.fail(p.Along.Pos, "", "%s[%s] is no projection", p.Along.Name, index)
	}
}
