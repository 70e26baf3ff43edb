package plots

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

// noise is a random walk of n points over a width.
func noise(n int, width float64) []vg.Point {
	rnd := rand.New(rand.NewPCG(3, 4))
	points := make([]vg.Point, n)
	for i := range points {
		points[i] = vg.Point{X: vg.Length(width * float64(i) / float64(n-1)), Y: vg.Length(rnd.NormFloat64())}
	}
	return points
}

func TestDecimateKeepsTheExtremesOfEachColumn(t *testing.T) {
	const width, column = 60, 0.5
	for _, n := range []int{1, 2, 3, 100, 100_000} {
		points := noise(max(2, n), width)[:n]
		out := decimate(points, column)
		if len(out) > 2*(width/column+1)+2 {
			t.Errorf("%d of %d points are left", len(out), n)
		}
		if out[0] != points[0] || out[len(out)-1] != points[n-1] {
			t.Errorf("%d points: the ends are lost", n)
		}
		if !slices.IsSortedFunc(out, func(a, b vg.Point) int { return int(math.Copysign(1, float64(a.X-b.X))) }) {
			t.Errorf("%d points: the order is lost", n)
		}
		want, got := columnExtremes(points, points[0].X, column), columnExtremes(out, points[0].X, column)
		for k, e := range want {
			if got[k] != e {
				t.Errorf("%d points: column %d has %v, want %v", n, k, got[k], e)
			}
		}
	}
}

func columnExtremes(points []vg.Point, origin, width vg.Length) map[int]extent {
	out := map[int]extent{}
	for _, p := range points {
		k := int((p.X - origin) / width)
		e, ok := out[k]
		if !ok {
			e = noExtent()
		}
		e.include(float64(p.Y))
		out[k] = e
	}
	return out
}

func TestSimplifyStaysWithinItsTolerance(t *testing.T) {
	smooth := make([]vg.Point, 2000)
	for i := range smooth {
		x := float64(i) / 20
		smooth[i] = vg.Point{X: vg.Length(x), Y: vg.Length(20 * math.Sin(x/10))}
	}
	for name, points := range map[string][]vg.Point{"smooth": smooth, "noise": noise(500, 100)} {
		out := simplify(points, tolerance)
		for _, p := range points {
			k, _ := slices.BinarySearchFunc(out, p, func(a, b vg.Point) int { return int(math.Copysign(1, float64(a.X-b.X))) })
			k = min(max(k, 1), len(out)-1)
			if d := distanceToSegment(p, out[k-1], out[k]); d > tolerance*(1+1e-9) {
				t.Fatalf("%s: a point is %v away", name, d)
			}
		}
		if name == "smooth" && len(out) > len(points)/10 {
			t.Errorf("%d of %d points of a smooth curve are left", len(out), len(points))
		}
	}
}

func TestQuartiles(t *testing.T) {
	x := []float64{0, 1, 2, 3, 4, 5, 6, 7}
	y := []float64{5, 1, 9, math.NaN(), 4, 2, math.NaN(), math.Inf(1)}
	c := quartiles(x, y, 2)
	if !slices.Equal(c.times, []float64{1.75, 5.25}) || !slices.Equal(c.values, []float64{5, 3}) ||
		!slices.Equal(c.low, []float64{3, 2.5}) || !slices.Equal(c.high, []float64{7, 3.5}) {
		t.Errorf("%+v", c)
	}
	if c = means(x, y, 2); !slices.Equal(c.values, []float64{5, 3}) {
		t.Errorf("means %v", c.values)
	}
	for _, c := range []metricColumn{quartiles(x, make([]float64, 4), 4), means(x, make([]float64, 4), 4)} {
		if !math.IsNaN(c.values[3]) {
			t.Errorf("%v for an interval without values", c.values[3])
		}
	}
}

// The angle of a single number is 0 or 180 degrees.
func TestSignsAreMeans(t *testing.T) {
	table := record.NewTable("time", "signs", "angles")
	for i := range 2 * manyRows {
		table.Append(float64(i), []float64{0, 180, math.NaN(), 180}[i%4], float64(i%180))
	}
	column := func(name string) metricColumn {
		return summarised([]metricColumn{{times: table.Column("time"), values: table.Column(name)}})
	}
	if c := column("signs"); !c.means || len(c.low) > 0 {
		t.Error("signs are not said to be means")
	}
	for _, y := range column("signs").values {
		if y < 100 || y > 140 {
			t.Errorf("%v, want about 180 times the share of disagreement, 2/3", y)
		}
	}
	if c := column("angles"); c.means || len(c.low) != len(c.values) {
		t.Error("angles without quartiles")
	}
}

func TestHeld(t *testing.T) {
	tests := []struct {
		values []float64
		want   bool
	}{
		{[]float64{0, 0, 0, 1, 1, 1, 0, 0}, true},
		{[]float64{3, 3}, true},
		{[]float64{0, 1, 0, 1}, false},
		{[]float64{0, 0.1, 0.2, 0.2, 0.3}, false},
	}
	for _, test := range tests {
		if held(test.values) != test.want {
			t.Errorf("%v: held %v", test.values, !test.want)
		}
	}
}

func TestLinearTicks(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		lo := rnd.NormFloat64() * math.Pow(10, 20*rnd.Float64()-10)
		hi := lo + math.Pow(10, 20*rnd.Float64()-10)
		if hi-lo < 1e-9*math.Abs(lo) {
			continue
		}
		n := 2 + rnd.IntN(5)
		power := powerFor(lo, hi)
		ticks := linearTicks(lo, hi, n, power)
		if len(ticks) < 2 || len(ticks) > n+3 {
			t.Fatalf("%d ticks from %v to %v, want 2 to about %d", len(ticks), lo, hi, n)
		}
		seen := map[string]bool{}
		for _, k := range ticks {
			if slack := 1e-6 * (hi - lo); k.Value < lo-slack || k.Value > hi+slack {
				t.Fatalf("tick %v outside of %v to %v", k.Value, lo, hi)
			}
			if seen[k.Label] {
				t.Fatalf("two ticks %q from %v to %v (10^%d)", k.Label, lo, hi, power)
			}
			seen[k.Label] = true
		}
	}
}

func TestLogTicksLabelAtLeastTwo(t *testing.T) {
	for _, r := range []struct{ lo, hi float64 }{{1e-4, 1}, {3e-3, 0.2}, {0.011, 0.045}, {1e-90, 1e90}, {0.025, 0.045},
		{0.31, 0.45}, {2.01, 4.99}, {0.11, 0.118}, {0.99, 1.01}, {3e-99, 3.2e-99}, {9, 11}, {1, 10}} {
		seen := map[string]bool{}
		for _, k := range logTicks(r.lo, r.hi) {
			if k.Value < r.lo*(1-1e-6) || k.Value > r.hi*(1+1e-6) {
				t.Errorf("tick %v outside of %v", k.Value, r)
			}
			if k.Label != "" {
				if seen[k.Label] {
					t.Errorf("two ticks %q in %v", k.Label, r)
				}
				seen[k.Label] = true
			}
		}
		if len(seen) < 2 || len(seen) > 12 {
			t.Errorf("%d labelled ticks in %v", len(seen), r)
		}
	}
}

func BenchmarkDecimate(b *testing.B) {
	points := noise(100_000, 500)
	for b.Loop() {
		simplify(decimate(points, columnWidth), tolerance)
	}
}
