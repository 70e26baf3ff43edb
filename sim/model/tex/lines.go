package tex

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"burstsim/sim/model"
)

// Lines sets equations of one population, in their order: several lines for a
// name, with their conditions, are one formula with cases. Each is an equation
// of LaTeX's mathematics, without anything around it, that needs the package
// amsmath. The layer of block is l; that of the output is L. The error names
// what has no form in LaTeX, which no word of the language lacks.
func Lines(t *model.Text, block *model.Block, equations []*model.Equation) ([]string, error) {
	lines, _, err := set(t, block, equations)
	return lines, err
}

// set is Lines and the functions that stand in them.
func set(t *model.Text, block *model.Block, equations []*model.Equation) (lines []string, used map[string]bool, err error) {
	s := &setter{place: placeOf(t, block), used: map[string]bool{}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case unset:
			lines, used, err = nil, nil, r.error
		default:
			panic(r)
		}
	}()
	for _, g := range groups(equations) {
		lines = append(lines, s.group(g))
	}
	return lines, s.used, nil
}

// groups joins lines for one name of which one holds.
func groups(equations []*model.Equation) [][]*model.Equation {
	var out [][]*model.Equation
	for _, e := range equations {
		k := slices.IndexFunc(out, func(g []*model.Equation) bool {
			first := g[0]
			return first.Name == e.Name && first.Kind == e.Kind && e.Kind != model.Bound && sameTau(first.Tau, e.Tau)
		})
		if k < 0 {
			out = append(out, []*model.Equation{e})
			continue
		}
		out[k] = append(out[k], e)
	}
	return out
}

// sameTau compares factors before dx/dt: names, or none.
func sameTau(a, b model.Expr) bool {
	x, named := a.(*model.Ref)
	y, also := b.(*model.Ref)
	return a == nil && b == nil || named && also && x.Name == y.Name && x.Index == y.Index
}

func (s *setter) group(g []*model.Equation) string {
	e := g[0]
	left, relation := s.left(e), " = "
	if e.Kind == model.Bound {
		return left + s.when(e)
	}
	if call, ok := e.Right.(*model.Call); ok && e.Kind == model.Begins && len(g) == 1 && (call.Func == "normal" || call.Func == "uniform") {
		relation = ` \sim `
	}
	if len(g) == 1 {
		return left + relation + s.right(e) + s.when(e)
	}
	var alternatives [][2]string
	for _, one := range g {
		alternatives = append(alternatives, [2]string{s.right(one), s.condition(one)})
	}
	return left + relation + cases(alternatives)
}

// right is the right-hand side, and what groups of rows it is for.
func (s *setter) right(e *model.Equation) string {
	out := s.expr(e.Right, inSum)
	if e.Groups != nil {
		out += ` \text{ in groups: } ` + s.expr(e.Groups, inSum)
	}
	return out
}

// when is the condition of a line that stands alone.
func (s *setter) when(e *model.Equation) string {
	if e.When == nil && !e.Else {
		return ""
	}
	return ` \quad ` + s.condition(e)
}

func (s *setter) condition(e *model.Equation) string {
	switch {
	case e.When != nil:
		return `\text{if }` + s.cond(e.When)
	case e.Else:
		return `\text{otherwise}`
	}
	return `\text{always}`
}

// left is what stands before the sign of equality; of a bound, the whole of it.
func (s *setter) left(e *model.Equation) string {
	own := &model.Ref{Name: e.Name}
	x, _ := s.ref(own, "")
	switch e.Kind {
	case model.Follows:
		return x
	case model.Begins:
		return x + "(0)"
	case model.Changes:
		if r, ok := e.Tau.(*model.Ref); ok && r.Name == "presentation" && s.is(e.Name) {
			return `\Delta ` + x // a step a presentation
		}
		tau := ""
		if e.Tau != nil {
			tau = s.expr(e.Tau, inProduct) + ` \, `
		}
		return tau + `\frac{d` + x + "}{dt}"
	case model.Bound:
		if e.Low != nil {
			x = s.expr(e.Low, inSum) + ` \le ` + x
		}
		if e.High != nil {
			x += ` \le ` + s.expr(e.High, inSum)
		}
		return x
	}
	s.fail("an equation of the kind %d has no form", e.Kind)
	return ""
}

