package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of a circuit, in points.
const (
	somaHeight  = 30 // of a triangle
	somaWidth   = 32
	somaRadius  = 12 // of a circle
	portGap     = 8  // between lines that end at one compartment
	standGap    = 11 // and between those that come from above or below
	laneGap     = 13 // between lines that run side by side
	stalk       = 34 // from soma to apical dendrite
	bandPad     = 13 // of a layer's band, above and below its somata
	underGap    = 9  // from a base to the first line below
	leftLane    = 30 // from a soma's middle to the first line at its left
	rightLane   = 34 // and at its right
	cellGap     = 58 // between populations of a row
	mainX       = 92 // from the left edge to the middle of the layers, at least
	outerLength = 15 // of arrows from and to the outside
	endLength   = 5  // of an arrowhead
)

// side of a compartment.
type side int

const (
	bottomSide side = iota
	leftSide
	rightSide
	topSide
)

// soma is a drawn compartment: a triangle, a circle or, of an apical dendrite, an
// ellipse.
type soma struct {
	shape  shape
	middle vg.Point
	rx, ry vg.Length
	symbol string
	dashed bool
}

type shape int

const (
	triangle shape = iota
	ellipse
)

// edge is where a horizontal or vertical line at this coordinate meets the
// outline.
func (s *soma) edge(at side, v vg.Length) vg.Point {
	switch at {
	case leftSide, rightSide:
		half := s.half(v)
		if at == leftSide {
			half = -half
		}
		return vg.Point{X: s.middle.X + half, Y: v}
	case bottomSide:
		if s.shape == triangle {
			return vg.Point{X: v, Y: s.middle.Y - s.ry}
		}
		return vg.Point{X: v, Y: s.middle.Y - s.arc(v)}
	}
	if s.shape == triangle {
		return vg.Point{X: v, Y: s.middle.Y + s.ry - 2*s.ry*vg.Length(math.Abs(float64(v-s.middle.X)))/s.rx}
	}
	return vg.Point{X: v, Y: s.middle.Y + s.arc(v)}
}

// half is the half width at a height.
func (s *soma) half(y vg.Length) vg.Length {
	if s.shape == triangle {
		return s.rx * (s.middle.Y + s.ry - y) / (2 * s.ry)
	}
	d := float64((y - s.middle.Y) / s.ry)
	return s.rx * vg.Length(math.Sqrt(max(0, 1-d*d)))
}

func (s *soma) arc(x vg.Length) vg.Length {
	d := float64((x - s.middle.X) / s.rx)
	return s.ry * vg.Length(math.Sqrt(max(0, 1-d*d)))
}

func (s *soma) box() vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: s.middle.X - s.rx, Y: s.middle.Y - s.ry}, Max: vg.Point{X: s.middle.X + s.rx, Y: s.middle.Y + s.ry}}
}

// wire is a drawn connection.
type wire struct {
	path   []vg.Point
	style  draw.LineStyle
	bar    bool // ends in a disc, not in an arrow
	label  string
	at     vg.Point // of the label's lower left corner
	gap    bool     // which stands in a gap of the line
	unseen bool     // or found no room
}

// circuitLayout places everything.
type circuitLayout struct {
	net           CircuitNetwork
	mainX         vg.Length // the middle of the layers
	width, height vg.Length
	bands         []vg.Rectangle
	somata        [][]*soma
	apical        [][]*soma
	wires         []*wire
	texts         []label
	key           legend
	ports         map[port][]int
}

// port is a side of a compartment, at which links begin or end.
type port struct {
	end  CircuitEnd
	side side
}

func newCircuitLayout(net CircuitNetwork) *circuitLayout {
	l := &circuitLayout{net: net, width: singleColumn, ports: map[port][]int{}}
	l.assign()
	l.place()
	l.route()
	l.outside()
	l.centre()
	l.describe()
	l.label()
	return l
}

// kind of a link, which decides its way.
type kind int

const (
	forward      kind = iota // to the layer above
	forwardSide              // to a population beside the layer above
	feedback                 // to the layer below
	feedbackSide             // to a population beside the layer below
	outward                  // to a population beside the layer
	inward                   // back from it to the soma
	inwardApical             // or to the apical dendrite
	ownApical                // of the layer to itself
	ownSoma
	across  // between populations beside a layer
	ownSide // of one of them to itself
)

