package experiment

import (
	"context"
	"fmt"
	"testing"

	"burstsim/internal/config"
)

// The presentation after learning that may have begun with the teacher does not
// count among the answers, in either kind of time.
func TestAnswersBeginWithoutTeacher(t *testing.T) {
	for _, c := range []struct {
		kind, learn string
		want        int
	}{
		{"continuous", "4s", 4}, {"discrete", "4s", 4},
		// The last begins half a second before the end, which discrete time
		// does not wait for.
		{"continuous", "4500ms", 4}, {"discrete", "4500ms", 5},
	} {
		t.Run(c.kind+" "+c.learn, func(t *testing.T) {
			file := fmt.Sprintf("task.kind = 'xor'\ntime = {kind = %q, before = '2s', learn = %q, after = '5s'}", c.kind, c.learn)
			cfg, err := config.Parse("x.toml", []byte(file), config.Options{})
			if err != nil {
				t.Fatal(err)
			}
			s, err := newSimulation[float64](cfg, NewData())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.run(context.Background(), nil, func(Progress) {}); err != nil {
				t.Fatal(err)
			}
			var n int
			for _, k := range s.patterns.n {
				n += k
			}
			if n != c.want {
				t.Errorf("%d answers, want %d", n, c.want)
			}
		})
	}
}
