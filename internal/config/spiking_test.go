package config

import (
	"fmt"
	"strings"
	"testing"
)

const spikingText = `[time]
kind = "spiking"
dt = "1ms"
[record]
metrics = "100ms"
[spiking]
stimulus = [{ name = "s", current = 200 }]
population = [{ name = "a", size = 4 }, { name = "b", size = 4, own_average = "1s" }]
connection = [{ name = "V", from = "a", to = "b", weight = 300 }]
pulses = [{ to = "a", rate = 150, weight = 2000 }]
current = [{ name = "c", to = "a" }]
phase = [{ name = "p", duration = "1s", learning = true }]
`

// TestSpikingInVain: of populations that spike, keys without effect beside the others,
// and values that contradict each other, are refused where they stand, on one line.
func TestSpikingInVain(t *testing.T) {
	connection := func(key, rest string) (add, at string) {
		return fmt.Sprintf("[[spiking.connection]]\nname = \"x\"\n%s\n", rest), "spiking.connection[1]." + key
	}
	cases := map[string]struct{ key, rest, want string }{
		"carries of a stimulus":    {"carries", `from = "s"; to = "a"; carries = "events"`, "only behind a population"},
		"delay of a stimulus":      {"delay", `from = "s"; to = "a"; delay = "2ms"`, "only behind a population"},
		"short_term of a stimulus": {"short_term", `from = "s"; to = "a"; short_term = "depressing"`, "only behind a population"},
		"gain":                     {"gain", `from = "a"; to = "b"; gain = 2`, "only with tied"},
		"weight tied":              {"weight", `from = "b"; to = "a"; tied = "V"; weight = 2`, "tied to those of another"},
		"probability tied":         {"probability", `from = "b"; to = "a"; tied = "V"; probability = 0.5`, "tied to those of another"},
		"rule tied":                {"rule", `from = "b"; to = "a"; tied = "V"; rule = "fixed"`, "tied to those of another"},
		"rate":                     {"rate", `from = "a"; to = "b"; rate = 2`, "only with a rule"},
		"trace":                    {"trace", `from = "a"; to = "b"; trace = "2s"`, "only with a rule"},
		"rate_min":                 {"rate_min", `from = "a"; to = "b"; rate_min = 2`, "only with a rule"},
		"rate_max":                 {"rate_max", `from = "a"; to = "b"; rate_max = 2`, "only with a rule"},
		"low":                      {"low", `from = "a"; to = "b"; low = -2`, "only with a rule"},
		"high":                     {"high", `from = "a"; to = "b"; high = 2`, "only with a rule"},
		"low above high":           {"low", `from = "a"; to = "b"; rule = "fixed"; low = 3; high = 2`, "above high"},
		"weight above high":        {"weight", `from = "a"; to = "b"; rule = "fixed"; weight = 3; high = 2`, "expected what the rule can reach"},
		"weight below low":         {"weight", `from = "a"; to = "b"; rule = "fixed"; weight = -1`, "expected what the rule can reach"},
		"rate_min above rate_max":  {"rate_min", `from = "a"; to = "b"; rule = "fixed"; rate_min = 3; rate_max = 2`, "above rate_max"},
		"moving without averages":  {"rule", `from = "b"; to = "a"; rule = "moving"`, `own_average of "a"`},
		"bound without averages":   {"rate_max", `from = "b"; to = "a"; rule = "fixed"; rate_max = 5`, `own_average of "a"`},
		"least without averages":   {"rate_min", `from = "b"; to = "a"; rule = "fixed"; rate_min = 5`, `own_average or spike_average of "a"`},
	}
	if _, err := Parse("x.toml", []byte(spikingText), Options{}); err != nil {
		t.Fatal(err)
	}
	for name, c := range cases {
		text, at := connection(c.key, strings.ReplaceAll(c.rest, "; ", "\n"))
		// an array of tables as tables of their own, so that each key has its line
		whole := strings.Replace(spikingText, `connection = [{ name = "V", from = "a", to = "b", weight = 300 }]`+"\n", "", 1) +
			"[[spiking.connection]]\nname = \"V\"\nfrom = \"a\"\nto = \"b\"\nweight = 300\n" + text
		line := strings.Count(whole[:strings.LastIndex(whole, "\n"+c.key+" = ")+1], "\n") + 1
		refusedOnce(t, name, whole, fmt.Sprintf("x.toml:%d: %s: ", line, at), c.want)
	}
	for name, c := range map[string]struct{ old, new, at, want string }{
		"a nudge without averages": {"phase = [", "nudge = [{ phase = \"p\", population = \"a\", high = true }]\nphase = [", "x.toml:12: spiking.nudge[0].population: ", "own_average"},
		"two settings":             {"phase = [", "setting = [{ phase = \"p\", current = \"c\", constant = 1 }, { phase = \"p\", current = \"c\", constant = 2 }]\nphase = [", "x.toml:12: spiking.setting[1].current: ", "given twice"},
		"pulses too fast":          {"rate = 150", "rate = 1e4", "x.toml:10: spiking.pulses[0].rate: ", "1000 Hz"},
		"back to before from":      {`name = "a", size = 4`, `name = "a", size = 4, back_from = "3ms"`, "x.toml:8: spiking.population[0].back_from: ", "at most back_to"},
		"a step too long":          {`name = "a", size = 4`, `name = "a", size = 4, tau_dendrite = "500us"`, "x.toml:8: spiking.population[0].tau_dendrite: ", "at least a step, time.dt = 1ms"},
		"back within a step":       {`name = "a", size = 4`, `name = "a", size = 4, back_to = "900us"`, "x.toml:8: spiking.population[0].back_to: ", "at least a step, time.dt = 1ms"},
		"one name for two":         {`name = "s"`, `name = "a"`, "x.toml:7: spiking.stimulus[0].name: ", "is a population too"},
	} {
		refusedOnce(t, name, strings.Replace(spikingText, c.old, c.new, 1), c.at, c.want)
	}
	old := strings.Replace(spikingText, "weight = 300", "weight = 300, gain = 2, rate = 3", 1)
	old = strings.Replace(old, `name = "a", size = 4`, `name = "a", size = 4, tau_dendrite = "500us"`, 1)
	if _, err := Parse("x.toml", []byte(old), Options{Recorded: true}); err != nil {
		t.Errorf("a run of an earlier version: %v", err)
	}
}

