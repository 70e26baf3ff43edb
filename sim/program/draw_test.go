package program

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"burstsim/sim/model"
)

// TestFeedbackModes checks what each mode promises of Y and Q: at the start, and
// after W was changed as learning would.
func TestFeedbackModes(t *testing.T) {
	const pb = 0.3
	text, err := model.Builtin("burstccn")
	if err != nil {
		t.Fatal(err)
	}
	for _, yMode := range []string{"tied", "random", "symmetric_init"} {
		for _, qMode := range []string{"tied", "random", "symmetric_init", "w_symmetric_init"} {
			scale := 1.0
			if qMode == "random" || qMode == "w_symmetric_init" {
				scale = 0.4
			}
			net, err := New(text, Setting{Sizes: []int{3, 6, 5}, Rows: 1, Usage: model.Usage{Presentation: 1},
				Values: model.Values{"y_mode": yMode, "y_scale": 0.7, "q_mode": qMode, "q_scale": scale, "p_b": pb}})
			if err != nil {
				t.Fatal(err)
			}
			w, err := Draw[float64](net, rand.New(rand.NewPCG(1, 2)))
			if err != nil {
				t.Fatal(err)
			}
			above := w[net.Forward(2).Index()]
			start := append([]float64(nil), above...)
			for i := range above {
				above[i] *= 2
			}
			y, _ := net.Mixture(1, "Y")
			q, _ := net.Mixture(1, "Q")
			Y, Q := Of(y, make([]float64, 30), w), Of(q, make([]float64, 30), w)
			for i := range Y {
				wantY := map[string]float64{"tied": 0.7 * above[i], "symmetric_init": 0.7 * start[i], "random": Y[i]}[yMode]
				wantQ := map[string]float64{"tied": pb * Y[i], "symmetric_init": pb * Y[i], "w_symmetric_init": pb * 0.4 * start[i], "random": Q[i]}[qMode]
				if qMode == "symmetric_init" && yMode == "tied" {
					wantQ = pb * 0.7 * start[i]
				}
				if math.Abs(Y[i]-wantY) > 1e-15 || math.Abs(Q[i]-wantQ) > 1e-15 {
					t.Fatalf("y %s, q %s: Y[%d] = %v, Q = %v, want %v and %v", yMode, qMode, i, Y[i], Q[i], wantY, wantQ)
				}
			}
		}
	}
}

// TestFeedbackOfEvents: Y can follow from Q, at all times or at the start.
func TestFeedbackOfEvents(t *testing.T) {
	const pb = 0.3
	text, err := model.Builtin("burstccn2")
	if err != nil {
		t.Fatal(err)
	}
	for _, yMode := range []string{"q_tied", "q_symmetric_init"} {
		for _, qMode := range []string{"random", "w_tied", "w_symmetric_init"} {
			net, err := New(text, Setting{Sizes: []int{3, 6, 5}, Rows: 1, Usage: model.Usage{Presentation: 1},
				Values: model.Values{"y_mode": yMode, "q_mode": qMode, "q_scale": 0.4, "p_b": pb}})
			if err != nil {
				t.Fatal(err)
			}
			w, err := Draw[float64](net, rand.New(rand.NewPCG(1, 2)))
			if err != nil {
				t.Fatal(err)
			}
			y, _ := net.Mixture(1, "Y")
			q, _ := net.Mixture(1, "Q")
			Q := slices.Clone(Of(q, make([]float64, 30), w))
			if !slices.ContainsFunc(Q, func(x float64) bool { return x != 0 }) {
				t.Fatalf("q %s: Q is 0", qMode)
			}
			change := func(of []float64) {
				for i := range of {
					of[i] *= 2
				}
			}
			for _, m := range net.Matrices() {
				if m.Kind() == "W" && m.Layer == 2 || m.Kind() == "Q" && m.Layer == 1 {
					change(w[m.Index()])
				}
			}
			want := Q
			if yMode == "q_tied" {
				want = Of(q, make([]float64, 30), w)
			}
			for i, got := range Of(y, make([]float64, 30), w) {
				if math.Abs(got-want[i]/pb) > 1e-15 {
					t.Fatalf("y %s, q %s: Y[%d] = %v, want %v", yMode, qMode, i, got, want[i]/pb)
				}
			}
		}
	}
}

// TestDrawNormal checks the spread of initial weights: Normal(0, gain
// sqrt(2/(n_in+n_out))), with the connections of a neuron of a map counted by
// its kernel.
func TestDrawNormal(t *testing.T) {
	text, err := model.Builtin("ann")
	if err != nil {
		t.Fatal(err)
	}
	net, err := New(text, Setting{Sizes: []int{200, 300, 10}, Rows: 1, Usage: model.Usage{Presentation: 1}, Values: model.Values{"weight_gain": 3.0}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := Draw[float64](net, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	var sum, squares float64
	for _, v := range w[0] {
		sum += v
		squares += v * v
	}
	n, want := float64(len(w[0])), 3*math.Sqrt(2.0/500)
	if std := math.Sqrt(squares / n); math.Abs(std/want-1) > 0.01 || math.Abs(sum/n) > 4*want/math.Sqrt(n) {
		t.Errorf("mean %v, standard deviation %v, want 0 and %v", sum/n, std, want)
	}
	if got := fmt.Sprint(net.Matrices()[0].Name, net.Matrices()[1].Name, w[1][0]); got != "W1c10" {
		t.Errorf("%s: want W1, its bias c1, and zeros", got)
	}
}
