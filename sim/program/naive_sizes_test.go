package program

import "burstsim/sim/model"

// size is the number of units of an expression; 1 of one number.
func (v *naive) size(pop *population, e model.Expr) int {
	switch e := e.(type) {
	case *model.Ref:
		if _, ok := v.constant(pop, e.Name); ok && e.Index == "" {
			return 1
		}
		at := v.net.at(pop, e.Index)
		if p := at.projections[e.Name]; p != nil {
			return p.shape.out
		}
		return v.net.width(key{at, e.Name})
	case *model.Unary:
		return v.size(pop, e.X)
	case *model.Binary:
		if e.Op == "*" && v.isWeights(pop, e.X) {
			rows, _ := v.shape(pop, e.X)
			return rows
		}
		return max(v.size(pop, e.X), v.size(pop, e.Y))
	case *model.Choose:
		return max(v.size(pop, e.X), v.size(pop, e.Y), v.sizeOfCond(pop, e.Cond))
	case *model.Call:
		if e.Func == "sum" || e.Func == "mean" {
			return 1
		}
		n := 1
		for _, a := range e.Args {
			n = max(n, v.size(pop, a))
		}
		return n
	}
	return 1
}

func (v *naive) sizeOfCond(pop *population, c model.Cond) int {
	switch c := c.(type) {
	case *model.Compare:
		if r, ok := c.X.(*model.Ref); ok {
			if _, ok := v.net.Values[r.Name].(string); ok {
				return 1 // a comparison of words
			}
		}
		return max(v.size(pop, c.X), v.size(pop, c.Y))
	case *model.Not:
		return v.sizeOfCond(pop, c.X)
	case *model.Joined:
		return max(v.sizeOfCond(pop, c.X), v.sizeOfCond(pop, c.Y))
	}
	return 1
}

// holds says whether a condition does at one unit.
func (v *naive) holds(pop *population, c model.Cond, row, unit int) bool {
	switch c := c.(type) {
	case *model.Flag:
		switch c.Name {
		case "teacher":
			return v.teacher
		case "discrete":
			return v.discrete
		case "continuous":
			return !v.discrete
		case "images":
			return v.net.Setting.Usage.Images
		}
		return v.net.Values[c.Name].(bool)
	case *model.Not:
		return !v.holds(pop, c.X, row, unit)
	case *model.Joined:
		x, y := v.holds(pop, c.X, row, unit), v.holds(pop, c.Y, row, unit)
		return x && y || c.Op == "or" && (x || y)
	case *model.Compare:
		if r, ok := c.X.(*model.Ref); ok {
			if word, ok := v.net.Values[r.Name].(string); ok && r.Index == "" {
				return (word == c.Y.(*model.Ref).Name) == (c.Op == "=")
			}
		}
		x, y := v.eval(pop, c.X, row, unit), v.eval(pop, c.Y, row, unit)
		return map[string]bool{"=": x == y, "!=": x != y, "<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[c.Op]
	}
	panic("naive: an unknown condition")
}
