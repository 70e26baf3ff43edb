package plots

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

const mostCompared = 4 // populations, and weights

// SpikeRates draws runs of populations that spike above each other: the event rate
// and the burst probability of each population that all variants have, up to four,
// and the mean weights that all have. Shaded is when the first variant has a
// teacher. It is an error if there is nothing that all have.
func SpikeRates(res *record.Result, opt Options) (*Figure, error) {
	if err := hasVariants(res); err != nil {
		return nil, err
	}
	var names, weights []string
	for i, v := range res.Variants {
		if v.Spikes == nil || v.Metrics == nil || v.Metrics.Len() < 2 {
			return nil, errors.New("plots: not all variants have rates of populations that spike")
		}
		var own []string
		for _, p := range v.Spikes.Populations {
			own = append(own, p.Name)
		}
		if i == 0 {
			names, weights = own, learned(v.Metrics)
		}
		missing := func(of []string) func(string) bool {
			return func(x string) bool { return !slices.Contains(of, x) }
		}
		names, weights = slices.DeleteFunc(names, missing(own)), slices.DeleteFunc(weights, missing(learned(v.Metrics)))
	}
	var entries []entry
	for i, v := range res.Variants {
		entries = append(entries, entry{text: clean(v.Label), line: trace(variantColours, i)})
	}
	for _, all := range []struct {
		names []string
		what  string
	}{{names, "populations"}, {weights, "weights"}} {
		if n := len(all.names); n > mostCompared {
			entries = append(entries, entry{text: fmt.Sprintf("(%d of %d %s)", mostCompared, n, all.what)})
		}
	}
	var rows []rateRow
	add := func(label, column string) {
		r := rateRow{label: label}
		for i := range res.Variants {
			r.add(res.Variants[i].Metrics, column, trace(variantColours, i))
		}
		if len(r.lines) > 0 {
			rows = append(rows, r)
		}
	}
	for _, name := range names[:min(len(names), mostCompared)] {
		add("event rate of\n"+fit(name, rateHeight-12)+" (Hz)", "event_rate_"+name)
		add("burst prob.\nof "+fit(name, rateHeight-10), "burst_prob_"+name)
	}
	for _, name := range weights[:min(len(weights), mostCompared)] {
		add("mean weight\n"+fit(name, rateHeight), weightColumn+name)
	}
	if len(rows) == 0 {
		return nil, errors.New("plots: the runs have no population in common")
	}
	end := 0.0
	for _, v := range res.Variants {
		end = max(end, v.Metrics.Column("time")[v.Metrics.Len()-1])
	}
	f := &Figure{width: opt.width(doubleColumn)}
	lgd := newLegend(entries, f.width-2*edgePad-letterSize)
	n := vg.Length(len(rows))
	f.height = edgePad + lgd.height() + topPad + n*rateHeight + (n-1)*rowGap + xNumbers + xLabel + edgePad
	lgd.at = vg.Point{X: edgePad + letterSize, Y: f.height - edgePad}
	f.add(lgd)
	addRates(&sheet{Figure: f, y: f.height - edgePad - lgd.height(), next: 'a'}, rows, end, teaching(opt.phases(res, 0)))
	return f, nil
}
