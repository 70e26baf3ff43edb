package program

import (
	"slices"

	"burstsim/sim/model"
)

// perRow is the width of a quantity that is one number for all units, such as a
// mean over them.
const perRow = -1

// width is the number of units of a quantity.
func (net *Network) width(k key) int {
	switch w := net.widths[k]; {
	case w == perRow:
		return 1
	case w > 0:
		return w
	}
	return k.pop.units
}

// inferWidths finds how many numbers each quantity has. Most have one a unit of
// their population; what arrives from another population has as many as that.
func (net *Network) inferWidths() {
	for {
		net.spreadWidths()
		// What is left comes from numbers alone: from sums over units, which are
		// the same for all of them, or from parameters, with its population's
		// width. Or it depends on what does.
		left := net.unknown()
		if len(left) == 0 {
			return
		}
		next := slices.IndexFunc(left, net.independent)
		k := left[max(next, 0)]
		net.widths[k] = k.pop.units
		if next >= 0 && net.reduces(k) {
			net.widths[k] = perRow
		}
	}
}

// reduces says whether a quantity that has no width is made of sums over units,
// or of what is.
func (net *Network) reduces(k key) bool {
	yes := false
	net.definitions(k, func(e model.Expr) {
		model.Walk(e, func(e model.Expr) {
			switch e := e.(type) {
			case *model.Call:
				yes = yes || e.Func == "mean" || e.Func == "sum"
			case *model.Ref:
				at := net.at(k.pop, e.Index)
				yes = yes || at != nil && net.widths[key{at, e.Name}] == perRow
			}
		})
	})
	return yes
}

// unknown lists the quantities without a width.
func (net *Network) unknown() []key {
	var out []key
	for _, pop := range net.all {
		for _, name := range pop.names {
			if k := (key{pop, name}); net.widths[k] == 0 {
				out = append(out, k)
			}
		}
	}
	return out
}

// spreadWidths gives quantities the width of what they are made of, until
// nothing changes.
func (net *Network) spreadWidths() {
	for changed := true; changed; {
		changed = false
		for _, k := range net.unknown() {
			net.definitions(k, func(e model.Expr) {
				if w := net.widthOf(k.pop, e); w > 0 && net.widths[k] == 0 {
					net.widths[k], changed = w, true
				}
			})
		}
	}
}

// definitions calls f with the right-hand sides of a quantity's equations.
func (net *Network) definitions(k key, f func(model.Expr)) {
	for _, b := range net.Text.Of(k.pop.kind) {
		for _, e := range b.Equations {
			if e.Name == k.name && (e.Kind == model.Follows || e.Kind == model.Changes) {
				f(e.Right)
			}
		}
	}
}

// independent says whether a quantity refers to none whose width is unknown but
// itself.
func (net *Network) independent(k key) bool {
	yes := true
	net.definitions(k, func(e model.Expr) {
		model.Walk(e, func(e model.Expr) {
			if r, ok := e.(*model.Ref); ok {
				at := net.at(k.pop, r.Index)
				other := key{at, r.Name}
				if at != nil && other != k && slices.Contains(at.names, r.Name) && net.widths[other] == 0 {
					yes = false
				}
			}
		})
	})
	return yes
}

// widthOf is the number of units of an expression; 0 if it is one number, or,
// while widths are inferred, not known yet.
func (net *Network) widthOf(pop *population, e model.Expr) int {
	switch e := e.(type) {
	case *model.Ref:
		at := net.at(pop, e.Index)
		if at == nil || at.projections[e.Name] != nil && at.projections[e.Name].biasOf == "" {
			return 0
		}
		switch {
		case at.projections[e.Name] != nil:
			return at.projections[e.Name].shape.out
		case e.Name == stimulusName || e.Name == targetName,
			at.kind == "input" && len(net.Text.Of("input")) == 0 && e.Index != "":
			return at.units
		}
		return max(net.widths[key{at, e.Name}], 0)
	case *model.Unary:
		return net.widthOf(pop, e.X)
	case *model.Binary:
		if e.Op == "*" {
			if out, in, ok := net.shapeOf(pop, e.X); ok && net.widthOf(pop, e.Y)+in > 0 {
				return out
			}
		}
		return max(net.widthOf(pop, e.X), net.widthOf(pop, e.Y))
	case *model.Call:
		switch e.Func {
		case "mean", "sum":
			return 0
		}
		w := 0
		for _, a := range e.Args {
			w = max(w, net.widthOf(pop, a))
		}
		return w
	case *model.Choose:
		return max(net.widthOf(pop, e.X), net.widthOf(pop, e.Y), net.widthOfCond(pop, e.Cond))
	}
	return 0
}

// widthOfCond is that of the quantities that a condition compares.
func (net *Network) widthOfCond(pop *population, c model.Cond) int {
	switch c := c.(type) {
	case *model.Compare:
		return max(net.widthOf(pop, c.X), net.widthOf(pop, c.Y))
	case *model.Not:
		return net.widthOfCond(pop, c.X)
	case *model.Joined:
		return max(net.widthOfCond(pop, c.X), net.widthOfCond(pop, c.Y))
	}
	return 0
}

// shapeOf is that of weights in an expression; ok is false if it is none.
func (net *Network) shapeOf(pop *population, e model.Expr) (out, in int, ok bool) {
	switch e := e.(type) {
	case *model.Ref:
		at := net.at(pop, e.Index)
		if at == nil {
			return 0, 0, false
		}
		if p := at.projections[e.Name]; p != nil && p.biasOf == "" {
			return p.shape.out, p.shape.in, true
		}
	case *model.Unary:
		out, in, ok = net.shapeOf(pop, e.X)
		if e.Op == "'" {
			out, in = in, out
		}
		return out, in, ok
	case *model.Binary:
		x1, x2, left := net.shapeOf(pop, e.X)
		y1, y2, right := net.shapeOf(pop, e.Y)
		switch {
		case left && (right || net.widthOf(pop, e.Y) == 0):
			return x1, x2, true
		case right && net.widthOf(pop, e.X) == 0:
			return y1, y2, true
		}
	}
	return 0, 0, false
}
