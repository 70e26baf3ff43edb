package bench

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"burstsim/internal/linalg"
	"burstsim/internal/machine"
)

// Machine is what the figures hold for.
type Machine struct {
	CPU     string // as the system names it; "" if unknown
	Threads int    // that Go uses at once
	OS      string
	Arch    string // with the level of the instruction set it was built for: amd64, v1
	Go      string
	BLAS    string
	// Measured are the speeds by which auto chose it; "" if it did not.
	Measured string `json:",omitempty"`
	Time     time.Time
	Load     string // averages of /proc/loadavg over 1, 5 and 15 minutes; "" if unknown
}

func describe() Machine {
	m := Machine{
		CPU: machine.Processor(), Threads: runtime.GOMAXPROCS(0),
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(),
		BLAS: linalg.Name(), Measured: linalg.Measured(), Time: time.Now().UTC().Truncate(time.Second),
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "GO"+strings.ToUpper(runtime.GOARCH) {
				m.Arch += " " + s.Value
			}
		}
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) >= 3 {
			m.Load = strings.Join(fields[:3], " ")
		}
	}
	return m
}

// peakMemory is the most memory this process ever held, in bytes; 0 where the
// system does not say.
func peakMemory() float64 {
	kilobytes, err := strconv.ParseFloat(strings.TrimSuffix(machine.ProcValue("/proc/self/status", "VmHWM"), " kB"), 64)
	if err != nil {
		return 0
	}
	return kilobytes * 1024
}

// startUp times the program's version command.
func (r *run) startUp() error {
	if r.opt.Program == "" {
		return nil
	}
	var failed error
	t := r.meter.time(r.ctx, func(n int) {
		for range n {
			// The context only bounds it: the child ends by itself.
			ctx, cancel := context.WithTimeout(r.ctx, 10*time.Second)
			if err := exec.CommandContext(ctx, r.opt.Program, "version").Run(); err != nil {
				failed = err
			}
			cancel()
		}
	})
	r.add(t.in("start-up", "burstsim version", "ms", 1e-3))
	return failed
}
