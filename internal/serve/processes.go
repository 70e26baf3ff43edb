package serve

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"burstsim/internal/rundir"
)

// mostProcesses is how many processes of the page run at once.
const mostProcesses = 16

// outputTail is how much of what a process printed is shown.
const outputTail = 16 << 10

// processes are the runs and sweeps that were started from the page. Each is a
// process of its own, in a group of its own, which writes into files: it goes on
// when the server ends.
type processes struct {
	server *Server

	mu      sync.Mutex
	jobs    map[string]*job // by the id of the run or sweep
	hear    map[chan jobView]bool
	scratch string // a folder for the examples, and what has no other place; "" before it is needed
	unpacks sync.Once
	wrong   error
}

// job is a process that was started.
type job struct {
	view    jobView
	process *os.Process
	output  string // path of its output
	command string
}

// jobView is what is said of a process.
type jobView struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	State  string `json:"state"` // running or exited
	Status *int   `json:"status"`
	Output string `json:"output"`
}

func newProcesses(s *Server) *processes {
	return &processes{server: s, jobs: map[string]*job{}, hear: map[chan jobView]bool{}}
}

// whyNot says why nothing can be started; "" if it can.
func (p *processes) whyNot() string {
	switch {
	case p.server.opt.ReadOnly:
		return "this server is read-only"
	case p.server.opt.Program == "":
		return "this server has no program to start runs with"
	case rundir.KindOf(p.server.library.dir) == rundir.KindRun:
		return "the served folder is a run: serve the folder around it"
	}
	return ""
}

// busy tells whether a process of the page is at a run or sweep.
func (p *processes) busy(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := p.jobs[id]
	return j != nil && j.view.State == "running"
}

// listen is a channel that hears of processes that end, until deaf is called.
func (p *processes) listen() (c chan jobView, deaf func()) {
	c = make(chan jobView, mostProcesses)
	p.mu.Lock()
	p.hear[c] = true
	p.mu.Unlock()
	return c, func() {
		p.mu.Lock()
		delete(p.hear, c)
		p.mu.Unlock()
	}
}

// begin starts a process for the run or sweep at a path. folder is where its output
// goes.
func (p *processes) begin(kind, rel, folder string, args ...string) error {
	id := idOf(rel)
	p.mu.Lock()
	defer p.mu.Unlock()
	running := 0
	for _, j := range p.jobs {
		if j.view.State == "running" {
			running++
		}
	}
	if j := p.jobs[id]; j != nil && j.view.State == "running" {
		return conflict("a process is at it already")
	}
	if running >= mostProcesses {
		return &failure{http.StatusTooManyRequests, fmt.Sprintf("%d processes of this page run already: wait for one of them", running), nil}
	}
	output := filepath.Join(folder, "output.txt")
	out, err := os.OpenFile(output, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", output, err)
	}
	defer out.Close()
	cmd := exec.Command(p.server.opt.Program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.server.library.dir, out, out
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start %s: %w", p.server.opt.Program, err)
	}
	j := &job{view: jobView{ID: id, Kind: kind, State: "running"}, process: cmd.Process, output: output, command: "burstsim " + strings.Join(args, " ")}
	p.jobs[id] = j
	go func() {
		_ = cmd.Wait() // the state says more
		status := cmd.ProcessState.ExitCode()
		p.mu.Lock()
		j.view.State, j.view.Status = "exited", &status
		view := j.view
		view.Output = tailOf(output)
		for c := range p.hear {
			select {
			case c <- view:
			default: // who does not listen finds it in the list
			}
		}
		p.mu.Unlock()
		p.server.library.refresh(0)
	}()
	return nil
}

// interrupt asks the process of a run or sweep to save a checkpoint and end.
func (p *processes) interrupt(id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := p.jobs[id]
	if j == nil || j.view.State != "running" {
		return conflict("it was not started from this page, or is over: press Ctrl-C where it runs")
	}
	if err := interrupt(j.process); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// hidden is the folder beside that of a run which holds its file and what it
// printed.
func hidden(rel string) string { return path.Join(path.Dir(rel), "."+path.Base(rel)) }

// hasOutput tells whether a run was started from the page.
func (p *processes) hasOutput(r *run) bool {
	_, _, err := p.outputOf(r.id, r.path)
	return err == nil
}

// outputOf finds what the process of a run printed.
func (p *processes) outputOf(id, rel string) (text string, j *job, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := p.jobs[id]; one != nil {
		copied := *one
		return tailOf(one.output), &copied, nil
	}
	if rel == "" || rel == "." {
		return "", nil, fs.ErrNotExist
	}
	name := path.Join(hidden(rel), "output.txt")
	if info, err := p.server.library.root.Stat(name); err != nil || !info.Mode().IsRegular() {
		return "", nil, fs.ErrNotExist
	}
	return tailOf(p.server.library.full(name)), nil, nil
}

// tailOf is the end of a file.
func tailOf(name string) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > outputTail {
		_, _ = f.Seek(-outputTail, io.SeekEnd) // or else its beginning
	}
	text, err := io.ReadAll(io.LimitReader(f, outputTail))
	if err != nil {
		return ""
	}
	return strings.ToValidUTF8(string(text), "?")
}

// place is a folder of the server's own.
func (p *processes) place() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.scratch == "" {
		folder, err := os.MkdirTemp("", "burstsim-serve-")
		if err != nil {
			return "", err
		}
		p.scratch = folder
	}
	return p.scratch, nil
}

// unpacked is a folder with the examples.
func (p *processes) unpacked() (string, error) {
	folder, err := p.place()
	if err != nil {
		return "", err
	}
	folder = filepath.Join(folder, "examples")
	p.unpacks.Do(func() { p.wrong = unpackExamples(folder, func(string) bool { return true }) })
	return folder, p.wrong
}

// end removes what the server has left for itself. Processes go on.
func (p *processes) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.scratch != "" {
		_ = os.RemoveAll(p.scratch) // a temporary folder
	}
}

// newName names a new folder after a time.
func newName(l *library, parent, name string) string {
	base := path.Join(parent, name+"-"+time.Now().Format("20060102-150405"))
	rel := base
	for i := 2; ; i++ {
		if _, err := l.root.Lstat(rel); err != nil {
			if _, err := l.root.Lstat(hidden(rel)); err != nil {
				return rel
			}
		}
		rel = fmt.Sprint(base, "-", i)
	}
}
