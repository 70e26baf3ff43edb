package sweep

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"burstsim/internal/page"
)

//go:embed report.html
var reportText string

var reportTemplate = template.Must(template.New("report").Parse(reportText))

// tableTitles say what tables are, in the order of the page. Those with a row a run
// are files only.
var tableTitles = []struct{ file, title string }{
	{"ranking.csv", "Ranking: the least mean first"},
	{"summary.csv", "Results: mean and standard deviation over seeds"},
	{"comparisons.csv", "Variants compared over seeds"},
	{"correlations.csv", "Rank correlations of results with parameters (Spearman)"},
}

// mostShown is how many rows of a table the page shows.
const mostShown = 50

// reportView is what the template shows.
type reportView struct {
	Name                        string
	Runs, Done, Failed, Missing int
	Keys                        []string
	Tables                      []tableView
	Figures                     []figureView
	Failures                    []failureView
	File                        string
}

// Style is that of all pages.
func (reportView) Style() template.CSS { return page.Style }

type tableView struct {
	Title, File string
	Header      []string
	Rows        [][]string
	More        int
}

type figureView struct {
	Name   string
	Source template.URL
}

type failureView struct{ Run, Why string }

// WriteReport writes one page of HTML about the sweep, complete or not, that needs no
// other file and no network, with the tables and figures that Write has written.
func (a *Aggregate) WriteReport(w io.Writer) error {
	plan := a.Plan
	v := reportView{Name: filepath.Base(plan.Path), Runs: len(a.Runs), Failed: a.Failed, Missing: a.Missing, Keys: plan.Keys}
	v.Done = v.Runs - v.Failed - v.Missing
	there := slices.Collect(maps.Keys(a.tables()))
	for _, t := range tableTitles {
		if !slices.Contains(there, t.file) {
			continue
		}
		table, err := readTable(filepath.Join(plan.Path, t.file))
		if err != nil {
			return err
		}
		table.Title, table.File = t.title, t.file
		v.Tables = append(v.Tables, table)
	}
	figures, err := filepath.Glob(filepath.Join(plan.Path, "figures", "*.svg"))
	if err != nil {
		return err
	}
	slices.Sort(figures)
	for _, path := range figures {
		svg, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		v.Figures = append(v.Figures, figureView{strings.TrimSuffix(filepath.Base(path), ".svg"), page.DataURI("image/svg+xml", svg)})
	}
	for _, r := range a.Runs {
		if r.Record != nil && r.Record.Failure != "" && len(v.Failures) < mostShown {
			v.Failures = append(v.Failures, failureView{r.Point.ID, r.Record.Failure})
		}
	}
	file, err := os.ReadFile(filepath.Join(plan.Path, "experiment.toml"))
	if err != nil {
		return err
	}
	v.File = string(file)
	return reportTemplate.Execute(w, v)
}

// readTable reads the first rows of a table, numbers shortened to what a reader can
// compare.
func readTable(path string) (t tableView, err error) {
	f, err := os.Open(path)
	if err != nil {
		return t, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return t, fmt.Errorf("%s: %w", path, err)
	}
	t.Header, t.Rows = rows[0], rows[1:]
	if t.More = max(0, len(t.Rows)-mostShown); t.More > 0 {
		t.Rows = t.Rows[:mostShown]
	}
	for _, row := range t.Rows {
		for i, text := range row {
			if x, ok := Number(text); ok && strings.ContainsAny(text, ".e") && !strings.HasSuffix(text, "s") {
				row[i] = fmt.Sprintf("%.4g", x)
			}
		}
	}
	return t, nil
}
