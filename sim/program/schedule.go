package program

// schedule orders instructions anew, so that few loops do all that is done
// element by element: products as soon as what they multiply is there, and
// loops of one shape as one when nothing else is left to do. What an instruction
// reads, and the order of draws of noise, is as before.
func schedule(code []instruction) []instruction {
	waits, after := dependencies(code) // waits is negative of what has run
	var out []instruction
	run := func(i int) {
		waits[i] = -1
		for _, k := range after[i] {
			waits[k]--
		}
	}
	for {
		at := -1
		for i := range code {
			if waits[i] == 0 && (at < 0 || code[i].loop == nil) {
				if at = i; code[i].loop == nil {
					break
				}
			}
		}
		if at < 0 {
			return out
		}
		run(at)
		next := code[at]
		if next.loop != nil {
			for i := at + 1; i < len(code); i++ {
				if l := code[i].loop; waits[i] == 0 && l != nil && next.loop.fits(l) {
					run(i)
					next.loop.append(l)
				}
			}
		}
		out = append(out, next)
	}
}

func (l *loop) fits(m *loop) bool { return l.rows == m.rows && l.units == m.units }

// append lets a loop do what another does, behind what it does itself.
func (l *loop) append(m *loop) {
	l.ops = append(l.ops, m.ops...)
	l.regs = max(l.regs, m.regs)
	l.spread = l.spread || m.spread
}

// dependencies says of every instruction for how many it waits, and which wait
// for it: those that read or overwrite what it writes, or overwrite what it
// reads.
func dependencies(code []instruction) (waits []int, after [][]int) {
	type place struct {
		space space
		at    int
	}
	waits, after = make([]int, len(code)), make([][]int, len(code))
	writer, readers := map[place]int{}, map[place][]int{}
	noise := -1
	for i := range code {
		behind := func(k int) {
			if k != i {
				waits[i]++
				after[k] = append(after[k], i)
			}
		}
		reads, writes := code[i].touches()
		for _, o := range reads {
			p := place{o.space, o.at}
			if k, ok := writer[p]; ok {
				behind(k)
			}
			readers[p] = append(readers[p], i)
		}
		for _, o := range writes {
			p := place{o.space, o.at}
			if k, ok := writer[p]; ok {
				behind(k)
			}
			for _, k := range readers[p] {
				behind(k)
			}
			writer[p], readers[p] = i, nil
		}
		if code[i].op == opNoise {
			if noise >= 0 {
				behind(noise)
			}
			noise = i
		}
	}
	return waits, after
}

// touches lists the arrays that an instruction reads and writes.
func (i *instruction) touches() (reads, writes []operand) {
	if i.loop == nil {
		return []operand{i.src}, []operand{i.dst}
	}
	for _, o := range i.loop.ops {
		for _, a := range o.args[:o.n] {
			if a.space != spaceReg && a.space != spaceConst {
				reads = append(reads, a)
			}
		}
		if o.dst.space != spaceReg {
			writes = append(writes, o.dst)
		}
	}
	return reads, writes
}
