package config

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a time with its unit: "100ms", "1m30s".
type Duration time.Duration

// Seconds is the duration in seconds.
func (d Duration) Seconds() float64 { return time.Duration(d).Seconds() }

// String is the duration in the largest of s, ms, us and ns that divides it:
// "100s", "2500us".
func (d Duration) String() string {
	n := int64(d)
	for _, u := range []struct {
		size int64
		name string
	}{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}} {
		if n%u.size == 0 {
			return strconv.FormatInt(n/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10) + "ns"
}

// ParseDuration reads a number and a unit, or several. Unlike
// [time.ParseDuration] it wants the unit even of 0.
func ParseDuration(s string) (Duration, bool) {
	if s == strings.TrimRight(s, "smh") { // all units end in s, m or h
		return 0, false
	}
	d, err := time.ParseDuration(s)
	return Duration(d), err == nil
}

// formatFloat is the shortest decimal that reads back as x.
func formatFloat(x float64) string {
	if x == 0 && math.Signbit(x) {
		return "-0.0"
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
