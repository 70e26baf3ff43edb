package plots

import "testing"

// TestPlanIsWithinItsFrame checks that all of a plan stands in its frame, upright:
// apical dendrites above their somata, and lines end where they say.
func TestPlanIsWithinItsFrame(t *testing.T) {
	plan, err := PlanCircuit(CircuitNetwork{
		Rows: []CircuitRow{
			{Label: "input", Cells: []CircuitCell{{Soma: "x"}}, Stimulus: true},
			{Label: "hidden layer", Cells: []CircuitCell{{Soma: "z", Apical: "u_d", Pyramidal: true, Teacher: ApicalTeacher}, {Name: "SST", Soma: "s"}}},
			{Label: "output", Cells: []CircuitCell{{Soma: "z", Pyramidal: true}}, Target: true, Answer: true},
		},
		Links: []CircuitLink{
			{From: CircuitEnd{0, 0, false}, To: CircuitEnd{1, 0, false}, Weights: "W", Quantity: "x"},
			{From: CircuitEnd{1, 0, false}, To: CircuitEnd{2, 0, false}, Weights: "W", Quantity: "e"},
			{From: CircuitEnd{2, 0, false}, To: CircuitEnd{1, 0, true}, Weights: "Y", Quantity: "b"},
			{From: CircuitEnd{2, 0, false}, To: CircuitEnd{1, 1, false}, Weights: "Q", Quantity: "e"},
			{From: CircuitEnd{1, 1, false}, To: CircuitEnd{1, 0, true}, Quantity: "s", Subtracts: true},
		},
		Quantities: [][2]string{{"e", "event rate"}, {"b", "burst rate"}, {"s", "rate"}, {"x", "input"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	inside := func(what string, x, y float64) {
		t.Helper()
		if x < 0 || y < 0 || x > plan.Width || y > plan.Height {
			t.Errorf("%s is at %.1f, %.1f, outside of %.1f x %.1f", what, x, y, plan.Width, plan.Height)
		}
	}
	at := map[string]CircuitCompartment{}
	for _, c := range plan.Compartments {
		at[c.ID] = c
		inside(c.ID, c.X-c.RX, c.Y-c.RY)
		inside(c.ID, c.X+c.RX, c.Y+c.RY)
	}
	for _, s := range plan.Stalks {
		if at[s.To].Y >= at[s.From].Y {
			t.Errorf("apical dendrite %s is not above its soma", s.To)
		}
	}
	for _, l := range plan.Links {
		for _, p := range l.Points {
			inside(l.ID, p[0], p[1])
		}
		if to, ok := at[l.To]; ok {
			end := l.Points[len(l.Points)-1]
			if dx, dy := end[0]-to.X, end[1]-to.Y; dx*dx > 1.1*to.RX*to.RX || dy*dy > 1.1*to.RY*to.RY {
				t.Errorf("%s ends at %.1f, not at %s", l.ID, end, l.To)
			}
		}
	}
	for _, text := range plan.Texts {
		inside(text.Text, text.X, text.Y)
	}
	if got := at["c1-0a"].Text; got != "u_d" {
		t.Errorf("the symbol of the dendrite is %q", got)
	}
}
