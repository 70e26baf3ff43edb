package spiking_test

import (
	"bytes"
	"encoding"
	"math"
	"runtime"
	"slices"
	"testing"

	"burstsim/sim/spiking"
	"burstsim/synapse"
)

// kept is a checkpoint in memory.
type kept map[string]any

func (k kept) save(name string, ref any) {
	switch x := ref.(type) {
	case *bool:
		k[name] = *x
	case *int:
		k[name] = *x
	case *int64:
		k[name] = *x
	case *float64:
		k[name] = *x
	case []float64:
		k[name] = slices.Clone(x)
	case encoding.BinaryMarshaler:
		data, err := x.MarshalBinary()
		if err != nil {
			panic(err)
		}
		k[name] = data
	default:
		panic(name)
	}
}

func (k kept) load() func(name string, ref any) {
	return func(name string, ref any) {
		switch x := ref.(type) {
		case *bool:
			*x = k[name].(bool)
		case *int:
			*x = k[name].(int)
		case *int64:
			*x = k[name].(int64)
		case *float64:
			*x = k[name].(float64)
		case []float64:
			copy(x, k[name].([]float64))
		case encoding.BinaryUnmarshaler:
			if err := x.UnmarshalBinary(k[name].([]byte)); err != nil {
				panic(err)
			}
		}
	}
}

// equal says whether two checkpoints have the same bits.
func (k kept) equal(t *testing.T, other kept) {
	t.Helper()
	for name, a := range k {
		same := false
		switch a := a.(type) {
		case []float64:
			same = slices.EqualFunc(a, other[name].([]float64), func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
		case []byte:
			same = bytes.Equal(a, other[name].([]byte))
		default:
			same = a == other[name]
		}
		if !same {
			t.Errorf("%s differs", name)
		}
	}
}

// everything is a network that has all there is.
func everything() *spiking.Network {
	net := spiking.BurstpropXOR(250)
	depressing, facilitating := synapse.Depressing(), synapse.Facilitating()
	net.Connections[0].ShortTerm, net.Connections[0].Carries = &depressing, spiking.Spikes
	net.Connections[2].ShortTerm, net.Connections[2].Carries = &facilitating, spiking.Spikes
	net.Connections[4].Delay = 1.5e-3
	return net
}

func steps(t *testing.T, s *spiking.Simulation, n int) {
	t.Helper()
	for range n {
		if err := s.Step(); err != nil {
			t.Fatal(err)
		}
	}
}

func begun(t *testing.T, net *spiking.Network, seed uint64) *spiking.Simulation {
	t.Helper()
	s, err := spiking.New(net, seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestGoesOn: a simulation that goes on from a checkpoint has the bits of one
// that was never broken off, and so has one on another number of processors.
func TestGoesOn(t *testing.T) {
	net := everything()
	whole := begun(t, net, 1)
	steps(t, whole, 1500)
	half := kept{}
	whole.Visit(half.save)
	steps(t, whole, 1500)
	want := kept{}
	whole.Visit(want.save)

	rest := begun(t, net, 1)
	rest.Visit(half.load())
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	steps(t, rest, 1500)
	got := kept{}
	rest.Visit(got.save)
	want.equal(t, got)

	other := begun(t, net, 2)
	steps(t, other, 100)
	if slices.Equal(other.Neurons(0).Soma, begunAt(t, net, 100).Neurons(0).Soma) {
		t.Error("another seed has the same potentials")
	}
}

func begunAt(t *testing.T, net *spiking.Network, n int) *spiking.Simulation {
	s := begun(t, net, 1)
	steps(t, s, n)
	return s
}

// TestNoAllocations: a step needs no memory.
func TestNoAllocations(t *testing.T) {
	s := begunAt(t, everything(), 100)
	if n := testing.AllocsPerRun(200, func() {
		if err := s.Step(); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

// TestPulses: trains hit neurons as often as they should, and independently of
// each other and of the step before, by either way to draw them.
func TestPulses(t *testing.T) {
	for _, p := range []float64{0.005, 0.05, 0.15, 0.5, 0.999} {
		const n, steps = 130, 20000
		count := make([]float64, n)
		var together, before float64 // of neighbours, and of a neuron and itself
		last := make([]bool, n)
		hits := spiking.Hits(3, "test", n, p)
		for k := range steps {
			now := make([]bool, n)
			for _, i := range hits(int64(k)) {
				now[i] = true
				count[i]++
			}
			for i := range n {
				if i > 0 && now[i] && now[i-1] {
					together++
				}
				if now[i] && last[i] {
					before++
				}
			}
			last = now
		}
		sum := 0.0
		for i, c := range count {
			sum += c
			if d := (c - steps*p) / math.Sqrt(steps*p*(1-p)); math.Abs(d) > 4.5 {
				t.Errorf("p %v: neuron %d was hit %v times, %.1f standard deviations from expected", p, i, c, d)
			}
		}
		check := func(what string, got, trials, p float64) {
			if d := (got - trials*p) / math.Sqrt(trials*p*(1-p)); math.Abs(d) > 4.5 {
				t.Errorf("p %v: %s, %.1f standard deviations from expected", p, what, d)
			}
		}
		check("all", sum, n*steps, p)
		// pairs overlap, which adds 2 p^3 (1 - p) each to the variance of p^2 (1 - p^2)
		widen := math.Sqrt(1 + 2*p/(1+p))
		pair := func(what string, got, trials float64) {
			if d := (got - trials*p*p) / (widen * math.Sqrt(trials*p*p*(1-p*p))); math.Abs(d) > 4.5 {
				t.Errorf("p %v: %s, %.1f standard deviations from expected", p, what, d)
			}
		}
		pair("neighbours", together, (n-1)*steps)
		pair("steps", before, n*(steps-1))
	}
}
