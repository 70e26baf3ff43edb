package spiking

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Visit visits all that decides how the simulation goes on, for a checkpoint; see
// sim.Visit.
func (s *Simulation) Visit(visit func(name string, ref any)) {
	visit("step", &s.step)
	visit("time", &s.time)
	visit("plastic", &s.plastic)
	visit("stimuli", s.stimuli)
	for k := range s.currents {
		c, name := &s.currents[k], fmt.Sprintf("currents/%d/", k)
		visit(name+"constant", &c.Constant)
		visit(name+"target", &c.target)
		visit(name+"gain", &c.gain)
		visit(name+"teaching", &c.teaching)
	}
	for k := range s.populations {
		s.populations[k].visit(within("populations/"+s.populations[k].Name, visit))
	}
	for k := range s.connections {
		s.connections[k].visit(within("connections/"+s.connections[k].Name, visit))
	}
}

func within(prefix string, visit func(name string, ref any)) func(string, any) {
	return func(name string, ref any) { visit(prefix+"/"+name, ref) }
}

func (p *population) visit(visit func(name string, ref any)) {
	visit("soma", p.Soma)
	visit("dendrite", p.Dendrite)
	visit("threshold", p.Threshold)
	visit("soma_adaptation", p.SomaAdapt)
	visit("dendrite_adaptation", p.DendriteAdapt)
	visit("last", p.lastAt)
	p.trace.visit(within("trace", visit))
	p.ownEvents.visit(within("events", visit))
	p.ownBursts.visit(within("bursts", visit))
	p.ownSpikes.visit(within("spikes_average", visit))
	visit("rates", p.rates[:])
	visit("latest", p.latest[:])
	visit("lately", &p.lately)
	for onto := range p.open {
		for opens, g := range p.open[onto] {
			if g != nil {
				visit(fmt.Sprintf("open/%d/%d", onto, opens), g)
			}
		}
	}
	if p.nudge != nil {
		visit("nudge", p.nudge)
	}
	visit("spikes", (*spikes)(p))
}

func (f *fading) visit(visit func(name string, ref any)) {
	if f.values != nil {
		visit("values", f.values)
		visit("scale", &f.scale)
	}
}

func (c *connection) visit(visit func(name string, ref any)) {
	if c.learning != nil {
		visit("weights", c.weights)
		c.learning.trace.visit(within("trace", visit))
	}
	if c.shortTerm != nil {
		visit("short_term", (*traces)(&c.shortTerm))
	}
}

// spikes are the whole numbers of a population in a checkpoint.
type spikes population

// parts are those of fixed length.
func (p *spikes) parts() []any {
	return []any{p.wait.Refractory, p.wait.Second, p.last, p.inBurst}
}

// MarshalBinary is for a checkpoint.
func (p *spikes) MarshalBinary() ([]byte, error) {
	var out bytes.Buffer
	for _, x := range p.parts() {
		if err := binary.Write(&out, binary.LittleEndian, x); err != nil {
			return nil, err
		}
	}
	for _, list := range p.listed() {
		if err := binary.Write(&out, binary.LittleEndian, int32(len(*list))); err != nil {
			return nil, err
		}
		if err := binary.Write(&out, binary.LittleEndian, *list); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// listed are the lists of neurons, each at most once in one.
func (p *spikes) listed() []*[]int32 {
	out := []*[]int32{&p.wait.Due}
	for k := range p.lists {
		for d := range p.lists[k] {
			out = append(out, &p.lists[k][d])
		}
	}
	return out
}

// UnmarshalBinary is for a checkpoint of a population of the same size.
func (p *spikes) UnmarshalBinary(data []byte) error {
	in := bytes.NewReader(data)
	for _, x := range p.parts() {
		if err := binary.Read(in, binary.LittleEndian, x); err != nil {
			return fmt.Errorf("spiking: population %q of a checkpoint: %w", p.Name, err)
		}
	}
	for _, list := range p.listed() {
		var n int32
		if err := binary.Read(in, binary.LittleEndian, &n); err != nil {
			return fmt.Errorf("spiking: population %q of a checkpoint: %w", p.Name, err)
		}
		if n < 0 || int(n) > p.Size {
			return fmt.Errorf("spiking: population %q of a checkpoint: %d spikes in a step of %d neurons", p.Name, n, p.Size)
		}
		*list = (*list)[:n]
		if err := binary.Read(in, binary.LittleEndian, *list); err != nil {
			return fmt.Errorf("spiking: population %q of a checkpoint: %w", p.Name, err)
		}
		for _, i := range *list {
			if i < 0 || int(i) >= p.Size {
				return fmt.Errorf("spiking: population %q of a checkpoint: a spike of neuron %d of %d", p.Name, i, p.Size)
			}
		}
	}
	return nil
}

// traces are those of short-term plasticity in a checkpoint.
type traces []trace

// MarshalBinary is for a checkpoint.
func (t *traces) MarshalBinary() ([]byte, error) {
	var out bytes.Buffer
	for _, x := range *t {
		if err := binary.Write(&out, binary.LittleEndian, [3]float64{x.x, x.u, x.last}); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// UnmarshalBinary is for a checkpoint of as many neurons.
func (t *traces) UnmarshalBinary(data []byte) error {
	in := bytes.NewReader(data)
	for k := range *t {
		var x [3]float64
		if err := binary.Read(in, binary.LittleEndian, &x); err != nil {
			return fmt.Errorf("spiking: short-term plasticity of a checkpoint: %w", err)
		}
		(*t)[k] = trace{x[0], x[1], x[2]}
	}
	return nil
}
