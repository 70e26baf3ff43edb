package sweep

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
)

// Aggregate is all that a sweep came to so far, in the order of values and not
// of points, so that it does not tell how they were scheduled.
type Aggregate struct {
	Plan    *Plan
	Runs    []Run
	Missing int // runs without a result
	Failed  int
}

// Run is a point and what came of it; Record is nil if nothing has.
type Run struct {
	Point  Point
	Record *Record
}

// State is a word for what came of a run: missing, failed or done.
func (r Run) State() string {
	switch {
	case r.Record == nil:
		return "missing"
	case r.Record.Failure != "":
		return "failed"
	}
	return "done"
}

// Why is the failure of a run, where it is the same whoever ran it.
func (r Run) Why() string {
	if r.Record != nil && r.Record.Final {
		return r.Record.Failure
	}
	return ""
}

// Collect reads all results. Those of an incomplete sweep are what there is.
func (p *Plan) Collect() (*Aggregate, error) {
	records := make(map[string]*Record)
	err := p.read(0, len(p.Points), func(r Record) {
		if old := records[r.ID]; old == nil || old.Failure != "" && (r.Failure == "" || r.Final && !old.Final) {
			records[r.ID] = &r
		}
	})
	if err != nil {
		return nil, err
	}
	a := &Aggregate{Plan: p}
	for _, pt := range p.Points {
		run := Run{pt, records[pt.ID]}
		switch run.State() {
		case "missing":
			a.Missing++
		case "failed":
			a.Failed++
		}
		a.Runs = append(a.Runs, run)
	}
	slices.SortStableFunc(a.Runs, func(x, y Run) int { return compareValues(x.Point.Values, y.Point.Values) })
	return a, nil
}

// compareValues orders the values of points: numbers and times by size, lists of
// them element by element, all else as text.
func compareValues(a, b []string) int {
	for i := range a {
		if c := cmp.Or(slices.Compare(numbersIn(a[i]), numbersIn(b[i])), cmp.Compare(a[i], b[i])); c != 0 {
			return c
		}
	}
	return 0
}

// numbersIn are those of a value: one, or those of a list; none of all else.
func numbersIn(value string) (out []float64) {
	for item := range strings.SplitSeq(strings.Trim(value, "[]"), ",") {
		x, ok := Number(strings.TrimSpace(item))
		if !ok {
			return nil
		}
		out = append(out, x)
	}
	return out
}

// Number is a value of an axis as a number, a time in seconds.
func Number(text string) (float64, bool) {
	if x, err := strconv.ParseFloat(text, 64); err == nil {
		return x, true
	}
	if d, ok := config.ParseDuration(strings.Trim(text, `"`)); ok {
		return d.Seconds(), true
	}
	return math.NaN(), false
}

// Varied are the numbers of the keys that change the experiment.
func (p *Plan) Varied() (numbers []int) {
	for i, k := range p.Keys {
		if !slices.Contains(config.SeedKeys(), k) {
			numbers = append(numbers, i)
		}
	}
	return numbers
}

// Group is runs that differ in their seeds only.
type Group struct {
	Point        Point // its first
	Runs         []Run
	Keys, Values []string // that vary beside seeds; texts without quotes
}

// Groups are the runs of all points, in the order of their values.
func (a *Aggregate) Groups() (groups []Group) {
	at, varied := map[string]int{}, a.Plan.Varied()
	for _, r := range a.Runs {
		key := a.Plan.without(r.Point, config.SeedKeys())
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, Group{Point: r.Point, Keys: names(a.Plan.Keys, varied), Values: values(r.Point, varied)})
		}
		groups[i].Runs = append(groups[i].Runs, r)
	}
	return groups
}

// Variants are the names of all variants, in the order of the file.
func (a *Aggregate) Variants() (names []string) {
	for _, r := range a.Runs {
		if r.Record == nil {
			continue
		}
		for _, v := range r.Record.Variants {
			if !slices.Contains(names, v.Name) {
				names = append(names, v.Name)
			}
		}
	}
	return names
}

// Variant is what a run came to in a variant; nil if it came to nothing.
func (r Run) Variant(name string) *VariantRecord {
	if r.Record == nil {
		return nil
	}
	for i := range r.Record.Variants {
		if v := &r.Record.Variants[i]; v.Name == name {
			return v
		}
	}
	return nil
}

// first are results by which readers judge first.
var first = []string{"loss_initial", "loss_final", "test_error", "test_error_shown", "train_error", "validation_error", "best_test_error", "best_epoch", "margin"}

// Results are the names of all results.
func (a *Aggregate) Results() (names []string) {
	seen := map[string]bool{}
	for _, r := range a.Runs {
		if r.Record == nil {
			continue
		}
		for _, v := range r.Record.Variants {
			for name := range v.Results {
				seen[name] = true
			}
		}
	}
	for name := range seen {
		names = append(names, name)
	}
	place := func(name string) int {
		if i := slices.Index(first, name); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b)) })
	return names
}

