package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"burstsim/neuron"
	"burstsim/synapse"
)

// Float is the precision of states and weights.
type Float = neuron.Float

// Network is populations joined by projections. [NewBurstCCN] and its siblings
// build one; [Continuous] and [Discrete] move it.
type Network[F Float] struct {
	model string
	sizes []int // units of the input, the hidden layers and the output
	rows  int

	input, target []F
	teaching      bool // whether the target reaches the output layer

	forward  []synapse.Projection[F] // by layer; none for layer 0
	feedback []*synapse.Feedback[F]  // onto each hidden layer; nil elsewhere
	rates    [][]F                   // event rates by layer; layer 0 is the input
	output   []F                     // what counts as the answer
	received [][]F                   // what layer l receives of layer l-1: its rates, or noisy ones
	noise    *noise

	biasDecay    bool   // whether weight decay takes biases too
	discreteOnly string // what has no continuous form; "" if all has

	stages  []*stage[F]
	plastic []*plastic[F]
	kept    []stored[F] // weights besides W, Y and Q
	signals []Signal[F]
	lags    []lag[F]
	adopted []func() // called when the network is put in discrete time
}

// stage is one compartment of one layer, in the order in which the discrete
// model computes them: somata forward, dendrites backward.
type stage[F Float] struct {
	name  string
	layer int
	// tau is the time constant (s); 0 for what follows the others at once and
	// has no state.
	tau float64
	// x is the state, rows x units. It moves from vector to vector while a
	// stepper works, so that it must be read from here every time.
	x []F
	// drive stores what x relaxes to.
	drive func(dst []F)
	// read computes what follows from x at once: rates and probabilities.
	read func()
	// answers stages are all that the answer without a teacher depends on.
	answers bool
	// held stages keep the values of the prediction while a discrete model of
	// two phases is taught.
	held bool
}

// plastic is a projection that learns: tau dW/dt = gain postᵀ pre, and for the
// bias the same with pre = 1.
type plastic[F Float] struct {
	kind  Kind
	layer int
	tau   float64 // s
	gain  F
	shape synapse.Projection[F]
	w, c  *[]F // c is nil without bias
	post  func() []F
	pre   func() []F
	// plain says that the discrete model moves the projection by plain
	// gradient descent, whatever the optimiser.
	plain bool
}

// rows is the number of rows of the weights.
func (p *plastic[F]) rows() int {
	if p.c != nil {
		return len(*p.c)
	}
	return len(p.shape.Params().C)
}

// Kind tells the weights of a layer apart.
type Kind string

const (
	Forward       Kind = "W" // from the layer below, and the bias
	BurstFeedback Kind = "Y" // of the layer above's bursts
	EventFeedback Kind = "Q" // of the layer above's events
	Recurrent     Kind = "R" // of the layer's own bursts
	// The projections onto and from interneurons.
	OntoInterneuron Kind = "W_PI"
	FromInterneuron Kind = "W_IP"
)

// Signal is a quantity of a layer that can be recorded.
type Signal[F Float] struct {
	Name  string // "soma", "dendrite", "event_rate", "burst_prob", "burst_rate"
	Layer int
	Units int
	Label string     // "somatic potential", ...
	Value func() []F // rows x Units; valid until the network moves
}

// lag is a quantity whose value before the step others see in the layer-by-layer
// order.
type lag[F Float] struct {
	now  []F
	seen *[]F
}

func newNetwork[F Float](model string, sizes []int, maps *Convolutions, rows int) (*Network[F], error) {
	if len(sizes) < 2 {
		return nil, fmt.Errorf("sim: %d layer sizes, expected at least those of input and output", len(sizes))
	}
	for l, n := range sizes {
		if n < 1 {
			return nil, fmt.Errorf("sim: layer %d has %d units, expected at least 1", l, n)
		}
	}
	if rows < 1 || rows > maxRows {
		return nil, fmt.Errorf("sim: %d rows, expected between 1 and %d", rows, maxRows)
	}
	if n := weightCount(sizes); maps == nil && n > maxWeights {
		return nil, fmt.Errorf("sim: layers of %v units need %.3g weights, expected at most %.3g", sizes, n, float64(maxWeights))
	}
	depth := len(sizes) - 1
	net := &Network[F]{
		model: model, sizes: sizes, rows: rows, biasDecay: true,
		forward:  make([]synapse.Projection[F], depth+1),
		feedback: make([]*synapse.Feedback[F], depth+1),
		rates:    make([][]F, depth+1),
		received: make([][]F, depth+1),
	}
	net.input, net.target = net.array(0), net.array(depth)
	net.rates[0] = net.input
	if err := net.connect(maps); err != nil {
		return nil, err
	}
	return net, nil
}

