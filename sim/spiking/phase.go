package spiking

import (
	"fmt"

	"burstsim/sim/record"
)

// Phase is a stretch of simulated time under one protocol. What it does not say
// stays as it was.
type Phase struct {
	Name     string
	Duration float64 // s, a whole number of steps
	Learning bool    // whether weights change
	// Constants are the constant parts of currents from here on.
	Constants []Constant
	// Teachers pull populations to rates for as long as the phase lasts.
	Teachers []Teacher
	// Nudges teach by a current that is fixed where the phase begins, for as long
	// as it lasts; see [Nudge].
	Nudges []Nudging
	// Cycle, if not empty, is repeated for as long as the phase lasts: its phases
	// say all but the name and the duration.
	Cycle []Phase
}

// Constant is the constant part of a current, in A.
type Constant struct {
	Current string
	Ampere  float64
}

// Teacher adds Gain (Rate - r) to a current, r being the average event rate of its
// population.
type Teacher struct {
	Current string
	Rate    float64 // Hz
	Gain    float64 // A/Hz
}

// Nudging drives the dendrites of a population towards a high or a low event rate.
type Nudging struct {
	Population string
	High       bool
}

// Taught says whether there is a teacher in the phase itself.
func (p *Phase) Taught() bool { return len(p.Teachers) > 0 || len(p.Nudges) > 0 }

// Check says what is wrong with a phase of a network.
func (p *Phase) Check(net *Network) error {
	if len(p.Cycle) > 0 {
		if len(p.Constants) > 0 || p.Taught() || p.Learning {
			return fmt.Errorf("spiking: phase %q has a cycle, expected that the phases of it say what happens", p.Name)
		}
		for k := range p.Cycle {
			if len(p.Cycle[k].Cycle) > 0 {
				return fmt.Errorf("spiking: phase %q has a cycle within a cycle", p.Name)
			}
			if err := p.Cycle[k].Check(net); err != nil {
				return err
			}
		}
	}
	if net.wholeSteps(p.Duration) < 1 {
		return fmt.Errorf("spiking: phase %q lasts %v s, expected at least a step of %v s", p.Name, p.Duration, net.Step)
	}
	for _, c := range p.Constants {
		if net.current(c.Current) < 0 {
			return fmt.Errorf("spiking: phase %q sets %q, expected one of the currents", p.Name, c.Current)
		}
	}
	for _, t := range p.Teachers {
		if net.current(t.Current) < 0 {
			return fmt.Errorf("spiking: phase %q teaches by %q, expected one of the currents", p.Name, t.Current)
		}
	}
	for _, x := range p.Nudges {
		k := net.population(x.Population)
		if k < 0 || net.Populations[k].OwnAveraging == 0 {
			return fmt.Errorf("spiking: phase %q nudges %q, expected a population whose neurons have averages of their own", p.Name, x.Population)
		}
	}
	return nil
}

// Timeline is when phases that follow each other from t = 0 begin and end, and when
// there is a teacher in them.
func (n *Network) Timeline(phases []Phase) (out []record.Phase) {
	var start int64
	for k := range phases {
		p := &phases[k]
		end := start + n.wholeSteps(p.Duration)
		phase := record.Phase{Name: p.Name, Start: float64(start) * n.Step, End: float64(end) * n.Step, Teacher: p.Taught()}
		for i := range p.Cycle {
			phase.Cycle = append(phase.Cycle, record.Part{Name: p.Cycle[i].Name, Duration: p.Cycle[i].Duration, Teacher: p.Cycle[i].Taught()})
		}
		out = append(out, phase)
		start = end
	}
	return out
}

// begin lets what a phase says hold.
func (s *Simulation) begin(p *Phase) {
	s.SetPlastic(p.Learning)
	for _, c := range p.Constants {
		s.SetConstant(s.net.current(c.Current), c.Ampere)
	}
	for k := range s.currents {
		s.currents[k].teaching = false
	}
	for _, t := range p.Teachers {
		s.SetTeacher(s.net.current(t.Current), t.Rate, t.Gain, true)
	}
	s.nudge(p.Nudges)
}

// nudge drives dendrites by how far their neurons are from their targets now, and
// no others.
func (s *Simulation) nudge(nudges []Nudging) {
	for k := range s.populations {
		if x := s.populations[k].nudge; x != nil {
			clear(x)
		}
	}
	for _, x := range nudges {
		n := &s.populations[s.net.population(x.Population)]
		for i := range n.nudge {
			n.nudge[i] = Nudge(x.High, n.ownRate(int32(i)))
		}
	}
}

// cost is that of a population that is about to be nudged, by the mean of its
// neurons' own average event rates.
func (s *Simulation) cost(x Nudging) float64 {
	n := &s.populations[s.net.population(x.Population)]
	sum := 0.0
	for i := range n.nudge {
		sum += n.ownRate(int32(i))
	}
	return Cost(x.High, sum/float64(len(n.nudge)))
}
