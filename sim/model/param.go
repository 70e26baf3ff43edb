package model

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// AllParams lists the parameters and behind them the learning rates that stand
// for their time constants.
func (t *Text) AllParams() []*Param {
	all := slices.Clone(t.Params)
	for _, p := range t.Params {
		if p.Rate != nil {
			all = append(all, p.Rate)
		}
	}
	return all
}

// Dim is the dimension of the parameter, as a power of seconds.
func (p *Param) Dim() float64 { return map[string]float64{"s": 1, "Hz": -1}[p.Unit] }

func paramNames(params []*Param) []string {
	var names []string
	for _, p := range params {
		names = append(names, p.Name)
	}
	return names
}

func (t *Text) defaultOf(p *Param, env Env) (any, bool) {
	if v, ok := p.Constant(); ok {
		return v, true
	}
	if d := p.Drawn; d != nil {
		a, known := env.Number(d.A)
		b, also := env.Number(d.B)
		return Drawn{d.Dist, a, b}, known && also
	}
	if p.Default == nil {
		for _, q := range t.Params {
			if tau, ok := env.Values[q.Name].(float64); q.Rate == p && ok {
				return env.Constants["presentation"] / tau, true
			}
		}
		return nil, false
	}
	return env.Number(p.Default)
}

// Constant is the default of a parameter that depends on nothing.
func (p *Param) Constant() (v any, ok bool) {
	if d := p.Drawn; d != nil {
		a, known := (Env{}).Number(d.A)
		b, also := (Env{}).Number(d.B)
		return Drawn{d.Dist, a, b}, known && also
	}
	switch e := p.Default.(type) {
	case *Ref:
		switch {
		case p.Choices != nil:
			return e.Name, true
		case p.Switch:
			return e.Name == "true", true
		}
	case nil:
		return nil, false
	}
	if v, ok := (Env{}).Number(p.Default); ok {
		return v, true
	}
	return nil, false
}

// Accepts says why a value cannot be the parameter's, or nil; the error is of
// type [*ValueError].
func (p *Param) Accepts(v any) error {
	ok, hint := false, ""
	wrong := ""
	switch v := v.(type) {
	case Layers:
		for _, x := range v {
			if err := p.Accepts(x); err != nil {
				return err
			}
		}
		return nil
	case Drawn:
		wrong = p.acceptsDrawn(v)
		ok = wrong == ""
	case *Array:
		wrong = p.acceptsArray(v)
		ok = wrong == ""
	case string:
		ok = slices.Contains(p.Choices, v)
		hint = near(v, p.Choices)
	case bool:
		ok = p.Switch
	case float64:
		ok = p.numeric() && p.Range.Has(v)
	}
	switch {
	case ok:
		return nil
	case wrong != "":
		return &ValueError{[]*Param{p}, wrong}
	}
	return &ValueError{[]*Param{p}, fmt.Sprintf("is %s, expected %s%s", p.shown(v), p.Expected(), hint)}
}

// shown is a value with its unit, or in quotes if it is a word.
func (p *Param) shown(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case float64:
		if p.Unit != "" {
			return fmt.Sprintf("%v %s", v, p.Unit)
		}
	case Layers:
		return p.shownList(v)
	case Drawn:
		b := p.shown(v.B)
		if v.Dist == "lognormal" {
			b = fmt.Sprint(v.B)
		}
		return fmt.Sprintf("%s(%s, %s)", v.Dist, p.shown(v.A), b)
	case *Array:
		return v.File
	}
	return fmt.Sprint(v)
}

// Expected says what the parameter can be, as in "a time of more than 0 s".
func (p *Param) Expected() string {
	switch {
	case p.Choices != nil:
		return list(p.Choices)
	case p.Switch:
		return "true or false"
	case p.File:
		return "a file of numbers (.npy or .csv)"
	}
	what := map[string]string{"s": "a time", "Hz": "a rate"}[p.Unit]
	if what == "" {
		what = "a number"
	}
	r := p.Range
	unit := ""
	if p.Unit != "" {
		unit = " " + p.Unit
	}
	low, high := "at least", "at most"
	if r.OpenLow {
		low = "more than"
	}
	if r.OpenHigh {
		high = "less than"
	}
	switch lowEnd, highEnd := !math.IsInf(r.Low, -1), !math.IsInf(r.High, 1); {
	case !r.Set:
		return what
	case lowEnd && highEnd:
		return fmt.Sprintf("%s of %s %v and %s %v%s", what, low, r.Low, high, r.High, unit)
	case lowEnd:
		return fmt.Sprintf("%s of %s %v%s", what, low, r.Low, unit)
	case highEnd:
		return fmt.Sprintf("%s of %s %v%s", what, high, r.High, unit)
	}
	return what
}
