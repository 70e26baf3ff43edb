package serve

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/linalg"
	"burstsim/internal/runner"
	"burstsim/internal/sweep"
)

const regressionFile = `
[model]
hidden = [4, 3]
[time]
before = "2s"
learn = "10s"
after = "2s"
tau_weight = "20s"
[record]
metrics = "500ms"
weights = "4s"
[plots]
figures = ["learning"]
formats = ["svg"]
[[compare]]
name = "discrete"
time.kind = "discrete"
`

const imageFile = `
[task]
kind = "mnist"
epochs = 1
[model]
hidden = [5]
[time]
kind = "discrete"
[plots]
figures = []
`

// fixtures is a folder of real runs, which tests copy and do not change.
var fixtures = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "burstsim-serve-test")
	if err != nil {
		return "", err
	}
	spikes, err := config.Template(config.Start{Task: "spiking_burstccn"})
	if err != nil {
		return "", err
	}
	spikes = strings.ReplaceAll(spikes, `"20s"`, `"500ms"`)
	for name, text := range map[string]string{"reg": regressionFile, "group/mnist": imageFile, "spikes": spikes + "\n[plots]\nfigures = []\n"} {
		if err := runFile(filepath.Join(dir, name), text); err != nil {
			return dir, err
		}
	}
	file := filepath.Join(dir, "sweep.toml")
	text := "[model]\nhidden = [3]\n[time]\nlearn = \"2s\"\nbefore = \"0s\"\nafter = \"0s\"\n[record]\nmetrics = \"500ms\"\n[sweep]\nseeds = \"1-2\"\nmodel.beta = [1, 2]\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		return dir, err
	}
	plan, err := sweep.New(file, sweep.Options{BLAS: linalg.BuiltIn()})
	if err != nil {
		return dir, err
	}
	if _, err := plan.Begin(filepath.Join(dir, "sweeps", "two")); err != nil {
		return dir, err
	}
	if _, err := plan.Execute(context.Background(), sweep.Work{Count: len(plan.Points)}); err != nil {
		return dir, err
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := fixtures(); dir != "" && err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

func runFile(out, text string) error {
	cfg, err := config.Parse(filepath.Join(filepath.Dir(out), filepath.Base(out)+".toml"), []byte(text), runner.Checks(config.Options{}))
	if err != nil {
		return err
	}
	if cfg, err = experiment.Complete(cfg); err != nil {
		return err
	}
	r := runner.Runner{Draw: runner.Draw}
	_, err = r.Run(context.Background(), runner.Job{Config: cfg, Out: out})
	return err
}

// serving is a server of a copy of the fixtures.
func serving(t *testing.T, change func(dir string, opt *Options)) (*Server, string) {
	t.Helper()
	from, err := fixtures()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	opt := Options{Dir: dir, Version: "test"}
	if change != nil {
		change(dir, &opt)
	}
	s, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.processes.end)
	s.library.refresh(0)
	return s, dir
}

// ask sends a request to a server as a browser of this machine would.
func ask(s *Server, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost:8765"+target, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// get is the answer to a request, which must be JSON.
func get(t *testing.T, s *Server, target string) map[string]any {
	t.Helper()
	w := ask(s, http.MethodGet, target, "")
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	return out
}

// at is what stands at a path of keys and numbers.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for i, key := range path {
		switch k := key.(type) {
		case string:
			m, ok := v.(map[string]any)
			if _, there := m[k]; !ok || !there {
				t.Fatalf("there is no %v", path[:i+1])
			}
			v = m[k]
		case int:
			l, ok := v.([]any)
			if !ok || k >= len(l) {
				t.Fatalf("there is no %v", path[:i+1])
			}
			v = l[k]
		}
	}
	return v
}

func TestListAndMatch(t *testing.T) {
	s, _ := serving(t, nil)
	list := get(t, s, "/api/runs")
	states := map[string]any{}
	for i := range at(t, list, "runs").([]any) {
		states[at(t, list, "runs", i, "path").(string)] = at(t, list, "runs", i, "state")
	}
	for _, path := range []string{"reg", "group/mnist", "spikes"} {
		if states[path] != "finished" {
			t.Errorf("%s is %v", path, states[path])
		}
	}
	if n := len(at(t, list, "runs", 1, "spark").([]any)); n == 0 || n > mostSpark {
		t.Errorf("a curve of %d points", n)
	}
	if done := at(t, list, "sweeps", 0, "done"); done != 4.0 {
		t.Errorf("%v runs of the sweep are done", done)
	}
	for where, want := range map[string]int{"model.hidden=[4, 3]": 1, "task.kind=mnist": 1, "time.before<3s": 1, "run.seed>=1": 3, "run.seed>1": 0, "task.kind!=mnist": 1} {
		found := get(t, s, "/api/match?where="+url.QueryEscape(where))
		if n := len(at(t, found, "ids").([]any)); n != want {
			t.Errorf("%s: %d runs, expected %d", where, n, want)
		}
	}
	w := ask(s, http.MethodGet, "/api/runs", "")
	if again := ask(s, http.MethodGet, "/api/runs", "", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("the same list is sent again: %d", again.Code)
	}
}