func refusedOnce(t *testing.T, name, text, at, want string) {
	t.Helper()
	_, err := Parse("x.toml", []byte(text), Options{})
	if err == nil || !strings.HasPrefix(err.Error(), at) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: %v, want %q and %q", name, err, at, want)
	}
}

// TestSpikingVariantOfBroken: what is wrong with a list of the experiment hides what is
// wrong with that of a variant, and is what is said.
func TestSpikingVariantOfBroken(t *testing.T) {
	text := strings.Replace(spikingText, "weight = 300", "wieght = 300", 1) +
		"[[compare]]\nname = \"v\"\nspiking.connection = [{ name = \"V\", from = \"a\", to = \"z\", rule = \"moving\" }]\nspiking.nudge = [{ phase = \"p\", population = \"z\", high = true }]\n"
	_, err := Parse("x.toml", []byte(text), Options{Model: func(Config) error { return nil }})
	if err == nil || !strings.Contains(err.Error(), `did you mean "weight"?`) {
		t.Errorf("error %v", err)
	}
}

// TestEnsembles: populations differ in size only if they also get the same.
func TestEnsembles(t *testing.T) {
	const text = `[time]
kind = "spiking"
dt = "1ms"
[spiking]
stimulus = [{ name = "s", current = 200 }]
population = [{ name = "a", size = 4 }, { name = "b", size = 8 }, { name = "c", size = 16 }]
connection = [{ name = "to a", from = "s", to = "a", weight = 1 }, { name = "to b", from = "s", to = "b", weight = 1 }, { name = "to c", from = "s", to = "c", weight = 1 }]
pulses = [{ to = "a", rate = 10, weight = 5 }, { to = "b", rate = 10, weight = 5 }, { to = "c", rate = 10, weight = 5 }]
current = [{ name = "into a", to = "a" }, { name = "into b", to = "b" }, { name = "into c", to = "c" }]
phase = [{ name = "p", duration = "1s" }]
setting = [{ phase = "p", current = "into a", constant = 3 }, { phase = "p", current = "into b", constant = 3 }, { phase = "p", current = "into c", constant = 3 }]
`
	for change, want := range map[[2]string]int{
		{}: 3,
		{`to = "a", rate = 10`, `to = "a", rate = 20`}:                            0,
		{`to = "a", weight = 1`, `to = "a", weight = 2`}:                          0,
		{`name = "into a", to = "a"`, `name = "into a", to = "a", constant = 40`}: 0,
		{`current = "into a", constant = 3`, `current = "into a", constant = 4`}:  0,
	} {
		cfg, err := Parse("x.toml", []byte(strings.Replace(text, change[0], change[1], 1)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(cfg.Spiking.Ensembles()); got != want {
			t.Errorf("%q: %d ensembles, want %d", change[1], got, want)
		}
	}
}
