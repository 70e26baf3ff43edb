package serve

import (
	"math"
	"net/http"
	"path"
	"slices"
	"sort"
	"strings"
)

// mostSpikes is how many spikes are sent at most.
const mostSpikes = 200_000

// populationView is a population that spikes.
type populationView struct {
	Name     string `json:"name"`
	Size     int    `json:"size"`
	Baseline number `json:"baseline"`
}

// spikesView is the spikes of a stretch of time. Of many every so many are sent.
type spikesView struct {
	Populations []populationView `json:"populations"`
	Windows     [][2]number      `json:"windows"`
	Total       int              `json:"total"`
	Shown       int              `json:"shown"`
	Stride      int              `json:"stride"`
	Time        []number         `json:"time"`
	Population  []int            `json:"population"`
	Neuron      []int            `json:"neuron"`
	Kind        []int            `json:"kind"`
}

// spikes reads spikes of a stretch of time from the file, where they stand in the
// order of time.
func (s *Server) spikes(r *http.Request, one *run) (any, error) {
	q := queryOf(r)
	variant := variantOf(q, one)
	from, to := q.number("from", math.Inf(-1)), q.number("to", math.Inf(1))
	most := q.whole("most", 20_000, 1, mostSpikes)
	if q.err != nil {
		return nil, q.err
	}
	f, err := s.library.root.Open(path.Join(one.path, "spikes.npz"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	a, err := openArchive(f)
	if err != nil {
		return nil, err
	}
	prefix := ""
	if variant > 0 {
		prefix = recorded(one.digest)[variant] + "/"
	}
	v := spikesView{Populations: []populationView{}, Windows: [][2]number{}, Time: []number{}, Population: []int{}, Neuron: []int{}, Kind: []int{}, Stride: 1}
	if err := v.readPopulations(a, prefix); err != nil {
		return nil, err
	}
	var columns [4]table
	for i, name := range []string{"time", "population", "neuron", "kind"} {
		if columns[i], err = a.table(prefix + name); err != nil {
			return nil, err
		}
		if columns[i].rows != columns[0].rows || columns[i].width != 1 {
			return nil, notFound("the arrays of spikes do not go together")
		}
	}
	times := columns[0]
	place := func(test func(t float64) bool) int {
		return sort.Search(times.rows, func(i int) bool {
			t, wrong := times.read(i, i+1)
			if wrong != nil {
				err = wrong
				return true
			}
			return test(t[0])
		})
	}
	begin, end := place(func(t float64) bool { return t >= from }), place(func(t float64) bool { return t > to })
	if err != nil {
		return nil, err
	}
	v.Total = max(0, end-begin)
	v.Stride = max(1, (v.Total+most-1)/most)
	err = v.take(columns, begin, end)
	v.Shown = len(v.Time)
	return v, err
}

func (v *spikesView) readPopulations(a *archive, prefix string) error {
	for _, full := range a.names {
		name, own := strings.CutPrefix(full, prefix)
		population, isSize := strings.CutSuffix(name, "_size")
		if !own || !isSize || strings.Contains(population, "/") {
			continue
		}
		size, err := a.numbers(full)
		if err != nil {
			return err
		}
		p := populationView{Name: population, Baseline: number(math.NaN())}
		if len(size) == 1 {
			p.Size = int(size[0])
		}
		if b, err := a.numbers(prefix + population + "_p_baseline"); err == nil && len(b) == 1 {
			p.Baseline = number(b[0])
		}
		v.Populations = append(v.Populations, p)
	}
	bounds, err := a.numbers(prefix + "windows")
	if err != nil {
		return err
	}
	for pair := range slices.Chunk(bounds, 2) {
		if len(pair) == 2 {
			v.Windows = append(v.Windows, [2]number{number(pair[0]), number(pair[1])})
		}
	}
	return nil
}

func (v *spikesView) take(columns [4]table, begin, end int) error {
	for k, column := range columns {
		err := column.each(begin, end, func(first int, values []float64) error {
			for i, x := range values {
				if (first+i-begin)%v.Stride != 0 {
					continue
				}
				switch k {
				case 0:
					v.Time = append(v.Time, number(x))
				case 1:
					v.Population = append(v.Population, int(x))
				case 2:
					v.Neuron = append(v.Neuron, int(x))
				case 3:
					v.Kind = append(v.Kind, int(x))
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
