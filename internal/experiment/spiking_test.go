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
