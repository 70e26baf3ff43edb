package bench

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"
)

// shown is the order of groups in tables, and their titles.
var shown = []struct{ group, title string }{
	{"memory", "Memory bandwidth, reading plus writing"},
	{"kernels", "Matrix products, samples x inputs x outputs"},
	{"step", "One step in continuous time, with learning"},
	{"training", "Training in discrete time"},
	{"optimisers", "Training 3x500 on 28x28 images, float32, batch 32"},
	{"sigmoid", "Sigmoid"},
	{"start-up", "Start-up"},
}

// WriteTable prints the report for people.
func (r *Report) WriteTable(w io.Writer) error {
	m := r.Machine
	cpu := m.CPU
	if cpu == "" {
		cpu = "unknown CPU"
	}
	fmt.Fprintf(w, "%s, threads: %d; %s, %s; %s\nmatrix products by %s\n%s", cpu, m.Threads, m.OS, m.Arch, m.Go, m.BLAS, m.Time.Format("2006-01-02 15:04 UTC"))
	if m.Load != "" {
		fmt.Fprintf(w, ", load before %s", m.Load)
	}
	fmt.Fprint(w, "\npublished: the Python code of the paper, measured elsewhere at another time (docs/performance.md); x: times as fast\n")
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range shown {
		r.writeGroup(out, s.group, s.title)
	}
	r.writeScaling(out)
	return out.Flush()
}

// writeGroup leaves out the columns that no line of the group has.
func (r *Report) writeGroup(w io.Writer, group, title string) {
	lines := slices.DeleteFunc(slices.Clone(r.Results), func(l Result) bool { return l.Group != group })
	if len(lines) == 0 {
		return
	}
	counted := slices.ContainsFunc(lines, func(l Result) bool { return l.Allocations != nil })
	compared := slices.ContainsFunc(lines, func(l Result) bool { return l.Published != nil })
	fmt.Fprintf(w, "\n%s\tbest\tmedian\tunit", title)
	if counted {
		fmt.Fprint(w, "\tallocations")
	}
	if compared {
		fmt.Fprint(w, "\tpublished")
	}
	if lines[0].OfPlain != nil {
		fmt.Fprint(w, "\tof sgd")
	}
	fmt.Fprintln(w)
	for _, l := range lines {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s", l.Name, digits(l.Best), digits(l.Median), l.Unit)
		if counted && l.Allocations != nil {
			fmt.Fprintf(w, "\t%.4g", *l.Allocations)
		}
		if l.Published != nil {
			fmt.Fprintf(w, "\t%s: %.1f x", digits(l.Published.Value), l.Ratio())
		}
		if l.OfPlain != nil {
			fmt.Fprintf(w, "\t%.2f", *l.OfPlain)
		}
		fmt.Fprintln(w)
	}
}

func (r *Report) writeScaling(w io.Writer) {
	if len(r.Scaling) == 0 {
		return
	}
	fmt.Fprint(w, "\nCost of a step: Euler, float32, batch 1\tbest\tmedian\tunit\tlimit\tbest/limit\n")
	for _, p := range r.Scaling {
		fmt.Fprintf(w, "  hidden layers %d x %d, %s\t%s\t%s\tus\t%s\t%.1f\n", p.Depth, p.Width, p.Plasticity,
			digits(p.Seconds*1e6), digits(p.Median*1e6), digits(p.Limit()*1e6), p.Seconds/p.Limit())
	}
}

// digits has three significant ones, or all before the point.
func digits(x float64) string {
	if x >= 100 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// WriteJSON writes all of the report.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteCSV writes one line a result: group, name, unit, best, median,
// allocations, published. The cost of steps is in group "scaling", and its
// limit in "limit". Cells without a value are empty.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	exact := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	rows := [][]string{{"group", "name", "unit", "best", "median", "allocations", "published"}}
	for _, l := range r.Results {
		row := []string{l.Group, l.Name, l.Unit, exact(l.Best), exact(l.Median), "", ""}
		if l.Allocations != nil {
			row[5] = exact(*l.Allocations)
		}
		if l.Published != nil {
			row[6] = exact(l.Published.Value)
		}
		rows = append(rows, row)
	}
	for _, p := range r.Scaling {
		name := fmt.Sprintf("%s: hidden layers %d x %d, %s", p.Along, p.Depth, p.Width, p.Plasticity)
		rows = append(rows,
			[]string{"scaling", name, "s", exact(p.Seconds), exact(p.Median), "", ""},
			[]string{"limit", name, "s", exact(p.Limit()), exact(p.Limit()), "", ""})
	}
	return out.WriteAll(rows)
}
