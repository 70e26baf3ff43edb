package neuron

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// baselines are values of p_b that the centred burst probability allows.
var baselines = []float64{0.01, 0.1, 0.2, 0.3, 0.5}

func population(change func(*Pyramidal)) Pyramidal {
	c := DefaultPyramidal()
	if change != nil {
		change(&c)
	}
	return c
}

func withBaseline(pb float64) Pyramidal {
	return population(func(c *Pyramidal) { c.PBaseline = pb })
}

// burstAt is the burst probability at one apical potential.
func burstAt(c Pyramidal, u float64) float64 {
	p := []float64{0}
	BurstProbability(p, &c, []float64{u})
	return p[0]
}

func TestValidate(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		wrong  string // the field to be named; "" if all is well
		change func(*Pyramidal)
	}{
		{"", nil},
		{"", func(c *Pyramidal) { c.TauSoma, c.TauDendrite, c.Beta = 1e-6, 100, 1 }},
		{"", func(c *Pyramidal) { c.PBaseline = 0.001 }},
		{"", func(c *Pyramidal) { c.PBaseline, c.Transfer = 0.2, Published }},
		{"TauSoma", func(c *Pyramidal) { c.TauSoma = 0 }},
		{"TauSoma", func(c *Pyramidal) { c.TauSoma = nan }},
		{"TauDendrite", func(c *Pyramidal) { c.TauDendrite = -0.1 }},
		{"TauDendrite", func(c *Pyramidal) { c.TauDendrite = nan }},
		{"PBaseline", func(c *Pyramidal) { c.PBaseline = 0 }},
		{"PBaseline", func(c *Pyramidal) { c.PBaseline, c.Transfer = 1, Published }},
		{"PBaseline", func(c *Pyramidal) { c.PBaseline = nan }},
		{"PBaseline", func(c *Pyramidal) { c.PBaseline = 0.6 }},
		{"PBaseline", func(c *Pyramidal) { c.PBaseline, c.Transfer = 0.51, Published }},
		{"Beta", func(c *Pyramidal) { c.Beta = 0 }},
		{"Beta", func(c *Pyramidal) { c.Beta = nan }},
	} {
		p := population(c.change)
		err := p.Validate()
		if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong+" is ") {
			t.Errorf("%+v: error %v, want one about %q", p, err, c.wrong)
		}
	}
}

// A centred population rests at its baseline, to the last bit in both
// precisions, so that without error nothing drifts.
func TestCentredRestsAtBaseline(t *testing.T) {
	for _, pb := range baselines {
		c := withBaseline(pb)
		if p := burstAt(c, 0); p != pb {
			t.Errorf("p_b = %v: p(0) = %v", pb, p)
		}
		single := []float32{0}
		if BurstProbability(single, &c, single); single[0] != float32(pb) {
			t.Errorf("p_b = %v: p(0) = %v in float32", pb, single[0])
		}
	}
}

func TestPublishedRestsAtHalf(t *testing.T) {
	for _, pb := range baselines {
		c := withBaseline(pb)
		c.Transfer = Published
		if p := burstAt(c, 0); p != 0.5 {
			t.Errorf("p_b = %v: p(0) = %v, want 0.5", pb, p)
		}
	}
}

func TestCentredEqualsPublishedAtHalf(t *testing.T) {
	centred, published := withBaseline(0.5), withBaseline(0.5)
	published.Transfer = Published
	for u := -50.0; u <= 50; u += 0.37 {
		if a, b := burstAt(centred, u), burstAt(published, u); a != b {
			t.Errorf("u = %v: centred %v, published %v", u, a, b)
		}
	}
}

// Between 0 and 2 p_b, increasing, symmetric about the baseline, and with the
// slope 1/4 there whatever the baseline is: an error moves the burst
// probability by as much.
func TestCentredShape(t *testing.T) {
	for _, pb := range baselines {
		c := withBaseline(pb)
		before := 0.0
		for u := -30 * pb; u <= 30*pb; u += pb / 7 {
			p := burstAt(c, u)
			if !(p > before && p < 2*pb) {
				t.Errorf("p_b = %v: p(%v) = %v, want it between %v and %v", pb, u, p, before, 2*pb)
			}
			if sum := p + burstAt(c, -u); math.Abs(sum-2*pb) > 4e-16 {
				t.Errorf("p_b = %v: p(u) + p(-u) = %v at u = %v, want %v", pb, sum, u, 2*pb)
			}
			before = p
		}
		h := 1e-4 * pb
		if slope := (burstAt(c, h) - burstAt(c, -h)) / (2 * h); math.Abs(slope-0.25) > 1e-8 {
			t.Errorf("p_b = %v: slope at rest %v, want 1/4", pb, slope)
		}
		if low, high := burstAt(c, math.Inf(-1)), burstAt(c, math.Inf(1)); low != 0 || high != 2*pb {
			t.Errorf("p_b = %v: from %v to %v, want 0 to %v", pb, low, high, 2*pb)
		}
	}
}

