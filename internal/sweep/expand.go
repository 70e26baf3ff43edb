package sweep

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"

	"burstsim/internal/config"
)

// mostPoints bounds a sweep.
const mostPoints = 1_000_000

// expand makes the points of all that was asked for, each once.
func (p *Plan) expand() error {
	p.Points = nil
	seen := map[string]bool{}
	for i, s := range p.doc.Sweeps {
		if i == 0 {
			p.Keys = nil
			for _, a := range s.Axes {
				p.Keys = append(p.Keys, a.Key)
			}
		}
		all, err := combinations(s)
		if err != nil {
			return err
		}
		order := make([]int, len(p.Keys)) // of the axes of this one
		for k, key := range p.Keys {
			order[k] = -1
			for j, a := range s.Axes {
				if a.Key == key {
					order[k] = j
				}
			}
			if order[k] < 0 {
				return fmt.Errorf("%s is not varied in all parts of the plan", key)
			}
		}
		for _, own := range all {
			values := make([]string, len(order))
			for k, j := range order {
				values[k] = own[j]
			}
			if id := p.idOf(values); !seen[id] {
				seen[id] = true
				p.Points = append(p.Points, Point{ID: id, Values: values})
			}
		}
	}
	if len(p.Points) > mostPoints {
		return tooMany(float64(len(p.Points)))
	}
	return nil
}

func tooMany(n float64) error {
	return fmt.Errorf("asks for %.3g runs, expected at most %d: fewer values, or samples instead of a grid", n, mostPoints)
}

// combinations are the values of all axes of a sweep, point by point: lists and
// counted ranges are crossed with each other and with the samples, the first
// axis changing most slowly. Further samples leave the first ones as they are.
func combinations(s config.Sweep) ([][]string, error) {
	// A factor is one list or counted range, or all that is sampled.
	type factor struct {
		axes   []int
		values [][]string
	}
	var factors []factor
	var sampled []int
	total := 1.0
	at := -1
	for i, a := range s.Axes {
		switch {
		case a.Sampled():
			if sampled = append(sampled, i); len(sampled) == 1 {
				at = len(factors)
				factors = append(factors, factor{})
				total *= float64(s.Samples)
			}
			continue
		case a.Values == nil:
			total *= float64(a.Count)
		default:
			total *= float64(len(a.Values))
		}
		factors = append(factors, factor{axes: []int{i}})
	}
	if total > mostPoints {
		return nil, tooMany(total)
	}
	for k := range factors {
		f := &factors[k]
		if k == at {
			f.axes, f.values = sampled, samples(s, sampled)
			continue
		}
		for _, v := range valuesOf(s.Axes[f.axes[0]]) {
			f.values = append(f.values, []string{v})
		}
	}
	points := make([][]string, 0, int(total))
	current := make([]string, len(s.Axes))
	var cross func(k int)
	cross = func(k int) {
		if k == len(factors) {
			points = append(points, append([]string(nil), current...))
			return
		}
		for _, v := range factors[k].values {
			for j, axis := range factors[k].axes {
				current[axis] = v[j]
			}
			cross(k + 1)
		}
	}
	cross(0)
	return points, nil
}

// valuesOf are those of a list or a counted range.
func valuesOf(a config.Axis) []string {
	if a.Values != nil {
		return a.Values
	}
	x := make([]float64, a.Count)
	if a.Log {
		floats.LogSpan(x, a.From, a.To)
	} else {
		floats.Span(x, a.From, a.To)
	}
	out := make([]string, len(x))
	for i, v := range x {
		out[i] = said(a, v)
	}
	return out
}

// samples are the values of some axes together, sample by sample. Random ones
// draw from a stream of their own each; Halton's are scrambled as by Owen.
func samples(s config.Sweep, axes []int) [][]string {
	unit := mat.NewDense(s.Samples, len(axes), nil)
	if s.Method == "halton" {
		samplemv.Halton{Kind: samplemv.Owen, Q: distmv.NewUnitUniform(len(axes), nil), Src: rand.NewPCG(uint64(s.Seed), 1)}.Sample(unit)
	} else {
		for i := range s.Samples {
			draw := rand.New(rand.NewPCG(uint64(s.Seed), uint64(i)))
			for j := range axes {
				unit.Set(i, j, draw.Float64())
			}
		}
	}
	out := make([][]string, s.Samples)
	for i := range out {
		for j, axis := range axes {
			a, u := s.Axes[axis], unit.At(i, j)
			v := a.From + u*(a.To-a.From)
			if a.Log {
				v = a.From * math.Pow(a.To/a.From, u)
			}
			out[i] = append(out[i], said(a, v))
		}
	}
	return out
}

// digits is to how many a value of a range is rounded, so that files can say it
// and readers compare it.
const digits = 6

// said is a value of a range as TOML.
func said(a config.Axis, v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	switch {
	case a.Time:
		return strconv.Quote(config.Duration(math.Round(v * 1e9)).String())
	case a.Integer:
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
