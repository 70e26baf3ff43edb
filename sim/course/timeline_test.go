package course

import (
	"reflect"
	"testing"
	"time"

	"burstsim/sim/record"
)

func TestTimelineSaysWhenTheTeacherIsThere(t *testing.T) {
	got := Timeline([]Phase{
		{Name: "before", Duration: 2 * time.Second},
		{Name: "learning", Duration: 20 * time.Second, Teacher: true, Cycle: []Phase{
			{Duration: 5 * time.Second}, {Duration: 500 * time.Millisecond, Teacher: true, Learning: true}}},
		{Name: "after", Duration: time.Second},
	})
	want := []record.Phase{
		{Name: "before", Start: 0, End: 2},
		{Name: "learning", Start: 2, End: 22, Teacher: true, Cycle: []record.Part{{Duration: 5}, {Duration: 0.5, Teacher: true}}},
		{Name: "after", Start: 22, End: 23},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
