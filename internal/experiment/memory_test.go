package experiment

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/memory"
)

// TestMemoryIsEstimatedFromBelow compares what runs allocate with what they are
// thought to need: never less, or what fits would be refused, and not so much
// more that what is let through could be hopeless.
func TestMemoryIsEstimatedFromBelow(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates too")
	}
	const network = "model.hidden = [500, 400]\n"
	const text = network + `
time = { before = "0s", learn = "200ms", after = "0s" }
record.metrics = "100ms"
`
	sets := map[string][]string{
		"teacher":         {"task.teacher_hidden=[900, 900]", "model.hidden=[2]"},
		"float32":         {"run.precision=float32"},
		"float32, images": {"run.precision=float32", "task.kind=mnist", "task.data=embedded", "time.kind=discrete", "task.epochs=1"},
		"adam":            {"time.kind=discrete", "learning.optimiser=adam", "time.learn=2s"},
		"images":          {"task.kind=mnist", "task.data=embedded", "time.kind=discrete", "task.epochs=1"},
		"maps":            {"task.kind=mnist", "task.data=embedded", "time.kind=discrete", "task.epochs=1", `model.layer=[{kind="conv", channels=20, kernel=5}]`, "model.hidden=[10]"},
		"many":            {"task.kind=mnist", "task.data=embedded", "time.kind=discrete", "task.epochs=1", "task.batch=200", "model.hidden=[900, 5]"},
		"minimal":         {"task.kind=mnist", "task.data=embedded", "time.kind=discrete", "task.epochs=1", "record.log_mode=minimal"},
		"variants":        {"compare"},
	}
	for _, model := range []string{"burstccn", "burstprop", "edn", "ann"} {
		sets[model+" discrete"] = []string{"model.kind=" + model, "time.kind=discrete", "time.learn=2s"}
		for _, method := range []string{"euler", "rk4", "dopri5", "exponential"} {
			sets[model+" "+method] = []string{"model.kind=" + model, "integrator.method=" + method}
		}
		sets[model+" split"] = []string{"model.kind=" + model, "integrator.plasticity=split"}
	}
	for name, set := range sets {
		text := text
		if slices.Contains(set, "task.kind=mnist") { // which goes through epochs
			text = network
		}
		if name == "variants" {
			set = nil
			text += "[[compare]]\nname = \"a\"\n[[compare]]\nname = \"b\"\nmodel.kind = \"ann\"\n"
		}
		cfg := parseText(t, text, set...)
		estimate := withVariants(cfg).bytes()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, _, err := Run(t.Context(), cfg, Options{}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		runtime.ReadMemStats(&after)
		got := float64(after.TotalAlloc - before.TotalAlloc)
		t.Logf("%-22s estimate %5.1f MB, allocated %5.1f MB, ratio %.2f", name, estimate/1e6, got/1e6, got/estimate)
		if estimate > got || got > 4*estimate {
			t.Errorf("%s: estimate %.3g bytes, allocated %.3g", name, estimate, got)
		}
	}
}

// TestTooLargeIsRefused asks for more than any machine has, by every key that can.
// A variant that inherits the key is not said to be too large again.
func TestTooLargeIsRefused(t *testing.T) {
	const variant = "[[compare]]\nname = \"other\"\ntime.kind = \"discrete\"\n"
	const images = "task.kind=mnist task.data=auto time.kind=discrete "
	for _, c := range []struct{ set, key string }{
		{"task.teacher_hidden=[1000000000,1000000000]", "task.teacher_hidden"},
		{"model.hidden=[1000000000,1000000000]", "model.hidden"},
		{"model.hidden=[9000000000000000000]", "model.hidden"},
		{"task.inputs=1000000000000000", "task.inputs"},
		{"task.outputs=1000000000000000", "task.outputs"},
		{images + "task.batch=1000000000000000", "task.batch"},
		{images + "model.layer=[{kind=\"conv\",channels=65536,kernel=3,padding=1024},{kind=\"conv\",channels=65536,kernel=1024}]", "model.layer"},
		{images + "model.layer=[{kind=\"dense\",units=1000000000000000}]", "model.layer"},
	} {
		opt := config.Options{Set: strings.Fields(c.set), Memory: CheckMemory}
		_, err := config.Parse("x.toml", []byte(variant), opt)
		if err == nil || !strings.HasPrefix(err.Error(), "--set: "+c.key+": ") || !strings.Contains(err.Error(), "of memory") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", c.set, err)
		}
		opt.Memory = nil // a run that goes on where there is less
		cfg, err := config.Parse("x.toml", []byte(variant), opt)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := Run(t.Context(), cfg, Options{}); err == nil || !strings.HasPrefix(err.Error(), c.key+": ") {
			t.Errorf("%s: %v", c.set, err)
		}
	}
	// Each would fit, but not all.
	var many strings.Builder
	side := int(math.Sqrt(memory.Total() / 8 / 100))
	fmt.Fprintf(&many, "model.hidden = [%d, %d]\n", side, side)
	for i := range 90 {
		fmt.Fprintf(&many, "[[compare]]\nname = \"%d\"\n", i)
	}
	_, err := config.Parse("x.toml", []byte(many.String()), config.Options{Memory: CheckMemory})
	if err == nil || !strings.Contains(err.Error(), "this experiment and its 90 variants take ") {
		t.Errorf("%v", err)
	}
}

// TestLongDelaysAreRefused: who spiked is kept for as many steps as a delay lasts, of
// which there may be more than any machine has memory for.
func TestLongDelaysAreRefused(t *testing.T) {
	const text = `[time]
kind = "spiking"
dt = "1ms"
[spiking]
population = [{ name = "a", size = 100 }]
connection = [{ name = "W", from = "a", to = "a" }]
phase = [{ name = "p", duration = "10ms" }]
[record]
metrics = "1ms"
`
	for _, c := range []struct{ old, new, key string }{
		{`to = "a"`, `to = "a", delay = "1000000h"`, "spiking.connection"},
		{`size = 100`, `size = 100, back_to = "1000000h"`, "spiking.population"},
	} {
		_, err := config.Parse("x.toml", []byte(strings.Replace(text, c.old, c.new, 1)), config.Options{Memory: CheckMemory})
		if err == nil || !strings.Contains(err.Error(), c.key+": ") || !strings.Contains(err.Error(), "of memory") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", c.new, err)
		}
	}
	cfg := parseText(t, strings.Replace(text, `to = "a"`, `to = "a", delay = "50s"`, 1))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := Run(t.Context(), cfg, Options{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got, estimate := float64(after.TotalAlloc-before.TotalAlloc), spikingDemands(&cfg).bytes(); !testing.Short() && (estimate > got || got > 2*estimate) {
		t.Errorf("estimate %.3g bytes, allocated %.3g", estimate, got)
	}
}

func TestAtOnce(t *testing.T) {
	small := parseText(t, "")
	if got := AtOnce([]config.Config{small, small, small}); got != 3 {
		t.Errorf("%d of 3 small ones at once", got)
	}
	huge := parseText(t, "model.hidden = [1000000000, 1000000000]")
	if got := AtOnce([]config.Config{small, huge}); got != 1 {
		t.Errorf("%d at once of more than there is memory for", got)
	}
}
