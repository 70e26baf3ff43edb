package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/rundir"
)

// Document is what there is to say about one run.
type Document struct {
	Digest   *rundir.Digest
	Contents rundir.Contents
}

// Describe collects what is said about a run that can be read. With an error,
// which names the file, the document lacks what was recorded.
func Describe(d *rundir.Digest) (*Document, error) {
	contents, err := d.Contents()
	return &Document{d, contents}, err
}

// Section is a part of a document.
type Section struct {
	Name  string // "outcome"
	Title string
	Parts []Part
}

// Part is a table, or lines of text, with a line above.
type Part struct {
	Caption string
	Table   *Table
	Numbers bool // whether the table's columns are numbers, but for the first
	Lines   []string
}

// Status is the run's status with its reason, in one line.
func (doc *Document) Status() string {
	text := string(doc.Digest.Status)
	if note := Note(doc.Digest); note != "" {
		text += ": " + note
	}
	return text
}

// Experiment says in one line what was run.
func (doc *Document) Experiment() string {
	c := doc.Digest.Config
	others := ""
	if n := len(c.Compare); n == 1 {
		others = " beside a variant"
	} else if n > 1 {
		others = fmt.Sprintf(" beside %d variants", n)
	}
	return fmt.Sprintf("%s%s; seed %d, %s", c.What(), others, c.Run.Seed, c.Run.Precision)
}

// Began says when the run began.
func (doc *Document) Began() string { return when(doc.Digest.Began) }

// Sections are all that have anything to say, in the order of a terminal.
func (doc *Document) Sections() []Section {
	all := []Section{
		{"changes", "Differs from the defaults", doc.changes()},
		{"progress", "So far", doc.progress()},
		{"outcome", "Outcome", doc.outcome()},
		{"training", "Training", doc.training()},
		{"speed", "Speed", doc.speed()},
		{"phases", "Phases", doc.phases()},
		{"recorded", "Recorded", doc.recorded()},
		{"files", "Files", doc.files()},
		{"versions", "Versions", doc.versions()},
		{"again", "Run it again", []Part{{Lines: doc.Again(path.Join(doc.Digest.Dir, "config.toml"))}}},
	}
	return slices.DeleteFunc(all, func(s Section) bool { return len(s.Parts) == 0 })
}

func (doc *Document) changes() []Part {
	c := doc.Digest.Config
	parts := []Part{{Lines: []string{"nothing"}}}
	if changes := c.Changes(); len(changes) > 0 {
		parts = []Part{{Table: settingsTable(changes, "default")}}
	}
	for i, v := range c.Compare {
		if changes := c.ChangesOf(i); len(changes) > 0 {
			parts = append(parts, Part{Caption: "Variant " + v.Name, Table: settingsTable(changes, "experiment")})
		}
	}
	return parts
}

// longValue is the length of a list of tables that a reader would not read in a line.
const longValue = 200

func settingsTable(settings []config.Setting, other string) *Table {
	t := &Table{Header: []string{"key", "value", other}}
	for _, s := range settings {
		instead := inLine(s.Instead, s.InsteadValue)
		if instead == "" {
			instead = "follows from other keys"
		}
		t.Rows = append(t.Rows, []string{s.Key, inLine(s.Text, s.Value), instead})
	}
	return t
}

// inLine is a value as TOML, or how long it is, for it is in config.toml.
func inLine(text string, value any) string {
	if n := strings.Count(text, "\n"); n > 0 { // the equations of a model
		return fmt.Sprintf("%d lines", n)
	}
	if tables, ok := value.([]any); ok && len(text) > longValue {
		return fmt.Sprintf("%d tables", len(tables))
	}
	return text
}

