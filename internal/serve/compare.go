package serve

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"strings"

	"burstsim/internal/config"
	"burstsim/internal/report"
	"burstsim/internal/rundir"
)

// mostCompared is how many runs are compared.
const mostCompared = 100

// mostCurvePoints is how many points a curve of a group has.
const mostCurvePoints = 1000

// groupView is runs that differ in their seeds only.
type groupView struct {
	IDs    []string          `json:"ids"`
	Label  string            `json:"label"`
	Values map[string]string `json:"values"`
	Curves []groupCurve      `json:"curves"`
	runs   []*run
}

// groupCurve is how a quantity of a group went: mean and spread over its runs.
type groupCurve struct {
	Variant string   `json:"variant"`
	Key     string   `json:"key"`
	Column  string   `json:"column"`
	X       []number `json:"x"`
	Mean    []number `json:"mean"`
	SD      []number `json:"sd"`
	Min     []number `json:"min"`
	Max     []number `json:"max"`
	N       []int    `json:"n"`
}

// compared are the runs that a request names.
func (s *Server) compared(q *query) (runs []*run, err error) {
	ids := q.Values["id"]
	if len(ids) < 1 || len(ids) > mostCompared {
		return nil, badRequest("id: %d runs, expected 1 to %d", len(ids), mostCompared)
	}
	for _, id := range ids {
		r, ok := s.library.run(id)
		switch {
		case !ok:
			return nil, notFound("there is no run " + id)
		case r.digest.Status == rundir.Unreadable:
			return nil, notFound(r.path + " cannot be read")
		}
		if !slices.Contains(runs, r) {
			runs = append(runs, r)
		}
	}
	return runs, nil
}

// compare says what differs between runs, and how those that differ in their seeds
// only went on the whole.
func (s *Server) compare(r *http.Request) (any, error) {
	q := queryOf(r)
	if q.err != nil {
		return nil, q.err
	}
	runs, err := s.compared(q)
	if err != nil {
		return nil, err
	}
	done, err := s.enterHeavy(r.Context())
	if err != nil {
		return nil, err
	}
	defer done()
	var digests []*rundir.Digest
	for _, one := range runs {
		digests = append(digests, one.digest)
	}
	keys := some(report.Differing(digests))
	type row struct {
		ID     string   `json:"id"`
		Values []string `json:"values"`
	}
	rows := []row{}
	groups := []*groupView{}
	at := map[string]*groupView{}
	for _, one := range runs {
		find := one.digest.Config.Lookup()
		values := make([]string, len(keys))
		own := map[string]string{}
		var label, identity []string
		for i, key := range keys {
			v, _ := find(key)
			values[i] = v.Text
			if !slices.Contains(config.SeedKeys(), key) {
				own[key] = v.Text
				identity = append(identity, v.Text)
				if v.Text != "" {
					label = append(label, key+" = "+shortened(v.Text))
				}
			}
		}
		rows = append(rows, row{one.id, values})
		key := strings.Join(identity, "\x00")
		if at[key] == nil {
			at[key] = &groupView{Label: cmp.Or(strings.Join(label, ", "), one.view.Name), Values: own, Curves: []groupCurve{}}
			groups = append(groups, at[key])
		}
		at[key].IDs, at[key].runs = append(at[key].IDs, one.id), append(at[key].runs, one)
	}
	wanted := q.Values["column"]
	columns := []string{}
	for _, g := range groups {
		s.addCurves(g, wanted, &columns)
	}
	return map[string]any{"keys": keys, "rows": rows, "columns": columns, "groups": groups}, nil
}

// addCurves joins rows of one time in all runs of a group.
func (s *Server) addCurves(g *groupView, wanted []string, columns *[]string) {
	type place struct{ variant, key, column string }
	all := map[place]map[float64][]float64{}
	var order []place
	for _, one := range g.runs {
		for _, name := range []string{"metrics", "epochs"} {
			tables, err := s.library.readTable(one, name)
			if err != nil {
				continue // it has none
			}
			for _, t := range tables {
				x := t.table.Column(t.table.Columns[0])
				for _, column := range t.table.Columns[1:] {
					if !slices.Contains(*columns, column) {
						*columns = append(*columns, column)
					}
					if !slices.Contains(wanted, column) && (len(wanted) > 0 || column != "loss" && column != "test_error" && column != "test_loss") {
						continue
					}
					p := place{t.label, keyOf(name), column}
					if all[p] == nil {
						all[p] = map[float64][]float64{}
						order = append(order, p)
					}
					for i, y := range t.table.Column(column) {
						if !math.IsNaN(y) {
							all[p][x[i]] = append(all[p][x[i]], y)
						}
					}
				}
			}
		}
	}
	for _, p := range order {
		g.Curves = append(g.Curves, groupCurveOf(p.variant, p.key, p.column, all[p]))
	}
}

func groupCurveOf(variant, key, column string, values map[float64][]float64) groupCurve {
	c := groupCurve{Variant: variant, Key: key, Column: column, X: []number{}}
	var xs []float64
	for x := range values {
		xs = append(xs, x)
	}
	slices.Sort(xs)
	step := max(1, (len(xs)+mostCurvePoints-1)/mostCurvePoints)
	for i := 0; i < len(xs); i += step {
		y := values[xs[i]]
		mean := 0.0
		for _, v := range y {
			mean += v / float64(len(y))
		}
		squares := 0.0
		for _, v := range y {
			squares += (v - mean) * (v - mean)
		}
		c.X, c.Mean, c.N = append(c.X, number(xs[i])), append(c.Mean, number(mean)), append(c.N, len(y))
		c.SD = append(c.SD, number(math.Sqrt(squares/float64(len(y)-1)))) // NaN of one
		c.Min, c.Max = append(c.Min, number(slices.Min(y))), append(c.Max, number(slices.Max(y)))
	}
	return c
}
