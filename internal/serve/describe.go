package serve

import (
	"net/http"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"

	"burstsim/internal/config"
	"burstsim/internal/report"
	"burstsim/internal/rundir"
)

func processors() int { return runtime.GOMAXPROCS(0) }

// figureView is a drawing with its formats.
type figureView struct {
	Name  string            `json:"name"`
	Files map[string]string `json:"files"`
}

// phaseView is a stretch of simulated time.
type phaseView struct {
	Name    string     `json:"name"`
	Start   number     `json:"start"`
	End     number     `json:"end"`
	Teacher bool       `json:"teacher"`
	Cycle   []partView `json:"cycle"`
}

type partView struct {
	Duration number `json:"duration"`
	Teacher  bool   `json:"teacher"`
}

// tableFiles are the tables of a run by their names.
var tableFiles = []string{"metrics", "epochs", "log"}

// describe is all that is said of a run without what it recorded.
func (s *Server) describe(_ *http.Request, r *run) (any, error) {
	d := r.digest
	out := map[string]any{"run": r.view, "reason": r.view.Note, "title": "", "labels": []string{}, "variants": []any{}, "phases": []phaseView{}, "limit": nil,
		"progress": []any{}, "resume": "", "versions": map[string]string{}, "layers": []int{}, "tables": []string{}, "figures": []figureView{}, "files": []rundir.File{}}
	files, err := s.library.files(r.path)
	if err != nil {
		return nil, err
	}
	out["files"], out["figures"] = files, figuresOf(files)
	if d.Status == rundir.Unreadable {
		out["has"] = map[string]bool{}
		return out, nil
	}
	c := d.Config
	doc := &report.Document{Digest: d}
	e := doc.Entry()
	out["title"], out["precision"], out["layers"] = c.What(), c.Run.Precision, s.library.layerSizes(r)
	out["labels"] = some(recorded(d))
	if e.Variants != nil {
		out["variants"] = e.Variants
	}
	if e.Progress != nil {
		out["progress"] = e.Progress
	}
	if e.Versions != nil {
		out["versions"] = e.Versions
	}
	if d.Status == rundir.Interrupted || d.Status == rundir.Unfinished {
		out["resume"] = report.Resume(d)
	}
	out["phases"] = s.phases(r)
	if d.Summary != nil && d.Summary.Limit != nil {
		out["limit"] = map[string]any{"slope": number(d.Summary.Limit.Slope)}
	}
	has := func(name string) bool {
		info, err := s.library.root.Stat(path.Join(r.path, name))
		return err == nil && info.Mode().IsRegular()
	}
	live := d.Live()
	tables := []string{}
	for _, name := range tableFiles {
		if has(name+".csv") || live && s.library.recordsTable(r, name) {
			tables = append(tables, name)
		}
	}
	out["tables"] = tables
	rec, err := s.library.openRecording(r, 0)
	if err == nil {
		rec.close()
	}
	spiking := c.Spikes()
	out["has"] = map[string]bool{"trajectory": err == nil, "weights": len(s.library.weightFiles(r)) > 0 || courseLater(r), "histograms": has("training.npz"), "training": has("training.npz"),
		"spikes": has("spikes.npz"), "circuit": !spiking, "equations": !spiking, "output": s.processes.hasOutput(r)}
	return out, nil
}

func (s *Server) phases(r *run) []phaseView {
	out := []phaseView{}
	phases := r.digest.Phases()
	if r.digest.Live() {
		phases = s.library.livePhases(r)
	}
	for _, p := range phases {
		v := phaseView{Name: p.Name, Start: number(p.Start), End: number(p.End), Teacher: p.Teacher, Cycle: []partView{}}
		for _, part := range p.Cycle {
			v.Cycle = append(v.Cycle, partView{number(part.Duration), part.Teacher})
		}
		out = append(out, v)
	}
	return out
}

// mostFiles bounds the files that are listed.
const mostFiles = 1000

// files are those of a folder, by their paths in it. Links are listed if they lead
// to a file in the served folder.
func (l *library) files(rel string) ([]rundir.File, error) {
	out := []rundir.File{}
	var visit func(folder string, depth int) error
	visit = func(folder string, depth int) error {
		entries, err := os.ReadDir(l.full(path.Join(rel, folder)))
		if err != nil {
			return err
		}
		for _, e := range entries {
			name := path.Join(folder, e.Name())
			if e.IsDir() && depth < 3 && !strings.HasPrefix(e.Name(), ".") {
				if err := visit(name, depth+1); err != nil {
					return err
				}
				continue
			}
			if info, err := l.root.Stat(path.Join(rel, name)); err == nil && info.Mode().IsRegular() && len(out) < mostFiles {
				out = append(out, rundir.File{Path: name, Bytes: info.Size()})
			}
		}
		return nil
	}
	return out, visit("", 0)
}

// figuresOf are the drawings among files, and the formats of each.
func figuresOf(files []rundir.File) []figureView {
	out := []figureView{}
	for _, f := range files {
		name, isFigure := strings.CutPrefix(f.Path, "figures/")
		ext := path.Ext(name)
		if !isFigure || !slices.Contains([]string{".png", ".svg", ".pdf"}, ext) {
			continue
		}
		name = strings.TrimSuffix(name, ext)
		i := slices.IndexFunc(out, func(v figureView) bool { return v.Name == name })
		if i < 0 {
			i = len(out)
			out = append(out, figureView{name, map[string]string{}})
		}
		out[i].Files[ext[1:]] = f.Path
	}
	return out
}

// changeView is a key that is not at its default.
type changeView struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Default string `json:"default"`
	Doc     string `json:"doc"`
}

// config is the file of a run, and what in it is not a default.
func (s *Server) config(_ *http.Request, r *run) (any, error) {
	text, err := s.library.root.ReadFile(path.Join(r.path, "config.toml"))
	if err != nil {
		return nil, err
	}
	docs := map[string]string{}
	if _, keys, err := config.Reference(r.digest.Config.Model.Kind); err == nil {
		for _, k := range keys {
			docs[k.Key] = k.Doc
		}
	}
	changes := []changeView{}
	for _, c := range r.digest.Config.Changes() {
		changes = append(changes, changeView{c.Key, c.Text, c.Instead, docs[c.Key]})
	}
	return map[string]any{"text": string(text), "short": shortTOML(r.digest.Config), "changes": changes}, nil
}

// shortTOML is the file that somebody would write for an experiment: without
// defaults.
func shortTOML(c config.Config) string {
	var b strings.Builder
	section := ""
	for _, s := range c.Changes() {
		in, key, _ := strings.Cut(s.Key, ".")
		if in != section {
			section = in
			b.WriteString("\n[" + in + "]\n")
		}
		b.WriteString(key + " = " + s.Text + "\n")
	}
	for i, v := range c.Compare {
		b.WriteString("\n[[compare]]\nname = " + string(mustJSON(v.Name)) + "\n")
		for _, s := range c.ChangesOf(i) {
			b.WriteString(s.Key + " = " + s.Text + "\n")
		}
	}
	return strings.TrimPrefix(b.String(), "\n")
}