// tables are those of the aggregate, by their files.
func (a *Aggregate) tables() map[string]func(*csv.Writer) {
	all := map[string]func(*csv.Writer){
		"runs.csv": a.writeRuns, "summary.csv": a.writeSummary, "curves.csv": a.writeCurves, "ranking.csv": a.writeRanking,
	}
	if len(a.Variants()) > 1 {
		all["comparisons.csv"] = a.writeComparisons
	}
	if slices.ContainsFunc(a.Plan.Varied(), a.numeric) {
		all["correlations.csv"] = a.writeCorrelations
	}
	return all
}

// Write writes the tables and figures of the aggregate into the sweep's folder.
func (a *Aggregate) Write() error {
	for name, write := range a.tables() {
		err := atomicfile.Write(filepath.Join(a.Plan.Path, name), func(w io.Writer) error {
			out := csv.NewWriter(w)
			write(out)
			out.Flush()
			return out.Error()
		})
		if err != nil {
			return err
		}
	}
	if err := atomicfile.Write(filepath.Join(a.Plan.Path, "runs.parquet"), a.WriteParquet); err != nil {
		return err
	}
	figures, err := a.figures()
	if err != nil || len(figures) == 0 {
		return err
	}
	folder := filepath.Join(a.Plan.Path, "figures")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("cannot make folder %s: %w", folder, atomicfile.Cause(err))
	}
	for _, f := range figures {
		for _, format := range []string{"png", "svg"} {
			path := filepath.Join(folder, f.name+"."+format)
			err = errors.Join(err, atomicfile.Write(path, func(w io.Writer) error { return f.figure.WriteTo(w, format) }))
		}
	}
	return err
}

// cell is a number with as many digits as give back the same bits; NaN is empty.
func cell(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// plain is a TOML value without the quotes of a text.
func plain(value string) string {
	if text, err := strconv.Unquote(value); err == nil {
		return text
	}
	return value
}

// writeRuns writes one row a run and variant. Writing to a csv.Writer keeps its
// errors until the end.
func (a *Aggregate) writeRuns(out *csv.Writer) {
	results := a.Results()
	_ = out.Write(slices.Concat([]string{"run"}, a.Plan.Keys, []string{"status", "variant"}, results, []string{"failure"}))
	for _, r := range a.Runs {
		row := []string{r.Point.ID}
		for _, v := range r.Point.Values {
			row = append(row, plain(v))
		}
		row = append(row, r.State())
		if r.Record == nil || len(r.Record.Variants) == 0 {
			_ = out.Write(slices.Concat(row, make([]string, 1+len(results)), []string{r.Why()}))
			continue
		}
		for _, v := range r.Record.Variants {
			full := append(slices.Clone(row), v.Name)
			for _, name := range results {
				x, ok := v.Results[name]
				if !ok {
					x = number(math.NaN())
				}
				full = append(full, cell(float64(x)))
			}
			_ = out.Write(append(full, r.Why()))
		}
	}
}

// Spread is mean and standard deviation of a result over the runs of a group
// that came to one.
type Spread struct {
	N        int
	Mean, SD float64 // SD is NaN of fewer than two
}

func spreadOf(x []float64) Spread {
	s := Spread{N: len(x), Mean: math.NaN(), SD: math.NaN()}
	if len(x) > 0 {
		s.Mean = stat.Mean(x, nil)
	}
	if len(x) > 1 {
		s.SD = stat.StdDev(x, nil)
	}
	return s
}

// Spread is that of a result of a variant. Runs that failed do not count.
func (g Group) Spread(variant, result string) Spread {
	var x []float64
	for _, v := range g.over(variant) {
		if y, ok := v.Results[result]; ok {
			x = append(x, float64(y))
		}
	}
	return spreadOf(x)
}

// writeSummary writes one row a group of runs that differ in their seeds only,
// and variant.
func (a *Aggregate) writeSummary(out *csv.Writer) {
	results, keys := a.Results(), a.Plan.Varied()
	header := names(a.Plan.Keys, keys)
	header = append(header, "variant", "runs", "failed", "missing")
	for _, name := range results {
		header = append(header, name+"_n", name+"_mean", name+"_sd")
	}
	_ = out.Write(header)
	for _, g := range a.Groups() {
		counts := map[string]int{}
		for _, r := range g.Runs {
			counts[r.State()]++
		}
		for _, variant := range a.Variants() {
			row := append(values(g.Point, keys), variant, strconv.Itoa(len(g.Runs)), strconv.Itoa(counts["failed"]), strconv.Itoa(counts["missing"]))
			for _, name := range results {
				s := g.Spread(variant, name)
				row = append(row, strconv.Itoa(s.N), cell(s.Mean), cell(s.SD))
			}
			_ = out.Write(row)
		}
	}
}

func names(keys []string, numbers []int) (out []string) {
	for _, i := range numbers {
		out = append(out, keys[i])
	}
	return out
}

func values(pt Point, numbers []int) (out []string) {
	for _, i := range numbers {
		out = append(out, plain(pt.Values[i]))
	}
	return out
}