func kindOf(l CircuitLink) kind {
	up, from, to := l.To.Row-l.From.Row, l.From.Cell, l.To.Cell
	switch {
	case up > 0 && to == 0:
		return forward
	case up > 0:
		return forwardSide
	case up < 0 && to == 0:
		return feedback
	case up < 0:
		return feedbackSide
	case from == 0 && to > 0:
		return outward
	case from > 0 && to == 0 && l.To.Apical:
		return inwardApical
	case from > 0 && to == 0:
		return inward
	case from == 0 && l.To.Apical:
		return ownApical
	case from == 0:
		return ownSoma
	case from != to:
		return across
	}
	return ownSide
}

// tall says whether something stands above the soma of a link's beginning.
func (l *circuitLayout) tall(e CircuitEnd) bool { return l.net.Rows[e.Row].Cells[e.Cell].Apical != "" }

// sides are where a link leaves and arrives.
func (l *circuitLayout) sides(link CircuitLink) (from, to side) {
	switch kindOf(link) {
	case forward, forwardSide:
		from, to = topSide, bottomSide
		if l.tall(link.From) || link.From.Cell > 0 {
			from = leftSide
		}
		if link.To.Apical {
			to = leftSide
		}
		return from, to
	case feedback:
		return rightSide, rightSide
	case feedbackSide:
		return rightSide, topSide
	case outward:
		if link.To.Cell == 1 {
			return rightSide, leftSide
		}
		return rightSide, bottomSide
	case inward:
		if link.From.Cell == 1 {
			return leftSide, rightSide
		}
		return topSide, rightSide
	case inwardApical:
		return topSide, rightSide
	case ownApical:
		return rightSide, rightSide
	case ownSoma:
		return leftSide, bottomSide
	case across:
		switch link.To.Cell - link.From.Cell {
		case 1:
			return rightSide, leftSide
		case -1:
			return leftSide, rightSide
		}
		return topSide, topSide
	}
	return rightSide, rightSide
}

// assign gives every end of a link its place among those of its side: from the
// bottom, or from the left.
func (l *circuitLayout) assign() {
	type end struct{ link, rank int }
	all := map[port][]end{}
	for i, link := range l.net.Links {
		from, to := l.sides(link)
		leaves, arrives := ranks(link)
		f, t := port{CircuitEnd{link.From.Row, link.From.Cell, false}, from}, port{link.To, to}
		all[f] = append(all[f], end{2 * i, leaves})
		all[t] = append(all[t], end{2*i + 1, arrives})
	}
	for p, ends := range all {
		slices.SortStableFunc(ends, func(a, b end) int { return a.rank - b.rank })
		for _, e := range ends {
			l.ports[p] = append(l.ports[p], e.link)
		}
	}
}

// ranks order the ends at one side so that few lines cross: at a right side,
// what goes down leaves below what goes sideways and up, and what comes from
// above arrives above what comes from the side.
func ranks(link CircuitLink) (leaves, arrives int) {
	switch k := kindOf(link); k {
	case feedback:
		return 0, 300
	case feedbackSide:
		return 10 + link.To.Cell, 300
	case outward:
		return 200 - link.To.Cell, 0
	case inward:
		return 300, 210 + link.From.Cell
	case inwardApical:
		return 100, 200 + link.From.Cell
	case ownApical:
		return 300, 100
	case ownSoma:
		return 0, 0
	case forwardSide:
		return 200, 200
	case forward:
		return 100, 100
	}
	return 150, 150
}

// spot is the coordinate of an end along its side.
func (l *circuitLayout) spot(p port, end int) vg.Length {
	ends := l.ports[p]
	k := vg.Length(slices.Index(ends, end)) - vg.Length(len(ends)-1)/2
	s := l.compartment(p.end)
	if p.side == leftSide || p.side == rightSide {
		middle := s.middle.Y
		if s.shape == triangle {
			middle -= s.ry * 0.25 // where it is wide
		}
		return middle + k*portGap
	}
	return s.middle.X + k*standGap
}

func (l *circuitLayout) compartment(e CircuitEnd) *soma {
	if e.Apical {
		return l.apical[e.Row][e.Cell]
	}
	return l.somata[e.Row][e.Cell]
}

// count is how many links are of a kind that the test accepts.
func (l *circuitLayout) count(is func(CircuitLink) bool) vg.Length {
	n := 0
	for _, link := range l.net.Links {
		if is(link) {
			n++
		}
	}
	return vg.Length(n)
}

// busiest is how many lines end at one of two sides of a compartment, at most.
func (l *circuitLayout) busiest(e CircuitEnd, a, b side) vg.Length {
	return vg.Length(max(len(l.ports[port{e, a}]), len(l.ports[port{e, b}])))
}

