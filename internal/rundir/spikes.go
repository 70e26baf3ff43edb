package rundir

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"burstsim/internal/arrayfile"
	"burstsim/sim/record"
)

const (
	sizeSuffix     = "_size"
	baselineSuffix = "_p_baseline"
	windowsArray   = "windows"
)

// spikeArrays are the arrays of spikes, a column of their rows each.
var spikeArrays = []struct {
	name string
	item
}{{timeArray, floatItem}, {"population", indexItem}, {"neuron", indexItem}, {"kind", indexItem}}

// WriteSpikes writes spikes as an archive that numpy.load opens: of each spike the
// time in seconds, the population and the neuron, counted from 0, and the kind: 1
// for an event, 2 for a burst, 0 for others. NAME_size and NAME_p_baseline tell of
// the populations, in their order, and windows from when to when spikes were kept.
// Variants but the first have their label and / before the names.
func WriteSpikes(w io.Writer, variants []record.Variant) error {
	archive := newArrayWriter(w)
	for i, v := range variants {
		if v.Spikes == nil {
			continue
		}
		prefix := ""
		if i > 0 {
			prefix = v.Label + "/"
		}
		if err := archive.spikes(prefix, v.Spikes); err != nil {
			return err
		}
	}
	return archive.zip.Close()
}

func (a *arrayWriter) spikes(prefix string, s *record.Spikes) error {
	for k, column := range spikeArrays {
		if err := a.columns(prefix+column.name, []int{s.Rows.Len()}, s.Rows, len(spikeArrays), k, k+1, column.item); err != nil {
			return err
		}
	}
	for _, p := range s.Populations {
		if err := a.ints(prefix+p.Name+sizeSuffix, []int{1}, []int{p.Size}); err != nil {
			return err
		}
		if err := a.floats(prefix+p.Name+baselineSuffix, []int{1}, []float64{p.Baseline}); err != nil {
			return err
		}
	}
	var windows []float64
	for _, w := range s.Windows {
		windows = append(windows, w[:]...)
	}
	return a.floats(prefix+windowsArray, []int{len(s.Windows), 2}, windows)
}

// kinds of spikes in words.
var kinds = [...]string{record.Other: "other", record.Event: "event", record.Burst: "burst"}

// WriteSpikesText writes spikes as lines of variant, time in seconds, population,
// neuron and kind, between commas.
func WriteSpikesText(w io.Writer, variants []record.Variant) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"variant", "time", "population", "neuron", "kind"}); err != nil {
		return err
	}
	row := make([]float64, len(spikeArrays))
	for _, v := range variants {
		if v.Spikes == nil {
			continue
		}
		for i := range v.Spikes.Rows.Len() {
			if err := v.Spikes.Rows.Read(i, row); err != nil {
				return err
			}
			line := []string{v.Label, strconv.FormatFloat(row[0], 'g', -1, 64), v.Spikes.Populations[int(row[1])].Name, strconv.Itoa(int(row[2])), kinds[int(row[3])]}
			if err := out.Write(line); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// ReadSpikes reads what WriteSpikes wrote; name stands for the file in errors.
func ReadSpikes(r io.ReaderAt, size int64, name string) ([]record.Variant, error) {
	group := newArrayGroup()
	if err := eachArray(r, size, name, group.add); err != nil {
		return nil, err
	}
	var variants []record.Variant
	for _, label := range group.labels {
		s, err := group.spikes(label)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		variants = append(variants, record.Variant{Label: label, Spikes: s})
	}
	return variants, nil
}

// spikes puts a variant's arrays together.
func (g *arrayGroup) spikes(label string) (*record.Spikes, error) {
	s := &record.Spikes{}
	for _, name := range g.names[label] {
		population, ok := strings.CutSuffix(name, sizeSuffix)
		if !ok {
			continue
		}
		sizes, err := g.arrays[label+"/"+name].Indices()
		if err != nil || len(sizes) != 1 {
			return nil, fmt.Errorf("%s: expected one number", name)
		}
		baseline, err := g.arrays[label+"/"+population+baselineSuffix].Floats()
		if err != nil || len(baseline) != 1 {
			return nil, fmt.Errorf("%s%s: expected one number", population, baselineSuffix)
		}
		s.Populations = append(s.Populations, record.Population{Name: population, Size: sizes[0], Baseline: baseline[0]})
	}
	windows := g.arrays[label+"/"+windowsArray]
	bounds, err := windows.Floats()
	if err != nil || len(windows.Shape) != 2 || len(bounds) != 2*windows.Shape[0] {
		return nil, fmt.Errorf("%s: expected two numbers a row", windowsArray)
	}
	for pair := range slices.Chunk(bounds, 2) {
		s.Windows = append(s.Windows, [2]float64{pair[0], pair[1]})
	}
	var columns [][]float64
	for _, a := range spikeArrays {
		column, err := numbersOf(g.arrays[label+"/"+a.name], a.descr)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.name, err)
		}
		if len(columns) > 0 && len(column) != len(columns[0]) {
			return nil, fmt.Errorf("%s: %d spikes, expected %d as in %s", a.name, len(column), len(columns[0]), spikeArrays[0].name)
		}
		columns = append(columns, column)
	}
	rows := &record.Memory{Width: len(columns)}
	row := make([]float64, len(columns))
	for i := range columns[0] {
		for k := range columns {
			row[k] = columns[k][i]
		}
		if p := int(row[1]); p < 0 || p >= len(s.Populations) || row[3] < record.Other || row[3] > record.Burst {
			return nil, fmt.Errorf("spike %d is of population %v and kind %v, expected fewer than %d and %d", i, row[1], row[3], len(s.Populations), len(kinds))
		}
		if err := rows.Append(row); err != nil {
			return nil, err
		}
	}
	s.Rows = rows
	return s, nil
}

func numbersOf(a arrayfile.Array, descr string) ([]float64, error) {
	if descr == arrayfile.Float {
		return a.Floats()
	}
	whole, err := a.Indices()
	out := make([]float64, len(whole))
	for i, x := range whole {
		out[i] = float64(x)
	}
	return out, err
}
