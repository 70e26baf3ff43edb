package spiking

import (
	"fmt"
	"math"
	"slices"
)

func (n *Network) population(name string) int {
	return slices.IndexFunc(n.Populations, func(p Population) bool { return p.Name == name })
}

func (n *Network) stimulus(name string) int {
	return slices.IndexFunc(n.Stimuli, func(x Stimulus) bool { return x.Name == name })
}

func (n *Network) connection(name string) int {
	return slices.IndexFunc(n.Connections, func(c Connection) bool { return c.Name == name })
}

func (n *Network) current(name string) int {
	return slices.IndexFunc(n.Currents, func(c Current) bool { return c.Name == name })
}

// steps is a delay in steps, at least 1.
func (n *Network) steps(delay float64) int64 { return max(1, int64(math.Round(delay/n.Step))) }

// Check says what is wrong with a network.
func (n *Network) Check() error {
	if !(n.Step > 0) || math.IsInf(n.Step, 0) {
		return fmt.Errorf("spiking: step %v s, expected more than 0", n.Step)
	}
	if len(n.Populations) == 0 {
		return fmt.Errorf("spiking: a network without populations")
	}
	for k, p := range n.Populations {
		switch {
		case p.Name == "" || n.population(p.Name) != k:
			return fmt.Errorf("spiking: population %d is called %q, expected a name of its own", k, p.Name)
		case p.Size < 1:
			return fmt.Errorf("spiking: population %q has %d neurons, expected at least 1", p.Name, p.Size)
		case p.Cells == nil:
			return fmt.Errorf("spiking: population %q has no equations", p.Name)
		case !(p.Window >= n.Step):
			return fmt.Errorf("spiking: population %q: bursts within %v s, expected at least a step of %v s", p.Name, p.Window, n.Step)
		case !(p.Averaging >= n.Step):
			return fmt.Errorf("spiking: population %q: averages over %v s, expected at least a step of %v s", p.Name, p.Averaging, n.Step)
		}
	}
	for k, c := range n.Connections {
		if err := n.checkConnection(k, c); err != nil {
			return err
		}
	}
	for _, p := range n.Pulses {
		if n.population(p.To) < 0 {
			return fmt.Errorf("spiking: pulses to %q, expected one of the populations", p.To)
		}
		if chance := p.Rate * n.Step; !(chance >= 0 && chance <= 1) {
			return fmt.Errorf("spiking: pulses to %q at %v Hz, expected 0 to %v Hz, one a step", p.To, p.Rate, 1/n.Step)
		}
	}
	for k, c := range n.Currents {
		if c.Name == "" || n.current(c.Name) != k {
			return fmt.Errorf("spiking: current %d is called %q, expected a name of its own", k, c.Name)
		}
		for _, f := range append([]Feedback{{From: c.To}}, c.Feedback...) {
			if n.population(f.From) < 0 {
				return fmt.Errorf("spiking: current %q: %q, expected one of the populations", c.Name, f.From)
			}
		}
	}
	return nil
}

func (n *Network) checkConnection(k int, c Connection) error {
	switch {
	case c.Name == "" || n.connection(c.Name) != k:
		return fmt.Errorf("spiking: connection %d is called %q, expected a name of its own", k, c.Name)
	case n.population(c.From) < 0 && n.stimulus(c.From) < 0:
		return fmt.Errorf("spiking: connection %q from %q, expected a population or a stimulus", c.Name, c.From)
	case n.population(c.To) < 0:
		return fmt.Errorf("spiking: connection %q to %q, expected a population", c.Name, c.To)
	case c.Delay < n.Step*(1-1e-9) && n.population(c.From) >= 0:
		return fmt.Errorf("spiking: connection %q has a delay of %v s, expected at least a step of %v s", c.Name, c.Delay, n.Step)
	case !(c.Probability >= 0 && c.Probability <= 1):
		return fmt.Errorf("spiking: connection %q has a probability of %v, expected 0 to 1", c.Name, c.Probability)
	}
	to := n.Populations[n.population(c.To)]
	if r := c.Rule; r != nil && to.OwnAveraging == 0 && (r.Moving || r.RateMax > 0 || r.RateMin > 0 && to.SpikeAveraging == 0) {
		return fmt.Errorf("spiking: connection %q learns by averages of single neurons, expected that population %q has them", c.Name, c.To)
	}
	if c.Tied == "" {
		return nil
	}
	t := n.connection(c.Tied)
	switch {
	case t < 0 || n.Connections[t].Tied != "":
		return fmt.Errorf("spiking: connection %q is tied to %q, expected a connection with weights of its own", c.Name, c.Tied)
	case n.Connections[t].From != c.To || n.Connections[t].To != c.From:
		return fmt.Errorf("spiking: connection %q is tied to %q, expected one in the opposite direction", c.Name, c.Tied)
	case c.Rule != nil || len(c.Weights) > 0 || c.Probability != 0:
		return fmt.Errorf("spiking: connection %q is tied, expected neither weights nor a rule of its own", c.Name)
	}
	return nil
}
