//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"burstsim/internal/sweep"
)

// emulator is a terminal that knows what a screen writes, and wraps lines again
// when its width changes, as most do.
type emulator struct {
	width, height int
	rows          []string // the last ones are seen
	at            int      // row of the cursor
	column        int
	wraps         int
	begins        []bool // whether a row begins a line, and does not go on with one
}

func newEmulator(width, height int) *emulator {
	return &emulator{width: width, height: height, rows: []string{""}, begins: []bool{true}}
}

func (e *emulator) write(t *testing.T, text string) {
	t.Helper()
	for len(text) > 0 {
		var n int
		switch {
		case strings.HasPrefix(text, clearDown):
			e.rows[e.at] = e.rows[e.at][:min(e.column, len(e.rows[e.at]))]
			e.rows, e.begins = e.rows[:e.at+1], e.begins[:e.at+1]
			text = text[len(clearDown):]
		case strings.HasPrefix(text, "\x1b"):
			if _, err := fmt.Sscanf(text, upLines, &n); err != nil {
				t.Fatalf("unknown sequence %q", text)
			}
			e.at = max(e.at-n, len(e.rows)-e.height, 0)
			text = text[strings.Index(text, "A")+1:]
		case text[0] == '\r':
			e.column, text = 0, text[1:]
		case text[0] == '\n':
			if e.at++; e.at == len(e.rows) {
				e.rows, e.begins = append(e.rows, ""), append(e.begins, true)
			}
			text = text[1:]
		default:
			if e.column == e.width {
				e.wraps++
				e.rows, e.begins = append(e.rows, ""), append(e.begins, false)
				e.at, e.column = e.at+1, 0
			}
			r := []rune(text)[0]
			row := []rune(e.rows[e.at])
			e.rows[e.at] = string(append(row[:min(e.column, len(row))], r))
			e.column++
			text = text[len(string(r)):]
		}
	}
}

// resize wraps lines anew. The cursor stays at the end of the last.
func (e *emulator) resize(width, height int) {
	var lines []string
	for i, row := range e.rows {
		if e.begins[i] {
			lines = append(lines, row)
		} else {
			lines[len(lines)-1] += row
		}
	}
	e.rows, e.begins = nil, nil
	for _, line := range lines {
		begins := true
		for r := []rune(line); begins || len(r) > 0; begins = false {
			n := min(len(r), width)
			e.rows, e.begins = append(e.rows, string(r[:n])), append(e.begins, begins)
			r = r[n:]
		}
	}
	e.width, e.height = width, height
	e.at = len(e.rows) - 1
	e.column = len([]rune(e.rows[e.at]))
}

