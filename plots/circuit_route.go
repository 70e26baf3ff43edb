package plots

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// route draws the way of every link, at right angles.
func (l *circuitLayout) route() {
	lanes := map[[3]int]vg.Length{} // what is used of the room beside and between compartments
	next := func(what, row, cell int) vg.Length {
		k := [3]int{what, row, cell}
		lanes[k]++
		return lanes[k] - 1
	}
	feedbacks := map[int]vg.Length{}
	for i, link := range l.net.Links {
		fromSide, toSide := l.sides(link)
		source := CircuitEnd{link.From.Row, link.From.Cell, false}
		a, b := l.compartment(source), l.compartment(link.To)
		leaves, arrives := l.spot(port{source, fromSide}, 2*i), l.spot(port{link.To, toSide}, 2*i+1)
		begin, end := a.edge(fromSide, leaves), b.edge(toSide, arrives)
		main := l.somata[link.To.Row][0]
		base := l.somata[link.To.Row][0].middle.Y - main.ry
		path := []vg.Point{begin}
		turn := func(x, y vg.Length) { path = append(path, vg.Point{X: x, Y: y}) }
		switch k := kindOf(link); k {
		case forward, forwardSide:
			lane := a.middle.X - max(leftLane, a.rx+10) - next(0, link.From.Row, link.From.Cell)*laneGap
			under := base - underGap - next(1, link.To.Row, 0)*5
			if toSide == leftSide { // past the soma to the apical dendrite
				lane = l.mainX - leftLane - next(2, link.To.Row, 0)*laneGap
			}
			if k == forward && toSide == bottomSide && fromSide == topSide && abs(end.X-a.middle.X) < 0.8*a.rx && !l.sideways(link.From.Row) {
				begin = a.edge(topSide, end.X) // straight up
				path[0] = begin
			}
			switch {
			case toSide == leftSide && fromSide == topSide:
				turn(begin.X, under)
				turn(lane, under)
				turn(lane, end.Y)
			case toSide == leftSide:
				turn(lane, begin.Y)
				turn(lane, end.Y)
			case fromSide == topSide && begin.X == end.X:
			case fromSide == topSide:
				turn(begin.X, under)
				turn(end.X, under)
			default:
				turn(lane, begin.Y)
				turn(lane, under)
				turn(end.X, under)
			}
		case feedback:
			// The first lane is that of the lowest line: what ends highest.
			lane := l.mainX + rightLane + feedbacks[link.From.Row]*laneGap
			feedbacks[link.From.Row]++
			begin = a.edge(rightSide, l.nth(port{source, fromSide}, link, i, true))
			end = b.edge(rightSide, l.nth(port{link.To, toSide}, link, i, false))
			path = []vg.Point{begin}
			turn(lane, begin.Y)
			turn(lane, end.Y)
		case feedbackSide:
			turn(end.X, begin.Y)
		case outward, across:
			switch {
			case toSide == leftSide: // a neighbour
				end = b.edge(toSide, begin.Y)
			case toSide == rightSide: // the other way, at a place of the same side
				begin = a.edge(fromSide, end.Y)
				path[0] = begin
			case toSide == bottomSide:
				x := l.somata[link.To.Row][1].middle.X - somaRadius - 8 - next(3, link.To.Row, 0)*4
				under := base - underGap - next(1, link.To.Row, 0)*5
				turn(x, begin.Y)
				turn(x, under)
				turn(end.X, under)
			default:
				over := a.middle.Y + a.ry + 7 + next(4, link.To.Row, 0)*5
				turn(begin.X, over)
				turn(end.X, over)
			}
		case inward:
			if fromSide == leftSide {
				begin = a.edge(leftSide, end.Y)
				path[0] = begin
				break
			}
			over := a.middle.Y + a.ry + 7 + next(4, link.To.Row, 0)*5
			x := l.somata[link.To.Row][1].middle.X - somaRadius - 10 - next(3, link.To.Row, 0)*4
			turn(begin.X, over)
			turn(x, over)
			turn(x, end.Y)
		case inwardApical:
			turn(begin.X, end.Y)
		case ownApical:
			x := a.middle.X + somaWidth/2 + 8 + next(5, link.To.Row, link.To.Cell)*5
			turn(x, begin.Y)
			turn(x, end.Y)
		case ownSoma:
			// Beyond all that leaves upwards, which is above it.
			x := a.middle.X - max(leftLane, a.rx+10) - (l.upwards(source)+next(6, link.To.Row, link.To.Cell))*laneGap
			under := base - 6 - next(7, link.To.Row, 0)*5
			turn(x, begin.Y)
			turn(x, under)
			turn(end.X, under)
		case ownSide:
			x := a.middle.X + a.rx + 10
			turn(x, begin.Y)
			turn(x, end.Y)
		}
		path = append(path, end)
		l.wires = append(l.wires, &wire{path: path, style: l.style(link), bar: link.Subtracts, label: linkLabel(link)})
	}
}

