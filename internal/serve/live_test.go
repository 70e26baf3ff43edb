package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
)

// TestLiveRun asks for all of a run while it goes on, by many at once, and hears of
// its changes.
func TestLiveRun(t *testing.T) {
	s, dir := serving(t, nil)
	cfg, err := config.Parse(filepath.Join(dir, "live.toml"), []byte("[model]\nhidden = [5]\n[time]\nbefore = \"1s\"\nlearn = \"1000000s\"\ndt = \"1ms\"\n[record]\nmetrics = \"100ms\"\nwindows = [{ start = \"0s\", length = \"1000s\" }]\n"), runner.Checks(config.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if cfg, err = experiment.Complete(cfg); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() {
		r := runner.Runner{Draw: runner.Draw}
		_, err := r.Run(ctx, runner.Job{Config: cfg, Out: filepath.Join(dir, "live")})
		over <- err
	}()
	address := "http://" + listen(t, s)
	listening, deaf := context.WithCancel(context.Background())
	defer deaf()
	request, err := http.NewRequestWithContext(listening, http.MethodGet, address+"/api/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	heard := make(chan string, 100)
	go func() {
		lines := bufio.NewScanner(w.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				select {
				case heard <- data:
				default:
				}
			}
		}
	}()
	until := func(what string, is func(data string) bool) {
		t.Helper()
		late := time.After(2 * time.Minute)
		for {
			select {
			case data := <-heard:
				if is(data) {
					return
				}
			case err := <-over:
				t.Fatalf("%s: the run ended: %v", what, err)
			case <-late:
				t.Fatal(what)
			}
		}
	}
	changed := func(state rundir.Status) func(string) bool {
		return func(data string) bool {
			var n struct{ Changed []runView }
			if json.Unmarshal([]byte(data), &n) != nil {
				return false
			}
			for _, r := range n.Changed {
				if r.Path == "live" && r.State == state && (state != rundir.Running || r.Progress > 0) {
					return true
				}
			}
			return false
		}
	}
	until("nothing is heard of the run", changed(rundir.Running))
	one := "/api/runs/" + idOf("live")
	rows, samples := 0.0, 0.0
	for round := 0; samples < 1000 && round < 1000; round++ {
		var wg sync.WaitGroup
		for _, target := range []string{"", "/signals", "/tables/metrics?points=50", "/trajectory?signal=soma_1&pixels=20", "/moment", "/config", "/circuit"} {
			wg.Go(func() {
				if w := ask(s, http.MethodGet, one+target, ""); w.Code != http.StatusOK {
					t.Errorf("%s: %d %s", target, w.Code, w.Body)
				}
			})
		}
		wg.Wait()
		if t.Failed() {
			break
		}
		now := at(t, get(t, s, one+"/tables/metrics?points=10"), "rows").(float64)
		n := at(t, get(t, s, one+"/signals"), "variants", 0, "samples").(float64)
		if now < rows || n < samples {
			t.Fatalf("%v rows and %v samples, there were %v and %v", now, n, rows, samples)
		}
		rows, samples = now, n
		time.Sleep(20 * time.Millisecond)
	}
	if samples < 1000 {
		t.Errorf("%v samples were recorded", samples)
	}
	stop()
	if err := <-over; err != nil && !strings.Contains(err.Error(), "context canceled") {
		t.Error(err)
	}
	over = nil
	until("nothing is heard of its end", changed(rundir.Interrupted))
	if can := at(t, get(t, s, one), "run", "can_resume"); can != true {
		t.Error("a run that was stopped cannot be resumed")
	}
}

// TestManyRuns lists 5,000 runs, finds the one that changes, and one that goes.
func TestManyRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 5,000 runs")
	}
	s, dir := serving(t, nil)
	const many = 5000
	files := map[string][]byte{}
	for _, name := range []string{"config.toml", "summary.json", "metrics.csv"} {
		content, err := os.ReadFile(filepath.Join(dir, "reg", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
	}
	for i := range many {
		folder := filepath.Join(dir, "many", fmt.Sprint("run", i))
		if err := os.MkdirAll(folder, 0o777); err != nil {
			t.Fatal(err)
		}
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(folder, name), content, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.library.refresh(0)
	if n := len(s.library.all()); n != many+3 {
		t.Fatalf("%d runs", n)
	}
	begin := time.Now()
	s.library.refresh(0)
	t.Logf("looking again at %d runs took %v", many, time.Since(begin))
	old := &sent{runs: map[string]*run{}}
	if n := s.library.since(old); len(n.Changed) != many+3 {
		t.Errorf("%d runs are new", len(n.Changed))
	}
	failed := strings.Replace(string(files["summary.json"]), "{", `{"failure": "of <no> use",`, 1)
	if err := os.WriteFile(filepath.Join(dir, "many", "run17", "summary.json"), []byte(failed), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "many", "run18")); err != nil {
		t.Fatal(err)
	}
	s.library.refresh(0)
	n := s.library.since(old)
	if len(n.Changed) != 1 || len(n.Gone) != 1 || n.Gone[0] != idOf("many/run18") {
		t.Fatalf("%d runs changed, %v are gone", len(n.Changed), n.Gone)
	}
	var v runView
	if err := json.Unmarshal(n.Changed[0], &v); err != nil || v.State != rundir.Failed || v.Note != "of <no> use" {
		t.Errorf("%+v, %v", v, err)
	}
}