// TestTableOnAnyTerminal: the table of a sweep leaves what was printed before it as
// it was, however narrow or short a terminal is, and whatever its size becomes.
func TestTableOnAnyTerminal(t *testing.T) {
	points := make([]sweep.Point, 40)
	for i := range points {
		points[i].Values = []string{fmt.Sprintf("%q", fmt.Sprint(i, "ms")), "[20, 30]", "漢字 values that take much room \x1b[2J"}
	}
	plan := &sweep.Plan{Name: "a name that is rather long", Keys: []string{"time.tau_dendrite", "model.hidden", "run.label"}, Points: points}
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	now := sweep.Progress{Total: 40, Done: 12, Failed: 1, Remaining: 90 * time.Second}
	for i := range 20 {
		now.Running = append(now.Running, sweep.Running{Number: 12 + i, Began: began, Done: 0.45, Loss: 0.0123})
	}
	now.Last = []sweep.Ended{{Number: 11, Took: time.Second, Loss: math.NaN(), Failure: "loss is not finite"}, {Number: 10, Took: time.Second, Loss: 0.5}}
	table := runsTable{plan: plan, now: func() time.Time { return began.Add(3 * time.Second) }, last: now}
	for height := 1; height < 100; height++ {
		if n := len(table.lines(tableRoom(height))); n < 1 || n > 1 && n >= height {
			t.Errorf("%d lines on a terminal of %d", n, height)
		}
	}
	all := strings.Join(table.lines(40), "\n")
	for _, want := range []string{"12 of 40 runs, 1 failed, about 1m30s left", "12    3s    45 %  0.0123  \"12ms\", [20, 30]", "loss is not finite", "done     0.5"} {
		if !strings.Contains(all, want) {
			t.Errorf("the table lacks %q:\n%s", want, all)
		}
	}

	screenSide, terminal, err := pty.Open()
	if err != nil {
		t.Skipf("no terminal: %v", err)
	}
	defer screenSide.Close()
	defer terminal.Close()
	table.screen.out = terminal
	// drawn is what a drawing writes: a terminal, which may be small, is read while it is written to.
	drawn := func(draw func()) string {
		t.Helper()
		done := make(chan struct{})
		go func() { draw(); fmt.Fprint(terminal, "\x00"); close(done) }()
		var all bytes.Buffer
		for b := make([]byte, 1); ; {
			if _, err := screenSide.Read(b); err != nil {
				t.Fatal(err)
			}
			if b[0] == 0 {
				break
			}
			all.Write(b)
		}
		<-done
		return strings.ReplaceAll(all.String(), "\r\r\n", "\r\n") // the terminal's own
	}
	for _, sizes := range [][][2]int{
		{{80, 24}, {40, 24}, {79, 24}, {200, 50}, {100, 50}, {60, 50}, {60, 24}, {59, 12}, {60, 7}},
		{{33, 24}}, {{20, 5}}, {{16, 3}}, {{5, 3}}, {{60, 2}}, {{200, 1}}, {{2, 2}}, {{1, 1}},
	} {
		e := newEmulator(sizes[0][0], sizes[0][1])
		if e.width > 2 {
			e.write(t, "$ \r\n")
		}
		for _, size := range sizes {
			if err := pty.Setsize(terminal, &pty.Winsize{Rows: uint16(size[1]), Cols: uint16(size[0])}); err != nil {
				t.Fatal(err)
			}
			e.resize(size[0], size[1])
			for range 2 {
				text := drawn(table.draw)
				if strings.Contains(text, "\x1b[2J") {
					t.Error("a value controls the terminal")
				}
				e.write(t, wide(text))
			}
			if seen := strings.Join(e.rows, "\n"); e.width > 16 && strings.Count(seen, "12 of 40 runs") != 1 {
				t.Errorf("%v: expected the table once:\n%s", size, seen)
			}
		}
		e.write(t, drawn(func() { table.screen.draw(nil) }))
		if e.wraps > 0 {
			t.Errorf("%v: lines wrap", sizes)
		}
		if got := strings.Join(e.rows, ""); e.width > 2 && got != "$ " {
			t.Errorf("%v: %q is left", sizes, got)
		}
	}
}

// wide gives characters of two columns a second one, for the emulator.
func wide(text string) string {
	return strings.NewReplacer("漢", "漢\u3000", "字", "字\u3000").Replace(text)
}

// TestSweepOnATerminal follows the real program: it shows the runs that are on, takes
// the table away, and says the folder.
func TestSweepOnATerminal(t *testing.T) {
	bin, file := program0(t), filepath.Join(t.TempDir(), "e.toml")
	if err := os.WriteFile(file, []byte("[time]\nlearn = \"300s\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	screenSide, terminal, err := pty.Open()
	if err != nil {
		t.Skipf("no terminal: %v", err)
	}
	defer screenSide.Close()
	if err := pty.Setsize(terminal, &pty.Winsize{Rows: 6, Cols: 40}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "sweep", file, "--sweep", "model.beta=0.5:2:6", "--out", filepath.Join(t.TempDir(), "sweep"))
	cmd.Stdout, cmd.Stderr = terminal, terminal
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	terminal.Close()
	all, _ := io.ReadAll(screenSide) // an error ends it, as nobody has the terminal any more
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %q", err, all)
	}
	text := strings.ReplaceAll(string(all), "\r\r\n", "\r\n")
	e := newEmulator(40, 6)
	e.write(t, text)
	for _, want := range []string{"6 runs, 5 to go: about", "of 6 runs", "model.beta"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
	if got := strings.Join(e.rows, "\n"); strings.Contains(got, "of 6 runs") || !strings.Contains(got, "6 runs,") {
		t.Errorf("%q is left", got)
	}
}
