package config

import (
	"fmt"
	"math"
	"time"
)

// checkNumbers refuses what no number can hold.
func (d *decoder) checkNumbers(c *Config, opt Options) {
	d.checkTolerances(c)
	d.checkLimit(c, opt.LimitSpan)
}

// checkTolerances keeps errors above what rounding makes of them, which no step
// is short enough for. Ten units of rounding are what solvers ask for at least
// (Hairer and Wanner's RADAU5); states are of order one.
func (d *decoder) checkTolerances(c *Config) {
	if c.Time.Kind != "continuous" || c.Integrator.Method != "dopri5" {
		return
	}
	relative, absolute := 1e-14, 1e-18
	if c.Run.Precision == "float32" {
		relative, absolute = 1e-6, 1e-9
	}
	const reason = "is %v, expected at least %v with precision = %q, which holds no more digits"
	paths := []string{"run.precision", "integrator.method", "time.kind"}
	if tol := c.Integrator.RelTol; tol < relative {
		d.refuse(c, append([]string{"integrator.rtol"}, paths...), reason, tol, relative, c.Run.Precision)
	}
	if tol := c.Integrator.AbsTol; tol < absolute {
		d.refuse(c, append([]string{"integrator.atol"}, paths...), reason, tol, absolute, c.Run.Precision)
	}
}

// checkLimit refuses a measurement of the limit that lasts longer than time can
// say. Variants have none.
func (d *decoder) checkLimit(c *Config, span func(c Config, ratio float64) float64) {
	if span == nil || c.Model.Text == nil || d.within != nil || c.Task.Images() {
		return
	}
	longest := time.Duration(math.MaxInt64).Seconds()
	for i, ratio := range c.Limit.Ratios {
		if s := span(*c, ratio); !(s < longest) {
			d.refuse(c, []string{fmt.Sprintf("limit.ratios[%d]", i), "limit.ratios", "limit.presentations"},
				"is %v, at which %d presentations take %.3g s, expected less than 292 years (%.3g s)", ratio, c.Limit.Presentations, s, longest)
		}
	}
}
