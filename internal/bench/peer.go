package bench

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// peerSource is a program of its own, which Python is given on the command line.
//
//go:embed python/peer.py
var peerSource string

// peer is a process of Python that computes what burstsim does, by one library.
type peer struct {
	Library string // and version: "NumPy 1.24.2"

	cmd     *exec.Cmd
	to      io.WriteCloser
	from    *bufio.Reader
	said    *bytes.Buffer // on standard error
	missing string        // why there is none
}

// answer is what a peer says to a request.
type answer struct {
	Library, Missing string
	Seconds          float64
}

// startPeer starts Python with a library, numpy or torch. A peer whose library is
// missing has ended, and says why it is.
func startPeer(ctx context.Context, python, library string) (*peer, error) {
	p := &peer{Library: library, said: &bytes.Buffer{}}
	p.cmd = exec.CommandContext(ctx, python, "-c", peerSource, library)
	p.cmd.Stderr = p.said
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		p.to, err = p.cmd.StdinPipe()
	}
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot start Python: %w", err)
	}
	p.from = bufio.NewReader(out)
	a, err := p.hear()
	if err != nil {
		return nil, err
	}
	if a.Missing != "" {
		p.missing = a.Missing
		return p, p.close()
	}
	p.Library = a.Library
	return p, nil
}

// ask sends a request and waits for the answer.
func (p *peer) ask(request any) (answer, error) {
	if err := json.NewEncoder(p.to).Encode(request); err != nil {
		return answer{}, p.failure(err)
	}
	return p.hear()
}

func (p *peer) hear() (a answer, err error) {
	line, err := p.from.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &a)
	}
	if err != nil {
		err = p.failure(err)
	}
	return a, err
}

// failure ends the process and says in one line why it failed: by the last line
// of what it said, which in Python is the error itself.
func (p *peer) failure(err error) error {
	_ = p.cmd.Process.Kill() // which may have ended
	_ = p.cmd.Wait()
	if lines := strings.Split(strings.TrimSpace(p.said.String()), "\n"); lines[len(lines)-1] != "" {
		err = errors.New(strings.TrimSpace(lines[len(lines)-1]))
	}
	return fmt.Errorf("%s, %s: %w", p.cmd.Path, p.Library, err)
}

func (p *peer) close() error {
	if err := errors.Join(p.to.Close(), p.cmd.Wait()); err != nil {
		return p.failure(err)
	}
	return nil
}

// startPeers starts NumPy, and PyTorch where it is installed, by the given
// interpreter or by the first on the path that has NumPy.
func startPeers(ctx context.Context, python string) ([]*peer, error) {
	interpreters := []string{python}
	if python == "" {
		interpreters = pythons()
	}
	if len(interpreters) == 0 {
		return nil, errors.New("there is no python3 on the path; --python names one")
	}
	var without error
	for _, at := range interpreters {
		first, err := startPeer(ctx, at, "numpy")
		if err != nil {
			return nil, err
		}
		if first.missing != "" {
			without = fmt.Errorf("%s has no NumPy (%s); --python names another", at, first.missing)
			continue
		}
		second, err := startPeer(ctx, at, "torch")
		switch {
		case err != nil:
			return nil, errors.Join(err, first.close())
		case second.missing != "":
			return []*peer{first}, nil
		}
		return []*peer{first, second}, nil
	}
	return nil, without
}

// pythons are the interpreters on the path.
func pythons() (found []string) {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		for _, name := range []string{"python3", "python"} {
			if at, err := exec.LookPath(filepath.Join(dir, name)); err == nil && filepath.IsAbs(at) {
				found = append(found, at)
				break
			}
		}
	}
	return found
}