// TestEveryView asks for all that the page shows of runs of each kind.
func TestEveryView(t *testing.T) {
	s, _ := serving(t, nil)
	reg, images, spikes, two := "/api/runs/"+idOf("reg"), "/api/runs/"+idOf("group/mnist"), "/api/runs/"+idOf("spikes"), "/api/sweeps/"+idOf("sweeps/two")
	one := get(t, s, reg)
	for key, want := range map[string]bool{"trajectory": true, "weights": true, "circuit": true, "spikes": false, "output": false} {
		if got := at(t, one, "has", key); got != want {
			t.Errorf("has %s: %v", key, got)
		}
	}
	if got := at(t, one, "layers", 1); got != 4.0 {
		t.Errorf("layer 1 has %v units", got)
	}
	if got := at(t, one, "phases", 1, "teacher"); got != true {
		t.Errorf("no teacher while learning: %v", got)
	}
	cfg := get(t, s, reg+"/config")
	if short := at(t, cfg, "short").(string); !strings.Contains(short, "hidden = [4, 3]") || !strings.Contains(short, `name = "discrete"`) {
		t.Errorf("what differs from the defaults is %q", short)
	} else if _, err := config.Parse("e.toml", []byte(short), config.Options{}); err != nil {
		t.Errorf("it is no experiment: %v", err)
	}
	all := get(t, s, reg+"/tables/metrics")
	few := get(t, s, reg+"/tables/metrics?points=5")
	loss := at(t, all, "variants", 0, "columns", "loss", "y").([]any)
	if n := len(at(t, few, "variants", 0, "columns", "loss", "y").([]any)); n > 5 || len(loss) < 20 {
		t.Errorf("%d of %d points", n, len(loss))
	}
	if sets := at(t, get(t, s, reg+"/weights"), "sets").([]any); len(sets) != 2 {
		t.Errorf("weights of %d variants", len(sets))
	}
	circuit := get(t, s, reg+"/circuit")
	signals := map[any]bool{}
	for _, c := range at(t, circuit, "compartments").([]any) {
		signals[c.(map[string]any)["signal"]] = true
	}
	if !signals["soma"] || !signals["dendrite"] {
		t.Errorf("compartments have the signals %v", signals)
	}
	if lines := at(t, get(t, s, reg+"/model"), "sections", 1, "lines").([]any); len(lines) == 0 {
		t.Error("the model has no equations")
	}
	training := get(t, s, images+"/training")
	if n := len(at(t, training, "variants", 0, "confusion").([]any)); n != 10 {
		t.Errorf("confusion of %d classes", n)
	}
	raster := get(t, s, spikes+"/spikes?most=100")
	if shown, total := at(t, raster, "shown").(float64), at(t, raster, "total").(float64); shown == 0 || shown > 100 || total < shown {
		t.Errorf("%v of %v spikes", shown, total)
	}
	if w := ask(s, http.MethodGet, spikes+"/circuit", ""); w.Code != http.StatusNotFound {
		t.Errorf("a circuit of populations that spike: %d", w.Code)
	}
	points := get(t, s, two)
	id := at(t, points, "points", 0, "id").(string)
	if state := at(t, get(t, s, two+"/points/"+id), "state"); state != "done" {
		t.Errorf("a run of the sweep is %v", state)
	}
	if n := len(at(t, get(t, s, two+"/map?x=model.beta&y=run.seed"), "cells").([]any)); n != 4 {
		t.Errorf("a map of %d cells", n)
	}
	if n := at(t, get(t, s, two+"/map?x=model.beta&result=loss_final"), "cells", 0, "n"); n != 2.0 {
		t.Errorf("%v seeds in a cell", n)
	}
	if n := len(at(t, get(t, s, two+"/curves"), "groups", 0, "mean").([]any)); n == 0 {
		t.Error("no curve of a group")
	}
	both := get(t, s, "/api/compare?id="+idOf("reg")+"&id="+idOf("group/mnist"))
	if n := len(at(t, both, "groups").([]any)); n != 2 {
		t.Errorf("%d groups", n)
	}
	if n := len(at(t, get(t, s, "/api/keys?model=edn"), "keys").([]any)); n < 50 {
		t.Errorf("%d keys", n)
	}
}

