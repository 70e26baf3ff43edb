// Package reproduction says what figures and tables of the published papers there
// are, and sets what a sweep of ours came to beside what was published.
//
// A reproduction is a folder with two files. experiment.toml is an experiment with
// a [sweep]. published.toml has the keys of [Reproduction]: the paper, the figure,
// how its panels are arranged, published values with where they stand, which of our
// results compare with them, and what is changed to be quick.
package reproduction

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Names of the files of a reproduction.
const (
	ExperimentFile = "experiment.toml"
	PublishedFile  = "published.toml"
)

// Reproduction is published.toml, and the experiment beside it.
type Reproduction struct {
	Name       string `toml:"-"` // of the folder
	Experiment []byte `toml:"-"` // experiment.toml
	Published  []byte `toml:"-"` // published.toml

	Title  string `toml:"title"`
	Paper  string `toml:"paper"`
	Figure string `toml:"figure"`
	Note   string `toml:"note"` // what differs from what was published, and why
	Takes  string `toml:"takes"`
	Quick  Quick  `toml:"quick"`

	Columns int     `toml:"columns"` // of panels
	Panels  []Panel `toml:"panel"`
	Values  []Value `toml:"value"`
}

// Quick is the shortened version.
type Quick struct {
	Takes string   `toml:"takes"`
	Set   []string `toml:"set"`   // as burstsim sweep --set
	Sweep []string `toml:"sweep"` // as burstsim sweep --sweep
}

// Panel is a part of the figure. It shows one of: learning curves of Column; Result
// over the key X; Results at the numbers At, over what X says; or, if it has none
// of these, the values that name it.
type Panel struct {
	Name string `toml:"name"` // that values give

	Column  string    `toml:"column"`
	Result  string    `toml:"result"`
	Over    string    `toml:"over"` // a key that varies
	Results []string  `toml:"results"`
	At      []float64 `toml:"at"`

	Variants []string `toml:"variants"` // shown; default: all
	Scale    float64  `toml:"scale"`    // default: 1
	X        string   `toml:"x"`        // labels of the axes, with units
	Y        string   `toml:"y"`
	LogX     bool     `toml:"log_x"`
	LogY     bool     `toml:"log_y"`
}

// Value is a row of the table: a number of ours, of each run of those that differ in
// their seeds only, and the published one.
type Value struct {
	Name    string            `toml:"name"`
	Variant string            `toml:"variant"` // default: the experiment itself
	Where   map[string]string `toml:"where"`   // values of keys that vary; "3 layers" is any list of three

	Result     string  `toml:"result"`      // a result; or
	ZeroOf     string  `toml:"zero_of"`     // where the results of the panel of this name are 0; or
	Column     string  `toml:"column"`      // the mean of a quantity, where
	From       float64 `toml:"from"`        // s or epochs are above this
	To         float64 `toml:"to"`          // and up to this
	RelativeTo string  `toml:"relative_to"` // a result by which it is divided
	AtLeast    float64 `toml:"at_least"`    // if not 0: how many runs of a hundred come to so much

	Scale     float64  `toml:"scale"` // default: 1
	Unit      string   `toml:"unit"`
	Published *float64 `toml:"published"` // none: not published
	Spread    *float64 `toml:"spread"`    // as published
	SpreadOf  string   `toml:"spread_of"` // what that is: "sd", "SEM"
	Source    string   `toml:"source"`    // where the published value stands
	Panel     string   `toml:"panel"`     // that shows it
	// Place is where a published value stands in a panel of curves, or over a
	// key; its absence keeps it out of them.
	Place *float64 `toml:"place"`
}

// List reads all reproductions, in the order of their names.
func List(files fs.FS) ([]*Reproduction, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	var all []*Reproduction
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		r, err := Load(files, e.Name())
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// Load reads one reproduction and checks it.
func Load(files fs.FS, name string) (*Reproduction, error) {
	r := &Reproduction{Name: name}
	var err error
	if r.Experiment, err = fs.ReadFile(files, path.Join(name, ExperimentFile)); err != nil {
		return nil, err
	}
	if r.Published, err = fs.ReadFile(files, path.Join(name, PublishedFile)); err != nil {
		return nil, err
	}
	meta, err := toml.Decode(string(r.Published), r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path.Join(name, PublishedFile), err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return nil, fmt.Errorf("%s: %s: unknown key", path.Join(name, PublishedFile), extra[0])
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path.Join(name, PublishedFile), err)
	}
	return r, nil
}

func (r *Reproduction) check() error {
	for key, text := range map[string]string{"title": r.Title, "paper": r.Paper, "figure": r.Figure, "takes": r.Takes, "quick.takes": r.Quick.Takes} {
		if text == "" {
			return fmt.Errorf("%s: is missing", key)
		}
	}
	if len(r.Panels) == 0 || len(r.Values) == 0 {
		return errors.New("expected at least one [[panel]] and one [[value]]")
	}
	r.Columns = max(1, r.Columns)
	var panels []string
	for i := range r.Panels {
		p := &r.Panels[i]
		panels = append(panels, p.Name)
		p.Scale = scaleOf(p.Scale)
		if p.Y == "" {
			return fmt.Errorf("panel %d: y: is missing", i+1)
		}
		if len(p.Results) != len(p.At) || (p.Result == "") != (p.Over == "") {
			return fmt.Errorf("panel %d: results go with as many numbers at, and result with over", i+1)
		}
	}
	for i := range r.Values {
		v := &r.Values[i]
		v.Scale = scaleOf(v.Scale)
		switch {
		case v.Name == "":
			return fmt.Errorf("value %d: name: is missing", i+1)
		case !oneOf(v.Result, v.Column, v.ZeroOf):
			return fmt.Errorf("value %q: expected a result, a column or zero_of", v.Name)
		case v.ZeroOf != "" && !slices.ContainsFunc(r.Panels, func(p Panel) bool { return p.Name == v.ZeroOf && len(p.Results) > 1 }):
			return fmt.Errorf("value %q: zero_of: %q is no panel of two results or more", v.Name, v.ZeroOf)
		case v.Published != nil && v.Source == "":
			return fmt.Errorf("value %q: source: is missing", v.Name)
		case v.Spread != nil && v.SpreadOf == "":
			return fmt.Errorf("value %q: spread_of: is missing", v.Name)
		case v.Panel != "" && !slices.Contains(panels, v.Panel):
			return fmt.Errorf("value %q: panel: is %q, expected %s", v.Name, v.Panel, strings.Join(panels, ", "))
		}
	}
	return nil
}

func scaleOf(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}

// oneOf tells whether exactly one of the texts is given.
func oneOf(texts ...string) bool {
	given := 0
	for _, text := range texts {
		if text != "" {
			given++
		}
	}
	return given == 1
}
