package serve

import (
	"net/http"
	"slices"

	"burstsim/internal/config"
	"burstsim/internal/explain"
	"burstsim/plots"
	"burstsim/sim/model"
	"burstsim/sim/model/tex"
	"burstsim/sim/program"
)

// compartmentView is a compartment and what is recorded of it.
type compartmentView struct {
	plots.CircuitCompartment
	Kind   string `json:"kind"`   // input, hidden or output
	Signal string `json:"signal"` // before the number of the layer in the names of signals; "" if nothing is recorded
}

// linkView is a connection and what is recorded of what it carries.
type linkView struct {
	plots.CircuitWire
	Signal string `json:"signal"`
}

// circuitView is a circuit to be drawn.
type circuitView struct {
	plots.CircuitPlan
	Layers       []int             `json:"layers"`
	Bands        []bandView        `json:"bands"`
	Compartments []compartmentView `json:"compartments"`
	Links        []linkView        `json:"links"`
}

type bandView struct {
	plots.CircuitBand
	Kind string `json:"kind"`
}

// settingOf is what a model is put together for, to be drawn: how many units there
// are is not seen.
func settingOf(c *config.Config) program.Setting {
	maps, dense := c.Model.Stack()
	sizes := slices.Repeat([]int{1}, 2+len(maps)+len(dense))
	values := c.Parameters().Layer(1)
	for name, v := range values {
		if a, ok := v.(*model.Array); ok {
			values[name] = &model.Array{File: a.File}
		}
	}
	return program.Setting{Sizes: sizes, Values: values, Usage: c.Usage()}
}

// circuit is where the network's populations stand.
func (s *Server) circuit(_ *http.Request, r *run) (any, error) {
	c := r.digest.Config
	if !hasModel(&c) {
		return nil, notFound("populations that spike have no circuit of this kind")
	}
	net, err := explain.CircuitOf(c.Model.Text, settingOf(&c))
	if err != nil {
		return nil, notFound(err.Error())
	}
	plan, err := plots.PlanCircuit(net)
	if err != nil {
		return nil, notFound(err.Error())
	}
	v := circuitView{CircuitPlan: plan, Layers: s.library.layerSizes(r)}
	kind := func(row int) string {
		switch row {
		case 0:
			return "input"
		case len(net.Rows) - 1:
			return "output"
		}
		return "hidden"
	}
	text := c.Model.Text
	rows := map[string]plots.CircuitCompartment{}
	for _, b := range plan.Bands {
		v.Bands = append(v.Bands, bandView{b, kind(b.Row)})
	}
	for _, one := range plan.Compartments {
		rows[one.ID] = one
		v.Compartments = append(v.Compartments, compartmentView{one, kind(one.Row), signalOf(text, one.Symbol, one.Name, one.Row == 0)})
	}
	for _, w := range plan.Links {
		from := rows[w.From]
		signal := ""
		if w.From != "" {
			signal = signalOf(text, w.Quantity, from.Name, from.Row == 0)
		}
		v.Links = append(v.Links, linkView{w, signal})
	}
	return v, nil
}

// signalOf is what the recording of a symbol is called.
func signalOf(text *model.Text, symbol, population string, input bool) string {
	if input {
		return "input"
	}
	for _, s := range text.Signals {
		if s.Symbol == symbol && (s.In == population || s.In == "" && !slices.ContainsFunc(text.Blocks, func(b *model.Block) bool { return b.Beside != "" && b.Name == population })) {
			return s.Name
		}
	}
	return ""
}

// parameterView is a parameter of a model and its value.
type parameterView struct {
	Symbol  string `json:"symbol"`
	Name    string `json:"name"`
	Key     string `json:"key"`
	Value   string `json:"value"`
	Default string `json:"default"`
	Doc     string `json:"doc"`
}

// sectionView is the equations of a population.
type sectionView struct {
	Population string   `json:"population"`
	Title      string   `json:"title"`
	Lines      []string `json:"lines"`
}

// model is the equations of a run's network.
func (s *Server) model(_ *http.Request, r *run) (any, error) {
	c := r.digest.Config
	if !hasModel(&c) {
		return nil, notFound("populations that spike have no text of equations")
	}
	text := c.Model.Text
	sections := []sectionView{}
	for _, b := range text.Blocks {
		lines, err := tex.Lines(text, b, b.Equations)
		if err != nil {
			return nil, notFound(err.Error())
		}
		title := b.Name
		if b.Beside != "" {
			title += ", beside every " + b.Beside
		}
		sections = append(sections, sectionView{b.Name, title, some(lines)})
	}
	parameters := []parameterView{}
	find := c.Lookup()
	for _, p := range text.AllParams() {
		value, ok := find(p.Path())
		if !ok {
			continue // it has no effect here
		}
		parameters = append(parameters, parameterView{tex.Symbol(p.Name), p.Name, p.Path(), value.Text, text.DefaultText(p), p.Doc})
	}
	return map[string]any{"name": text.Name, "doc": text.Doc, "times": []string{c.Time.Kind}, "sections": sections, "parameters": parameters, "text": text.Source}, nil
}
