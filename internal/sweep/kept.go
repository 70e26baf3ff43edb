package sweep

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"burstsim/internal/config"
	"burstsim/sim/record"
)

// keep adds a result, unless it is none.
func (v *VariantRecord) keep(name string, x float64) {
	if !math.IsNaN(x) {
		v.Results[name] = number(x)
	}
}

// withoutSnapshots is an experiment that records no weights on its way, which a sweep
// would not keep.
func withoutSnapshots(cfg config.Config) config.Config {
	cfg.Record.Weights = nil
	cfg.Compare = slices.Clone(cfg.Compare)
	for i := range cfg.Compare {
		cfg.Compare[i].Config.Record.Weights = nil
	}
	return cfg
}

// keepLimit keeps how the experiment tends to the discrete limit: the slope as
// limit_slope, and the distance at each ratio as limit_0.1 and so on.
func (v *VariantRecord) keepLimit(l *record.Limit) {
	if l == nil {
		return
	}
	v.keep("limit_slope", l.Slope)
	for i, ratio := range l.Ratio {
		v.keep(fmt.Sprintf("limit_%g", ratio), l.Distance[i])
	}
}

// keepLog keeps the angles of a training's log: their means, as angle_QY, and the
// last, as angle_QY_last.
func (v *VariantRecord) keepLog(log *record.Table) {
	if log == nil {
		return
	}
	for _, name := range log.Columns {
		if !strings.HasPrefix(name, "angle_") {
			continue
		}
		sum, n, last := 0.0, 0, math.NaN()
		for _, x := range log.Column(name) {
			if !math.IsNaN(x) {
				sum, n, last = sum+x, n+1, x
			}
		}
		v.keep(name, sum/float64(n))
		v.keep(name+"_last", last)
	}
}

// stretch is a part of the time of populations that spike, s.
type stretch struct {
	name     string
	from, to float64
}

// settledShare is how much of a phase goes by before its means are taken, so that
// averages over time have forgotten the one before.
const settledShare = 0.2

// stretchesOf are the phases of a variant, and of phases with a cycle its parts, as
// they come the last time.
func stretchesOf(cfg config.Config, variant int) (all []stretch) {
	if variant > 0 {
		cfg = cfg.Compare[variant-1].Config
	}
	length := map[string]float64{}
	for _, p := range cfg.Spiking.Phases {
		length[p.Name] = p.Duration.Seconds()
	}
	var begins float64
	for _, p := range cfg.Routine() {
		span := p.Duration.Seconds()
		all = append(all, stretch{p.Name, begins, begins + span})
		var round float64
		for _, part := range p.Cycle {
			round += length[part]
		}
		if round > 0 && round <= span {
			at := begins + round*(math.Floor(span/round+1e-9)-1)
			for _, part := range p.Cycle {
				all = append(all, stretch{p.Name + "/" + part, at, at + length[part]})
				at += length[part]
			}
		}
		begins += span
	}
	return all
}

// keepStretches keeps the mean of each quantity over each stretch, but for its
// first fifth, as event_rate_out in after/show 00. Rows say what was until then.
func (v *VariantRecord) keepStretches(table *record.Table, all []stretch) {
	rows := table.All()
	row := make([]float64, len(table.Columns))
	sums, counts := make([][]float64, len(all)), make([][]float64, len(all))
	for k := range all {
		sums[k], counts[k] = make([]float64, len(row)), make([]float64, len(row))
	}
	for i := range rows.Len() {
		if rows.Read(i, row) != nil {
			return // what the disk does not give is no result
		}
		for k, s := range all {
			if row[0] <= s.from+settledShare*(s.to-s.from)+1e-9 || row[0] > s.to+1e-9 {
				continue
			}
			for j, x := range row {
				if !math.IsNaN(x) {
					sums[k][j], counts[k][j] = sums[k][j]+x, counts[k][j]+1
				}
			}
		}
	}
	for k, s := range all {
		for j, column := range table.Columns[1:] {
			v.keep(column+" in "+s.name, sums[k][j+1]/counts[k][j+1])
		}
	}
}