func TestBurstProbabilityInPlace(t *testing.T) {
	for _, pb := range baselines {
		c := withBaseline(pb)
		u := []float64{-3, -0.1, 0, 0.4, 2}
		p := make([]float64, len(u))
		BurstProbability(p, &c, u)
		if BurstProbability(u, &c, u); !slices.Equal(p, u) {
			t.Errorf("p_b = %v: %v in place, %v otherwise", pb, u, p)
		}
	}
}

// h(e) is f'(z)/f(z) of the logistic function f.
func TestDendriticDriveFollowsTransferSlope(t *testing.T) {
	const beta, a, step = 4, 0.7, 1e-5
	for z := -6.0; z <= 6; z += 0.5 {
		e := []float64{z - step, z, z + step}
		Sigmoid(e, e)
		want := beta * a * (e[2] - e[0]) / (2 * step) / e[1]
		drive := []float64{0}
		DendriticDrive(drive, beta, e[1:2], []float64{a})
		if math.Abs(drive[0]-want) > 1e-8 {
			t.Errorf("z = %v: drive %v, want beta a f'/f = %v", z, drive[0], want)
		}
	}
}

// With beta = 4 a small apical input a moves the burst rate off its baseline by
// f'(z) a: what backprop would hand on if a is the error from above.
func TestHiddenDeviationIsBackprop(t *testing.T) {
	const a = 1e-5
	for _, pb := range baselines {
		c := withBaseline(pb)
		for z := -6.0; z <= 6; z += 0.75 {
			e, x := []float64{z}, []float64{0}
			Sigmoid(e, e)
			DendriticDrive(x, c.Beta, e, []float64{a})
			BurstProbability(x, &c, x)
			Deviation(x, x, []float64{pb}, e)
			want := e[0] * (1 - e[0]) * a
			if math.Abs(x[0]-want) > 1e-6*a {
				t.Errorf("p_b = %v, z = %v: deviation %v, want %v", pb, z, x[0], want)
			}
		}
	}
}

// The teacher's deviation is -p_b times the slope of (target - f(z))^2 / 2 in z.
func TestTeacherFollowsTheGradient(t *testing.T) {
	const step = 1e-5
	loss := func(target, e float64) float64 { return (target - e) * (target - e) / 2 }
	for _, pb := range baselines {
		for _, target := range []float64{0, 0.01, 0.4, 0.99, 1} {
			for z := -5.0; z <= 5; z += 0.5 {
				e := []float64{z - step, z, z + step}
				Sigmoid(e, e)
				want := -pb * (loss(target, e[2]) - loss(target, e[0])) / (2 * step)
				x := []float64{0}
				TeacherBurstProbability(x, pb, []float64{target}, e[1:2])
				Deviation(x, x, []float64{pb}, e[1:2])
				if math.Abs(x[0]-want) > 1e-9 {
					t.Errorf("p_b = %v, target %v, z = %v: deviation %v, want %v", pb, target, z, x[0], want)
				}
			}
		}
	}
}

// Without error the teacher leaves the burst probability at the baseline, to
// the last bit, and it never leaves [3/4 p_b, 2 p_b].
func TestTeacherBurstProbabilityRange(t *testing.T) {
	for _, pb := range baselines {
		for e := 0.0; e <= 1; e += 1. / 32 {
			p := []float64{0}
			if TeacherBurstProbability(p, pb, []float64{e}, []float64{e}); p[0] != pb {
				t.Errorf("p_b = %v, target = e = %v: p = %v, want the baseline", pb, e, p[0])
			}
			for target := 0.0; target <= 1; target += 1. / 32 {
				TeacherBurstProbability(p, pb, []float64{target}, []float64{e})
				if !(p[0] >= 0.75*pb-1e-16 && p[0] <= 2*pb) {
					t.Errorf("p_b = %v, target %v, e = %v: p = %v", pb, target, e, p[0])
				}
				if (p[0] > pb) != (target > e && e < 1) {
					t.Errorf("p_b = %v, target %v, e = %v: p = %v on the wrong side", pb, target, e, p[0])
				}
			}
		}
	}
}

// The deviation is the burst rate minus the one expected at the baseline.
func TestDeviationIsExcessBurstRate(t *testing.T) {
	p, e, baseline := []float64{0.5, 0.7, 0, 0.2}, []float64{0.3, 0, 1, 0.9}, []float64{0.5, 0.5, 0.2, 0.4}
	b, expected, d := make([]float64, 4), make([]float64, 4), make([]float64, 4)
	BurstRate(b, p, e)
	BurstRate(expected, baseline, e)
	Deviation(d, p, baseline, e)
	for i := range d {
		if math.Abs(d[i]-(b[i]-expected[i])) > 1e-16 {
			t.Errorf("unit %d: deviation %v, want %v", i, d[i], b[i]-expected[i])
		}
	}
}

