package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"burstsim/internal/experiment"
	"burstsim/internal/report"
	"burstsim/sim/record"
)

// writeTable prints the outcome of each variant, in the order of the recording,
// which the summary lacks.
func writeTable(w io.Writer, res *record.Result, sum *experiment.Summary) error {
	if res == nil {
		return nil
	}
	var labels []string
	for _, v := range res.Variants {
		labels = append(labels, v.Label)
	}
	return writeOutcome(w, labels, sum)
}

// writeOutcome prints losses and angles, how the model tends to its limit, and
// answers to patterns, as far as there are any.
func writeOutcome(w io.Writer, labels []string, sum *experiment.Summary) error {
	losses, answers := report.Outcome(labels, sum)
	if losses == nil {
		return nil
	}
	if err := writeRows(w, losses, tabwriter.AlignRight); err != nil {
		return err
	}
	if limit := report.Limit(sum); limit != "" {
		if _, err := fmt.Fprintf(w, "\n%s\n", limit); err != nil {
			return err
		}
	}
	if answers == nil {
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return writeRows(w, answers, tabwriter.AlignRight)
}

// writeRows prints a table with its columns two spaces apart.
func writeRows(w io.Writer, t *report.Table, flags uint) error {
	var text bytes.Buffer
	out := tabwriter.NewWriter(&text, 0, 0, 2, ' ', flags)
	for _, row := range append([][]string{t.Header}, t.Rows...) {
		line := printable(row)
		if flags&tabwriter.AlignRight != 0 {
			line += "\t" // the last column is one too
		}
		fmt.Fprintln(out, line)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// printable joins cells. What a damaged file holds must not control a terminal.
func printable(cells []string) string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, c)
	}
	return strings.Join(out, "\t")
}
