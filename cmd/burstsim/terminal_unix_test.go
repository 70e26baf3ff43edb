//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// TestNarrowTerminals: what is drawn over must fit into a line, or it is drawn
// below. Percentage and times alone take up to 32 columns.
func TestNarrowTerminals(t *testing.T) {
	bin, file := program0(t), filepath.Join(t.TempDir(), "e.toml")
	if err := os.WriteFile(file, []byte("[time]\nlearn = \"2000000s\"\n[run]\nlabel = \"a label that is rather long\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, columns := range []uint16{32, 40, 60, 80, 200} {
		screen, terminal, err := pty.Open()
		if err != nil {
			t.Skipf("no terminal: %v", err)
		}
		if err := pty.Setsize(terminal, &pty.Winsize{Rows: 24, Cols: columns}); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bin, "run", file, "--out", filepath.Join(t.TempDir(), "run"))
		cmd.Stderr = terminal
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		terminal.Close()
		var pieces []string
		for in := bufio.NewReader(screen); len(pieces) < 8; {
			piece, err := in.ReadString('\r')
			if err != nil {
				t.Fatalf("%d columns: %v after %q, expected a bar", columns, err, pieces)
			}
			pieces = append(pieces, strings.TrimRight(piece, "\r\n"))
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
		screen.Close()
		for _, line := range pieces {
			if n := len([]rune(line)); n > int(columns) {
				t.Errorf("%d columns: %q has %d", columns, line, n)
			}
		}
	}
}