// The average is the one burst probability that explains all averaged bursts,
// and the present one before there is anything to explain.
func TestAverageBurstProbability(t *testing.T) {
	for _, c := range []struct{ bursts, events, want float64 }{
		{0, 0, 0.2}, {0.3, 0.6, 0.5}, {0, 0.4, 0}, {0.4, 0.4, 1}, {1e-320, 2e-320, 0.5}, {3e-10, 1e-9, 0.3},
	} {
		p := []float64{0}
		AverageBurstProbability(p, []float64{c.bursts}, []float64{c.events}, []float64{0.2})
		if math.Abs(p[0]-c.want) > 1e-3*c.want {
			t.Errorf("%v bursts in %v events: %v, want %v", c.bursts, c.events, p[0], c.want)
		}
	}
}

// The nudged rate is the target moved to [0.2, 0.8].
func TestNudgePotential(t *testing.T) {
	target := []float64{0, 0.01, 0.25, 0.5, 0.75, 0.99, 1}
	z := slices.Clone(target)
	NudgePotential(z, z)
	rate := make([]float64, len(z))
	Sigmoid(rate, z)
	for i, x := range target {
		if want := 0.2 + 0.6*x; math.Abs(rate[i]-want) > 2e-16 {
			t.Errorf("target %v: rate %v at its potential, want %v", x, rate[i], want)
		}
		if opposite := z[len(z)-1-i]; math.Abs(z[i]+opposite) > 1e-15 {
			t.Errorf("targets %v and %v: potentials %v and %v, want opposite ones", x, 1-x, z[i], opposite)
		}
	}
}

func TestMix(t *testing.T) {
	a, b := []float64{0, -1, 2.5}, []float64{1, 3, 2.5}
	for _, c := range []struct {
		lambda float64
		want   []float64
	}{{0, a}, {1, b}, {0.25, []float64{0.25, 0, 2.5}}} {
		for name, dst := range map[string][]float64{"elsewhere": make([]float64, 3), "in a": slices.Clone(a)} {
			first := a
			if name == "in a" {
				first = dst
			}
			if Mix(dst, c.lambda, first, b); !slices.Equal(dst, c.want) {
				t.Errorf("lambda = %v, %s: %v, want %v", c.lambda, name, dst, c.want)
			}
		}
	}
}

func TestPyramidalDoesNotAllocate(t *testing.T) {
	c := withBaseline(0.2)
	x, e := make([]float64, 50), make([]float64, 50)
	allocs := testing.AllocsPerRun(100, func() {
		DendriticDrive(x, c.Beta, e, x)
		BurstProbability(x, &c, x)
		BurstRate(x, x, e)
		Deviation(x, x, e, e)
		TeacherBurstProbability(x, c.PBaseline, e, e)
		AverageBurstProbability(x, x, e, e)
		NudgePotential(x, e)
		Mix(x, 0.1, x, e)
	})
	if allocs != 0 {
		t.Errorf("%v allocations, want 0", allocs)
	}
}

// A population without apical input stays at its baseline; net input from above
// makes it burst more or less often.
func ExampleBurstProbability() {
	c := DefaultPyramidal()
	c.PBaseline = 0.2
	e := []float64{0.5, 0.5, 0.5}
	x := []float64{-0.1, 0, 0.1} // net feedback
	DendriticDrive(x, c.Beta, e, x)
	BurstProbability(x, &c, x)
	fmt.Printf("%.3f\n", x)
	// Output: [0.151 0.200 0.249]
}

func ExampleTeacherBurstProbability() {
	p := make([]float64, 3)
	TeacherBurstProbability(p, 0.5, []float64{0, 0.5, 1}, []float64{0.5, 0.5, 0.5})
	fmt.Println(p)
	// Output: [0.375 0.5 0.625]
}

func BenchmarkPyramidal(b *testing.B) {
	const n = 500
	rng := rand.New(rand.NewPCG(1, 2))
	e, u, p, out := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range e {
		e[i], u[i], p[i] = rng.Float64(), rng.NormFloat64(), rng.Float64()
	}
	half, low := DefaultPyramidal(), withBaseline(0.2)
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"DendriticDrive", func() { DendriticDrive(out, 4, e, u) }},
		{"BurstProbability/p_b=0.5", func() { BurstProbability(out, &half, u) }},
		{"BurstProbability/p_b=0.2", func() { BurstProbability(out, &low, u) }},
		{"BurstRate", func() { BurstRate(out, p, e) }},
		{"Deviation", func() { Deviation(out, p, u, e) }},
		{"TeacherBurstProbability", func() { TeacherBurstProbability(out, 0.5, p, e) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/element")
		})
	}
}