// sideways says whether lines lead from a row to populations beside the next.
func (l *circuitLayout) sideways(row int) bool {
	return l.count(func(k CircuitLink) bool { return kindOf(k) == forwardSide && k.From.Row == row }) > 0
}

// upwards is how many lines leave a compartment at its left.
func (l *circuitLayout) upwards(e CircuitEnd) vg.Length {
	return l.count(func(k CircuitLink) bool {
		d := kindOf(k)
		from, _ := l.sides(k)
		return (d == forward || d == forwardSide) && from == leftSide && k.From.Row == e.Row && k.From.Cell == e.Cell
	})
}

// nth is the coordinate of a feedback's end: of those at one port the first link
// leaves lowest and arrives highest.
func (l *circuitLayout) nth(p port, link CircuitLink, i int, leaves bool) vg.Length {
	if leaves {
		return l.spot(p, 2*i)
	}
	var own []int // ends of feedback at this port, from the bottom
	for _, e := range l.ports[p] {
		if e%2 == 1 && kindOf(l.net.Links[e/2]) == feedback {
			own = append(own, e)
		}
	}
	for k, e := range own {
		if e == 2*i+1 {
			return l.spot(p, own[len(own)-1-k])
		}
	}
	return l.spot(p, 2*i+1)
}

// oneToOne is the label of a line without weights.
const oneToOne = "1:1"

func linkLabel(link CircuitLink) string {
	if link.Weights == "" {
		return oneToOne
	}
	return symbol(link.Weights)
}

// style is the colour of what a link carries and the dashes of how it learns.
func (l *circuitLayout) style(link CircuitLink) draw.LineStyle {
	s := draw.LineStyle{Color: black, Width: 0.9}
	for k, q := range l.net.Quantities {
		if q[0] == link.Quantity {
			s.Color = circuitColours[k%len(circuitColours)]
		}
	}
	if link.Weights == "" {
		s.Width = 0.5
		return s
	}
	s.Dashes = learningDashes[link.Learning]
	return s
}

var (
	circuitColours = unitColours
	learningDashes = [][]vg.Length{Plastic: nil, Tied: {4, 1.5}, Fixed: {1.2, 1.2}}
	teachingStyle  = draw.LineStyle{Color: reddishPurple, Width: 0.7, Dashes: []vg.Length{1.5, 1.5, 4, 1.5}}
	outsideStyle   = draw.LineStyle{Color: black, Width: 0.9}
)

