package program

import (
	"fmt"
	"strings"
)

// String prints the compiled program: its memory, and the instructions of every
// section in the order in which they run.
func (p *Program) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s, %d rows: %d states, %d learning projections, %d numbers of memory\n",
		p.net.Text.Name, p.net.Rows(), p.Dim, len(p.Rules), p.Work)
	for _, sec := range p.sections.all() {
		fmt.Fprintf(&s, "\n%s:\n", sec.name)
		for _, i := range sec.code {
			if i.loop == nil {
				fmt.Fprintf(&s, "    %s\n", p.instruction(i))
				continue
			}
			fmt.Fprintf(&s, "    loop %d x %d\n", i.loop.rows, i.loop.units)
			for _, o := range i.loop.ops {
				fmt.Fprintf(&s, "        %s = %s", p.name(o.dst), o.op)
				for _, a := range o.args[:o.n] {
					fmt.Fprintf(&s, " %s", p.name(a))
				}
				s.WriteByte('\n')
			}
		}
		for k, l := range sec.learned {
			fmt.Fprintf(&s, "    d%s/dt:", l.projection.stored.Name)
			for _, c := range l.changes {
				fmt.Fprintf(&s, " %+g", c.factor)
				for j, o := range []*operand{c.post, c.pre, c.weights} {
					if o != nil {
						fmt.Fprintf(&s, " %s%s", p.name(*o), []string{"", "'", ""}[j])
					}
				}
			}
			fmt.Fprintf(&s, "  (over %g s)\n", p.Rules[k].Tau)
		}
	}
	return s.String()
}

func (p *Program) instruction(i instruction) string {
	out := fmt.Sprintf("%s = %s", p.name(i.dst), i.op)
	if i.w != nil {
		out += " " + i.w.stored.Name
	}
	if i.v != nil {
		out += " " + p.name(i.v.operand())
	}
	if i.src.space != spaceNone {
		out += " " + p.name(i.src)
	}
	if i.bias != nil {
		out += " + " + i.bias.stored.Name
	}
	return out
}

// name is what stands for an operand in print.
func (p *Program) name(o operand) string {
	switch o.space {
	case spaceReg:
		return fmt.Sprintf("%%%d", o.at/piece)
	case spaceConst:
		return fmt.Sprintf("%g", p.constants[o.at/piece])
	case spaceWeights:
		return p.net.array(o.at).Name
	}
	var first *variable // of those that share it
	for _, v := range p.vars {
		if v.at == o.at && (v.space == o.space || v.space == spaceState && o.space == spaceSlope) && (first == nil || v.id < first.id) {
			first = v
		}
	}
	if first == nil {
		return fmt.Sprintf("t%d", o.at)
	}
	name := first.String()
	if first.pop.host != nil {
		name = fmt.Sprintf("%s[%s]%d", first.name, first.pop.kind, first.pop.layer)
	}
	if o.space == spaceSlope {
		return "d" + name + "/dt"
	}
	return name
}
