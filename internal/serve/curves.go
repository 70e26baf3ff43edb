package serve

import (
	"bufio"
	"math"
	"net/http"
	"path"
	"slices"

	"burstsim/internal/journal"
	"burstsim/internal/rundir"
	"burstsim/sim/record"
)

// named is a table of a variant.
type named struct {
	label string
	table *record.Table
}

// keyOf is the first column of a table.
func keyOf(name string) string {
	if name == "metrics" {
		return "time"
	}
	return "epoch"
}

// readTable reads a table of a run: from its file, or of one that goes on what it
// has recorded so far.
func (l *library) readTable(r *run, name string) ([]named, error) {
	if r.digest.Live() {
		return l.liveTable(r, name)
	}
	file := path.Join(r.path, name+".csv")
	f, err := l.root.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	labels, tables, err := rundir.ReadTable(bufio.NewReaderSize(f, 1<<16), keyOf(name), file)
	if err != nil {
		return nil, err
	}
	var out []named
	for i, t := range tables {
		out = append(out, named{labels[i], t})
	}
	return out, nil
}

// reading opens what a run has recorded so far.
func (l *library) reading(r *run) (*journal.Reading, error) {
	return journal.Read(l.full(path.Join(r.path, "checkpoint")), 1+len(r.digest.Config.Compare))
}

func (l *library) liveTable(r *run, name string) ([]named, error) {
	reading, err := l.reading(r)
	if err != nil {
		return nil, err
	}
	defer reading.Close()
	var out []named
	for _, v := range reading.Variants {
		list, ok := v.List(name)
		if !ok {
			continue
		}
		t, err := record.ReadTable(list.Layout.Columns, list)
		if err != nil {
			return nil, err
		}
		t.Full = nil // a file that is closed soon
		out = append(out, named{v.Label, t})
	}
	return out, nil
}

// recordsTable tells whether a run that goes on has begun a table.
func (l *library) recordsTable(r *run, name string) bool {
	reading, err := l.reading(r)
	if err != nil {
		return false
	}
	defer reading.Close()
	return slices.ContainsFunc(reading.Variants, func(v journal.Recorded) bool {
		_, ok := v.List(name)
		return ok
	})
}

func (l *library) livePhases(r *run) []record.Phase {
	reading, err := l.reading(r)
	if err != nil {
		return nil
	}
	defer reading.Close()
	for _, v := range reading.Variants {
		if list, ok := v.List("metrics"); ok {
			return list.Layout.Phases
		}
	}
	return nil
}

// curveView is a column of a table. Where a point stands for several rows it is
// their mean, with their extremes.
type curveView struct {
	Y   []number `json:"y"`
	Min []number `json:"min,omitempty"`
	Max []number `json:"max,omitempty"`
}

// tableView is a table of a variant, column by column.
type tableView struct {
	Label   string               `json:"label"`
	X       []number             `json:"x"`
	Columns map[string]curveView `json:"columns"`
	Order   []string             `json:"order"` // of the columns
}

// mostPoints is how many rows of a table are sent at most.
const mostPoints = 200_000

func (s *Server) table(r *http.Request, one *run) (any, error) {
	name := r.PathValue("table")
	if !slices.Contains(tableFiles, name) {
		return nil, notFound("expected metrics, epochs or log")
	}
	q := queryOf(r)
	points := q.whole("points", mostPoints, 2, mostPoints)
	from, to := q.number("from", math.Inf(-1)), q.number("to", math.Inf(1))
	if q.err != nil {
		return nil, q.err
	}
	tables, err := s.library.readTable(one, name)
	if err != nil {
		return nil, err
	}
	stride, rows := 1, 0
	views := []tableView{}
	var within [][2]int
	for _, t := range tables {
		x := t.table.Column(t.table.Columns[0])
		i, _ := slices.BinarySearch(x, from)
		j, last := slices.BinarySearch(x, to)
		if last {
			j++
		}
		within = append(within, [2]int{i, max(i, j)})
		rows = max(rows, max(i, j)-i)
	}
	stride = max(1, (rows+points-1)/points)
	for i, t := range tables {
		views = append(views, viewOfTable(t, within[i][0], within[i][1], stride))
	}
	return map[string]any{"key": keyOf(name), "rows": rows, "stride": stride, "variants": views}, nil
}

func viewOfTable(t named, from, to, stride int) tableView {
	v := tableView{Label: t.label, X: []number{}, Columns: map[string]curveView{}, Order: t.table.Columns[1:]}
	x := t.table.Column(t.table.Columns[0])[from:to]
	for i := 0; i < len(x); i += stride {
		v.X = append(v.X, number(x[i]))
	}
	for _, name := range t.table.Columns[1:] {
		v.Columns[name] = decimated(t.table.Column(name)[from:to], stride)
	}
	return v
}

// decimated has a point for so many values, the last one for what is left.
func decimated(values []float64, stride int) curveView {
	c := curveView{Y: []number{}}
	if stride == 1 {
		c.Y = numbers(values)
		return c
	}
	for part := range slices.Chunk(values, stride) {
		low, high, sum, n := math.NaN(), math.NaN(), 0.0, 0
		for _, x := range part {
			if math.IsNaN(x) {
				continue
			}
			if n == 0 || x < low {
				low = x
			}
			if n == 0 || x > high {
				high = x
			}
			sum += x
			n++
		}
		c.Y, c.Min, c.Max = append(c.Y, number(sum/float64(n))), append(c.Min, number(low)), append(c.Max, number(high))
	}
	return c
}
