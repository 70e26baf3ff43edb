package config

import (
	"strings"
	"testing"
)

const withDelays = `model late
time constants:
    tau = 100 ms in (0, inf)
    back = 20 ms in [0, inf)
output:
    tau dz/dt = -z + 0.5 z(t - back) + z(t - 40ms)
    answer = z
`

// TestStepsKeepToDelays: a step is no longer than what is looked back over, and
// a delay has no effect in discrete time.
func TestStepsKeepToDelays(t *testing.T) {
	head := "model.equations = '''\n" + withDelays + "'''\nmodel.hidden = []\n"
	for _, c := range []struct{ more, want string }{
		{"time.dt = '20ms'", ""},
		{"time.dt = '21ms'", "x.toml:11: time.dt: is 21ms, expected at most 20ms, the shortest delay of the model late (time.back): what it looks back at would not be known yet"},
		{"time.dt = '21ms'\nintegrator.method = 'dopri5'", ""},
		{"time.dt = '21ms'\ntime.back = '0s'", ""},
		{"time.dt = '41ms'\ntime.back = '0s'", "x.toml:11: time.dt: is 41ms, expected at most 40ms, the shortest delay of the model late: what"},
		{"time.back = '5ms'", "x.toml:11: time.dt: is 10ms, expected at most 5ms"},
		{"time.back = '50ms'\n[[compare]]\nname = 'b'\ntime.back = '9ms'", "x.toml:14: compare[0].time.dt: is 10ms, expected at most 9ms"},
		{"time.back = '50ms'\ntime.kind = 'discrete'", "x.toml:11: time.back: has no effect here"},
		{"record.time_gradient = true", "x.toml:11: record.time_gradient: is true, expected false with the model late, which has delays"},
	} {
		_, err := Parse("x.toml", []byte(head+c.more), Options{StabilityLimit: limits})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.more, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)):
			t.Errorf("%s: %v, want %s", c.more, err, c.want)
		}
	}
}
