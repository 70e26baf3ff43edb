package program

import "burstsim/internal/linalg"

// shared are the numbers of a loop that is worth the help of other processors.
const shared = 8 * piece

// elementWork is what an operation on a number costs, in multiplications of a
// matrix product.
const elementWork = 8

// lanes are the parts of a loop that processors share. Each is computed with
// registers of its own, in the same pieces as without the others.
type lanes[F Float] struct {
	team     *linalg.Team
	machines [8]Machine[F] // what a loop needs of one
	loop     *loop
	n        int
}

func (l *lanes[F]) share(m *Machine[F], loop *loop, n int) {
	if l.team == nil {
		l.team = linalg.NewTeam(l.lane)
		for k := range l.machines {
			one := &l.machines[k]
			one.elementwise, one.kernels = m.elementwise, m.kernels
			one.memory[spaceReg] = make([]F, len(m.memory[spaceReg]))
		}
	}
	for k := range l.machines {
		one := &l.machines[k]
		regs := one.memory[spaceReg]
		one.memory = m.memory
		one.memory[spaceReg] = regs
	}
	l.loop, l.n = loop, n
	l.team.Share(len(l.machines), n*len(loop.ops)*elementWork)
	l.loop = nil
}

func (l *lanes[F]) lane(k int) {
	pieces, count := (l.n+piece-1)/piece, len(l.machines)
	l.machines[k].flatPieces(l.loop, k*pieces/count*piece, min(l.n, (k+1)*pieces/count*piece))
}
