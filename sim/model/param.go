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
	switch v := v.(type) {
	case string:
		ok = slices.Contains(p.Choices, v)
		hint = near(v, p.Choices)
	case bool:
		ok = p.Switch
	case float64:
		ok = p.Choices == nil && !p.Switch && p.Range.Has(v)
	}
	if ok {
		return nil
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
