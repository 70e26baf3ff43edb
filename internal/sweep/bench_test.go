//go:build unix

package sweep

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"burstsim/internal/linalg"
)

// regressionRun is a shortened regression of some 50 ms, harder than 0.1 s.
const regressionRun = `[task]
teacher = "leaky"
[time]
dt = "20ms"
tau_weight = "25s"
before = "10s"
learn = "140s"
after = "10s"
`

// BenchmarkSweep runs 1,000 short runs, ten values by a hundred seeds, from the
// file to the aggregate. It reports which part of the processors' time was used
// (busy-%), the mean time of a run (ms/run), what the sweep adds to the sum of
// the runs' own times, in processor time on all processors (added-%), and what
// part of that is tables and figures at the end (aggregate-%).
func BenchmarkSweep(b *testing.B) {
	file := write(b, regressionRun)
	for b.Loop() {
		began, used := time.Now(), processorTime(b)
		p, err := New(file, Options{Vary: []string{"model.beta=0.5:5:10", "seeds=1-100"}, BLAS: linalg.BuiltIn()})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Begin(b.TempDir()); err != nil {
			b.Fatal(err)
		}
		o := execute(b, p, 0, 1000)
		ran, ranUsed := time.Since(began), processorTime(b)-used
		a, err := p.Collect()
		if err == nil {
			err = a.Write()
		}
		if err != nil || o.Ran != 1000 || o.Failed > 0 {
			b.Fatalf("%+v, %v", o, err)
		}
		all := time.Since(began)
		b.ReportMetric(100*ranUsed.Seconds()/ran.Seconds()/float64(runtime.GOMAXPROCS(0)), "busy-%")
		b.ReportMetric(1000*o.Own.Seconds()/1000, "ms/run")
		b.ReportMetric(100*(float64(runtime.GOMAXPROCS(0))*ran.Seconds()/o.Own.Seconds()-1), "added-%")
		b.ReportMetric(100*(all-ran).Seconds()/all.Seconds(), "aggregate-%")
	}
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
