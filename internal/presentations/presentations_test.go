package presentations

import (
	"math"
	"testing"
)

// TestClock goes through presentations and blanks as a simulation does: within
// what was entered, both ends included, nothing changes.
func TestClock(t *testing.T) {
	for _, blank := range []float64{0, 0.05, 0.1} {
		const hold = 0.1
		c := New(hold, blank)
		at, last := 0.0, -1
		for range 1000 {
			c.Enter(at)
			next := c.NextChange(at)
			k, off := c.Shown(at)
			long := hold
			if off {
				long = blank
			} else if k != last+1 {
				t.Fatalf("blank %v, t = %v: presentation %d after %d", blank, at, k, last)
			}
			if off && k != last || blank == 0 && off {
				t.Fatalf("blank %v, t = %v: a blank behind %d after %d", blank, at, k, last)
			}
			last = k
			if math.Abs(next-at-long) > 1e-9 {
				t.Fatalf("blank %v, t = %v: the next change is at %v, expected %v later", blank, at, next, long)
			}
			for _, part := range []float64{0, 0.3, 0.999, 1} {
				if i, o := c.Shown(at + part*(next-at)); i != k || o != off {
					t.Errorf("blank %v, %v of what begins at %v: %d, %v, expected %d, %v", blank, part, at, i, o, k, off)
				}
			}
			at = next
		}
	}
}

// TestLaterAtBoundaries: without Enter, the later one counts.
func TestLaterAtBoundaries(t *testing.T) {
	c := New(0.1, 0.2)
	for k := range 100 {
		start := float64(k) * c.Period()
		if i, off := c.Shown(start); i != k || off {
			t.Errorf("%v: %d, %v, expected the beginning of %d", start, i, off, k)
		}
		if i, off := c.Shown(start + 0.1); i != k || !off {
			t.Errorf("%v: %d, %v, expected the blank behind %d", start+0.1, i, off, k)
		}
	}
}
