package bench

import (
	"errors"
	"fmt"

	"burstsim/sim/spiking"
)

// fanOut is how many synapses a neuron has forward, and how many back, in the
// networks whose cost is followed.
const fanOut = 100

// spiking measures populations that spike: the published networks of spiking
// BurstCCN, and of Burstprop for exclusive-or, and networks like the first of ever
// more neurons.
func (r *run) spiking() error {
	published, xor := spiking.BurstCCN(100, 100), spiking.BurstpropXOR(r.xorSize)
	for _, c := range xor.Connections { // weights learn at once, long before averages over 30 s say who is silent
		if c.Rule != nil {
			c.Rule.RateMin = 0
		}
	}
	if _, err := r.timeSpiking(published, "BurstCCN, 2 x 100 neurons, 1 ms"); err != nil {
		return err
	}
	if _, err := r.timeSpiking(xor, fmt.Sprintf("exclusive-or, 5 x %d neurons, 0.1 ms", r.xorSize)); err != nil {
		return err
	}
	for _, n := range r.spikingSizes {
		t, err := r.timeSpiking(Sparse(n), "")
		if err != nil {
			return err
		}
		r.add(t.in("spiking", fmt.Sprintf("%d neurons: a step, of each neuron", n), "ns", 1e-9*float64(n)),
			t.in("spiking", fmt.Sprintf("%d neurons: a step, of each spike", n), "ns", 1e-9*t.spikes))
	}
	return nil
}

// Sparse is a network of spiking BurstCCN of n neurons in all, with no more than
// a hundred synapses from a neuron forward and as many back.
func Sparse(n int) *spiking.Network {
	half := n / 2
	net := spiking.BurstCCN(half, half)
	fan := min(half, fanOut)
	few := spiking.BurstCCN(fan, fan)
	for k := range net.Connections {
		net.Connections[k] = few.Connections[k]
	}
	net.Connections[1].Probability = float64(fan) / float64(half)
	return net
}

// spikingTime is that of a step, and how many spikes a step has.
type spikingTime struct {
	timing
	spikes float64
}

// timeSpiking times steps of a network behind its first 200 ms, and adds a line
// with the time of a simulated second if it has a name.
func (r *run) timeSpiking(net *spiking.Network, name string) (out spikingTime, err error) {
	s, err := spiking.New(net, 1)
	if err != nil {
		return out, err
	}
	spikes, steps := 0, 0
	advance := func(n int) {
		for range n {
			if err == nil {
				err = s.Step()
			}
			for k := range net.Populations {
				spikes += len(s.Fired(k, spiking.Spikes))
			}
			steps++
		}
	}
	const settle = 0.2 // s
	advance(int(settle / net.Step))
	spikes, steps = 0, 0
	out.timing = r.meter.time(r.ctx, advance)
	for end := steps + int(settle/net.Step); spikes == 0 && steps < end; { // of a short measurement of few neurons
		advance(1)
	}
	out.spikes = float64(spikes) / float64(steps)
	if name != "" {
		r.add(out.in("spiking", name+", a simulated second", "ms", 1e-3*net.Step))
	}
	if err == nil && spikes == 0 {
		err = errors.New("no neuron spikes")
	}
	return out, err
}
