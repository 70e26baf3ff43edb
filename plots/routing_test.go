package plots

import (
	"strings"
	"testing"

	"burstsim/sim/record"
)

// Names of populations keep to the room beside their panels, at every width.
func TestRoutingOfLongNames(t *testing.T) {
	from, to := "sender"+strings.Repeat(" long", 20), "reader"+strings.Repeat(" long", 20)
	metrics := record.NewTable("time", "loss", "event_rate_"+from, "burst_rate_"+from, "burst_prob_"+from, "event_rate_"+to, "current_c")
	for i := range 10 {
		x := float64(i)
		metrics.Append(x+1, 0, 5+x, 2, 2/(5+x), x, 100*x)
	}
	res := &record.Result{Variants: []record.Variant{{Label: "spiking", Metrics: metrics}}}
	f, err := Routing(res, Options{Wirings: []record.Wiring{{
		Inputs: []record.Input{{Name: "c", To: from}}, Routes: []record.Route{{Name: "r", From: from, To: to}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	beside := 0
	for _, p := range f.parts {
		if l, ok := p.(label); ok && strings.HasPrefix(l.text, "of ") {
			if beside++; l.at.X+textWidth(l.text) > f.width || !strings.Contains(l.text, "\u2026") {
				t.Errorf("%q ends at %v of %v", l.text, l.at.X+textWidth(l.text), f.width)
			}
		}
	}
	if beside != 4 {
		t.Errorf("%d names beside panels", beside)
	}
	name, ok := strings.CutPrefix(panels(f)[0].Y.Label.Text, "current into\n")
	if !ok || textWidth(name) > routeHeight {
		t.Errorf("%q beside currents", name)
	}
}
