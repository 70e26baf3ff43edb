package serve

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"slices"
	"testing"
)

// What the page says of the weights in the course of a run is what its arrays are at
// each time.
func TestWeightsInTheCourse(t *testing.T) {
	s, _ := serving(t, nil)
	reg := "/api/runs/" + idOf("reg")
	all := get(t, s, reg+"/weights")
	if n := len(at(t, all, "courses").([]any)); n != 2 || at(t, all, "later") != false {
		t.Fatalf("courses of %d variants", n)
	}
	course := at(t, all, "courses", 0)
	label := at(t, course, "variant").(string)
	times := at(t, course, "at").([]any)
	if want := []any{"0 s", "4 s", "8 s", "12 s"}; !slices.Equal(times, want) || at(t, course, "values", 1) != 4.0 || at(t, course, "recorded") != 4.0 || at(t, course, "unit") != "time" {
		t.Fatalf("times are %v of %v", times, at(t, course, "recorded"))
	}
	for k, a := range at(t, course, "arrays").([]any) {
		name, moved := at(t, a, "name").(string), false
		var before []float32
		for i, when := range times {
			w := ask(s, http.MethodGet, reg+"/weights/array?"+url.Values{"variant": {label}, "name": {name}, "at": {when.(string)}}.Encode(), "")
			if w.Code != 200 {
				t.Fatalf("%s at %v: %d %s", name, when, w.Code, w.Body)
			}
			values := singles(t, w.Body.Bytes())
			first, last := at(t, a, "edges", 0).(float64), at(t, a, "edges", histogramBins).(float64)
			n := 0.0
			for _, c := range at(t, a, "counts", i).([]any) {
				n += c.(float64)
			}
			if int(n) != len(values) || len(values) == 0 {
				t.Errorf("%s at %v: %v in bins, of %d", name, when, n, len(values))
			}
			if low, high := float64(slices.Min(values)), float64(slices.Max(values)); math.Abs(low-at(t, a, "min", i).(float64)) > 1e-6 || math.Abs(high-at(t, a, "max", i).(float64)) > 1e-6 || low < first-1e-6 || high > last+1e-6 {
				t.Errorf("%s at %v goes from %v to %v, the bins from %v to %v", name, when, low, high, first, last)
			}
			moved = moved || before != nil && !slices.Equal(before, values)
			before = values
		}
		if name == "W1" && !moved {
			t.Errorf("array %d, %s, did not move", k, name)
		}
	}
}

// singles are the values of a packed array.
func singles(t *testing.T, b []byte) (out []float32) {
	t.Helper()
	n := binary.LittleEndian.Uint32(b)
	if !json.Valid(b[4 : 4+n]) {
		t.Fatalf("header %q", b[4:4+n])
	}
	for rest := b[4+n:]; len(rest) >= 4; rest = rest[4:] {
		out = append(out, math.Float32frombits(binary.LittleEndian.Uint32(rest)))
	}
	return out
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		n, most int
		want    []int
	}{{0, 5, []int{}}, {1, 5, []int{0}}, {3, 5, []int{0, 1, 2}}, {11, 3, []int{0, 5, 10}}} {
		if got := spread(c.n, c.most); !slices.Equal(got, c.want) {
			t.Errorf("%d of %d: %v, expected %v", c.most, c.n, got, c.want)
		}
	}
	if got := spread(100_000, mostTimes); len(got) != mostTimes || got[mostTimes-1] != 99_999 {
		t.Errorf("%d times, the last is %d", len(got), got[len(got)-1])
	}
}
