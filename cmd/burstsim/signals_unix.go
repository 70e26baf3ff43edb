//go:build unix

package main

import (
	"os"
	"syscall"
)

// stopSignals ask a run to stop: Slurm, Grid Engine and LSF let users choose
// which one comes before the time is over, and a bound on processor time sends
// the last.
var stopSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGXCPU}
