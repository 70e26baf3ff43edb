package bench

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"burstsim/internal/linalg"
)

// Machine is what the figures hold for.
type Machine struct {
	CPU     string // as /proc/cpuinfo names it; "" if unknown
	Threads int    // that Go uses at once
	OS      string
	Arch    string // with the level of the instruction set it was built for: amd64, v1
	Go      string
	BLAS    string
	Time    time.Time
	Load    string // averages of /proc/loadavg over 1, 5 and 15 minutes; "" if unknown
}

func describe() Machine {
	m := Machine{
		CPU: procValue("/proc/cpuinfo", "model name"), Threads: runtime.GOMAXPROCS(0),
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(),
		BLAS: linalg.Name(), Time: time.Now().UTC().Truncate(time.Second),
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

// procValue is the first value of a key in a file of lines "key : value"; "" if
// there is none.
func procValue(file, key string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if k, v, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// peakMemory is the most memory this process ever held, in bytes; 0 where the
// system does not say.
func peakMemory() float64 {
	kilobytes, err := strconv.ParseFloat(strings.TrimSuffix(procValue("/proc/self/status", "VmHWM"), " kB"), 64)
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
