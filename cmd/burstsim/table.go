package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"text/tabwriter"

	"burstsim/internal/experiment"
	"burstsim/sim/record"
)

// writeTable prints the outcome of each variant: its loss before and after
// learning, and the angles of its weight changes to backpropagation.
func writeTable(w io.Writer, res *record.Result, sum *experiment.Summary) error {
	labels := variantLabels(res, sum)
	if len(labels) == 0 {
		return nil
	}
	angles := angleNames(sum)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(out, "variant\tloss before\tloss after\tafter/before\t")
	for _, name := range angles {
		fmt.Fprintf(out, "angle %s\t", name)
	}
	fmt.Fprintln(out)
	for _, label := range labels {
		v := sum.Variants[label]
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t", label, cell("%.3g", v.LossInitial, ""),
			cell("%.3g", v.LossFinal, ""), cell("%.2f", 100*v.LossFinal/v.LossInitial, " %"))
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
	return out.Flush()
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
