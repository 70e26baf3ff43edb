//go:build unix

package serve

import (
	"os"
	"os/exec"
	"syscall"
)

// detach keeps signals of the server's terminal from a process.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func interrupt(p *os.Process) error { return p.Signal(syscall.SIGINT) }