// outside adds what comes from outside and leaves, and what teaches.
func (l *circuitLayout) outside() {
	for i, row := range l.net.Rows {
		s := l.somata[i][0]
		x := s.middle.X
		if row.Stimulus {
			end := s.edge(bottomSide, x)
			l.wires = append(l.wires, &wire{path: []vg.Point{{X: x, Y: l.bands[i].Min.Y - outerLength + 4}, end}, style: outsideStyle})
			l.texts = append(l.texts, label{"stimulus", vg.Point{X: x, Y: l.bands[i].Min.Y - outerLength + 3}, write(fontSize, draw.XCenter, draw.YTop)})
		}
		above := s
		if a := l.apical[i][0]; a != nil {
			above = a
		}
		targetAt := max(above.middle.Y+above.ry, l.bands[i].Max.Y) + outerLength
		if row.Target {
			end := above.edge(topSide, x)
			l.wires = append(l.wires, &wire{path: []vg.Point{{X: x, Y: targetAt}, end}, style: outsideStyle})
			l.texts = append(l.texts, label{"target", vg.Point{X: x, Y: targetAt + 1}, write(fontSize, draw.XCenter, draw.YBottom)})
			l.height = max(l.height, targetAt+fontSize+4)
		}
		if row.Answer {
			loops := vg.Length(len(l.ports[port{CircuitEnd{i, 0, false}, leftSide}]))
			y := s.middle.Y - s.ry*0.25
			if loops > 0 { // above them
				y += (loops+1)/2*portGap + 2
			}
			begin := s.edge(leftSide, y)
			end := vg.Point{X: x - leftLane - 8 - loops*laneGap, Y: y}
			l.wires = append(l.wires, &wire{path: []vg.Point{begin, end}, style: outsideStyle})
			l.texts = append(l.texts, label{"answer", vg.Point{X: end.X - 2, Y: y}, write(fontSize, draw.XRight, draw.YCenter)})
		}
		for j, c := range row.Cells {
			l.teach(i, j, c, targetAt)
		}
	}
}

// centre moves the circuit to the middle of the figure, as far as the names of
// layers leave room at its left.
func (l *circuitLayout) centre() {
	from, to := l.width, vg.Length(0)
	for _, w := range l.wires {
		for _, p := range w.path {
			from, to = min(from, p.X), max(to, p.X)
		}
	}
	for _, t := range l.texts {
		from, to = min(from, t.box().Min.X), max(to, t.box().Max.X)
	}
	for i := range l.somata {
		for _, s := range l.somata[i] {
			from, to = min(from, s.middle.X-s.rx), max(to, s.middle.X+s.rx)
		}
	}
	l.move(vg.Point{X: max(0, (l.width-to-from)/2)})
}

// move moves all that is placed.
func (l *circuitLayout) move(by vg.Point) {
	for i := range l.bands {
		l.bands[i].Min.Y += by.Y
		l.bands[i].Max.Y += by.Y
		for j := range l.somata[i] {
			l.somata[i][j].middle = l.somata[i][j].middle.Add(by)
			if a := l.apical[i][j]; a != nil {
				a.middle = a.middle.Add(by)
			}
		}
	}
	for _, w := range l.wires {
		for i := range w.path {
			w.path[i] = w.path[i].Add(by)
		}
	}
	for i := range l.texts {
		l.texts[i].at = l.texts[i].at.Add(by)
	}
}

// teach leads from what teaches to the synapses at the base of a soma.
func (l *circuitLayout) teach(i, j int, c CircuitCell, targetAt vg.Length) {
	s := l.somata[i][j]
	base := s.middle.Y - s.ry
	lane := s.middle.X - s.rx - 4
	var begin vg.Point
	switch {
	case c.Teacher == NoTeacher:
		return
	case c.Teacher == ApicalTeacher && l.apical[i][j] != nil:
		a := l.apical[i][j]
		begin = a.edge(leftSide, a.middle.Y)
		lane = min(lane, begin.X-4)
	default:
		begin = vg.Point{X: s.middle.X - textWidth("target")/2 - 2, Y: targetAt + 1 + fontSize/2}
		lane = min(lane, begin.X-4)
	}
	// It meets the first of the weights just before their end.
	x := s.middle.X
	if ends := l.ports[port{CircuitEnd{i, j, false}, bottomSide}]; len(ends) > 0 {
		x = l.spot(port{CircuitEnd{i, j, false}, bottomSide}, ends[0])
	}
	y := base - endLength
	l.wires = append(l.wires, &wire{style: teachingStyle, path: []vg.Point{begin, {X: lane, Y: begin.Y}, {X: lane, Y: y}, {X: x - 0.5, Y: y}}})
}
