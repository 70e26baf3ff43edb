package integrator

import (
	"errors"
	"math"
	"slices"
	"testing"
)

func TestAdaptiveStepErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	after := func(when, value float64) func([]float64, float64, []float64) {
		return func(dst []float64, now float64, x []float64) {
			dst[0], dst[1] = 1, -x[1]
			if now > when {
				dst[0] = value
			}
		}
	}
	for _, tt := range []struct {
		name       string
		derivative func(dst []float64, t float64, x []float64)
		want       error
		last       float64 // time that can be reached, s
	}{
		{"singularity", func(dst []float64, _ float64, x []float64) {
			dst[0], dst[1] = x[0]*x[0], 0
		}, ErrStepCollapsed, 1},
		{"NaN at once", after(-1, nan), ErrNotFinite, 0},
		{"+Inf at once", after(-1, inf), ErrNotFinite, 0},
		{"-Inf at once", after(-1, -inf), ErrNotFinite, 0},
		{"NaN later", after(0.5, nan), ErrNotFinite, 0.5},
		{"+Inf later", after(0.5, inf), ErrNotFinite, 0.5},
		{"-Inf later", after(0.5, -inf), ErrNotFinite, 0.5},
		{"left its domain", func(dst []float64, _ float64, x []float64) {
			dst[0], dst[1] = 1+math.Sqrt(1.5-x[0]), 0
		}, ErrNotFinite, 0.5},
		{"overflow at no error", func(dst []float64, _ float64, _ []float64) {
			dst[0], dst[1] = 1e308, 0
		}, ErrNotFinite, math.MaxFloat64 / 1e308},
		{"overflow", func(dst []float64, _ float64, x []float64) {
			dst[0], dst[1] = 1000*x[0], 0
		}, ErrNotFinite, math.Log(math.MaxFloat64) / 1000},
	} {
		for name, tab := range pairs {
			for _, first := range []float64{0, 0.1} {
				t.Run(tt.name+"/"+name, func(t *testing.T) {
					p := problem{leak: []float64{0, 0}, derivative: tt.derivative}
					a := &Adaptive[float64]{First: first, RelTol: 1e-3, AbsTol: 1e-3}
					if err := a.Init(newSystem[float64](p), &RungeKutta[float64]{Tableau: tab}); err != nil {
						t.Fatal(err)
					}
					x, before := []float64{1, 1}, []float64{1, 1}
					now, err := 0.0, error(nil)
					for err == nil {
						if now >= 2 || a.Accepted > 1e5 {
							t.Fatalf("no error up to t = %g", now)
						}
						copy(before, x)
						var h float64
						h, err = a.Step(now, 2, x)
						now += h
					}
					if !errors.Is(err, tt.want) {
						t.Errorf("error %q, want %q", err, tt.want)
					}
					if now > tt.last*(1+1e-2) || !finite(x) || !slices.Equal(x, before) {
						t.Errorf("stopped at t = %g with %g, before the step %g", now, x, before)
					}
					if _, again := a.Step(now, 2, x); !errors.Is(again, tt.want) {
						t.Errorf("then error %v", again)
					}
				})
			}
		}
	}
}

func TestAdaptiveInitErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	alone := Tableau{
		Name: "Euler", A: [][]float64{{}}, B: []float64{1}, C: []float64{0}, Order: 1, Error: []float64{0},
	}
	zeros := heunEuler
	zeros.Error = []float64{0, 0}
	good := NewDormandPrince[float64]()
	for name, a := range map[string]*Adaptive[float64]{
		"RelTol negative":  {RelTol: -1e-6},
		"RelTol too tight": {RelTol: 1e-15},
		"RelTol NaN":       {RelTol: nan},
		"RelTol infinite":  {RelTol: inf},
		"AbsTol negative":  {AbsTol: -1e-6},
		"AbsTol NaN":       {AbsTol: nan},
		"AbsTol infinite":  {AbsTol: inf},
		"First negative":   {First: -1},
		"First NaN":        {First: nan},
		"First infinite":   {First: inf},
		"Max negative":     {Max: -1},
		"Max NaN":          {Max: nan},
	} {
		if err := a.Init(newSystem[float64](problems[0]), good); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, stepper := range map[string]Stepper[float64]{
		"no estimate":         NewRK4[float64](),
		"not embedded":        &Euler[float64]{},
		"estimate of zeros":   &RungeKutta[float64]{Tableau: zeros},
		"estimate of a stage": &RungeKutta[float64]{Tableau: alone},
	} {
		if err := (&Adaptive[float64]{}).Init(newSystem[float64](problems[0]), stepper); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := (&Adaptive[float64]{Max: inf}).Init(newSystem[float64](problems[0]), good); err != nil {
		t.Errorf("no largest step: %v", err)
	}
}

func TestAdaptiveRefusesMisuse(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	a := &Adaptive[float64]{}
	if _, err := a.Step(0, 1, []float64{1, 0}); err == nil {
		t.Error("a step before Init")
	}
	if err := a.Init(newSystem[float64](problems[0]), NewDormandPrince[float64]()); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		t, end float64
		x      []float64
		want   error
	}{
		{name: "no time", t: 1, end: 1, x: []float64{1, 0}},
		{name: "backwards", t: 1, end: 0, x: []float64{1, 0}},
		{name: "from NaN", t: nan, end: 1, x: []float64{1, 0}},
		{name: "to NaN", t: 0, end: nan, x: []float64{1, 0}},
		{name: "from -Inf", t: -inf, end: 1, x: []float64{1, 0}},
		{name: "to +Inf", t: 0, end: inf, x: []float64{1, 0}},
		{name: "state too short", t: 0, end: 1, x: []float64{1}},
		{name: "state too long", t: 0, end: 1, x: []float64{1, 0, 0}},
		{name: "state NaN", t: 0, end: 1, x: []float64{nan, 0}, want: ErrNotFinite},
		{name: "state infinite", t: 0, end: 1, x: []float64{0, inf}, want: ErrNotFinite},
	} {
		_, err := a.Step(tt.t, tt.end, tt.x)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
	if _, err := a.Step(0, 1, []float64{1, 0}); err != nil {
		t.Errorf("a good step afterwards: %v", err)
	}
}