func (doc *Document) progress() []Part {
	t := &Table{Header: []string{"variant", "reached", "of", "loss"}}
	for _, p := range doc.Digest.Progress {
		t.Rows = append(t.Rows, []string{p.Variant, cell("%.6g", p.Reached, ""), cell("%.10g", p.End, " "+p.Unit), cell("%.3g", p.Loss, "")})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return []Part{{Table: t, Numbers: true}}
}

func (doc *Document) outcome() []Part {
	sum := doc.Digest.Summary
	if sum == nil {
		return nil
	}
	losses, answers := Outcome(doc.Digest.Labels, sum)
	var parts []Part
	if losses != nil {
		parts = append(parts, Part{Table: losses, Numbers: true})
	}
	if len(angleNames(sum)) > 0 {
		parts = append(parts, Part{Lines: []string{angleNote}})
	}
	if answers != nil {
		parts = append(parts, Part{Caption: "Answers to patterns after learning", Table: answers, Numbers: true})
	}
	if limit := Limit(sum); limit != "" {
		parts = append(parts, Part{Lines: []string{limit}})
	}
	return parts
}

// outcomes calls add with each variant's, and returns whether there was any.
func (doc *Document) outcomes(add func(label string, v experiment.VariantSummary)) bool {
	if doc.Digest.Summary == nil {
		return false
	}
	for _, label := range doc.Digest.Labels {
		add(label, doc.Digest.Summary.Variants[label])
	}
	return len(doc.Digest.Labels) > 0
}

func (doc *Document) training() []Part {
	t := &Table{Header: []string{"variant", "epochs", "training error", "validation error", "test error", "best test error", "best epoch"}}
	data := []string{}
	doc.outcomes(func(label string, v experiment.VariantSummary) {
		tr := v.Training
		if tr == nil {
			return
		}
		best := "-"
		if tr.BestEpoch > 0 {
			best = strconv.Itoa(tr.BestEpoch)
		}
		percent := func(x float64) string { return cell("%.2f", 100*x, " %") }
		t.Rows = append(t.Rows, []string{label, strconv.Itoa(tr.Epochs), percent(tr.TrainError),
			percent(tr.ValidationError), percent(tr.TestError), percent(tr.BestTestError), best})
		if from := "data: " + tr.Data; !slices.Contains(data, from) {
			data = append(data, from)
		}
	})
	if len(t.Rows) == 0 {
		return nil
	}
	return []Part{{Table: t, Numbers: true}, {Lines: data}}
}

func (doc *Document) speed() []Part {
	t := &Table{Header: []string{"variant", "steps", "steps a second", "wall time"}}
	if !doc.outcomes(func(label string, v experiment.VariantSummary) {
		t.Rows = append(t.Rows, []string{label, strconv.FormatInt(v.Steps, 10), cell("%.4g", v.StepsPerSecond, ""), duration(v.WallSeconds)})
	}) {
		return nil
	}
	return []Part{{Table: t, Numbers: true}}
}

// duration is a time in seconds, minutes and hours.
func duration(s float64) string {
	switch {
	case !(math.Abs(s) < 60):
		return minutes(s)
	case s < 10:
		return fmt.Sprintf("%.2f s", s)
	}
	return fmt.Sprintf("%.1f s", s)
}

func minutes(s float64) string {
	if !(math.Abs(s) < 1e9) {
		return "-"
	}
	n := int64(math.Round(s))
	if n < 3600 {
		return fmt.Sprintf("%d min %d s", n/60, n%60)
	}
	return fmt.Sprintf("%d h %d min", n/3600, n%3600/60)
}

func (doc *Document) phases() []Part {
	t := &Table{Header: []string{"phase", "from", "to", "teacher"}}
	for _, p := range doc.Digest.Phases() {
		teacher := "no"
		switch {
		case len(p.Cycle) > 0:
			teacher = "in turns"
		case p.Teacher:
			teacher = "yes"
		}
		t.Rows = append(t.Rows, []string{p.Name, seconds(p.Start), seconds(p.End), teacher})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return []Part{{Table: t}}
}

func seconds(t float64) string { return cell("%.10g", t, " s") }

func (doc *Document) recorded() []Part {
	var parts []Part
	for i, r := range doc.Contents.Trajectory {
		var windows []string
		for _, w := range r.Windows {
			windows = append(windows, fmt.Sprintf("%s to %s", cell("%.10g", w.Start, ""), seconds(w.End)))
		}
		part := Part{Caption: fmt.Sprintf("%s: %d samples", r.Variant, r.Samples)}
		if len(windows) > 0 {
			part.Caption += ", from " + some(windows)
		}
		if i > 0 && sameSignals(r, doc.Contents.Trajectory[i-1]) {
			part.Lines = []string{"the same signals"}
		} else {
			part.Table = signalsTable(r.Signals)
		}
		parts = append(parts, part)
	}
	if len(doc.Contents.Arrays) > 0 {
		parts = append(parts, Part{Table: arraysTable(doc.Contents.Arrays)})
	}
	return parts
}

func signalsTable(signals []rundir.SignalInfo) *Table {
	t := &Table{Header: []string{"signal", "what", "unit", "samples x units", "units"}}
	for _, s := range signals {
		t.Rows = append(t.Rows, []string{s.Name, cmp.Or(s.Label, "-"), cmp.Or(s.Unit, "-"), shape(s.Shape), some(integers(s.Units))})
	}
	return t
}

func sameSignals(a, b rundir.Recorded) bool {
	return slices.EqualFunc(a.Signals, b.Signals, func(x, y rundir.SignalInfo) bool {
		return x.Name == y.Name && slices.Equal(x.Units, y.Units)
	})
}

// arraysTable has one row a histogram, which is three arrays.
func arraysTable(arrays []rundir.Array) *Table {
	t := &Table{Header: []string{"recorded", "variant", "shape"}}
	for _, a := range arrays {
		name, dims := a.Name, shape(a.Shape)
		switch histogram, part := path.Split(name); part {
		case "edges", "epochs":
			continue
		case "counts":
			name, dims = "histogram of "+path.Clean(histogram), dims+" (times x bins)"
		}
		t.Rows = append(t.Rows, []string{name, a.Variant, dims})
	}
	return t
}

func integers(numbers []int) []string {
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = strconv.Itoa(n)
	}
	return out
}

func shape(dims []int) string { return cmp.Or(strings.Join(integers(dims), " x "), "a number") }

// mostSaid is how many things are named in a cell.
const mostSaid = 10

// some names things, if they are many the first and the last.
func some(words []string) string {
	if n := len(words); n > mostSaid {
		words = append(append(slices.Clone(words[:mostSaid-1]), "..."), words[n-1])
	}
	return strings.Join(words, ", ")
}

func (doc *Document) files() []Part {
	t := &Table{Header: []string{"file", "size"}}
	for _, f := range doc.Contents.Files {
		t.Rows = append(t.Rows, []string{f.Path, Size(f.Bytes)})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return []Part{{Table: t}}
}

// Size is a number of bytes in words.
func Size(n int64) string {
	switch x := float64(n); {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case x < 999_950:
		return fmt.Sprintf("%.1f kB", x/1e3)
	case x < 999_950_000:
		return fmt.Sprintf("%.1f MB", x/1e6)
	default:
		return fmt.Sprintf("%.1f GB", x/1e9)
	}
}

func (doc *Document) versions() []Part {
	if doc.Digest.Summary == nil || len(doc.Digest.Summary.Versions) == 0 {
		return nil
	}
	t := &Table{Header: []string{"of", "version"}}
	versions := doc.Digest.Summary.Versions
	for _, name := range slices.Sorted(maps.Keys(versions)) {
		t.Rows = append(t.Rows, []string{name, versions[name]})
	}
	return []Part{{Table: t}}
}

// Again are the commands that give the same run from its resolved experiment
// file, or go on with it.
func (doc *Document) Again(config string) []string {
	var lines []string
	versions := map[string]string{}
	if doc.Digest.Summary != nil {
		versions = doc.Digest.Summary.Versions
	}
	if revision := versions["revision"]; revision != "" {
		note := ""
		if versions["modified"] == "true" {
			note = "   # and changes that were not committed"
		}
		lines = append(lines, "git checkout "+quoted(revision)+note)
	}
	lines = append(lines, "burstsim run "+quoted(config))
	if doc.Digest.Status == rundir.Interrupted {
		lines = append(lines, Resume(doc.Digest)+"   # goes on where it stopped")
	}
	return lines
}
