//go:build unix

package sweep

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"burstsim/internal/linalg"
)

// regressionRun is a regression that learns for so long.
func regressionRun(learn time.Duration) string {
	return fmt.Sprintf(`[task]
teacher = "leaky"
[time]
dt = "20ms"
tau_weight = "25s"
before = "10s"
learn = "%v"
after = "10s"
`, learn)
}

// BenchmarkSweep runs 1,000 short runs, ten values by a hundred seeds, from the
// file to the aggregate: of some 50 ms, and of some 100 ms. It reports
//
//   - busy-%: the process's processor time by time on the clock on all processors,
//     which whatever else the machine does makes less;
//   - running-%: on which part of the clock's time, on all processors, a run was on,
//     which the others' work makes neither less nor more, as it slows all alike;
//   - added-%: what the sweep adds to the sum of the runs' own times, on all processors;
//   - ms/run: the mean of the runs' own times;
//   - aggregate-%: what part of the whole is tables and figures at the end.
func BenchmarkSweep(b *testing.B) {
	for _, learn := range []time.Duration{140 * time.Second, 300 * time.Second} {
		b.Run(learn.String(), func(b *testing.B) { benchmarkSweep(b, write(b, regressionRun(learn))) })
	}
}

func benchmarkSweep(b *testing.B, file string) {
	processors := float64(runtime.GOMAXPROCS(0))
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
		b.ReportMetric(100*ranUsed.Seconds()/ran.Seconds()/processors, "busy-%")
		b.ReportMetric(100*o.Own.Seconds()/ran.Seconds()/processors, "running-%")
		b.ReportMetric(1000*o.Own.Seconds()/1000, "ms/run")
		b.ReportMetric(100*(processors*ran.Seconds()/o.Own.Seconds()-1), "added-%")
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
