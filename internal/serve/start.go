package serve

import (
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"burstsim/internal/rundir"
	"burstsim/internal/sweep"
)

// startedView is what was started.
type startedView struct {
	ID   string `json:"id"`
	Path string `json:"path"`
	Kind string `json:"kind"`
}

func (s *Server) mayStart() error {
	if why := s.processes.whyNot(); why != "" {
		return &failure{http.StatusForbidden, why, nil}
	}
	return nil
}

// start writes a draft into a hidden folder beside that of its run or sweep, and
// starts a process for it.
func (s *Server) start(r *http.Request) (any, error) {
	var d draft
	if err := readJSON(r, &d); err != nil {
		return nil, err
	}
	if err := s.mayStart(); err != nil {
		return nil, err
	}
	c, err := s.check(&d)
	if err != nil {
		return nil, err
	}
	if len(c.diagnostics) > 0 {
		return nil, &failure{http.StatusUnprocessableEntity, c.diagnostics[0].Text, c.diagnostics}
	}
	name := c.config.Run.Name
	if c.parent == "." {
		c.parent = s.usualParent(c.sweep)
	}
	rel := newName(s.library, c.parent, name)
	if err := s.library.root.Mkdir(hidden(rel), 0o777); err != nil {
		return nil, err
	}
	folder := s.library.full(hidden(rel))
	// The rest of an example: what its text names.
	err = unpackExamples(folder, func(file string) bool {
		return strings.HasPrefix(d.From, "example:") && path.Ext(file) != ".toml" && strings.Contains(d.Text, path.Base(file))
	})
	if err != nil {
		return nil, err
	}
	file := filepath.Join(folder, name+".toml")
	if err := os.WriteFile(file, []byte(d.Text), 0o666); err != nil {
		return nil, err
	}
	v := startedView{idOf(rel), rel, "run"}
	if c.sweep {
		v.Kind = "sweep"
	}
	args := []string{v.Kind, file, "--out", s.library.full(rel)}
	for _, set := range d.set() {
		args = append(args, "--set", set)
	}
	if err := s.processes.begin(v.Kind, rel, folder, args...); err != nil {
		return nil, err
	}
	return created{http.StatusCreated, v}, nil
}

// usualParent is where new runs and sweeps go: to the folders that the command line
// makes for them, if they are there.
func (s *Server) usualParent(isSweep bool) string {
	name := "runs"
	if isSweep {
		name = "sweeps"
	}
	if info, err := s.library.root.Lstat(name); err == nil && info.IsDir() {
		return name
	}
	return "."
}

// outputFolder is where the output of a process goes that is at a run or sweep.
func (s *Server) outputFolder(rel string) (string, error) {
	if rel == "." {
		return s.processes.place()
	}
	if err := s.library.root.Mkdir(hidden(rel), 0o777); err != nil && !os.IsExist(err) {
		return "", err
	}
	return s.library.full(hidden(rel)), nil
}

func (s *Server) stop(r *http.Request) (any, error) {
	id := r.PathValue("id")
	_, isRun := s.library.run(id)
	_, isSweep := s.library.sweep(id)
	if !isRun && !isSweep && !s.processes.busy(id) {
		return nil, notFound("there is no such run or sweep")
	}
	if err := s.processes.interrupt(id); err != nil {
		return nil, err
	}
	return created{http.StatusAccepted, map[string]string{"id": id}}, nil
}

func (s *Server) resume(r *http.Request) (any, error) {
	one, ok := s.library.run(r.PathValue("id"))
	if !ok {
		return nil, notFound("there is no such run")
	}
	if s.opt.Program == "" {
		return nil, s.mayStart()
	}
	switch status := rundir.Inspect(one.digest.Dir).Status; {
	case status == rundir.Running:
		return nil, conflict("a process is at it already")
	case status != rundir.Interrupted && status != rundir.Unfinished:
		return nil, conflict("the run is " + string(status) + ": nothing is left to do")
	}
	folder, err := s.outputFolder(one.path)
	if err != nil {
		return nil, err
	}
	if err := s.processes.begin("run", one.path, folder, "resume", one.digest.Dir); err != nil {
		return nil, err
	}
	return created{http.StatusAccepted, startedView{one.id, one.path, "run"}}, nil
}

func (s *Server) resumeSweep(r *http.Request) (any, error) {
	one, ok := s.library.sweep(r.PathValue("id"))
	if !ok {
		return nil, notFound("there is no such sweep")
	}
	if s.opt.Program == "" {
		return nil, s.mayStart()
	}
	if one.view.Done == one.view.Total && one.view.Failed == 0 {
		return nil, conflict("all runs of the sweep are done")
	}
	folder, err := s.outputFolder(one.path)
	if err != nil {
		return nil, err
	}
	args := []string{"sweep", "task", s.library.full(one.path)}
	if files, err := filepath.Glob(filepath.Join(folder, "*.toml")); err == nil && len(files) == 1 && one.path != "." {
		args = []string{"sweep", files[0], "--out", s.library.full(one.path)} // which makes tables and figures, too
	}
	if err := s.processes.begin("sweep", one.path, folder, args...); err != nil {
		return nil, err
	}
	return created{http.StatusAccepted, startedView{one.id, one.path, "sweep"}}, nil
}

// runPoint makes the full folder of a run of a sweep.
func (s *Server) runPoint(r *http.Request) (any, error) {
	if err := s.mayStart(); err != nil {
		return nil, err
	}
	one, a, err := s.sweepOf(r)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(a.Runs, func(run sweep.Run) bool { return run.Point.ID == r.PathValue("point") })
	if i < 0 {
		return nil, notFound("there is no such run in the sweep")
	}
	cfg, err := a.Plan.Experiment(a.Runs[i].Point)
	if err != nil {
		return nil, conflict(err.Error())
	}
	rel := newName(s.library, path.Dir(one.path), cfg.Run.Name)
	folder, err := s.outputFolder(rel)
	if err != nil {
		return nil, err
	}
	if err := s.processes.begin("run", rel, folder, "sweep", "run", s.library.full(one.path), a.Runs[i].Point.ID, "--out", s.library.full(rel)); err != nil {
		return nil, err
	}
	return created{http.StatusCreated, startedView{idOf(rel), rel, "run"}}, nil
}

// output is what the process of a run or sweep printed, of a run that failed before
// it had a folder, too.
func (s *Server) output(r *http.Request) (any, error) {
	id := r.PathValue("id")
	rel := ""
	if one, ok := s.library.run(id); ok {
		rel = one.path
	} else if one, ok := s.library.sweep(id); ok {
		rel = one.path
	}
	text, j, err := s.processes.outputOf(id, rel)
	if err != nil {
		return nil, notFound("it was not started from the page")
	}
	out := map[string]any{"output": text, "state": "unknown", "status": nil, "command": ""}
	if j != nil {
		out["state"], out["status"], out["command"] = j.view.State, j.view.Status, j.command
	}
	return out, nil
}
