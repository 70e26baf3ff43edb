package sim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"burstsim/sim"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

func followUp(t *testing.T, values model.Values, learning sim.Learning) *sim.Discrete[float64] {
	t.Helper()
	net := fixture.Network(t, "burstccn2", program.Setting{Sizes: []int{4, 7, 6, 3}, Rows: 5, Values: values, Usage: model.Usage{Discrete: true}})
	rng := rand.New(rand.NewPCG(5, 1))
	w, err := sim.Draw[float64](net, rng)
	if err != nil {
		t.Fatal(err)
	}
	d, err := sim.NewDiscrete(w, learning)
	if err != nil {
		t.Fatal(err)
	}
	show(d, rng)
	return d
}

// show presents a batch of samples of three classes.
func show(d *sim.Discrete[float64], rng *rand.Rand) {
	s := d.Moved()
	for i := range s.Input() {
		s.Input()[i] = rng.NormFloat64()
	}
	clear(s.Target())
	for r := range s.Rows() {
		s.Target()[3*r+rng.IntN(3)] = 1
	}
}

// TestBurstsFollowTheGradient shows that plasticity by bursts is gradient descent
// through Y in the limit of small errors, whatever the baseline and the gains:
// its distance to that shrinks with the error. Of ln_relu and ms_relu_n silent
// units have a gradient too, and no bursts to carry it.
func TestBurstsFollowTheGradient(t *testing.T) {
	for _, activation := range []string{"sigmoid", "relu", "relu_ln", "relu_rms", "ms_softplus_n"} {
		for output, shift := range map[string][]float64{"sigmoid": {0, 0.5}, "softmax": {0, 1}} {
			for _, shift := range shift {
				t.Run(fmt.Sprint(activation, " ", output, " ", shift), func(t *testing.T) {
					distance := func(scale float64) float64 {
						d := followUp(t, model.Values{"activation": activation, "output_activation": output, "output_shift": shift, "p_b": 0.3,
							"error_scale": scale, "feedback_scale": 3.0, "q_mode": "tied"}, sim.Learning{})
						if _, err := d.Present(true); err != nil {
							t.Fatal(err)
						}
						d.Gradients()
						s := d.Moved()
						var off, size float64
						for _, g := range s.Machine().Gradients(nil) {
							want := make([]float64, g.Len())
							g.Shape.Correlate(want, -1/float64(s.Rows()), g.Aligned, g.Pre, s.Rows())
							for i, got := range d.Gradient(g.Name).GradW {
								off += (got - want[i]) * (got - want[i])
								size += want[i] * want[i]
							}
						}
						return math.Sqrt(off / size)
					}
					far, near := distance(1e-3), distance(1e-6)
					if !(near < 1e-5) || !(near < 0.1*far) && far > 1e-7 {
						t.Errorf("relative distance to the gradient %.3g for errors of 1e-3, %.3g of 1e-6", far, near)
					}
				})
			}
		}
	}
}

// TestKolenPollack shows that Y - W vanishes as the weights decay, and that Q
// stays p_b Y.
func TestKolenPollack(t *testing.T) {
	const decay, steps = 0.01, 200
	d := followUp(t, model.Values{"p_b": 0.4, "y_rule": "kolen_pollack", "q_rule": "kolen_pollack", "lr": 2.0, "y_lr": 2.0, "q_lr": 2.0},
		sim.Learning{WeightDecay: decay})
	s := d.Moved()
	of := func(name string) []float64 { return s.Weights().Of(name) }
	before := append([]float64(nil), of("Y1")...)
	for i, w := range of("W2") {
		before[i] -= w
	}
	first := append([]float64(nil), of("W2")...)
	for range steps {
		loss, err := d.Present(true)
		if err != nil {
			t.Fatal(err)
		}
		d.Learn(loss)
	}
	left, moved := math.Pow(1-decay, steps), 0.0
	for i, y := range of("Y1") {
		w, q := of("W2")[i], of("Q1")[i]
		if math.Abs(y-w-left*before[i]) > 1e-12 {
			t.Fatalf("Y - W of weight %d is %v, want %v", i, y-w, left*before[i])
		}
		if math.Abs(q-0.4*y) > 1e-12 {
			t.Fatalf("Q of weight %d is %v, want p_b Y = %v", i, q, 0.4*y)
		}
		moved = math.Max(moved, math.Abs(w-left*first[i]))
	}
	if moved < 0.01 {
		t.Errorf("W learned %v, expected more", moved)
	}
}
