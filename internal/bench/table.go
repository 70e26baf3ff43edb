package bench

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// shown is the order of groups in tables, and their titles.
var shown = []struct{ group, title string }{
	{"memory", "Memory bandwidth, reading plus writing"},
	{"peak", "Peak of multiplications and additions"},
	{"kernels", "Matrix products, samples x inputs x outputs"},
	{"step", "One step in continuous time, with learning"},
	{"spiking", "Populations that spike"},
	{"training", "Training in discrete time"},
	{"optimisers", "Training 3x500 on 28x28 images, float32, batch 32"},
	{"against", "Beside Python, in turns"},
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
	fmt.Fprintf(w, "%s, threads: %d; %s, %s; %s\nmatrix products by %s\n", cpu, m.Threads, m.OS, m.Arch, m.Go, m.BLAS)
	if m.Measured != "" {
		fmt.Fprintf(w, "chosen by measuring: %s\n", m.Measured)
	}
	fmt.Fprintf(w, "%s", m.Time.Format("2006-01-02 15:04 UTC"))
	if m.Load != "" {
		fmt.Fprintf(w, ", load before %s", m.Load)
	}
	fmt.Fprintln(w)
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
	limited := slices.ContainsFunc(lines, func(l Result) bool { return l.Limit > 0 })
	rivals := rivalsOf(lines)
	fmt.Fprintf(w, "\n%s\tbest\tmedian\tunit", title)
	if limited {
		fmt.Fprint(w, "\tlimit\tof it")
	}
	if counted {
		fmt.Fprint(w, "\tallocations")
	}
	for _, library := range rivals {
		name, _, _ := strings.Cut(library, " ")
		fmt.Fprintf(w, "\t%s\tmedian\tx %s", library, name)
	}
	if lines[0].OfPlain != nil {
		fmt.Fprint(w, "\tof sgd")
	}
	fmt.Fprintln(w)
	for _, l := range lines {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s", l.Name, digits(l.Best), digits(l.Median), l.Unit)
		switch {
		case l.Limit > 0:
			fmt.Fprintf(w, "\t%s\t%.0f %%", digits(l.Limit), 100*l.OfLimit())
		case limited:
			fmt.Fprint(w, "\t\t")
		}
		if counted && l.Allocations != nil {
			fmt.Fprintf(w, "\t%.4g", *l.Allocations)
		}
		for _, library := range rivals {
			i := slices.IndexFunc(l.Rivals, func(r Rival) bool { return r.Library == library })
			if i < 0 {
				fmt.Fprint(w, "\t-\t-\t-")
				continue
			}
			fmt.Fprintf(w, "\t%s\t%s\t%.2f", digits(l.Rivals[i].Best), digits(l.Rivals[i].Median), l.Rivals[i].Ratio)
		}
		if l.OfPlain != nil {
			fmt.Fprintf(w, "\t%.2f", *l.OfPlain)
		}
		fmt.Fprintln(w)
	}
}

// rivalsOf are the libraries that lines were computed with.
func rivalsOf(lines []Result) (libraries []string) {
	for _, l := range lines {
		for _, r := range l.Rivals {
			if !slices.Contains(libraries, r.Library) {
				libraries = append(libraries, r.Library)
			}
		}
	}
	return libraries
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
// allocations, limit, and for each library of Python best and ratio. The cost of
// steps is in group "scaling". Cells without a value are empty.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	exact := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	rivals := rivalsOf(r.Results)
	header := []string{"group", "name", "unit", "best", "median", "allocations", "limit"}
	for _, library := range rivals {
		header = append(header, library, "x "+library)
	}
	rows := [][]string{header}
	for _, l := range r.Results {
		row := make([]string, len(header))
		copy(row, []string{l.Group, l.Name, l.Unit, exact(l.Best), exact(l.Median)})
		if l.Allocations != nil {
			row[5] = exact(*l.Allocations)
		}
		if l.Limit > 0 {
			row[6] = exact(l.Limit)
		}
		for _, rival := range l.Rivals {
			at := 7 + 2*slices.Index(rivals, rival.Library)
			row[at], row[at+1] = exact(rival.Best), exact(rival.Ratio)
		}
		rows = append(rows, row)
	}
	for _, p := range r.Scaling {
		name := fmt.Sprintf("%s: hidden layers %d x %d, %s", p.Along, p.Depth, p.Width, p.Plasticity)
		row := make([]string, len(header))
		copy(row, []string{"scaling", name, "s", exact(p.Seconds), exact(p.Median), "", exact(p.Limit())})
		rows = append(rows, row)
	}
	return out.WriteAll(rows)
}
