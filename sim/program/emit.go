package program

// space is a part of a machine's memory.
type space uint8

const (
	spaceNone    space = iota
	spaceState         // the vector that a stepper moves
	spaceSlope         // its rate of change, or what states relax to
	spaceWork          // quantities, and what is needed on the way to them
	spaceWeights       // weights; at is the index of their matrix
	spaceReg           // a register of a loop
	spaceConst         // a constant
	spaces
)

// operand is an array in memory, a register of a loop, or a number.
type operand struct {
	at     int
	step   int // 1 of what goes on from piece to piece, 0 of registers and numbers
	units  int // of a row; 1 of byRow
	space  space
	spread spread
}

func (o operand) stepping() operand {
	o.step = 1
	if o.space == spaceReg || o.space == spaceConst {
		o.step = 0
	}
	return o
}

// micro is one element-wise operation of a loop.
type micro struct {
	op   op
	dst  operand
	args [3]operand
	n    int // of args; the others are the first again
}

// loop is element-wise operations on arrays of one shape, which go over them
// together, piece by piece.
type loop struct {
	rows, units int
	spread      bool // an operand is the same for all rows or all units, or is weights
	ops         []micro
	regs        int
}

// instruction is a loop, or one operation on whole arrays.
type instruction struct {
	op       op // of loop: opCopy
	loop     *loop
	w, bias  *projection
	v        *variable // of opXi
	src, dst operand
	rows     int
}

// section is a straight run of instructions.
type section struct {
	name    string
	code    []instruction
	learned []learned // the rules whose factors it computes
	// computed are the projections that it needs and that follow from others.
	computed []*projection
}

// emitter turns statements into instructions.
type emitter struct {
	p    *Program
	uses map[*node]int
	done map[*node]operand // nodes that are in memory
	soon map[*node]operand // where nodes will be, that may be there earlier
	code []instruction
	open *loop
	free []int // registers
}

func (p *Program) emit(name string, statements []target) *section {
	p.placeDelays()
	e := &emitter{p: p, uses: map[*node]int{}, done: map[*node]operand{}, soon: map[*node]operand{}}
	for _, s := range statements {
		e.count(s.n)
		if s.own && s.n.op.elementwise() {
			e.soon[s.n] = s.dst
		}
	}
	for _, s := range statements {
		e.store(s.n, s.dst)
	}
	e.close()
	return &section{name: name, code: schedule(e.code), computed: p.net.behind(e.code)}
}

// target is where a node is to be stored.
type target struct {
	n   *node
	dst operand
	own bool // nothing else is ever stored there
}

func (e *emitter) count(n *node) {
	e.uses[n]++
	if e.uses[n] > 1 {
		return
	}
	for _, a := range n.args {
		e.count(a)
	}
}

func (e *emitter) close() {
	if e.open != nil && len(e.open.ops) > 0 {
		e.code = append(e.code, instruction{op: opCopy, loop: e.open})
	}
	e.open = nil
	e.free = nil
}

// rowsOf is the number of rows of a node's array.
func (e *emitter) rowsOf(n *node) int {
	if n.spread == byUnit || n.spread == single || n.weights {
		return 1
	}
	return e.p.net.Rows()
}

// array reserves memory for a node.
func (e *emitter) array(n *node) operand {
	if at, ok := e.soon[n]; ok {
		return at
	}
	rows := e.rowsOf(n)
	at := e.p.reserve(rows * n.units)
	return operand{space: spaceWork, at: at, units: n.units, spread: n.spread}
}

// store computes a node into an array, by instructions of its own.
func (e *emitter) store(n *node, dst operand) {
	e.close()
	rows := e.rowsAt(dst)
	if n.weights {
		rows = 1
	}
	if at, ok := e.done[n]; ok {
		if at != dst {
			e.micro(opCopy, dst, rows, at)
		}
		return
	}
	switch {
	case n.known(), n.op == opLoad, n.op == opBias && n.w.shape.maps == nil, n.op == opWeights:
		e.micro(opCopy, dst, rows, e.lower(n, nil))
		return
	case n.spread != dst.spread: // the same for all rows or units: computed once
		at := e.array(n)
		e.store(n, at)
		e.micro(opCopy, dst, rows, at)
		return
	case n.op == opAdd && e.isAffine(n):
		e.product(n.args[0], n.args[1], dst)
	case n.op.elementwise():
		e.prepare(n)
		e.lower(n, &dst)
	default:
		e.whole(n, dst)
	}
	if dst.space != spaceSlope {
		e.done[n] = dst
	}
}

func (e *emitter) rowsAt(dst operand) int {
	if dst.spread == byUnit {
		return 1
	}
	return e.p.net.Rows()
}

// isAffine recognises W x + c.
func (e *emitter) isAffine(n *node) bool {
	x, c := n.args[0], n.args[1]
	return x.op == opForward && c.op == opBias && e.uses[x] == 1 && c.w.of == x.w.of && c.w.biasOf == x.w.name
}

