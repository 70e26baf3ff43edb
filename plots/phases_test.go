package plots

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

// cycle is 5 s without and 0.5 s with a teacher.
var cycle = []record.Part{{Duration: 5}, {Duration: 0.5, Teacher: true}}

func TestTeachingJoinsPhases(t *testing.T) {
	got := teaching([]record.Phase{
		{Name: "a", Start: 0, End: 1}, {Name: "b", Start: 1, End: 2}, {Name: "empty", Start: 2, End: 2, Teacher: true},
		{Name: "c", Start: 2, End: 3, Teacher: true}, {Name: "d", Start: 3, End: 4},
		{Name: "e", Start: 4, End: 15, Teacher: true, Cycle: cycle}, {Name: "f", Start: 15, End: 16},
		{Name: "g", Start: 16, End: 17, Teacher: true, Cycle: []record.Part{{Duration: 1}, {Duration: 2}}},
	})
	want := []condition{{start: 0, end: 2}, {start: 2, end: 3, share: 1}, {start: 3, end: 4},
		{start: 4, end: 15, share: 0.5 / 5.5, cycle: cycle, period: 5.5}, {start: 15, end: 17}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// What is shaded is when there was a teacher, not all of learning.
func TestOnlyTimeWithATeacherIsShaded(t *testing.T) {
	phases := []record.Phase{{Start: 0, End: 2}, {Start: 2, End: 22, Teacher: true, Cycle: cycle}, {Start: 22, End: 24}}
	p := newPanel(vg.Rectangle{Max: vg.Point{X: 240, Y: 40}})
	p.setSeconds(0, 24)
	p.teaching = teaching(phases)
	var with []float64
	for _, c := range p.conditions() {
		if c.share != 0 && c.share != 1 {
			t.Errorf("%+v is not told apart", c)
		}
		if c.share == 1 {
			with = append(with, c.start, c.end)
		}
	}
	if want := []float64{7, 7.5, 12.5, 13, 18, 18.5}; !reflect.DeepEqual(with, want) {
		t.Errorf("teacher at %v, want %v", with, want)
	}
	// A window in the middle of the cycle, whose time begins at 0.
	p.setSeconds(0, 3)
	p.origin, p.taughtTo = 12, 3
	if got := p.conditions(); len(got) != 3 || got[1].start != 0.5 || got[1].end != 1 || got[1].share != 1 {
		t.Errorf("within a window %+v", got)
	}
}

// A cycle that is too fast to be seen is one hatched stretch with its share,
// however many times it is repeated.
func TestFastCyclesAreHatched(t *testing.T) {
	p := newPanel(vg.Rectangle{Max: vg.Point{X: 200, Y: 40}})
	p.setSeconds(0, 1e12)
	p.teaching = teaching([]record.Phase{{Start: 0, End: 1e12, Teacher: true, Cycle: cycle}})
	got := p.conditions()
	if len(got) != 1 || got[0].share != 0.5/5.5 {
		t.Fatalf("%d conditions", len(got))
	}
	labels := phaseLabels(p)
	if len(labels) != 1 || !strings.Contains(labels[0].(label).text, "9 % of the time") {
		t.Errorf("labels %+v", labels)
	}
}

func TestFirstAndLastTeacher(t *testing.T) {
	for _, test := range []struct {
		phases      []record.Phase
		first, last float64
		ok          bool
	}{
		{[]record.Phase{{Start: 0, End: 2}}, 0, 0, false},
		{[]record.Phase{{Start: 0, End: 2}, {Start: 2, End: 5, Teacher: true}, {Start: 5, End: 9}}, 2, 5, true},
		{[]record.Phase{{Start: 2, End: 22, Teacher: true, Cycle: cycle}}, 7, 18.5, true},
		{[]record.Phase{{Start: 2, End: 18.25, Teacher: true, Cycle: cycle}}, 7, 18.25, true},
		{[]record.Phase{{Start: 0, End: 4, Teacher: true, Cycle: cycle}}, 0, 0, false},
	} {
		first, last, ok := taught(teaching(test.phases))
		if ok != test.ok || ok && (math.Abs(first-test.first) > 1e-9 || math.Abs(last-test.last) > 1e-9) {
			t.Errorf("%+v: %v to %v, %v", test, first, last, ok)
		}
	}
}
