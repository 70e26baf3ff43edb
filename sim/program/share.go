package program

// share lets quantities that are other names for another one, whatever holds,
// have its memory: they need no copies.
func (p *Program) share() {
	if p.Discrete && p.TwoPhases() {
		return // one of them may be held while the other changes
	}
	same := map[*variable]*variable{} // nil of what is a quantity of its own
	for _, ph := range p.phases() {
		b := newBuilder(p.net, p.vars, ph)
		b.adopt = ph.discrete
		if !ph.discrete && !p.relaxes(b) && p.Discrete {
			continue
		}
		p.everything(b)
		for v, n := range b.known {
			var other *variable
			if n.op == opLoad && n.v != v && n.v.space == spaceWork && v.space == spaceWork {
				other = n.v
			}
			if before, ok := same[v]; ok && before != other {
				other = nil
			}
			same[v] = other
		}
	}
	for v, other := range same {
		if other != nil && same[other] == nil {
			v.at = other.at
		}
	}
}

// phases are all in which quantities are computed.
func (p *Program) phases() []phase {
	var all []phase
	for _, teacher := range []bool{false, true} {
		all = append(all, phase{discrete: p.Discrete, teacher: teacher})
		if p.Discrete {
			all = append(all, phase{teacher: teacher, still: true}) // drives and rest
		}
		if p.Discrete && p.net.Setting.Noise {
			all = append(all, phase{discrete: true, teacher: teacher, noise: true})
		}
	}
	return all
}

// relaxes says whether all states have a leak, so that there is a fixed point to
// look for.
func (p *Program) relaxes(b *builder) bool {
	for _, c := range p.compartments(b) {
		if c.drive == nil {
			return false
		}
	}
	return true
}
