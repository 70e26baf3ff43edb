// Package explain says what a model is: its populations, projections, order of
// evaluation, parameters and signals, the program that it is compiled to, and
// its circuit as a figure. All of it comes from the text; nothing here knows the
// name of a model.
package explain

import (
	"errors"
	"fmt"
	"math"

	"burstsim/sim/model"
	"burstsim/sim/program"
)

// Model is what there is to say of a text for layers of given sizes.
type Model struct {
	Name        string               `json:"name"`
	Doc         string               `json:"doc"`
	Sizes       []int                `json:"sizes"` // units of the layers, from the input
	Populations []program.Population `json:"populations"`
	Projections []program.Projection `json:"projections"`
	Times       []Time               `json:"times"`
	Parameters  []Parameter          `json:"parameters"`
	Signals     []Signal             `json:"signals"`
}

// Time is a model in one kind of time.
type Time struct {
	Kind string `json:"kind"` // continuous or discrete
	// Excluded says why there is no such form; the rest is empty then.
	Excluded string         `json:"excluded,omitempty"`
	Order    []program.Step `json:"order,omitempty"` // of evaluation
	States   int            `json:"states"`          // numbers that are integrated, or adopt their drives
	Learning int            `json:"learning"`        // projections and biases that learn
	Weights  int            `json:"weights"`         // stored, biases among them
	Work     int            `json:"work"`            // numbers of memory for quantities
	Program  string         `json:"program,omitempty"`
}

// Parameter is a declared parameter.
type Parameter struct {
	Name     string `json:"name"`
	Key      string `json:"key"` // in experiment files
	Default  string `json:"default"`
	Value    any    `json:"value"` // as the model was asked for; of times in seconds
	Unit     string `json:"unit"`  // "s", "Hz" or ""
	Expected string `json:"expected"`
	Doc      string `json:"doc"`
}

// Signal is a quantity that can be recorded.
type Signal struct {
	Symbol string `json:"symbol"`
	In     string `json:"in,omitempty"` // the population beside a layer; "" for layers
	Name   string `json:"name"`         // in files
	Label  string `json:"label"`        // in figures
}

// Describe puts a text together as the setting says, in the kinds of time named
// by times, or both. The error says what of the text or the setting does not
// fit; that a text has no form in a kind of time is none, unless there is no
// other.
func Describe(text *model.Text, s program.Setting, times ...string) (*Model, error) {
	if len(times) == 0 {
		times = []string{"continuous", "discrete"}
	}
	net, err := program.New(text, s)
	if err != nil {
		return nil, err
	}
	m := &Model{Name: text.Name, Doc: text.Doc, Sizes: net.Setting.Sizes, Populations: net.Populations(), Projections: net.Projections()}
	var wrong []error
	for _, kind := range times {
		t, err := describeTime(net, text, kind)
		if err != nil {
			t = Time{Kind: kind, Excluded: err.Error()}
			wrong = append(wrong, err)
		}
		m.Times = append(m.Times, t)
	}
	if len(wrong) == len(times) {
		return nil, wrong[0]
	}
	for _, p := range text.AllParams() {
		v := net.Values[p.Name]
		if x, ok := v.(float64); ok && (math.IsInf(x, 0) || math.IsNaN(x)) {
			v = nil
		}
		m.Parameters = append(m.Parameters, Parameter{Name: p.Name, Key: p.Path(), Default: text.DefaultText(p), Value: v,
			Unit: p.Unit, Expected: p.Expected(), Doc: p.Doc})
	}
	for _, sig := range text.Signals {
		m.Signals = append(m.Signals, Signal{Symbol: sig.Symbol, In: sig.In, Name: sig.Name, Label: sig.Label})
	}
	return m, nil
}

func describeTime(net *program.Network, text *model.Text, kind string) (Time, error) {
	t := Time{Kind: kind}
	compile := map[string]func() (*program.Program, error){"continuous": net.Continuous, "discrete": net.Discrete}[kind]
	if compile == nil {
		return t, fmt.Errorf("unknown kind of time %q, expected continuous or discrete", kind)
	}
	p, err := compile()
	if err != nil {
		return t, err
	}
	order, err := net.Order(kind == "discrete")
	if err != nil {
		return t, err
	}
	if len(order) == 0 {
		return t, errors.New("the model has no equations")
	}
	t.Order, t.States, t.Learning, t.Work, t.Program = order, p.Dim, len(p.Rules), p.Work, p.String()
	for _, w := range net.Matrices() {
		t.Weights += w.Len()
	}
	return t, nil
}
