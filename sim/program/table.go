package program

import (
	"encoding/binary"
	"math"
	"slices"
)

// fold computes an operation on numbers that are known: one of each operand, or
// one for each unit.
func (g *graph) fold(o op, dim float64, units int, args []*node) *node {
	values, out := make([]float64, len(args)), make([]float64, units)
	tables := false
	for j := range out {
		for i, a := range args {
			values[i] = a.value
			if a.op == opTable {
				values[i], tables = a.numbers[j], true
			}
		}
		out[j] = evaluate(o, values)
	}
	if tables {
		return g.table(out, dim)
	}
	return g.constant(out[0], dim)
}

// table is a number for each unit.
func (g *graph) table(numbers []float64, dim float64) *node {
	return g.make(node{op: opTable, numbers: numbers, spread: full, units: len(numbers), dim: dim})
}

// known says whether a node is numbers that are known when the program is
// compiled.
func (n *node) known() bool { return n.op == opConst || n.op == opTable }

// each says whether all of the numbers that are known satisfy a condition.
func (n *node) each(f func(float64) bool) bool {
	if n.op == opConst {
		return f(n.value)
	}
	return n.op == opTable && !slices.ContainsFunc(n.numbers, func(x float64) bool { return !f(x) })
}

// spell has the bits of numbers, for keys.
func spell(numbers []float64) string {
	b := make([]byte, 0, 8*len(numbers))
	for _, x := range numbers {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	return string(b)
}

// table is where numbers that differ between units are, the same for all rows.
func (p *Program) table(n *node) operand {
	if p.tables == nil {
		p.tables = map[string]int{}
	}
	k := spell(n.numbers)
	at, ok := p.tables[k]
	if !ok {
		at = p.reserve(p.net.Rows() * n.units)
		p.tables[k] = at
		p.filled = append(p.filled, filledTable{at, n.numbers})
	}
	return operand{space: spaceWork, at: at, units: n.units, spread: full}
}

// filledTable is memory that holds the same numbers all the time.
type filledTable struct {
	at      int
	numbers []float64
}

func (m *Machine[F]) fillTables() {
	for _, t := range m.p.filled {
		for i := range m.rows * len(t.numbers) {
			m.memory[spaceWork][t.at+i] = F(t.numbers[i%len(t.numbers)])
		}
	}
}
