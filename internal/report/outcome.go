// Package report says what a run was, what it came to and what is in its
// folder: as tables for a terminal, as JSON, and as one page of HTML.
package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"burstsim/internal/experiment"
)

// Table is text in rows and columns.
type Table struct {
	Header []string
	Rows   [][]string // each as long as Header
}

// Outcome is, of each variant of these labels that the summary has, the loss
// before and after learning and the angles of its weight changes to
// backpropagation; then, if their task has patterns, what each answered to
// them. The second table is nil if there are none, both if there is no variant.
func Outcome(labels []string, sum *experiment.Summary) (losses, answers *Table) {
	labels = slices.DeleteFunc(slices.Clone(labels), func(label string) bool {
		_, ok := sum.Variants[label]
		return !ok
	})
	if len(labels) == 0 {
		return nil, nil
	}
	return outcomeTable(labels, sum), answersTable(labels, sum)
}

func outcomeTable(labels []string, sum *experiment.Summary) *Table {
	angles := angleNames(sum)
	images := slices.ContainsFunc(labels, func(label string) bool {
		return hasError(sum.Variants[label].TestError)
	})
	shown := slices.ContainsFunc(labels, func(label string) bool { return sum.Variants[label].ShownError != nil })
	t := &Table{Header: []string{"variant", "loss before", "loss after", "after/before"}}
	if images {
		t.Header = append(t.Header, "test error")
	}
	if shown {
		t.Header = append(t.Header, "shown in time")
	}
	for _, name := range angles {
		t.Header = append(t.Header, "angle "+name)
	}
	for _, label := range labels {
		v := sum.Variants[label]
		row := []string{label, cell("%.3g", v.LossInitial, ""), cell("%.3g", v.LossFinal, ""),
			cell("%.2f", 100*v.LossFinal/v.LossInitial, " %")}
		if images {
			row = append(row, cell("%.2f", 100*v.TestError, " %"))
		}
		if shown {
			wrong := math.NaN()
			if v.ShownError != nil {
				wrong = 100 * *v.ShownError
			}
			row = append(row, cell("%.2f", wrong, " %"))
		}
		for _, name := range angles {
			angle, ok := v.AngleWeights[name]
			if !ok {
				angle = math.NaN()
			}
			row = append(row, cell("%.1f", angle, " deg"))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// answersTable is what the variants said to each pattern after learning, and by
// how much the worst answer was right.
func answersTable(labels []string, sum *experiment.Summary) *Table {
	labels = slices.DeleteFunc(labels, func(label string) bool { return sum.Variants[label].Answers == nil })
	patterns := patternNames(labels, sum)
	if len(patterns) == 0 {
		return nil
	}
	t := &Table{Header: []string{"variant"}}
	for _, name := range patterns {
		t.Header = append(t.Header, name+" ->")
	}
	t.Header = append(t.Header, "margin")
	for _, label := range labels {
		a := sum.Variants[label].Answers
		said := map[string]float64{}
		for k := range min(len(a.Inputs), len(a.Outputs)) {
			said[patternName(a.Inputs[k])] = a.Outputs[k]
		}
		row := []string{label}
		for _, name := range patterns {
			answer, ok := said[name]
			if !ok {
				answer = math.NaN()
			}
			row = append(row, cell("%.2f", answer, ""))
		}
		t.Rows = append(t.Rows, append(row, cell("%.2f", a.Margin, "")))
	}
	return t
}

// Limit says how the distance to the discrete limit falls; "" if it was not
// measured.
func Limit(sum *experiment.Summary) string {
	if sum.Limit == nil {
		return ""
	}
	return fmt.Sprintf("distance to the discrete limit ~ (tau/T)^%s", cell("%.2f", sum.Limit.Slope, ""))
}

// patternNames is every pattern that a variant answered to, in its order.
func patternNames(labels []string, sum *experiment.Summary) []string {
	var names []string
	for _, label := range labels {
		for _, input := range sum.Variants[label].Answers.Inputs {
			if name := patternName(input); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// patternName is "(0 1)".
func patternName(input []float64) string {
	return "(" + strings.Trim(fmt.Sprint(input), "[]") + ")"
}

// cell is a dash for a number that does not exist.
func cell(format string, x float64, unit string) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "-"
	}
	return fmt.Sprintf(format, x) + unit
}

// angleNote says what the angles of a summary and of a figure are between.
const angleNote = "Angles are between the change that plasticity asks for and minus the gradient of the loss at the " +
	"rates, target and weights of the same moment. That gradient knows no past: what lags behind a moving input, " +
	"as with trace_delay, counts as an angle, even where it brings learning closer to the gradient through time."

// angleNames is every layer that has an angle, W2 before W10.
func angleNames(sum *experiment.Summary) []string {
	names := map[string]bool{}
	for _, v := range sum.Variants {
		for name := range v.AngleWeights {
			names[name] = true
		}
	}
	return slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
}
