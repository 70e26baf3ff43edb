package serve

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"burstsim/examples"
	"burstsim/internal/config"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
	"burstsim/internal/sweep"
	"burstsim/sim/model"
)

// exampleView is an experiment that comes with burstsim.
type exampleView struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Kind  string `json:"kind"`
}

// starts are what a new experiment can begin with.
func (s *Server) starts(*http.Request) (any, error) {
	list := []exampleView{}
	entries, err := examples.Files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if path.Ext(e.Name()) != ".toml" {
			continue
		}
		text, err := examples.Files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		v := exampleView{Name: e.Name(), Kind: "run"}
		v.Title = titleOf(string(text))
		if strings.Contains("\n"+string(text), "\n[sweep]") {
			v.Kind = "sweep"
		}
		list = append(list, v)
	}
	return map[string]any{"examples": list, "tasks": config.Tasks(), "spiking": config.SpikingStarts(), "models": model.Builtins(), "times": config.Times()}, nil
}

// titleOf is the first sentence of the comment with which a file begins.
func titleOf(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		line, comment := strings.CutPrefix(line, "#")
		if !comment || strings.TrimSpace(line) == "" {
			break
		}
		for word := range strings.FieldsSeq(line) {
			words = append(words, word)
			if last := word[len(word)-1]; last == '.' || last == '?' || last == ':' {
				return strings.TrimRight(strings.Join(words, " "), ":")
			}
		}
	}
	return strings.Join(words, " ")
}

// startView is a text to begin with.
type startView struct {
	Name string `json:"name"`
	Text string `json:"text"`
	From string `json:"from"`
}

func (s *Server) example(r *http.Request) (any, error) {
	name := r.URL.Query().Get("name")
	text, err := exampleText(name)
	if err != nil {
		return nil, err
	}
	return startView{strings.TrimSuffix(name, ".toml"), text, "example:" + name}, nil
}

func exampleText(name string) (string, error) {
	if path.Ext(name) != ".toml" || strings.Contains(name, "/") {
		return "", notFound("there is no such example")
	}
	text, err := examples.Files.ReadFile(name)
	if err != nil {
		return "", notFound("there is no such example")
	}
	return string(text), nil
}

func (s *Server) template(r *http.Request) (any, error) {
	q := r.URL.Query()
	start := config.Start{Task: q.Get("task"), Model: q.Get("model"), Time: q.Get("time"), Folder: s.library.dir}
	if start.Model != "" && !slices.Contains(model.Builtins(), start.Model) {
		return nil, badRequest("model: %.60q, expected one of %s", start.Model, strings.Join(model.Builtins(), ", "))
	}
	text, err := config.Template(start)
	if err != nil {
		return nil, badRequest("%v", err)
	}
	return startView{start.Task, text, ""}, nil
}

// keys are all keys with their documentation, for completion.
func (s *Server) keys(r *http.Request) (any, error) {
	of := r.URL.Query().Get("model")
	if of == "" {
		of = model.Usual
	}
	sections, keys, err := config.Reference(of)
	if err != nil {
		return nil, badRequest("%v", err)
	}
	return map[string]any{"sections": sections, "keys": keys}, nil
}

// draft is an experiment file that is not on disk yet.
type draft struct {
	Text string `json:"text"`
	From string `json:"from"`
	Name string `json:"name"`
}

// basis is where a draft comes from.
type basis struct {
	file   string // the name that it would have
	folder string // absolute: in which its paths begin
	parent string // the folder of runs below the served one that its run goes to
}