// gapBefore is the distance of a column of populations from the one before it: the
// names of weights between the two have room there, beside the ends of lines.
func (l *circuitLayout) gapBefore(column int) vg.Length {
	gap := vg.Length(cellGap)
	for _, k := range l.net.Links {
		if a, b := k.From.Cell, k.To.Cell; kindOf(k) == across && max(a, b) == column && min(a, b) == column-1 {
			gap = max(gap, 2*somaRadius+textWidth(linkLabel(k))+2*endLength+2)
		}
	}
	return gap
}

// place puts the compartments where they are, from the input up.
func (l *circuitLayout) place() {
	most := 0
	for _, r := range l.net.Rows {
		most = max(most, len(r.Cells)-1)
	}
	lanes := l.count(func(k CircuitLink) bool { return kindOf(k) == feedback })
	under := l.count(func(k CircuitLink) bool { // before the populations beside a layer
		d := kindOf(k)
		return d == outward && k.To.Cell > 1 || d == inward && k.From.Cell > 1
	})
	left := 1 // lines beside a layer at its left
	for i, row := range l.net.Rows {
		for j := range row.Cells {
			left = max(left, len(l.ports[port{CircuitEnd{i, j, false}, leftSide}]))
		}
	}
	l.mainX = mainX + vg.Length(left-1)*laneGap
	columns := []vg.Length{l.mainX, l.mainX + rightLane + lanes*laneGap + 12 + under*5}
	for j := 2; j <= most; j++ {
		columns = append(columns, columns[j-1]+l.gapBefore(j))
	}
	if need := columns[max(most, 1)] + somaRadius + 14; need > l.width {
		l.width = doubleColumn
		if need > l.width {
			l.width = need
		}
	}
	y := vg.Length(edgePad)
	for i, row := range l.net.Rows {
		l.somata, l.apical = append(l.somata, nil), append(l.apical, nil)
		top := vg.Length(0)
		under := l.count(func(k CircuitLink) bool {
			d := kindOf(k)
			return k.To.Row == i && (d == forward || d == forwardSide || d == ownSoma || d == outward && k.To.Cell > 1)
		})
		if row.Stimulus {
			y += outerLength + fontSize + 4
		}
		base := y + bandPad + max(0, under-1)*5
		for j, c := range row.Cells {
			end := CircuitEnd{i, j, false}
			beside, stand := l.busiest(end, leftSide, rightSide)*portGap, l.busiest(end, topSide, bottomSide)*standGap
			s := &soma{shape: ellipse, rx: max(somaRadius, stand/2+2), ry: max(somaRadius, beside/2+2), symbol: c.Soma}
			if c.Pyramidal {
				s.shape, s.ry = triangle, max(somaHeight, beside*1.5)/2
				s.rx = max(somaWidth/2, 0.6*s.ry, stand/2+2)
			}
			s.middle = vg.Point{X: columns[j], Y: base + s.ry}
			l.somata[i] = append(l.somata[i], s)
			l.apical[i] = append(l.apical[i], nil)
			top = max(top, 2*s.ry)
		}
		for _, s := range l.somata[i] { // in one line, as far as their sizes differ
			s.middle.Y = base + top/2
		}
		over := l.count(func(k CircuitLink) bool {
			d := kindOf(k)
			return k.To.Row == i && (d == inward && k.From.Cell > 1 || d == across && max(k.To.Cell-k.From.Cell, k.From.Cell-k.To.Cell) > 1)
		})
		bandTop := base + top + bandPad + over*5
		l.bands = append(l.bands, vg.Rectangle{Min: vg.Point{X: edgePad, Y: y}, Max: vg.Point{X: l.width - edgePad, Y: bandTop}})
		y = bandTop
		tallest := vg.Length(0)
		for j, c := range row.Cells {
			if c.Apical == "" {
				continue
			}
			end := CircuitEnd{i, j, true}
			s := l.somata[i][j]
			ry := max(8, l.busiest(end, leftSide, rightSide)*portGap/2+3)
			l.apical[i][j] = &soma{shape: ellipse, rx: max(13, symbolWidth(c.Apical)/2+4), ry: ry, symbol: c.Apical, dashed: c.Follows,
				middle: vg.Point{X: s.middle.X, Y: max(bandTop+6, s.middle.Y+s.ry+stalk-10) + ry}}
			tallest = max(tallest, l.apical[i][j].middle.Y+ry-bandTop)
		}
		if i < len(l.net.Rows)-1 || tallest > 0 {
			y += max(tallest, 12) + 10
		}
	}
	l.height = y // grows by what stands outside and by the key
}
