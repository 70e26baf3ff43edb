package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"burstsim/internal/serve"
)

// longFile is a run that goes on until it is stopped.
const longFile = "[model]\nhidden = [50]\n[time]\ndt = \"1ms\"\nlearn = \"1000000s\"\n[record]\nmetrics = \"1s\"\n"

// asked is the answer to a request as a page sends it.
func asked(t *testing.T, method, address, body string) (status int, answer map[string]any) {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	content, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(content, &answer) // nil of what is no JSON
	return w.StatusCode, answer
}

// askUntil asks until an answer is as it should be.
func askUntil(t *testing.T, what, address string, is func(answer map[string]any) bool) map[string]any {
	t.Helper()
	over := time.Now().Add(2 * time.Minute)
	for {
		_, answer := asked(t, http.MethodGet, address, "")
		if answer != nil && is(answer) {
			return answer
		}
		if time.Now().After(over) {
			t.Fatalf("%s: still %v", what, answer)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// inState tells whether a run is in a state in the list.
func inState(id, want string) func(map[string]any) bool {
	return func(list map[string]any) bool {
		runs, _ := list["runs"].([]any)
		for _, r := range runs {
			if one := r.(map[string]any); one["id"] == id {
				return one["state"] == want
			}
		}
		return false
	}
}

// TestRunsFromThePage starts, stops and resumes a run as the page does, and starts
// a sweep and one that fails.
func TestRunsFromThePage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := serve.New(serve.Options{Dir: dir, Program: program0(t)})
	if err != nil {
		t.Fatal(err)
	}
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, on) }()
	address := "http://" + on.Addr().String()
	start := func(text, from string) (int, map[string]any) {
		body, err := json.Marshal(map[string]string{"text": text, "from": from})
		if err != nil {
			t.Fatal(err)
		}
		return asked(t, http.MethodPost, address+"/api/start", string(body))
	}
	events, err := http.Get(address + "/api/events")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()

	if status, answer := start("[model]\nbta = 1\n", ""); status != http.StatusUnprocessableEntity || len(answer["diagnostics"].([]any)) != 1 {
		t.Errorf("a wrong file: %d %v", status, answer)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("a wrong file leaves %v, %v", entries, err)
	}
	status, answer := start(longFile, "")
	if status != http.StatusCreated {
		t.Fatalf("%d %v", status, answer)
	}
	id := answer["id"].(string)
	one := address + "/api/runs/" + id
	askUntil(t, "start", address+"/api/runs", inState(id, "running"))
	askUntil(t, "rows", one+"/tables/metrics", func(a map[string]any) bool { rows, _ := a["rows"].(float64); return rows > 2 })
	if status, _ := asked(t, http.MethodPost, one+"/resume", "{}"); status != http.StatusConflict {
		t.Errorf("a run is resumed while it goes on: %d", status)
	}
	if status, answer := asked(t, http.MethodPost, one+"/stop", "{}"); status != http.StatusAccepted {
		t.Fatalf("stop: %d %v", status, answer)
	}
	askUntil(t, "stop", address+"/api/runs", inState(id, "interrupted"))
	askUntil(t, "end", one+"/output", func(a map[string]any) bool { return a["state"] == "exited" && a["status"] == 130.0 })
	if status, _ := asked(t, http.MethodPost, one+"/stop", "{}"); status != http.StatusConflict {
		t.Errorf("a run is stopped that is over: %d", status)
	}
	if status, answer := asked(t, http.MethodPost, one+"/resume", "{}"); status != http.StatusAccepted {
		t.Fatalf("resume: %d %v", status, answer)
	}
	askUntil(t, "resume", address+"/api/runs", inState(id, "running"))

	// A copy of the run's file, and a sweep of it.
	_, file := asked(t, http.MethodGet, one+"/config", "")
	text := strings.ReplaceAll(file["short"].(string), `"1000000s"`, `"1s"`)
	status, answer = start(text, "run:"+id)
	if status != http.StatusCreated {
		t.Fatalf("a copy: %d %v", status, answer)
	}
	askUntil(t, "copy", address+"/api/runs", inState(answer["id"].(string), "finished"))
	status, answer = start(text+"\n[sweep]\nseeds = \"1-2\"\n", "run:"+id)
	if status != http.StatusCreated || answer["kind"] != "sweep" {
		t.Fatalf("a sweep: %d %v", status, answer)
	}
	askUntil(t, "sweep", address+"/api/runs", func(list map[string]any) bool {
		sweeps, _ := list["sweeps"].([]any)
		return len(sweeps) == 1 && sweeps[0].(map[string]any)["done"] == 2.0
	})
	seen := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(events.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if lines.Text() == "event: job" {
				seen <- true
				return
			}
		}
	}()
	select {
	case <-seen:
	case <-time.After(time.Minute):
		t.Error("the page does not hear that a process has ended")
	}

	// The run goes on without the server, and is stopped by whoever finds it.
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	again, err := serve.New(serve.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	on, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop = context.WithCancel(context.Background())
	defer stop()
	go func() { _ = again.Serve(ctx, on) }()
	askUntil(t, "without the server", "http://"+on.Addr().String()+"/api/runs", inState(id, "running"))
	r := httptest.NewRequest(http.MethodPost, "http://localhost/api/runs/"+id+"/stop", strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	s.ServeHTTP(httptest.NewRecorder(), r) // who started it, although nothing reaches it
	askUntil(t, "end", "http://"+on.Addr().String()+"/api/runs", inState(id, "interrupted"))
}

// TestServe starts the command, opens the page, and ends it.
func TestServe(t *testing.T) {
	t.Parallel()
	bin, dir := program0(t), t.TempDir()
	cmd := exec.Command(bin, "serve", dir, "--addr", "127.0.0.1:0", "--token")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address = strings.TrimSpace(address)
	base, _, found := strings.Cut(address, "?token=")
	if status, _ := asked(t, http.MethodGet, address, ""); !found || status != http.StatusOK {
		t.Errorf("%s: %d", address, status)
	}
	if status, _ := asked(t, http.MethodGet, base+"api/runs", ""); status != http.StatusUnauthorized {
		t.Errorf("without the token: %d", status)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after an interrupt: %v", err)
	}
	for _, c := range [][]string{{"serve", "a", "b"}, {"serve", dir, "--addr", "x"}, {"serve", dir, "--addr", "127.0.0.1:99999"}} {
		if status, _, stderr := execute(t, append([]string{bin}, c...)...); status != statusUsage {
			t.Errorf("%v: exit status %d, %s", c, status, stderr)
		}
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range [][]string{{"serve", filepath.Join(dir, "none")}, {"serve", dir, "--addr", taken.Addr().String()}} {
		if status, _, stderr := execute(t, append([]string{bin}, c...)...); status != statusFailure {
			t.Errorf("%v: exit status %d, %s", c, status, stderr)
		}
	}
}

// TestRunOpens runs a file beside its page, with a browser that writes down what it
// is asked to open.
func TestRunOpens(t *testing.T) {
	t.Parallel()
	bin, dir := program0(t), t.TempDir()
	opened := filepath.Join(dir, "opened")
	for _, name := range []string{"xdg-open", "open"} {
		script := "#!/bin/sh\necho \"$1\" > " + opened + ".part\nmv " + opened + ".part " + opened + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "e.toml")
	if err := os.WriteFile(file, []byte("[time]\nlearn = \"1s\"\nbefore = \"0s\"\nafter = \"0s\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "run", file, "--quiet", "--open")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+dir+":/bin:/usr/bin")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	var address []byte
	for over := time.Now().Add(time.Minute); len(address) == 0; time.Sleep(100 * time.Millisecond) {
		address, _ = os.ReadFile(opened) // not there at first
		if time.Now().After(over) {
			t.Fatal("no page was opened")
		}
	}
	base, route, found := strings.Cut(strings.TrimSpace(string(address)), "#/run/")
	if !found || len(route) != 16 {
		t.Errorf("%s is opened, expected the run's page", address)
	}
	askUntil(t, "run", base+"api/runs", inState(route, "finished"))
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after the run: %v", err)
	}
}
