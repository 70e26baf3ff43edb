package experiment

import (
	"burstsim/internal/config"
	"burstsim/sim/record"
)

// Wiring is what figures need to know of the populations that spike of an
// experiment, or of one of its variants; nothing if there are none.
func Wiring(cfg config.Config) (w record.Wiring) {
	if !cfg.Spikes() {
		return w
	}
	s := &cfg.Spiking
	for _, p := range s.Populations {
		cell := record.Cell{Population: p.Name, Window: p.Window.Seconds()}
		if p.Kind == "burst_poisson" {
			cell.Half, cell.Width = p.BurstHalf, p.BurstWidth
		} else {
			cell.Relay = p.PlateauSoma == 0 && p.PlateauDend == 0 && p.Back == 0 && p.Adaptation == 0 && p.Rise == 0
		}
		w.Cells = append(w.Cells, cell)
	}
	for _, x := range s.Currents {
		w.Inputs = append(w.Inputs, record.Input{Name: x.Name, To: x.To, Dendrite: x.Onto == "dendrite"})
	}
	for _, x := range s.Connections {
		if x.ShortTerm != "none" {
			w.Routes = append(w.Routes, record.Route{Name: x.Name, From: x.From, To: x.To, Facilitating: x.ShortTerm == "facilitating"})
		}
	}
	for _, x := range s.Learners() {
		for _, p := range s.Populations {
			if p.Name == x.To {
				w.Learners = append(w.Learners, record.Learner{Name: x.Name, To: x.To, Step: x.Rate * s.Drive(x), Baseline: p.Baseline})
			}
		}
	}
	for _, p := range s.Ensembles() {
		w.Ensembles = append(w.Ensembles, p.Name)
	}
	for _, p := range spikingPhases(&cfg) {
		w.Learning = append(w.Learning, p.Learning)
	}
	return w
}
