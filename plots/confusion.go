package plots

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

const (
	mostWritten = 12 // classes whose cells have room for numbers
	mostClasses = 200
	fewImages   = 100 // of a class, for which counts say more than percentages
)

// Confusion draws which classes of test images a network takes for which: a row
// a class, a column an answer; a matrix a variant, of up to nine. Cells
// hold percentages of the images of the class, or counts where a class has
// less than a hundred images; of more than twelve classes they have colours
// only. Right answers are blue, wrong ones orange, darkest at the most frequent
// mistake.
func Confusion(res *record.Result, opt Options) (*Figure, error) {
	if err := hasVariants(res); err != nil {
		return nil, err
	}
	if _, err := opt.withDefaults(); err != nil {
		return nil, err
	}
	var blocks []block
	for _, v := range res.Variants {
		if m, ok := newMatrix(v); ok {
			blocks = append(blocks, m)
		}
	}
	if len(blocks) == 0 {
		return nil, errors.New("plots: no confusion matrix was recorded: expected counts of each of at most 200 classes")
	}
	return arrange(blocks, len(res.Variants) > 1, opt), nil
}

// matrix is a variant's confusion matrix.
type matrix struct {
	label  string
	counts [][]int
	totals []float64 // images of each class
	worst  float64   // largest fraction of wrong answers in a cell
	few    bool      // whether a class has few images
}

var _ block = matrix{}

func newMatrix(v record.Variant) (matrix, bool) {
	m := matrix{label: v.Label}
	if v.Training == nil {
		return m, false
	}
	m.counts = v.Training.Confusion
	if len(m.counts) == 0 || len(m.counts) > mostClasses {
		return m, false
	}
	all := 0.0
	for _, row := range m.counts {
		if len(row) != len(m.counts) {
			return m, false
		}
		for _, n := range row {
			if n < 0 {
				return m, false
			}
		}
		m.totals = append(m.totals, total(row))
		all += total(row)
	}
	for i, row := range m.counts {
		m.few = m.few || m.totals[i] > 0 && m.totals[i] < fewImages
		for k := range row {
			if i != k && m.totals[i] > 0 {
				m.worst = math.Max(m.worst, m.fraction(i, k))
			}
		}
	}
	return m, all > 0
}

func (m matrix) fraction(class, answer int) float64 {
	return float64(m.counts[class][answer]) / m.totals[class]
}

func (m matrix) name() string { return m.label }

// Room around the cells of a matrix.
const (
	matrixLeft   = 2*lineSpacing*fontSize + 4
	matrixBelow  = 2*lineSpacing*fontSize + 4
	matrixTop    = lineSpacing*fontSize + 3
	matrixMargin = 2
)

func (m matrix) side(width vg.Length) vg.Length { return width - matrixLeft - matrixMargin }

// top is the height of the title.
func (m matrix) top(width vg.Length) vg.Length {
	return matrixTop + lineSpacing*fontSize*vg.Length(strings.Count(m.title(width), "\n"))
}

func (m matrix) size(width vg.Length) (height vg.Length) {
	return m.top(width) + m.side(width) + matrixBelow
}

func (m matrix) addTo(s *sheet, area vg.Rectangle) {
	width := area.Size().X
	side, top := m.side(width), m.top(width)
	s.add(matrixCells{m, m.title(width), vg.Rectangle{
		Min: vg.Point{X: area.Min.X + matrixLeft, Y: area.Max.Y - top - side},
		Max: vg.Point{X: area.Min.X + matrixLeft + side, Y: area.Max.Y - top},
	}})
}

// title says what the numbers are and how many answers are wrong, on two lines
// where that needs more than a width.
func (m matrix) title(width vg.Length) string {
	outcome, cells := m.outcome()
	if title := outcome + " " + cells; textWidth(title) <= m.side(width) {
		return title
	}
	return outcome + "\n" + cells
}

func (m matrix) outcome() (outcome, cells string) {
	var all, right float64
	for i := range m.counts {
		all += m.totals[i]
		right += float64(m.counts[i][i])
	}
	of := number(all, 0) + " test samples, " + number(100*(1-right/all), 2) + " % wrong"
	switch {
	case len(m.counts) > mostWritten:
		return of, "(orange: up to " + number(100*m.worst, 1) + " %)"
	case m.few:
		return of, "(counts)"
	}
	return of, "(cells: % of a class)"
}

// text is the number in a cell of this width; nothing for none.
func (m matrix) text(class, answer int, width vg.Length) string {
	n := m.counts[class][answer]
	switch {
	case n == 0 || len(m.counts) > mostWritten:
		return ""
	case m.few:
		return strconv.Itoa(n)
	}
	percent := 100 * m.fraction(class, answer)
	if text := number(percent, 1); textWidth(number(99.9, 1)) < width {
		return text
	}
	return number(percent, 0)
}

// matrixCells is a matrix at its place.
type matrixCells struct {
	matrix
	title string
	area  vg.Rectangle
}

func (m matrixCells) draw(c draw.Canvas) {
	n := len(m.counts)
	cell := m.area.Size().X / vg.Length(n)
	at := func(row, column float64) vg.Point {
		return vg.Point{X: m.area.Min.X + cell*vg.Length(column), Y: m.area.Max.Y - cell*vg.Length(row)}
	}
	for i := range n {
		for k := range n {
			low, high := at(float64(i+1), float64(k)), at(float64(i), float64(k+1))
			colour := mistakes.at(m.fraction(i, k) / math.Max(m.worst, math.SmallestNonzeroFloat64))
			switch {
			case m.totals[i] == 0:
				colour = shading
			case i == k:
				colour = answers.at(m.fraction(i, k))
			}
			c.SetColor(colour)
			c.Fill(vg.Rectangle{Min: low, Max: high}.Path())
			c.FillText(write(fontSize, draw.XCenter, draw.YCenter), vg.Point{X: (low.X + high.X) / 2, Y: (low.Y + high.Y) / 2}, m.text(i, k, cell))
		}
	}
	corner := []vg.Point{at(0, 0), at(0, float64(n)), at(float64(n), float64(n)), at(float64(n), 0), at(0, 0)}
	c.StrokeLines(spineStyle, corner)
	every := 1 + (n-1)/20
	for i := 0; i < n; i += every {
		left, below := at(float64(i)+0.5, 0), at(float64(n), float64(i)+0.5)
		c.FillText(write(fontSize, draw.XRight, draw.YCenter), vg.Point{X: left.X - tickPad, Y: left.Y}, strconv.Itoa(i))
		c.FillText(write(fontSize, draw.XCenter, draw.YTop), vg.Point{X: below.X, Y: below.Y - tickPad}, strconv.Itoa(i))
	}
	middle := m.area.Min.Add(m.area.Max).Scale(0.5)
	c.FillText(write(fontSize, draw.XCenter, draw.YTop), vg.Point{X: middle.X, Y: m.area.Min.Y - lineSpacing*fontSize - 4}, "answer")
	upright := write(fontSize, draw.XCenter, draw.YBottom)
	upright.Rotation = math.Pi / 2
	c.FillText(upright, vg.Point{X: m.area.Min.X - lineSpacing*fontSize - 4, Y: middle.Y}, "class")
	c.FillText(write(fontSize, draw.XLeft, draw.YBottom), vg.Point{X: m.area.Min.X, Y: m.area.Max.Y + 3}, m.title)
}