// Equations sets all equations of a text, population by population, each
// formula on a line of its own, and says behind them what its signs mean.
func Equations(t *model.Text) (string, error) {
	var s strings.Builder
	used := map[string]bool{}
	for _, b := range t.Blocks {
		lines, functions, err := set(t, b, b.Equations)
		if err != nil {
			return "", err
		}
		maps.Copy(used, functions)
		fmt.Fprintf(&s, "\\paragraph{%s}", heading(b))
		place := &setter{place: placeOf(t, b), used: used}
		if len(b.Projections) > 0 {
			var all []string
			for _, p := range b.Projections {
				all = append(all, place.projection(b, p))
			}
			fmt.Fprintf(&s, " Weights %s.", strings.Join(all, "; "))
		}
		s.WriteByte('\n')
		if len(lines) == 0 {
			continue
		}
		s.WriteString("\\begin{align*}\n")
		s.WriteString(Aligned(lines))
		s.WriteString("\\end{align*}\n")
	}
	if notes := notesOf(used); notes != "" {
		fmt.Fprintf(&s, "\\noindent Here %s; $\\odot$ is a product element by element.\n", notes)
	}
	return s.String(), nil
}

// Aligned is formulas as they stand in align* or aligned, one a line.
func Aligned(lines []string) string {
	var s strings.Builder
	for i, line := range lines {
		s.WriteString("  " + aligned(line))
		if i < len(lines)-1 {
			s.WriteString(` \\`)
		}
		s.WriteByte('\n')
	}
	return s.String()
}

// aligned puts the mark of alignment before the first sign of a formula.
func aligned(line string) string {
	at := -1
	for _, sign := range []string{" = ", ` \sim `, ` \le `} {
		if k := strings.Index(line, sign); k >= 0 && (at < 0 || k < at) {
			at = k
		}
	}
	return line[:at] + " &" + line[at+1:]
}

func notesOf(used map[string]bool) string {
	var notes []string
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if note := functions[name].note; note != "" {
			notes = append(notes, note)
		}
	}
	return strings.Join(notes, "; ")
}

// heading names a population.
func heading(b *model.Block) string {
	words := map[string]string{"input": "Input, $l = 0$.", "layer": `All layers, $1 \le l \le L$.`,
		"hidden": `Hidden layers, $1 \le l < L$.`, "output": "Output, $l = L$."}
	if b.Beside == "" {
		return words[b.Name]
	}
	hosts := map[string]string{"layer": `each layer, $1 \le l \le L$`, "hidden": `each hidden layer, $1 \le l < L$`, "output": "the output, $l = L$"}
	return fmt.Sprintf("Population \\emph{%s} beside %s.", escape(b.Name), hosts[b.Beside])
}

// projection says what weights connect.
func (s *setter) projection(b *model.Block, p *model.Projection) string {
	name := func(name string) string {
		out, _ := s.ref(&model.Ref{Name: name}, "")
		return "$" + out + "$"
	}
	w := name(p.Name)
	if p.Bias != "" {
		w += " (bias " + name(p.Bias) + ")"
	}
	if p.Along != nil {
		return fmt.Sprintf("%s along $%s^{%s}$", w, Symbol(p.Along.Name), s.above(p.Along.Index))
	}
	return w + s.source(b, p) + s.structure(p)
}

func (s *setter) source(b *model.Block, p *model.Projection) string {
	switch p.From {
	case "below":
		return " from the layer below"
	case "above":
		return " from the layer above"
	case "beside":
		return " from the layer"
	case b.Name:
		return " from the population itself"
	}
	return ` from \emph{` + escape(p.From) + "}"
}

// structure says which connections there are, where not all are.
func (s *setter) structure(p *model.Projection) string {
	switch {
	case p.Density != nil:
		return ", connected with probability $" + s.expr(p.Density, inSum) + "$"
	case p.Blocks != nil:
		return ", in $" + s.expr(p.Blocks, inSum) + "$ blocks"
	case p.Mask != nil:
		return ", connected as " + `\emph{` + escape(p.Mask.Name) + "} says"
	}
	return ""
}
