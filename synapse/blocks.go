package synapse

import "burstsim/internal/linalg"

// Blocks is a projection whose pattern is block-diagonal: each block is a dense
// matrix, which stands whole in an array of connections.
type Blocks[F Float] struct {
	*Pattern

	post, pre []F // of one block and a batch
}

// Units are Out and In.
func (b *Blocks[F]) Units() (out, in int) { return b.Out, b.In }

// one is a block: its rows and columns, and where its weights stand.
type one struct {
	rows, columns [2]int
	from, to      int
}

func (o one) size() (out, in int) { return o.rows[1] - o.rows[0], o.columns[1] - o.columns[0] }

func (b *Blocks[F]) at(k int) one {
	rows, columns := b.block(k)
	return one{rows, columns, b.start[rows[0]], b.start[rows[1]]}
}

// part is what a block has of an array with a sample a row of n units: where it
// stands in an array of one sample, otherwise a copy in memory.
func (b *Blocks[F]) part(memory *[]F, x []F, units [2]int, rows, n int) []F {
	if rows == 1 {
		return x[units[0]:units[1]]
	}
	part := b.room(memory, units, rows, n)
	width := units[1] - units[0]
	for r := range rows {
		copy(part[r*width:][:width], x[r*n+units[0]:])
	}
	return part
}

// room is where a block's part of an array is computed.
func (b *Blocks[F]) room(memory *[]F, units [2]int, rows, n int) []F {
	if most := rows * (n/b.blocks + 1); len(*memory) < most {
		*memory = make([]F, most)
	}
	return (*memory)[:rows*(units[1]-units[0])]
}

// back puts what was computed for a batch back where it belongs.
func back[F Float](dst, part []F, units [2]int, rows, n int) {
	width := units[1] - units[0]
	for r := range rows {
		copy(dst[r*n+units[0]:][:width], part[r*width:])
	}
}

// Forward stores what the Out neurons receive of x, plus the bias.
func (b *Blocks[F]) Forward(dst, x, w, c []F, rows int) {
	for k := range b.blocks {
		o := b.at(k)
		out, in := o.size()
		pre := b.part(&b.pre, x, o.columns, rows, b.In)
		if rows == 1 {
			linalg.MulTrans(dst[o.rows[0]:o.rows[1]], pre, w[o.from:o.to], 1, out, in)
			continue
		}
		post := b.room(&b.post, o.rows, rows, b.Out)
		linalg.MulTrans(post, pre, w[o.from:o.to], rows, out, in)
		back(dst, post, o.rows, rows, b.Out)
	}
	if c != nil {
		linalg.AddRows(dst, c)
	}
}

// Backward stores what the In neurons receive of y through the same weights.
func (b *Blocks[F]) Backward(dst, y, w []F, rows int) {
	for k := range b.blocks {
		o := b.at(k)
		out, in := o.size()
		post := b.part(&b.post, y, o.rows, rows, b.Out)
		if rows == 1 {
			linalg.Mul(dst[o.columns[0]:o.columns[1]], post, w[o.from:o.to], 1, out, in)
			continue
		}
		pre := b.room(&b.pre, o.columns, rows, b.In)
		linalg.Mul(pre, post, w[o.from:o.to], rows, out, in)
		back(dst, pre, o.columns, rows, b.In)
	}
}

// Correlate stores alpha post_i pre_j, summed over samples, of each connection.
func (b *Blocks[F]) Correlate(dst []F, alpha F, post, pre []F, rows int) {
	b.correlate(linalg.Outer[F], dst, alpha, post, pre, rows)
}

// AddCorrelation adds what Correlate would store.
func (b *Blocks[F]) AddCorrelation(dst []F, alpha F, post, pre []F, rows int) {
	b.correlate(linalg.AddOuter[F], dst, alpha, post, pre, rows)
}

func (b *Blocks[F]) correlate(outer func(dst []F, alpha F, y, x []F, rows, out, in int), dst []F, alpha F, post, pre []F, rows int) {
	for k := range b.blocks {
		o := b.at(k)
		out, in := o.size()
		outer(dst[o.from:o.to], alpha, b.part(&b.post, post, o.rows, rows, b.Out), b.part(&b.pre, pre, o.columns, rows, b.In), rows, out, in)
	}
}

// CorrelateBias stores alpha times the sum of the rows of post.
func (b *Blocks[F]) CorrelateBias(dst []F, alpha F, post []F, rows int) {
	linalg.ColumnSums(dst, alpha, post, rows)
}

// AddBiasCorrelation adds what CorrelateBias would store.
func (b *Blocks[F]) AddBiasCorrelation(dst []F, alpha F, post []F, rows int) {
	linalg.AddColumnSums(dst, alpha, post, rows)
}
