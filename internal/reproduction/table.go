package reproduction

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// heading says what a figure or table is of.
func (r *Reproduction) heading(quick bool) string {
	mark := ""
	if quick {
		mark = " (QUICK VERSION: shortened)"
	}
	return fmt.Sprintf("%s%s. %s: %s", r.Title, mark, r.Paper, r.Figure)
}

// columns of the table, as a reader sees them.
func (r Row) cells() []string {
	published := "not published"
	if r.Published != nil {
		spread := math.NaN()
		if r.Spread != nil {
			spread = *r.Spread
		}
		published = strconv.FormatFloat(*r.Published, 'g', -1, 64)
		if !math.IsNaN(spread) {
			published += " ± " + strconv.FormatFloat(spread, 'g', -1, 64) + " (" + r.SpreadOf + ")"
		}
	}
	here := "-"
	if r.Here.N > 0 {
		here = says(r.Here.Mean, r.Here.SD)
	}
	return []string{r.Name, r.Unit, published, here, strconv.Itoa(r.Here.N), r.Source}
}

var header = []string{"value", "unit", "published", "here, mean ± sd", "runs", "published where"}

// WriteMarkdown writes the table for documents: published values beside ours.
func (r *Reproduction) WriteMarkdown(w io.Writer, rows []Row, quick bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\n", r.heading(quick))
	if r.Note != "" {
		fmt.Fprintf(&b, "%s\n\n", strings.TrimSpace(r.Note))
	}
	table := [][]string{header}
	for _, row := range rows {
		table = append(table, row.cells())
	}
	table = withoutEmpty(table)
	for i, row := range table {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// withoutEmpty leaves out the columns that say nothing.
func withoutEmpty(table [][]string) [][]string {
	out := make([][]string, len(table))
	for j := range table[0] {
		if slices.ContainsFunc(table[1:], func(row []string) bool { return row[j] != "" }) {
			for i := range table {
				out[i] = append(out[i], table[i][j])
			}
		}
	}
	return out
}

// WriteText writes the table for a terminal.
func (r *Reproduction) WriteText(w io.Writer, rows []Row, quick bool) error {
	table := [][]string{header[:5]}
	for _, row := range rows {
		table = append(table, row.cells()[:5])
	}
	table = withoutEmpty(table)
	widths := make([]int, len(table[0]))
	for _, row := range table {
		for j, cell := range row {
			widths[j] = max(widths[j], len([]rune(cell)))
		}
	}
	var b strings.Builder
	fmt.Fprintln(&b, r.heading(quick))
	for _, row := range table {
		for j, cell := range row {
			row[j] = cell + strings.Repeat(" ", widths[j]-len([]rune(cell)))
		}
		fmt.Fprintln(&b, strings.TrimRight(strings.Join(row, "  "), " "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteCSV writes the table with all digits.
func (r *Reproduction) WriteCSV(w io.Writer, rows []Row) error {
	out := csv.NewWriter(w)
	number := func(x float64) string {
		if math.IsNaN(x) {
			return ""
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	optional := func(x *float64) string {
		if x == nil {
			return ""
		}
		return number(*x)
	}
	_ = out.Write([]string{"value", "unit", "published", "published_spread", "spread_of", "runs", "mean", "sd", "source"}) // errors stay until the end
	for _, row := range rows {
		_ = out.Write([]string{row.Name, row.Unit, optional(row.Published), optional(row.Spread), row.SpreadOf,
			strconv.Itoa(row.Here.N), number(row.Here.Mean), number(row.Here.SD), row.Source})
	}
	out.Flush()
	return out.Error()
}
