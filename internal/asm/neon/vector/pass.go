package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"burstsim/internal/asm/neon"
)

// pass is a function that passes over the rows of w in groups, and over each
// group from left to right.
type pass struct {
	*neon.Function
	scaled bool // by alpha

	stride   neon.Register              // of rows, in bytes
	matrices []string                   // w and others of its shape
	first    map[string]neon.Register   // their rows at the group
	down     map[string]neon.Register   // vectors with an element a row, at the group
	across   map[string]neon.Register   // vectors with an element a column
	rows     int                        // of the group
	rowsOf   map[string][]neon.Register // of the matrices in the group
	offset   neon.Register              // of the column, in bytes
}

// generate makes a function with matrices of w's shape beside it, and vectors
// down its rows and across its columns. If apart, w has ldw columns, of which n
// count.
func generate(file *neon.File, precision neon.Precision, name string, beside, down, across []string, scaled, apart bool, body func(p *pass)) {
	matrices := append([]string{"w"}, beside...)
	alpha := ""
	if scaled {
		alpha = fmt.Sprintf("alpha %s, ", precision.Float())
	}
	columns := []string{"n"}
	if apart {
		columns = append(columns, "ldw")
	}
	signature := fmt.Sprintf("func(rows, %s int, %s%s *%s, mask *byte)", strings.Join(columns, ", "), alpha, strings.Join(slices.Concat(matrices, down, across), ", "), precision.Float())
	file.Function(precision, name+precision.Name(), signature, func(f *neon.Function) {
		load := func(names []string) map[string]neon.Register {
			all := map[string]neon.Register{}
			for _, name := range names {
				all[name] = f.Integer(name)
			}
			return all
		}
		p := &pass{Function: f, scaled: scaled, matrices: matrices,
			stride: f.Stride(columns[len(columns)-1]), first: load(matrices), down: load(down), across: load(across)}
		body(p)
		f.Do("RET")
	})
}

// groups lets body pass over as many rows at a time as it can take, a power of
// two, then over half as many, and so on.
func (p *pass) groups(most int, body func()) {
	rows := p.Integer("rows")
	for p.rows = most; p.rows > 0; p.rows /= 2 {
		again, after := fmt.Sprintf("rows%d", p.rows), fmt.Sprintf("after%d", p.rows)
		p.Label(again)
		p.Do("SUBS", p.rows, rows)
		p.Do("BLT", after)
		p.Scope(func() {
			p.rowsOf = map[string][]neon.Register{}
			for _, name := range p.matrices {
				all := []neon.Register{p.first[name]}
				for i := 1; i < p.rows; i++ {
					r := p.Register()
					p.Do("ADD", p.stride, all[i-1], r)
					all = append(all, r)
				}
				p.rowsOf[name] = all
			}
			body()
			for _, name := range p.matrices {
				p.Do("ADD", p.stride, p.rowsOf[name][p.rows-1], p.first[name])
			}
		})
		for _, name := range slices.Sorted(maps.Keys(p.down)) {
			p.Do("ADD", p.rows*p.Size(), p.down[name])
		}
		p.Do("B", again)
		p.Label(after)
		p.Do("ADD", p.rows, rows)
	}
}

// columns lets body pass over the columns of the group, a vector at a time, and
// over what is left in parts of one.
func (p *pass) columns(body func(lanes int)) {
	p.Columns(fmt.Sprintf("columns%d", p.rows), func(lanes int, offset neon.Register) {
		p.offset = offset
		body(lanes)
	})
}

// at is where the column of a row lies.
func (p *pass) at(row neon.Register) neon.Address { return neon.At(row, p.offset) }

// load returns elements of what has one a column.
func (p *pass) load(name string, lanes int) neon.Vector {
	v := p.Vector()
	p.Load(p.at(p.across[name]), lanes, v)
	return v
}

// matrix returns elements of each row of a matrix.
func (p *pass) matrix(name string, lanes int) []neon.Vector {
	var all []neon.Vector
	for _, r := range p.rowsOf[name] {
		v := p.Vector()
		p.Load(p.at(r), lanes, v)
		all = append(all, v)
	}
	return all
}

// update adds to the rows of w and returns them.
func (p *pass) update(y []neon.Vector, x neon.Vector, lanes int) []neon.Vector {
	all := p.matrix("w", lanes)
	for i, w := range all {
		p.MulAddFirst(x, y[i], w)
		p.Store(w, lanes, p.at(p.rowsOf["w"][i]))
	}
	return all
}

// accumulate is update with compensation: carry holds what the rounding of w has
// withheld so far, and is added with the next change (Kahan, CACM 8, 1965).
func (p *pass) accumulate(y []neon.Vector, x neon.Vector, lanes int) []neon.Vector {
	var sums []neon.Vector
	carries := p.matrix("carry", lanes)
	for i, w := range p.matrix("w", lanes) {
		change, sum := carries[i], p.Vector()
		p.MulAddFirst(x, y[i], change)
		p.Add(w, change, sum)
		p.Sub(sum, w, w) // what arrived
		p.Sub(change, w, change)
		p.Store(sum, lanes, p.at(p.rowsOf["w"][i]))
		p.Store(change, lanes, p.at(p.rowsOf["carry"][i]))
		sums = append(sums, sum)
	}
	return sums
}

// zeros is one vector a row.
func (p *pass) zeros() []neon.Vector {
	var all []neon.Vector
	for range p.rows {
		v := p.Vector()
		p.Zero(v)
		all = append(all, v)
	}
	return all
}

// factors are the elements of the group's rows, times alpha, each the first of a
// vector.
func (p *pass) factors(name string) []neon.Vector {
	var alpha neon.Vector
	if p.scaled {
		alpha = p.Scalar("alpha")
	}
	var all []neon.Vector
	for i := range p.rows {
		v := p.Vector()
		p.Load(neon.Address{Base: p.down[name], Offset: i * p.Size()}, 1, v)
		if p.scaled {
			p.Mul(v, alpha, v)
		}
		all = append(all, v)
	}
	return all
}

// sum stores the sums over the lanes of each row's vector. A row's lanes are
// added in the same order however many rows there are.
func (p *pass) sum(vectors []neon.Vector, name string) {
	at := neon.Address{Base: p.down[name]}
	for len(vectors) > 0 {
		n := min(p.Lanes(), len(vectors))
		group := slices.Clone(vectors[:n])
		for level := p.Lanes(); level > 1; level /= 2 {
			for i := 0; i < len(group); i += 2 {
				other := group[min(i+1, len(group)-1)]
				p.AddPairs(group[i], other, group[i])
				group[i/2] = group[i]
			}
			group = group[:(len(group)+1)/2]
		}
		p.Store(group[0], n, at)
		at.Offset += n * p.Size()
		vectors = vectors[n:]
	}
}