// Bounds that no network exceeds by intention: memory is allocated as a file
// asks for it.
const (
	maxWeights = 1 << 31
	maxRows    = 1 << 20
)

func weightCount(sizes []int) float64 {
	var n float64
	for l := 1; l < len(sizes); l++ {
		n += float64(sizes[l]) * float64(sizes[l-1]+1)
	}
	return n
}

// array is a quantity of every unit of a layer, rows x units, at zero.
func (net *Network[F]) array(layer int) []F { return make([]F, net.rows*net.sizes[layer]) }

// compartment adds a stage with a state for each unit of a layer.
func (net *Network[F]) compartment(name string, layer int, tau float64, drive func(dst []F), read func()) *stage[F] {
	return net.compartmentOf(name, layer, net.sizes[layer], tau, drive, read)
}

// compartmentOf adds a stage of n units beside a layer.
func (net *Network[F]) compartmentOf(name string, layer, n int, tau float64, drive func(dst []F), read func()) *stage[F] {
	s := &stage[F]{name: name, layer: layer, tau: tau, drive: drive, read: read, x: make([]F, net.rows*n)}
	net.stages = append(net.stages, s)
	return s
}

// follow adds a stage without a state: read is called once what it depends on
// has been read.
func (net *Network[F]) follow(name string, layer int, read func()) *stage[F] {
	s := &stage[F]{name: name, layer: layer, read: read}
	net.stages = append(net.stages, s)
	return s
}

// lag declares that in the layer-by-layer order others see a quantity as it
// was before the step.
func (net *Network[F]) lag(now []F, seen *[]F) { net.lags = append(net.lags, lag[F]{now, seen}) }

// send returns what layer l receives of the layer below: its rates, with fresh
// noise if there is any.
func (net *Network[F]) send(l int) []F {
	if net.noise == nil {
		net.received[l] = net.rates[l-1]
		return net.received[l]
	}
	if len(net.received[l]) == 0 || &net.received[l][0] == &net.rates[l-1][0] {
		net.received[l] = net.array(l - 1)
	}
	addNoise(net.received[l], net.rates[l-1], net.noise)
	return net.received[l]
}

// from is what layer l last received of the layer below.
func (net *Network[F]) from(l int) []F {
	if net.received[l] == nil {
		return net.rates[l-1]
	}
	return net.received[l]
}

// noise is added to what a layer receives.
type noise struct {
	std float64
	rng *rand.Rand
}

func addNoise[F Float](dst, x []F, n *noise) {
	for i, v := range x {
		dst[i] = v + F(n.std*n.rng.NormFloat64())
	}
}

func (net *Network[F]) learn(p plastic[F]) { net.plastic = append(net.plastic, &p) }

func (net *Network[F]) signal(name string, layer int, label string, value func() []F) {
	net.signalOf(name, layer, net.sizes[layer], label, value)
}

// signalOf declares a quantity of n units beside a layer.
func (net *Network[F]) signalOf(name string, layer, n int, label string, value func() []F) {
	net.signals = append(net.signals, Signal[F]{Name: name, Layer: layer, Units: n, Label: label, Value: value})
}

// Model is the name of the learning rule.
func (net *Network[F]) Model() string { return net.model }

// Layers is the number of layers that have weights, L.
func (net *Network[F]) Layers() int { return len(net.sizes) - 1 }

// Size is the number of units of layer l, from 0 (the input) to Layers.
func (net *Network[F]) Size(l int) int { return net.sizes[l] }

// Rows is the number of trajectories that are simulated at once.
func (net *Network[F]) Rows() int { return net.rows }

// Weights are those of the projection onto layer l, from 1 to Layers. Changing its
// numbers changes the network.
func (net *Network[F]) Weights(l int) *synapse.Weights[F] { return net.forward[l].Params() }