// basisOf finds where a draft comes from. The folder of a new file stands beside
// those of runs, so that the paths in the file of a run lead to the same files.
func (s *Server) basisOf(d *draft) (b basis, err error) {
	kind, of, _ := strings.Cut(d.From, ":")
	switch kind {
	case "":
		b = basis{"experiment.toml", s.library.full(path.Join(s.usualParent(false), ".new")), "."}
	case "example":
		if _, err := exampleText(of); err != nil {
			return b, err
		}
		folder, err := s.processes.unpacked()
		if err != nil {
			return b, err
		}
		b = basis{of, folder, "."}
	case "run":
		one, ok := s.library.run(of)
		if !ok || one.digest.Status == rundir.Unreadable {
			return b, notFound("there is no such run")
		}
		b = basis{one.digest.Config.Run.Name + ".toml", one.digest.Dir, path.Dir(one.path)}
	default:
		return b, badRequest("from: %.60q, expected run:ID or example:NAME", d.From)
	}
	if d.Name != "" {
		b.file = "experiment.toml" // the name is checked as that of a run
	}
	return b, nil
}

// set are the overrides of a draft.
func (d *draft) set() []string {
	if d.Name == "" {
		return nil
	}
	return []string{"run.name=" + d.Name}
}

// diagnostic is what is wrong with a draft, as the command line says it.
type diagnostic struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Key     string `json:"key"`
	Message string `json:"message"`
	Text    string `json:"text"`
}

// checked is a draft that was looked at.
type checked struct {
	basis
	config      config.Config
	sweep       bool
	runs        int
	diagnostics []diagnostic
}

// check looks at a draft as burstsim validate would, and at all points of a sweep.
func (s *Server) check(d *draft) (c checked, err error) {
	if c.basis, err = s.basisOf(d); err != nil {
		return c, err
	}
	name := filepath.Join(c.folder, c.file)
	var vary config.Sweep
	c.runs = 1
	c.config, err = config.Parse(name, []byte(d.Text), runner.Checks(config.Options{Set: d.set(), Sweep: &vary}))
	if c.sweep = len(vary.Axes) > 0; err == nil && c.sweep {
		var plan *sweep.Plan
		if plan, err = sweep.Parse(name, []byte(d.Text), sweep.Options{Set: d.set()}); err == nil {
			c.runs = len(plan.Points)
		}
	}
	c.diagnostics = diagnose(err, c.folder)
	return c, nil
}

// diagnose parts an error into what is wrong, line by line.
func diagnose(err error, folder string) []diagnostic {
	out := []diagnostic{}
	if err == nil {
		return out
	}
	var all config.Errors
	var one *config.Error
	switch {
	case errors.As(err, &all):
	case errors.As(err, &one):
		all = config.Errors{one}
	default:
		all = config.Errors{&config.Error{Msg: err.Error()}}
	}
	short := func(text string) string { return strings.ReplaceAll(text, folder+string(filepath.Separator), "") }
	for _, e := range all {
		inModel := e.Column > 0 && filepath.Ext(e.File) != ".toml"
		d := diagnostic{Line: e.Line, Column: e.Column, Key: e.Key, Message: short(e.Msg), Text: short(e.Error())}
		if inModel {
			d.Line, d.Message = 0, d.Text // of another file
		}
		out = append(out, d)
	}
	return out
}

func (s *Server) validate(r *http.Request) (any, error) {
	var d draft
	if err := readJSON(r, &d); err != nil {
		return nil, err
	}
	c, err := s.check(&d)
	if err != nil {
		return nil, err
	}
	kind := "run"
	if c.sweep {
		kind = "sweep"
	}
	warnings := []string{}
	name := ""
	if len(c.diagnostics) == 0 {
		warnings, name = some(c.config.Warnings()), c.config.Run.Name
	}
	return map[string]any{"valid": len(c.diagnostics) == 0, "kind": kind, "name": name, "runs": c.runs, "warnings": warnings, "diagnostics": c.diagnostics}, nil
}

// unpackExamples writes the examples, or those of their files that a text names, into a
// folder.
func unpackExamples(folder string, wanted func(name string) bool) error {
	return fs.WalkDir(examples.Files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !wanted(name) {
			return err
		}
		content, err := examples.Files.ReadFile(name)
		if err != nil {
			return err
		}
		to := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		return os.WriteFile(to, content, 0o666)
	})
}
