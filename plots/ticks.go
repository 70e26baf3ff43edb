package plots

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// linearTicks returns labelled ticks from lo to hi, about n at most, but at
// least two. The numbers are divided by ten to a power.
func linearTicks(lo, hi float64, n, power int) []plot.Tick {
	// A step that is lost beside its offset has no ticks to tell apart.
	if !(hi-lo > 1e-11*math.Max(math.Abs(lo), math.Abs(hi))) || math.IsInf(hi-lo, 0) {
		return nil
	}
	step := tickStep(lo, hi, max(2, n))
	unit := math.Pow10(power)
	decimals := 0
	for v := step / unit; decimals < 12 && math.Abs(v-math.Round(v)) > 1e-6*v; v *= 10 {
		decimals++
	}
	var ticks []plot.Tick
	first, last := tickRange(lo, hi, step)
	for k := first; k <= last; k++ {
		ticks = append(ticks, plot.Tick{Value: k * step, Label: number(k*step/unit, decimals)})
	}
	return ticks
}

// powerFor is the power of ten without which numbers of this size are long.
func powerFor(lo, hi float64) int {
	largest := math.Max(math.Abs(lo), math.Abs(hi))
	if largest == 0 || largest >= 0.01 && largest < 1e5 {
		return 0
	}
	return int(math.Floor(math.Log10(largest)))
}

// tickRange is the first and the last multiple of step in a range.
func tickRange(lo, hi, step float64) (first, last float64) {
	return math.Ceil(lo/step - 1e-9), math.Floor(hi/step + 1e-9)
}

// tickStep is the distance that gives most ticks, up to n of them. It is 1, 2 or
// 5 times a power of ten, which readers count in, unless that gives less than
// two; where nothing gives two, there may be more than n.
func tickStep(lo, hi float64, n int) float64 {
	for {
		for _, steps := range [][]float64{{1, 2, 5}, {2.5, 4, 3}} {
			if step, ticks := bestStep(lo, hi, n, steps); ticks > 1 {
				return step
			}
		}
		n++
	}
}

func bestStep(lo, hi float64, n int, steps []float64) (best float64, most int) {
	decade := math.Pow(10, math.Floor(math.Log10(hi-lo)))
	for _, size := range []float64{0.1, 1} {
		for _, s := range steps {
			step := s * size * decade
			first, last := tickRange(lo, hi, step)
			if count := int(last-first) + 1; count > most && count <= n {
				best, most = step, count
			}
		}
	}
	return best, most
}

// number writes a value with a typographer's minus.
func number(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if v, err := strconv.ParseFloat(s, 64); err == nil && v == 0 {
		s = strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, "-", "\u2212", 1)
}

// decimals is how many of them say a number to the millisecond.
func decimals(v float64) int {
	text := strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
	_, fraction, _ := strings.Cut(text, ".")
	return len(fraction)
}

// powerOfTen writes 10 to a power.
func powerOfTen(power int) string { return "10" + superscript(number(float64(power), 0)) }

// withPower says in an axis label what its numbers were divided by.
func withPower(label string, power int) string {
	if power == 0 {
		return label
	}
	return label + " (" + powerOfTen(power) + ")"
}

// logTicks returns decades, labelled, and eight ticks between each two, or every
// few decades where there are many. Where less than two decades show, more is
// labelled: 2 and 5 times a decade, all nine multiples, or even steps between.
func logTicks(lo, hi float64) []plot.Tick {
	const rounding = 1e-9
	first, last := int(math.Floor(math.Log10(lo)+rounding)), int(math.Ceil(math.Log10(hi)-rounding))
	every := 1 + (last-first)/8
	for _, multiples := range []string{"1", "125", "123456789"} {
		var ticks []plot.Tick
		labelled := 0
		for e := first; e <= last; e++ {
			for m := 1; m < 10; m++ {
				t := plot.Tick{Value: float64(m) * math.Pow10(e)}
				if t.Value < lo*(1-rounding) || t.Value > hi*(1+rounding) {
					continue
				}
				if digit := strconv.Itoa(m); strings.Contains(multiples, digit) && (e-first)%every == 0 {
					t.Label = timesPower(digit, e)
					labelled++
				}
				if t.Label != "" || every == 1 {
					ticks = append(ticks, t)
				}
			}
		}
		if labelled > 1 {
			return ticks
		}
	}
	power := int(math.Floor(math.Log10(hi)))
	ticks := linearTicks(lo, hi, 4, power)
	for i, t := range ticks {
		ticks[i].Label = timesPower(t.Label, power)
	}
	return ticks
}

func timesPower(factor string, power int) string {
	if factor == "1" {
		return powerOfTen(power)
	}
	return factor + "\u00d7" + powerOfTen(power)
}
