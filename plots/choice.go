package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"burstsim/sim/record"
)

// chosen is the variant to be drawn, and the options with their defaults.
func (o Options) chosen(res *record.Result) (Options, record.Variant, error) {
	if err := hasVariants(res); err != nil {
		return o, record.Variant{}, err
	}
	o, err := o.withDefaults()
	if err != nil {
		return o, record.Variant{}, err
	}
	if o.Variant < 0 || o.Variant >= len(res.Variants) {
		return o, record.Variant{}, fmt.Errorf("plots: variant %d, expected 0 to %d", o.Variant, len(res.Variants)-1)
	}
	return o, res.Variants[o.Variant], nil
}

// windows are what of the recorded ones is to be shown: all, of too many some
// that are spread over the run, or what lies in the reader's own.
func (o Options) windows(tr *record.Trajectory) ([]record.Window, error) {
	recorded := record.Windows(tr.Time)
	if len(recorded) == 0 {
		return nil, errors.New("plots: the trajectory has no two samples in one window")
	}
	if len(o.Windows) == 0 {
		return pick(recorded, mostWindows), nil
	}
	var out []record.Window
	for _, asked := range o.Windows {
		if !(asked[0] < asked[1]) {
			return nil, fmt.Errorf("plots: window from %s to %s s, expected an end after its start", seconds(asked[0]), seconds(asked[1]))
		}
		before := len(out)
		for _, w := range recorded {
			if part := within(tr.Time, w, asked[0]-rounding(asked[0]), asked[1]+rounding(asked[1])); part != nil {
				out = append(out, *part)
			}
		}
		if len(out) == before {
			return nil, fmt.Errorf("plots: no two samples from %s to %s s; recorded are %s",
				seconds(asked[0]), seconds(asked[1]), listWindows(recorded))
		}
	}
	if len(out) > mostWindows {
		return nil, fmt.Errorf("plots: %d windows to show, expected at most %d", len(out), mostWindows)
	}
	return out, nil
}

// rounding is how far the time of a sample may be off: times are sums of steps.
func rounding(t float64) float64 { return 1e-9 * (1 + math.Abs(t)) }

func seconds(t float64) string { return strconv.FormatFloat(t, 'g', 10, 64) }

// mostSaid is how many things a message lists.
const mostSaid = 12

func listWindows(wins []record.Window) string {
	var out []string
	for _, w := range wins {
		out = append(out, seconds(w.Start)+" to "+seconds(w.End)+" s")
	}
	return list(out)
}

func list(words []string) string {
	if len(words) > mostSaid {
		words = append(slices.Clone(words[:mostSaid]), "...")
	}
	return strings.Join(words, ", ")
}

// layers are the hidden layer to be shown, which is the lowest unless the
// reader wants another, and the highest of which a signal was recorded.
func (o Options) layers(tr *record.Trajectory) (shown, highest int, err error) {
	all := recordedLayers(tr)
	if o.Layer == 0 {
		if len(all) == 0 {
			return 0, 0, nil
		}
		return all[0], all[len(all)-1], nil
	}
	if !slices.Contains(all, o.Layer) {
		return 0, 0, fmt.Errorf("plots: layer %d was not recorded; recorded are %s", o.Layer, listNumbers(all))
	}
	return o.Layer, all[len(all)-1], nil
}

func listNumbers(numbers []int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.Itoa(n)
	}
	return list(words)
}

// recordedLayers are those that have a signal, from the lowest.
func recordedLayers(tr *record.Trajectory) []int {
	var out []int
	for _, s := range tr.Signals {
		if _, layer, ok := ofLayer(s.Name); ok && !slices.Contains(out, layer) {
			out = append(out, layer)
		}
	}
	slices.Sort(out)
	return out
}

// units are the places in a signal of the units to be shown.
func (o Options) units(s *record.Signal) ([]int, error) {
	if len(o.Indices) == 0 {
		return record.Spread(s.Width(), o.Units), nil
	}
	var out []int
	for _, unit := range o.Indices {
		j := slices.Index(s.Units, unit)
		if j < 0 {
			return nil, fmt.Errorf("plots: unit %d of %s was not recorded; recorded are %s", unit, clean(s.Name), listNumbers(s.Units))
		}
		if !slices.Contains(out, j) {
			out = append(out, j)
		}
	}
	return out, nil
}

// inputs are the places of the inputs to be shown.
func (o Options) inputs(s *record.Signal) ([]int, error) {
	if len(o.Inputs) == 0 {
		return shownInputs(s, o.Units), nil
	}
	return Options{Indices: o.Inputs}.units(s)
}

// output is the place of the output to be shown.
func (o Options) output(s *record.Signal) (int, error) {
	if len(o.Outputs) == 0 {
		return 0, nil
	}
	places, err := Options{Indices: o.Outputs[:1]}.units(s)
	if err != nil {
		return 0, err
	}
	return places[0], nil
}

// shows tells whether a panel is among those chosen.
func (o Options) shows(name string) bool {
	return len(o.Panels) == 0 || slices.Contains(o.Panels, name)
}

// checkPanels refuses panels that the trajectory has nothing for.
func (o Options) checkPanels(tr *record.Trajectory) error {
	var names []string
	for _, name := range []string{"input", "output"} {
		if s := tr.Signal(name); s != nil && s.Width() > 0 {
			names = append(names, name)
		}
	}
	for _, q := range rowsOf(tr) {
		names = append(names, q.signal)
	}
	for _, name := range o.Panels {
		if !slices.Contains(names, name) {
			return fmt.Errorf("plots: no panel %s; there are %s", clean(name), list(names))
		}
	}
	for name := range o.Limits {
		if name != lossPanel && !slices.Contains(names, name) {
			return fmt.Errorf("plots: no panel %s to limit; there are %s", clean(name), list(append(names, lossPanel)))
		}
	}
	return nil
}

// lossPanel is the name of the panel of losses in the learning figure.
const lossPanel = "loss"
