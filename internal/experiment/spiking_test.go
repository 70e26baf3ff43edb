package experiment

import (
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"burstsim/internal/config"
	"burstsim/neuron"
	"burstsim/sim/spiking"
)

// spikingStart is what a start of populations that spike says.
func spikingStart(t *testing.T, name string) *config.Config {
	t.Helper()
	text, err := config.Template(config.Start{Task: name})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse(name+".toml", []byte(text), config.Options{Model: CheckModel})
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("../../examples/" + name + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	if string(example) != text {
		t.Errorf("examples/%s.toml is not what init writes", name)
	}
	return &cfg
}

// TestSpikingBurstCCN: the file is the network that published trajectories are
// compared with, and its protocol.
func TestSpikingBurstCCN(t *testing.T) {
	cfg := spikingStart(t, "spiking_burstccn")
	want := spiking.BurstCCN(100, 100)
	for k := range want.Populations {
		want.Populations[k].Cells.(*neuron.TwoCompartment).AdaptationAsPublished = true
	}
	equalNumbers(t, reflect.ValueOf(*spikingNetwork(cfg)), reflect.ValueOf(*want), "network")
	equalNumbers(t, reflect.ValueOf(spikingPhases(cfg)), reflect.ValueOf(spiking.BurstCCNPhases()), "phases")
}

// TestSpikingXOR: the file is the published network for exclusive-or.
func TestSpikingXOR(t *testing.T) {
	cfg := spikingStart(t, "spiking_xor")
	equalNumbers(t, reflect.ValueOf(*spikingNetwork(cfg)), reflect.ValueOf(*spiking.BurstpropXOR(500)), "network")
	phases := spikingPhases(cfg)
	equalNumbers(t, reflect.ValueOf(phases[2].Cycle), reflect.ValueOf(spiking.ShowPatterns(7.2, 0.8, true)), "learning")
}

// equalNumbers compares what decides, numbers to rounding: the order of pulses and of
// connections, which are added to one input, and names of currents and phases may
// differ.
func equalNumbers(t *testing.T, got, want reflect.Value, path string) {
	t.Helper()
	for got.Kind() == reflect.Pointer || got.Kind() == reflect.Interface {
		if got.IsNil() || want.IsNil() {
			if got.IsNil() != want.IsNil() {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
			return
		}
		got, want = got.Elem(), want.Elem()
	}
	switch got.Kind() {
	case reflect.Struct:
		for i := range got.NumField() {
			name := got.Type().Field(i).Name
			if name == "Name" && (strings.Contains(path, "phases") || strings.Contains(path, "learning")) {
				continue
			}
			equalNumbers(t, got.Field(i), want.Field(i), path+"."+name)
		}
	case reflect.Slice:
		if got.Len() != want.Len() {
			t.Errorf("%s has %d elements, want %d", path, got.Len(), want.Len())
			return
		}
		for i := range got.Len() {
			equalNumbers(t, got.Index(i), want.Index(i), path)
		}
	case reflect.Float64:
		if g, w := got.Float(), want.Float(); math.Abs(g-w) > 1e-12*math.Abs(w) {
			t.Errorf("%s is %v, want %v", path, g, w)
		}
	default:
		if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
}

// spikingExample is what an example of populations that spike says.
func spikingExample(t *testing.T, name string) *config.Config {
	t.Helper()
	cfg, err := config.Load("../../examples/"+name+".toml", config.Options{Model: CheckModel})
	if err != nil {
		t.Fatal(err)
	}
	return &cfg
}

// TestSpikingXORPublished: the long experiment is the short one with 500 epochs.
func TestSpikingXORPublished(t *testing.T) {
	long, short := spikingExample(t, "spiking_xor_published"), spikingStart(t, "spiking_xor")
	equalNumbers(t, reflect.ValueOf(*spikingNetwork(long)), reflect.ValueOf(*spikingNetwork(short)), "network")
	want := spikingPhases(short)
	want[2].Duration = 500 * 32
	equalNumbers(t, reflect.ValueOf(spikingPhases(long)), reflect.ValueOf(want), "phases")
}

// TestSpikingXORRules: what the rules are compared in, for a short time and to the end,
// are the networks for exclusive-or in coarser steps. In a short time, averages are over
// less time, and weights learn faster.
func TestSpikingXORRules(t *testing.T) {
	for name, is := range map[string]struct {
		average float64
		rates   [3]float64 // in units of the published ones
	}{
		"spiking_xor_rules":      {1, [3]float64{2, 1, 0.2}},
		"spiking_xor_rules_long": {2, [3]float64{1, 1, 0.1}}, // a tenth of the rate, ten times as long
	} {
		cfg := spikingExample(t, name)
		coarser := func(net *spiking.Network, rates float64) reflect.Value {
			for k := range net.Populations {
				net.Populations[k].OwnAveraging, net.Populations[k].Baseline = is.average, 0.401
			}
			for k := range net.Connections {
				c := &net.Connections[k]
				c.Delay = 2e-4
				if c.Rule != nil {
					c.Rule.Rate *= rates
					c.Rule.Baseline = 0.401
				}
			}
			net.Step = 2e-4
			return reflect.ValueOf(*net)
		}
		equalNumbers(t, reflect.ValueOf(*spikingNetwork(cfg)), coarser(spiking.BurstCCNXOR(500), is.rates[0]), name+": network of BurstCCN")
		for k, rates := range is.rates[1:] {
			other := &cfg.Compare[k]
			equalNumbers(t, reflect.ValueOf(*spikingNetwork(&other.Config)), coarser(spiking.BurstpropXOR(500), rates), name+": network of "+other.Name)
		}
		for _, c := range []*config.Config{cfg, &cfg.Compare[0].Config, &cfg.Compare[1].Config} {
			time := map[string]float64{} // of learning, by pattern
			for _, p := range spikingPhases(c)[2].Cycle {
				if p.Learning {
					time[p.Name] += p.Duration
				}
			}
			for name, seconds := range time {
				if len(time) != 4 || math.Abs(seconds/time["teach 00"]-1) > 1e-9 {
					t.Errorf("%s: %s for %v s, teach 00 for %v s", c.Run.Label, name, seconds, time["teach 00"])
				}
			}
		}
	}
}