// prepare computes what an element-wise expression needs in memory: products,
// sums, and what is the same for all rows or units.
func (e *emitter) prepare(n *node) {
	if _, ok := e.done[n]; ok {
		return
	}
	for _, a := range n.args {
		if _, ok := e.done[a]; ok {
			continue
		}
		switch {
		case a.known() || a.op == opLoad || a.op == opWeights || a.op == opBias && a.w.shape.maps == nil:
		case a.op == opAdd && e.isAffine(a), !a.op.elementwise(), a.spread != n.spread, e.uses[a] > 1:
			e.store(a, e.array(a))
		default:
			e.prepare(a)
		}
	}
}

// lower returns where a node is: in memory, in a register, or a number.
// Element-wise nodes are computed into dst, or a register where it is nil.
func (e *emitter) lower(n *node, dst *operand) operand {
	if at, ok := e.done[n]; ok && dst == nil {
		return at
	}
	switch n.op {
	case opConst:
		return operand{space: spaceConst, at: e.p.constant(n.value) * piece, units: 1, spread: single}
	case opTable:
		return e.p.table(n)
	case opLoad:
		return n.v.operand()
	case opBias:
		return operand{space: spaceWeights, at: n.w.stored.index, units: n.units, spread: byUnit}
	case opWeights:
		return operand{space: spaceWeights, at: n.w.stored.index, units: n.units, spread: full}
	}
	o, nodes := e.fuse(n)
	var args [3]operand
	for i, a := range nodes {
		args[i] = e.lower(a, nil)
	}
	for _, a := range args {
		if a.space == spaceReg {
			e.free = append(e.free, a.at)
		}
	}
	if dst == nil {
		dst = &operand{space: spaceReg, at: anyRegister, units: n.units, spread: n.spread}
	}
	return e.micro(o, *dst, e.rowsOf(n), args[:len(nodes)]...)
}

// fuse is the operation of an element-wise node and its operands, those of an
// operand included where one kernel does both.
func (e *emitter) fuse(n *node) (op, []*node) {
	if n.op != opMul {
		return n.op, n.args
	}
	for i, x := range n.args {
		if _, stored := e.done[x]; x.op == opRSubMul && !stored && e.uses[x] == 1 && x.spread == n.spread {
			return opRSubMulMul, []*node{x.args[0], x.args[1], n.args[1-i]}
		}
	}
	return n.op, n.args
}

const anyRegister = -1

// micro adds an operation to the open loop, or opens another of its shape, and
// returns where the result is.
func (e *emitter) micro(o op, dst operand, rows int, args ...operand) operand {
	units := max(dst.units, 1)
	if e.open == nil || e.open.rows != rows || e.open.units != units {
		e.close()
		e.open = &loop{rows: rows, units: units}
	}
	if dst.space == spaceReg && dst.at == anyRegister {
		if n := len(e.free); n > 0 {
			dst.at, e.free = e.free[n-1], e.free[:n-1]
		} else {
			dst.at = e.open.regs * piece
			e.open.regs++
		}
	}
	for _, a := range args {
		if a.space == spaceWeights || rows > 1 && a.spread == byUnit || a.spread == byRow && units > 1 {
			e.open.spread = true
		}
	}
	m := micro{op: o, dst: dst.stepping(), n: len(args)}
	for k := range m.args {
		m.args[k] = args[0].stepping()
		if k < len(args) {
			m.args[k] = args[k].stepping()
		}
	}
	e.open.ops = append(e.open.ops, m)
	return dst
}

// inMemory is where a node's array is.
func (e *emitter) inMemory(n *node) operand {
	if at, ok := e.done[n]; ok {
		return at
	}
	switch n.op {
	case opLoad:
		return n.v.operand()
	case opTable:
		return e.p.table(n)
	}
	at := e.array(n)
	at.spread = full
	if n.spread == byUnit || n.spread == single { // the same for every row
		at = operand{space: spaceWork, at: e.p.reserve(e.p.net.Rows() * n.units), units: n.units, spread: full}
	}
	e.store(n, at)
	return at
}

func (e *emitter) product(x, c *node, dst operand) {
	src := e.inMemory(x.args[0])
	e.close()
	i := instruction{op: x.op, w: x.w, src: src, dst: dst, rows: e.p.net.Rows()}
	if c != nil {
		i.bias = c.w
	}
	e.code = append(e.code, i)
}

// whole computes a node that is no loop.
func (e *emitter) whole(n *node, dst operand) {
	switch n.op {
	case opForward, opBackward:
		e.product(n, nil, dst)
	case opBias: // of maps, whose neurons share it
		e.close()
		e.code = append(e.code, instruction{op: n.op, w: n.w, dst: dst, rows: 1})
	case opXi:
		e.close()
		e.code = append(e.code, instruction{op: n.op, v: n.v, dst: dst, rows: e.p.net.Rows()})
	default:
		src := e.inMemory(n.args[0])
		e.close()
		e.code = append(e.code, instruction{op: n.op, src: src, dst: dst, rows: e.p.net.Rows()})
	}
}
