package alarm

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestAlarmRingsWhenItsTimeHasPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(time.Minute)
		defer a.Stop()
		pass := func(d time.Duration) {
			time.Sleep(d)
			synctest.Wait()
		}
		for range 3 {
			pass(59 * time.Second)
			if a.Rang() {
				t.Fatal("rang too early")
			}
			pass(2 * time.Second)
			for range 2 {
				if !a.Rang() {
					t.Fatal("did not ring, or not until it was set again")
				}
			}
			a.Set()
		}
		pass(30 * time.Second)
		a.Set()
		pass(59 * time.Second)
		if a.Rang() {
			t.Error("rang less than its time after it was set")
		}
		a.Stop()
		pass(time.Hour)
		if a.Rang() {
			t.Error("rang after it was stopped")
		}
	})
}

func TestAlarmOfNoTimeNeverRings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(0)
		time.Sleep(time.Hour)
		a.Set()
		synctest.Wait()
		if a.Rang() {
			t.Error("rang")
		}
		a.Stop()
	})
}

func BenchmarkRang(b *testing.B) {
	a := New(time.Hour)
	defer a.Stop()
	for b.Loop() {
		a.Rang()
	}
}
