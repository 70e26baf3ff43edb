package synapse

import "burstsim/internal/linalg"

// Scope is the group of synapses that share one sum of squared gradients.
type Scope int

const (
	PerSynapse Scope = iota
	PerNeuron        // a row of [W | c]
	PerLayer         // [W | c] of a projection
	PerNetwork
)

const adagradEps = 1e-8

// Adagrad divides a gradient by the root of the sum, over all updates so far,
// of the squared gradient, or of its mean over a neuron, layer or network
// (after Duchi, Hazan and Singer, JMLR 2011).
type Adagrad[F Float] struct {
	Scope Scope

	// sums has a slice for the weights and one for the bias of each parameter
	// with PerSynapse, one for each parameter with PerNeuron and PerLayer, and one
	// with PerNetwork.
	sums [][]F
	pass pass[F]

	blocks []block // of the gradients, by rows with PerNeuron
	team   *linalg.Team
}

// block is a part of the gradients that one processor takes the squares of.
type block struct {
	piece // of a slab, or rows of a parameter
	sums  [chains]float64
	total float64
}

// Update adds the squares to the sums, and descends along the ratios.
func (r *Adagrad[F]) Update(params []*Param[F], _ float64) {
	r.allocate(params)
	r.pass.prepare(params)
	if r.Scope != PerSynapse {
		store(params)
	}
	switch r.Scope {
	case PerSynapse:
		for k := range r.pass.slabs {
			s := &r.pass.slabs[k]
			s.m, s.factors = r.sums[k], factors[F]{adagradEps}
		}
		r.pass.run(adagrad, params)
		return
	case PerNeuron:
		r.perNeuron(params)
		return
	case PerLayer:
		r.squares()
		for k := range params {
			r.perGroup(2*k, 2*k+2, r.sums[k])
		}
	case PerNetwork:
		r.squares()
		r.perGroup(0, len(r.pass.slabs), r.sums[0])
	}
	r.pass.runStored(descend)
}

// perNeuron goes through the rows of [W | c], taking the squares of one and
// moving it.
func (r *Adagrad[F]) perNeuron(params []*Param[F]) {
	if r.team == nil {
		for k, p := range params {
			rows := max(1, pieceElements*p.Rows/(len(p.W)+p.Rows))
			for lo := 0; lo < p.Rows; lo += rows {
				r.blocks = append(r.blocks, block{piece: piece{k, lo, min(lo+rows, p.Rows)}})
			}
		}
		r.team = linalg.NewTeam(func(t int) {
			b := &r.blocks[t]
			w, c, sums := r.pass.slabs[2*b.slab], r.pass.slabs[2*b.slab+1], r.sums[b.slab]
			if w.frozen {
				return
			}
			alpha, f := w.alpha, &r.pass.slabs[2*b.slab].factors
			for j := b.lo; j < b.hi; j++ {
				from, to := params[b.slab].row(j)
				k, end := min(j, len(c.w)), min(j+1, len(c.w)) // there may be no bias
				if to-from+end-k == 0 {
					continue // a neuron without connections
				}
				total := squares(w.g[from:to], &b.sums) + squares(c.g[k:end], &b.sums)
				sums[j] += F(total) / F(to-from+end-k)
				w.alpha = alpha / (root(sums[j]) + adagradEps)
				c.alpha = w.alpha
				w.move(descend, f, from, to)
				c.move(descend, f, k, end)
			}
		})
	}
	r.team.Share(len(r.blocks), elementWork*r.pass.size())
}

// row is where the weights of a neuron or channel stand.
func (p *Param[F]) row(j int) (from, to int) {
	if p.Starts != nil {
		return p.Starts[j], p.Starts[j+1]
	}
	in := len(p.W) / p.Rows
	return j * in, (j + 1) * in
}

// squares takes the squares of all gradients, piece by piece.
func (r *Adagrad[F]) squares() {
	if r.team == nil {
		for _, p := range r.pass.pieces {
			r.blocks = append(r.blocks, block{piece: p})
		}
		r.team = linalg.NewTeam(func(t int) {
			b := &r.blocks[t]
			if s := &r.pass.slabs[b.slab]; !s.frozen {
				b.total = squares(s.g[b.lo:b.hi], &b.sums)
			}
		})
	}
	r.team.Share(len(r.blocks), elementWork/4*r.pass.size())
}

// perGroup adds the mean of the squares of slabs from to before to, but those
// that are frozen, to sum, and has their steps divided by its root.
func (r *Adagrad[F]) perGroup(from, to int, sum []F) {
	var total float64
	n := 0
	for _, b := range r.blocks {
		if from <= b.slab && b.slab < to && !r.pass.slabs[b.slab].frozen {
			total += b.total
			n += b.hi - b.lo
		}
	}
	if n == 0 {
		return
	}
	sum[0] += F(total) / F(n)
	for k := from; k < to; k++ {
		r.pass.slabs[k].alpha /= root(sum[0]) + adagradEps
	}
}

func (r *Adagrad[F]) allocate(params []*Param[F]) {
	if r.sums != nil {
		return
	}
	switch r.Scope {
	case PerSynapse:
		r.sums = zeros(params)
	case PerNeuron:
		for _, p := range params {
			r.sums = append(r.sums, make([]F, p.Rows))
		}
	case PerLayer:
		for range params {
			r.sums = append(r.sums, make([]F, 1))
		}
	case PerNetwork:
		r.sums = [][]F{make([]F, 1)}
	}
}

// Visit visits the sums.
func (r *Adagrad[F]) Visit(params []*Param[F], visit func(name string, ref any)) {
	r.allocate(params)
	visitAll("sum", r.sums, visit)
}
