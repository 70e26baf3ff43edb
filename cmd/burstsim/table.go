package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"burstsim/internal/experiment"
	"burstsim/sim/record"
)

// writeTable prints the outcome of each variant: its loss before and after
// learning, and the angles of its weight changes to backpropagation; then its
// answers to the patterns of its task.
func writeTable(w io.Writer, res *record.Result, sum *experiment.Summary) error {
	labels := variantLabels(res, sum)
	if len(labels) == 0 {
		return nil
	}
	angles := angleNames(sum)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	images := slices.ContainsFunc(labels, func(label string) bool {
		return !math.IsNaN(sum.Variants[label].TestError) && sum.Variants[label].TestError > 0
	})
	fmt.Fprint(out, "variant\tloss before\tloss after\tafter/before\t")
	if images {
		fmt.Fprint(out, "test error\t")
	}
	for _, name := range angles {
		fmt.Fprintf(out, "angle %s\t", name)
	}
	fmt.Fprintln(out)
	for _, label := range labels {
		v := sum.Variants[label]
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t", label, cell("%.3g", v.LossInitial, ""),
			cell("%.3g", v.LossFinal, ""), cell("%.2f", 100*v.LossFinal/v.LossInitial, " %"))
		if images {
			fmt.Fprintf(out, "%s\t", cell("%.2f", 100*v.TestError, " %"))
		}
		for _, name := range angles {
			angle, ok := v.AngleWeights[name]
			if !ok {
				angle = math.NaN()
			}
			fmt.Fprintf(out, "%s\t", cell("%.1f", angle, " deg"))
		}
		fmt.Fprintln(out)
	}
	if sum.Limit != nil {
		fmt.Fprintf(out, "\ndistance to the discrete limit ~ (tau/T)^%s\n", cell("%.2f", sum.Limit.Slope, ""))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return writeAnswers(w, labels, sum)
}

// writeAnswers prints what the variants said to each pattern after learning, if
// their task has patterns, and by how much the worst answer was right.
func writeAnswers(w io.Writer, labels []string, sum *experiment.Summary) error {
	labels = slices.DeleteFunc(labels, func(label string) bool { return sum.Variants[label].Answers == nil })
	patterns := patternNames(labels, sum)
	if len(patterns) == 0 {
		return nil
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(out, "\nvariant\t")
	for _, name := range patterns {
		fmt.Fprintf(out, "%s ->\t", name)
	}
	fmt.Fprintln(out, "margin\t")
	for _, label := range labels {
		a := sum.Variants[label].Answers
		said := map[string]float64{}
		for k := range min(len(a.Inputs), len(a.Outputs)) {
			said[patternName(a.Inputs[k])] = a.Outputs[k]
		}
		fmt.Fprintf(out, "%s\t", label)
		for _, name := range patterns {
			answer, ok := said[name]
			if !ok {
				answer = math.NaN()
			}
			fmt.Fprintf(out, "%s\t", cell("%.2f", answer, ""))
		}
		fmt.Fprintf(out, "%s\t\n", cell("%.2f", a.Margin, ""))
	}
	return out.Flush()
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

// variantLabels is in the order of the recording, which the summary lacks.
func variantLabels(res *record.Result, sum *experiment.Summary) []string {
	if res == nil {
		return nil
	}
	var labels []string
	for _, v := range res.Variants {
		if _, ok := sum.Variants[v.Label]; ok {
			labels = append(labels, v.Label)
		}
	}
	return labels
}

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