// Feedback is the feedback onto hidden layer l, from 1 to Layers-1; nil in a
// model without.
func (net *Network[F]) Feedback(l int) *synapse.Feedback[F] { return net.feedback[l] }

// Input is what the network sees, rows x Size(0).
func (net *Network[F]) Input() []F { return net.input }

// Target is what it should answer, rows x Size(Layers).
func (net *Network[F]) Target() []F { return net.target }

// Output is what it answers: the event rates of the last layer, or what they
// would be without the teacher.
func (net *Network[F]) Output() []F {
	if net.output != nil {
		return net.output
	}
	return net.rates[net.Layers()]
}

// Signals lists what can be recorded.
func (net *Network[F]) Signals() []Signal[F] { return net.signals }

// Loss is the mean squared difference of output and target.
func (net *Network[F]) Loss() float64 { return net.lossOf(net.rows) }

// lossOf is the loss of the first rows.
func (net *Network[F]) lossOf(rows int) float64 {
	n := rows * net.sizes[net.Layers()]
	out, target := net.Output()[:n], net.target[:n]
	var sum float64
	for i, e := range out {
		d := float64(target[i] - e)
		sum += d * d
	}
	return sum / float64(len(out))
}

// CopyWeights sets all weights and biases to those of another network of the
// same shape: where both store feedback weights, these too.
func (net *Network[F]) CopyWeights(from *Network[F]) error {
	if fmt.Sprint(net.sizes) != fmt.Sprint(from.sizes) {
		return fmt.Errorf("sim: cannot copy the weights of layers of %v units to layers of %v", from.sizes, net.sizes)
	}
	for l := 1; l <= net.Layers(); l++ {
		copy(net.forward[l].Params().W, from.forward[l].Params().W)
		copy(net.forward[l].Params().C, from.forward[l].Params().C)
		if to, fb := net.feedback[l], from.feedback[l]; to != nil && fb != nil {
			copy(to.Y, fb.Y)
			copy(to.Q, fb.Q)
		}
	}
	return nil
}

// Unstable names the first layer with a state or weight that is not a finite
// number, what it is and its unit, as in "layer 2 (soma), unit 7"; "" if all
// are finite.
func (net *Network[F]) Unstable() string {
	for _, s := range net.stages {
		if i := notFinite(s.x); i >= 0 {
			return s.unit(i, net.rows)
		}
	}
	return net.unstableWeight()
}

// unstableWeight names a weight that learns and is not a finite number, or
// returns "".
func (net *Network[F]) unstableWeight() string {
	for _, p := range net.plastic {
		if i := notFinite(*p.w); i >= 0 {
			return fmt.Sprintf("layer %d (weights %s), unit %d", p.layer, p.kind, i/(len(*p.w)/p.rows()))
		}
		if p.c == nil {
			continue
		}
		if i := notFinite(*p.c); i >= 0 {
			return fmt.Sprintf("layer %d (bias of %s), unit %d", p.layer, p.kind, i)
		}
	}
	return ""
}

// unit says where element i of the state is.
func (s *stage[F]) unit(i, rows int) string {
	return fmt.Sprintf("layer %d (%s), unit %d", s.layer, strings.ReplaceAll(s.name, "_", " "), i%(len(s.x)/rows))
}

// visitWeights visits all weights, those that do not learn too.
func (net *Network[F]) visitWeights(visit Visit) {
	for _, t := range net.Tensors() {
		visit(t.Name, t.Values)
	}
}

// notFinite is the index of the first element that is not a finite number; -1
// if all are.
func notFinite[F Float](x []F) int {
	for i, v := range x {
		if v-v != 0 { // true of NaN and of both infinities
			return i
		}
	}
	return -1
}

func filled[F Float](x []F, v float64) []F {
	for i := range x {
		x[i] = F(v)
	}
	return x
}

// quantity is a setting that must be positive, or may be zero.
type quantity struct {
	name  string
	value float64
	zero  bool
}

// positive reports the first quantity that is out of range.
func positive(quantities ...quantity) error {
	for _, q := range quantities {
		if q.value > 0 && !math.IsInf(q.value, 1) || q.zero && q.value == 0 {
			continue
		}
		return fmt.Errorf("sim: %s is %v, expected more than 0", q.name, q.value)
	}
	return nil
}
