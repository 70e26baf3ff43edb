package spiking_test

import (
	"math"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mathext/prng"

	"burstsim/neuron"
	"burstsim/sim/internal/golden"
	"burstsim/sim/spiking"
)

// twister is the Chance of NumPy's RandomState: four numbers for each neuron of
// the two populations in turn.
type twister struct {
	*prng.MT19937
	uniforms []float64
	step     int64
	neurons  int
}

func (w *twister) Pulses(dst []int32, k int, step int64, n int, p float64) []int32 {
	if step != w.step {
		w.step = step
		for i := range w.uniforms {
			a, b := w.Uint32()>>5, w.Uint32()>>6
			w.uniforms[i] = (float64(a)*(1<<26) + float64(b)) / (1 << 53)
		}
	}
	for i := range n {
		if w.uniforms[4*(k/4*w.neurons+i)+k%4] < p {
			dst = append(dst, int32(i))
		}
	}
	return dst
}

// TestPublishedFigure runs the published protocol with the published random
// numbers: the curves of its figure, over 100 s.
func TestPublishedFigure(t *testing.T) {
	f := golden.As[struct {
		Seed      uint64
		N         int
		DT        float64
		Every     int
		Tolerance float64
		Values    [][]float64
	}](t, golden.FollowUp(t, filepath.Join("..", "testdata", "golden2"))["published_spiking_figure.json"])
	net := spiking.BurstCCN(f.N, f.N)
	net.TimesAdded = true
	for k := range net.Populations {
		net.Populations[k].Cells.(*neuron.TwoCompartment).AdaptationAsPublished = true
	}
	s, err := spiking.New(net, 1)
	if err != nil {
		t.Fatal(err)
	}
	source := prng.NewMT19937()
	source.Seed(f.Seed)
	spiking.SetChance(s, &twister{MT19937: source, uniforms: make([]float64, 8*f.N), step: -1, neurons: f.N})
	for second, want := range f.Values {
		for range f.Every {
			now := s.Time()
			target, gain := 10.0, 80e-12
			if now > 50 {
				target, gain = 5, 100e-12
			}
			s.SetTeacher(2, target, gain, now >= 20 && now <= 40 || now >= 60 && now <= 80)
			if err := s.Step(); err != nil {
				t.Fatal(err)
			}
		}
		got := []float64{
			s.Rate(0, spiking.Events), s.Rate(0, spiking.Bursts), s.BurstProbability(0), 1e3 * mean(s.Neurons(0).Dendrite), mean(s.Weights("W_1")),
			s.Rate(1, spiking.Events), s.Rate(1, spiking.Bursts), s.BurstProbability(1), 1e3 * mean(s.Neurons(1).Dendrite),
		}
		for k, w := range want {
			if !(math.Abs(got[k]-w) <= f.Tolerance*max(1, math.Abs(w))) {
				t.Fatalf("second %d: column %d is %v, want %v", second, k, got[k], w)
			}
		}
	}
}

func mean(x []float64) (m float64) {
	for _, v := range x {
		m += v / float64(len(x))
	}
	return m
}