// TestEveryExampleIsAStart reads every example as the page would, and finds
// nothing wrong with it but data that are not there.
func TestEveryExampleIsAStart(t *testing.T) {
	s, _ := serving(t, nil)
	list := get(t, s, "/api/starts")
	for _, e := range at(t, list, "examples").([]any) {
		name := e.(map[string]any)["name"].(string)
		start := get(t, s, "/api/starts/example?name="+name)
		body := string(mustJSON(map[string]any{"text": start["text"], "from": start["from"]}))
		w := ask(s, http.MethodPost, "/api/validate", body)
		var out struct {
			Kind        string       `json:"kind"`
			Diagnostics []diagnostic `json:"diagnostics"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", name, w.Code, w.Body)
		}
		for _, d := range out.Diagnostics {
			if !strings.Contains(d.Text, "data fetch") {
				t.Errorf("%s: %s", name, d.Text)
			}
		}
		if out.Kind != e.(map[string]any)["kind"] {
			t.Errorf("%s is a %s", name, out.Kind)
		}
	}
}

// TestDiagnosticsAreTheCommandLines compares what is said of a wrong file.
func TestDiagnosticsAreTheCommandLines(t *testing.T) {
	s, _ := serving(t, nil)
	const text = "[model]\nbta = 2\n\n[time]\nlearn = \"5\"\n"
	_, err := config.Parse("experiment.toml", []byte(text), runner.Checks(config.Options{}))
	w := ask(s, http.MethodPost, "/api/validate", string(mustJSON(map[string]string{"text": text})))
	var out struct{ Diagnostics []diagnostic }
	if wrong := json.Unmarshal(w.Body.Bytes(), &out); wrong != nil {
		t.Fatal(wrong)
	}
	var lines []string
	for _, d := range out.Diagnostics {
		lines = append(lines, d.Text)
	}
	if got := strings.Join(lines, "\n"); got != err.Error() || len(lines) != 2 {
		t.Errorf("the page says\n%s\nthe command line\n%v", got, err)
	}
	if d := out.Diagnostics[0]; d.Line != 2 || d.Key != "model.bta" {
		t.Errorf("it is at %+v", d)
	}
}

func TestBadParametersAreRefused(t *testing.T) {
	s, _ := serving(t, nil)
	reg := "/api/runs/" + idOf("reg")
	for target, want := range map[string]int{
		reg + "/trajectory":                               400,
		reg + "/trajectory?signal=soma_1&pixels=0":        400,
		reg + "/trajectory?signal=soma_1&pixels=99999999": 400,
		reg + "/trajectory?signal=soma_1&from=x":          400,
		reg + "/trajectory?signal=soma_1&from=2&to=1":     400,
		reg + "/trajectory?signal=soma_1&from=NaN":        400,
		reg + "/trajectory?signal=soma_1&unit=-1":         400,
		reg + "/trajectory?signal=soma_1&variant=x":       400,
		reg + "/trajectory?signal=soma_9":                 400,
		reg + "/tables/metrics?points=1":                  400,
		reg + "/tables/passwd":                            404,
		reg + "/weights/array?name=W9":                    404,
		reg + "/weights/array?name=W9&at=4+s":             404,
		reg + "/weights/array?name=time&at=4+s":           404,
		reg + "/weights/array?name=W1&at=4.5+s":           404,
		reg + "/spikes":                                   404,
		reg + "/training":                                 404,
		"/api/runs/0000000000000000":                      404,
		"/api/sweeps/0000000000000000":                    404,
		"/api/compare":                                    400,
		"/api/match?where=model.beta":                     400,
		"/api/match?where=modl.beta=2":                    400,
		"/api/keys?model=x":                               400,
		"/api/starts/template?task=x":                     400,
		"/api/starts/template?task=xor&model=../x":        400,
		"/api/starts/example?name=../go.mod":              404,
		"/api/nothing":                                    404,
		"/nothing":                                        404,
		"/%zz":                                            404,
	} {
		if strings.Contains(target, "%zz") {
			continue // no client can say it
		}
		w := ask(s, http.MethodGet, target, "")
		if w.Code != want {
			t.Errorf("%s: %d %s, expected %d", target, w.Code, w.Body, want)
		}
		var f struct{ Error string }
		if strings.HasPrefix(target, "/api/") && (json.Unmarshal(w.Body.Bytes(), &f) != nil || f.Error == "" || strings.Contains(f.Error, "\n")) {
			t.Errorf("%s: %s, expected an error in one line", target, w.Body)
		}
	}
}

// TestNamesAreData makes sure that what stands in a run's folder comes as JSON
// only, and its files to be kept only.
func TestNamesAreData(t *testing.T) {
	const evil = `<img src=x onerror=alert(1)>`
	s, _ := serving(t, func(dir string, _ *Options) {
		if err := os.Rename(filepath.Join(dir, "reg"), filepath.Join(dir, evil)); err != nil {
			t.Fatal(err)
		}
		page := filepath.Join(dir, evil, "figures", "a.html")
		if err := os.WriteFile(page, []byte("<script>alert(1)</script>"), 0o666); err != nil {
			t.Fatal(err)
		}
	})
	id := idOf(evil)
	w := ask(s, http.MethodGet, "/api/runs/"+id, "")
	if kind := w.Header().Get("Content-Type"); w.Code != 200 || !strings.HasPrefix(kind, "application/json") || strings.Contains(w.Body.String(), "<img") {
		t.Errorf("%d %s %s", w.Code, kind, w.Body)
	}
	w = ask(s, http.MethodGet, "/api/runs/"+id+"/files/figures/a.html", "")
	if h := w.Header(); w.Code != 200 || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox") || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", w.Code, h)
	}
	if body, _ := io.ReadAll(w.Body); !strings.Contains(string(body), "alert") {
		t.Errorf("the file is %s", body)
	}
}
