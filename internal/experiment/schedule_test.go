package experiment

import (
	"testing"
	"time"

	"burstsim/internal/config"
)

// A knot is at the very number of seconds that steps and presentations say, not a
// rounding behind: 0.1 + 0.2 is more than 0.3.
func TestScheduleIsOnTime(t *testing.T) {
	for _, c := range []struct {
		text string
		want []float64
	}{
		{"time.before = '100ms'\nlearning.schedule = [{ at = '200ms', factor = 0 }]", []float64{0.1, (300 * time.Millisecond).Seconds()}},
		{"task = { kind = 'mnist', data = 'embedded' }\ntime.kind = 'discrete'\nlearning.schedule = [{ epoch = 2.5, factor = 0, weights = ['W'] }]", []float64{0, 2.5}},
		{"", nil},
	} {
		cfg, err := config.Parse("e.toml", []byte(c.text), config.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := schedule(cfg)
		if len(s) != len(c.want) {
			t.Fatalf("%s: %d knots, want %d", c.text, len(s), len(c.want))
		}
		for i, k := range s {
			if k.At != c.want[i] {
				t.Errorf("%s: knot %d is at %v, want %v", c.text, i, k.At, c.want[i])
			}
		}
		if len(s) > 0 && s.Factor("Y", 2.5) != map[bool]float64{true: 0, false: 1}[s[1].Weights == nil] {
			t.Errorf("%s: the factor of Y is %v", c.text, s.Factor("Y", 2.5))
		}
	}
}
