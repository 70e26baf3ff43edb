package noise

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestPhilox compares with the known answers that come with the authors'
// library Random123 (kat_vectors).
func TestPhilox(t *testing.T) {
	const all = math.MaxUint32
	for _, v := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{all, all, all, all}, [2]uint32{all, all}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := Philox(v.counter, v.key); got != v.want {
			t.Errorf("Philox(%x, %x) = %x, want %x", v.counter, v.key, got, v.want)
		}
	}
}

// moments are the mean of the first four powers.
func moments(x []float64) (m [4]float64) {
	for _, v := range x {
		p := 1.0
		for k := range m {
			p *= v
			m[k] += p / float64(len(x))
		}
	}
	return m
}

// TestDrawIsNormal compares moments with those of a normal distribution, within
// five of their standard errors.
func TestDrawIsNormal(t *testing.T) {
	const n = 400_000
	x := make([]float64, n)
	NewStream(7, "z1", 1000, n/1000).Draw(x, 3)
	want := [4]float64{0, 1, 0, 3}
	variance := [4]float64{1, 2, 15, 96} // of x, x^2, x^3 and x^4
	for k, m := range moments(x) {
		if off := math.Abs(m - want[k]); off > 5*math.Sqrt(variance[k]/n) {
			t.Errorf("the mean of x^%d is %v, want %v", k+1, m, want[k])
		}
	}
}

// TestDrawDependsOnWhatItIsFor looks at the same row and unit of networks of
// other sizes, and at another seed, name, presentation, row and unit.
func TestDrawDependsOnWhatItIsFor(t *testing.T) {
	draw := func(s Stream, n uint64) []float64 {
		x := make([]float64, s.Len())
		s.Draw(x, n)
		return x
	}
	x := draw(NewStream(1, "z1", 3, 4), 5)
	wide := draw(NewStream(1, "z1", 4, 7), 5)
	for row := range 3 {
		if got := wide[row*7:][:4]; !slices.Equal(got, x[row*4:][:4]) {
			t.Errorf("row %d is %v with more rows and units, %v without", row, got, x[row*4:][:4])
		}
	}
	others := slices.Concat(x, draw(NewStream(2, "z1", 3, 4), 5), draw(NewStream(1, "z2", 3, 4), 5), draw(NewStream(1, "z1", 3, 4), 6))
	slices.Sort(others)
	if n := len(slices.Compact(others)); n != 48 {
		t.Errorf("%d different numbers, want 48", n)
	}
}

// TestPathIsOneFunctionOfTime adds the increments of random steps, of steps
// whose halves meet, and of steps over several seconds: they lead to the same
// place, whatever was asked before.
func TestPathIsOneFunctionOfTime(t *testing.T) {
	streams := []Stream{NewStream(1, "z1", 2, 3), NewStream(1, "z2", 2, 1)}
	const end = 5 * time.Second / 2
	whole := make([]float64, 8)
	NewPath(streams...).Increment(whole, 0, end)
	rng := rand.New(rand.NewPCG(1, 2))
	for name, step := range map[string]func() time.Duration{
		"10 ms": func() time.Duration { return 10 * time.Millisecond },
		"5 ms":  func() time.Duration { return 5 * time.Millisecond },
		"1/16":  func() time.Duration { return time.Second / 16 },
		"any":   func() time.Duration { return 1 + time.Duration(rng.Int64N(int64(1500*time.Millisecond))) },
		"small": func() time.Duration { return 1 + time.Duration(rng.Int64N(int64(time.Millisecond))) },
	} {
		p := NewPath(streams...)
		sum, one, again := make([]float64, 8), make([]float64, 8), make([]float64, 8)
		for at := time.Duration(0); at < end; {
			to := min(at+step(), end)
			p.Increment(one, at, to)
			if rng.IntN(20) == 0 {
				NewPath(streams...).Increment(again, at, to)
				if !slices.Equal(one, again) {
					t.Errorf("%s: from %v to %v it is %v after others and %v alone", name, at, to, one, again)
				}
			}
			for i, w := range one {
				sum[i] += w
			}
			at = to
		}
		for i := range sum {
			if math.Abs(sum[i]-whole[i]) > 1e-12 {
				t.Errorf("%s: unit %d moved by %v, want %v", name, i, sum[i], whole[i])
			}
		}
	}
}

// TestIncrementsAreIndependent compares variances with the lengths of steps, and
// the products of neighbouring steps with 0, within five standard errors.
func TestIncrementsAreIndependent(t *testing.T) {
	const n = 20_000
	p := NewPath(NewStream(3, "z1", n, 1))
	for _, step := range []time.Duration{time.Nanosecond, 13 * time.Microsecond, 2500 * time.Microsecond, 10 * time.Millisecond, 700 * time.Millisecond, 3 * time.Second} {
		before, x := make([]float64, n), make([]float64, n)
		p.Increment(before, 0, step)
		for k := 1; k < 6; k++ {
			p.Increment(x, time.Duration(k)*step, time.Duration(k+1)*step)
			var product, square float64
			for i := range x {
				product += x[i] * before[i] / n / step.Seconds()
				square += x[i] * x[i] / n / step.Seconds()
			}
			if math.Abs(product) > 5/math.Sqrt(n) || math.Abs(square-1) > 5*math.Sqrt(2./n) {
				t.Errorf("step %d of %v: variance %v of its length, correlation with the one before %v", k, step, square, product)
			}
			copy(before, x)
		}
	}
}

// TestSplitsEnd follows an interval of a second to both of its ends and to
// random times within: it never takes more splits than there is memory for.
func TestSplitsEnd(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	deepest := 0
	for k := range 20_000 {
		at := rng.Int64N(second-1) + 1
		if k < 100 {
			at = int64(k) + 1
		}
		a, b, depth := int64(0), second, 0
		for at != a && at != b {
			if m := a + part(b-a); m <= a || m >= b {
				t.Fatalf("from %d to %d is split at %d", a, b, m)
			} else if at >= m && m != at {
				a = m
			} else {
				b = m
			}
			depth++
		}
		deepest = max(deepest, depth)
	}
	if deepest > maxDepth || deepest < maxDepth/2 {
		t.Errorf("up to %d splits, want at most %d and not far less", deepest, maxDepth)
	}
}

func TestPathAllocatesNothing(t *testing.T) {
	p := NewPath(NewStream(1, "z1", 1, 10))
	x := make([]float64, 10)
	at := time.Duration(0)
	if n := testing.AllocsPerRun(1000, func() {
		p.Increment(x, at, at+1234567)
		at += 1234567
	}); n > 0 {
		t.Errorf("%v allocations a step", n)
	}
}

func BenchmarkIncrement(b *testing.B) {
	p := NewPath(NewStream(1, "z1", 1, 50))
	x := make([]float64, 50)
	for k := range b.N {
		p.Increment(x, time.Duration(k)*10*time.Millisecond, time.Duration(k+1)*10*time.Millisecond)
	}
}

// TestWords: however they are computed, words are those of Philox.
func TestWords(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		counter, key := [4]uint32{rnd.Uint32(), rnd.Uint32(), rnd.Uint32(), rnd.Uint32()}, [2]uint32{rnd.Uint32(), rnd.Uint32()}
		var got, want [16]uint64
		Words(&got, counter, key)
		wordsOneByOne(&want, counter, key)
		if got != want {
			t.Fatalf("counter %v, key %v: words %x, want %x", counter, key, got, want)
		}
	}
}
