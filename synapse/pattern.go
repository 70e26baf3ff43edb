package synapse

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Pattern says which of Out x In connections a projection has. What is said of
// each connection, such as its weight, is an array of Len numbers: row after row
// of the matrix that they would be, each from left to right. A pattern never
// changes.
type Pattern struct {
	Out, In int

	start   []int   // of each row in such an array, and its end
	columns []int32 // by connection
	blocks  int     // of a block-diagonal pattern; 0: any other
}

// RandomPattern makes each connection with this probability, in (0, 1],
// independently of all others. The same source gives, with a larger probability,
// the same connections and more.
func RandomPattern(out, in int, probability float64, rng *rand.Rand) *Pattern {
	p := &Pattern{Out: out, In: in, start: make([]int, 1, out+1)}
	for range out {
		for j := range in {
			if rng.Float64() < probability {
				p.columns = append(p.columns, int32(j))
			}
		}
		p.start = append(p.start, len(p.columns))
	}
	p.columns = slices.Clip(p.columns)
	return p
}

// BlockPattern splits both populations into as many groups of neighbours, whose
// sizes differ by at most one, and connects all units of a group with all of the
// group of the same number. There must be at least 1 block, and no more than Out
// or In.
func BlockPattern(out, in, blocks int) *Pattern {
	p := &Pattern{Out: out, In: in, blocks: blocks, start: make([]int, 1, out+1)}
	for b := range blocks {
		rows, columns := p.block(b)
		for range rows[1] - rows[0] {
			for j := columns[0]; j < columns[1]; j++ {
				p.columns = append(p.columns, int32(j))
			}
			p.start = append(p.start, len(p.columns))
		}
	}
	return p
}

// MaskPattern connects where mask, of Out x In, is not zero.
func MaskPattern(out, in int, mask []float64) (*Pattern, error) {
	if len(mask) != out*in {
		return nil, fmt.Errorf("synapse: a mask of %d numbers for %d x %d connections", len(mask), out, in)
	}
	p := &Pattern{Out: out, In: in, start: make([]int, 1, out+1)}
	for i := range out {
		for j, v := range mask[i*in:][:in] {
			if v != 0 {
				p.columns = append(p.columns, int32(j))
			}
		}
		p.start = append(p.start, len(p.columns))
	}
	return p, nil
}

// Len is the number of connections.
func (p *Pattern) Len() int { return len(p.columns) }

// Density is the fraction of Out x In that is connected.
func (p *Pattern) Density() float64 {
	return float64(p.Len()) / (float64(p.Out) * float64(p.In))
}

// Row is where the connections onto unit i stand in an array of them.
func (p *Pattern) Row(i int) (from, to int) { return p.start[i], p.start[i+1] }

// RowOf is the unit that connection k leads to.
func (p *Pattern) RowOf(k int) int {
	i, _ := slices.BinarySearch(p.start, k+1)
	return i - 1
}

// Starts are the beginnings of all rows, and the end of the last. They are the
// pattern's own.
func (p *Pattern) Starts() []int { return p.start }

// Column is the unit that connection k comes from.
func (p *Pattern) Column(k int) int { return int(p.columns[k]) }

// Index is the place of a connection; false if there is none.
func (p *Pattern) Index(i, j int) (k int, ok bool) {
	from, to := p.Row(i)
	k, ok = slices.BinarySearch(p.columns[from:to], int32(j))
	return from + k, ok
}

// Equal says whether two patterns have the same connections.
func (p *Pattern) Equal(q *Pattern) bool {
	return p == q || p.Out == q.Out && p.In == q.In && slices.Equal(p.start, q.start) && slices.Equal(p.columns, q.columns)
}

// Expand stores what an array says of connections in dst, Out x In, and zero
// where there is none.
func Expand[F Float](p *Pattern, dst, values []F) {
	clear(dst)
	for i := range p.Out {
		row := dst[i*p.In:][:p.In]
		from, to := p.Row(i)
		for k := from; k < to; k++ {
			row[p.columns[k]] = values[k]
		}
	}
}

// Compress stores in dst, an array of connections, what an Out x In matrix has
// there.
func Compress[F Float](p *Pattern, dst, matrix []F) {
	for i := range p.Out {
		row := matrix[i*p.In:][:p.In]
		from, to := p.Row(i)
		for k := from; k < to; k++ {
			dst[k] = row[p.columns[k]]
		}
	}
}

// block is the first and the end of the rows and columns of a block.
func (p *Pattern) block(b int) (rows, columns [2]int) {
	return [2]int{b * p.Out / p.blocks, (b + 1) * p.Out / p.blocks},
		[2]int{b * p.In / p.blocks, (b + 1) * p.In / p.blocks}
}
