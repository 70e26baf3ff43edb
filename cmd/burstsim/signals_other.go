//go:build !unix

package main

import (
	"os"
	"syscall"
)

// stopSignals ask a run to stop.
var stopSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM}
