package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const secret = "a secret outside of the folder"

// TestNoPathLeaves tries what attackers try: encoded traversal, absolute paths, NUL,
// and links in run folders.
func TestNoPathLeaves(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(outside, []byte(secret), 0o666); err != nil {
		t.Fatal(err)
	}
	s, dir := serving(t, func(dir string, _ *Options) {
		link := func(to, name string) {
			if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		link(outside, "reg/figures/stolen.png")
		link(filepath.Dir(outside), "reg/figures/folder")
		link(filepath.Dir(outside), "elsewhere")
		link("../group/mnist/epochs.csv", "reg/figures/inside.csv")
		// A run whose files lead out is not read at all.
		if err := os.CopyFS(filepath.Join(dir, "linked"), os.DirFS(filepath.Join(dir, "reg"))); err != nil {
			t.Log(err) // of the links
		}
		for _, name := range []string{"metrics.csv", "config.toml"} {
			folder := filepath.Join(dir, "linked-"+strings.TrimSuffix(name, filepath.Ext(name)))
			if err := os.CopyFS(folder, os.DirFS(filepath.Join(dir, "group", "mnist"))); err != nil {
				t.Fatal(err)
			}
			os.Remove(filepath.Join(folder, name))
			if err := os.Symlink(outside, filepath.Join(folder, name)); err != nil {
				t.Fatal(err)
			}
		}
	})
	up := strings.Repeat("../", 12)
	for _, name := range []string{
		url.PathEscape("../secret.txt"), "..%2f..%2fsecret.txt", "%2e%2e%2f%2e%2e%2fsecret.txt", "..%5c..%5csecret.txt", "figures%2f..%2f..%2f..%2fsecret.txt",
		url.PathEscape(up + strings.TrimPrefix(outside, "/")), url.PathEscape(outside), "%2f" + url.PathEscape(strings.TrimPrefix(outside, "/")), "%252e%252e%252fsecret.txt",
		"figures/stolen.png", "figures/folder/secret.txt", "config.toml%00.png", "%00", "figures", "", ".", "checkpoint", "figures%2fstolen.png", ".hidden",
	} {
		for _, base := range []string{"/api/runs/" + idOf("reg") + "/files/", "/api/sweeps/" + idOf("sweeps/two") + "/files/"} {
			w := ask(s, http.MethodGet, base+name, "")
			if w.Code == http.StatusOK || strings.Contains(w.Body.String(), secret) {
				t.Errorf("%s: %d %s", base+name, w.Code, w.Body)
			}
		}
	}
	for _, path := range []string{"/../secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2f..%2fgo.mod", "/assets/../../serve.go", "//etc/passwd", "/%2e%2e/go.mod"} {
		if w := ask(s, http.MethodGet, path, ""); w.Code == http.StatusOK && !strings.Contains(w.Header().Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := ask(s, http.MethodGet, "/api/runs/"+idOf("reg")+"/files/figures/learning.svg", ""); w.Code != http.StatusOK {
		t.Errorf("a figure: %d", w.Code)
	}
	// A link that leads to another place in the folder is not one within the run.
	if w := ask(s, http.MethodGet, "/api/runs/"+idOf("reg")+"/files/figures/inside.csv", ""); w.Code == http.StatusOK {
		t.Error("a run's files lead into another run")
	}
	for _, id := range []string{"linked-metrics", "linked-config"} {
		r, ok := s.library.run(idOf(id))
		if !ok || r.view.State != "unreadable" || !strings.Contains(r.view.Note, "leads out") {
			t.Errorf("%s: %v", id, r)
		}
		for _, what := range []string{"", "/tables/epochs", "/config", "/tables/metrics", "/weights"} {
			if w := ask(s, http.MethodGet, "/api/runs/"+idOf(id)+what, ""); strings.Contains(w.Body.String(), secret) || what != "" && w.Code == http.StatusOK {
				t.Errorf("%s%s: %d %s", id, what, w.Code, w.Body)
			}
		}
	}
	if _, ok := s.library.run(idOf("elsewhere")); ok {
		t.Error("a link to a folder outside is followed")
	}
	// Links that come later are not followed either.
	if err := os.Remove(filepath.Join(dir, "reg", "metrics.csv")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "reg", "metrics.csv")); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"/tables/metrics", "/files/metrics.csv"} {
		if w := ask(s, http.MethodGet, "/api/runs/"+idOf("reg")+what, ""); w.Code == http.StatusOK || strings.Contains(w.Body.String(), secret) {
			t.Errorf("%s of a link: %d %s", what, w.Code, w.Body)
		}
	}
}

// TestOtherSites are kept out: by the names that lead to this machine, and by where
// requests come from.
func TestOtherSites(t *testing.T) {
	s, _ := serving(t, nil)
	for host, want := range map[string]int{
		"localhost": 200, "localhost:1": 200, "127.0.0.1:8765": 200, "[::1]:8765": 200, "LOCALHOST:8765": 200,
		"evil.example": 421, "evil.example:8765": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "": 421, "localhost@evil.example": 421, "0.0.0.0:8765": 421,
	} {
		if w := ask(s, http.MethodGet, "/api/server", "", "Host", host); w.Code != want {
			t.Errorf("host %q: %d, expected %d", host, w.Code, want)
		}
	}
	post := func(header ...string) int {
		return ask(s, http.MethodPost, "/api/validate", `{"text":""}`, header...).Code
	}
	for _, c := range []struct {
		want   int
		header []string
	}{
		{200, nil}, {200, []string{"Sec-Fetch-Site", "same-origin"}}, {200, []string{"Origin", "http://localhost:8765"}},
		{403, []string{"Sec-Fetch-Site", "cross-site"}}, {403, []string{"Sec-Fetch-Site", "same-site"}}, {403, []string{"Origin", "http://evil.example"}},
		{403, []string{"Origin", "http://localhost:9999"}}, {403, []string{"Origin", "null"}},
		{415, []string{"Content-Type", "text/plain"}}, {415, []string{"Content-Type", "application/x-www-form-urlencoded"}}, {415, []string{"Content-Type", ""}},
	} {
		if got := post(c.header...); got != c.want {
			t.Errorf("%v: %d, expected %d", c.header, got, c.want)
		}
	}
	for _, path := range []string{"/api/start", "/api/runs/" + idOf("reg") + "/stop", "/api/runs/" + idOf("reg") + "/resume"} {
		if w := ask(s, http.MethodGet, path, ""); w.Code == 200 || w.Code == 202 {
			t.Errorf("GET %s changes something: %d", path, w.Code)
		}
	}
	w := ask(s, http.MethodGet, "/", "")
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("policy %q", policy)
	}
}

func TestReadOnly(t *testing.T) {
	s, _ := serving(t, func(_ string, opt *Options) { opt.ReadOnly, opt.Program = true, "/bin/false" })
	for _, path := range []string{"/api/start", "/api/validate", "/api/runs/" + idOf("reg") + "/stop", "/api/runs/" + idOf("reg") + "/resume", "/api/sweeps/" + idOf("sweeps/two") + "/resume"} {
		if w := ask(s, http.MethodPost, path, "{}"); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if can := at(t, get(t, s, "/api/server"), "can_start"); can != false {
		t.Error("runs can be started")
	}
}

func TestToken(t *testing.T) {
	token := NewToken()
	s, _ := serving(t, func(_ string, opt *Options) { opt.Token = token })
	hosts := []string{"Host", "cluster.example:8765"}
	for _, path := range []string{"/api/runs", "/api/events", "/", "/api/runs/" + idOf("reg") + "/files/config.toml", "/?token=", "/?token=x" + token, "/api/runs?token=" + token} {
		w := ask(s, http.MethodGet, path, "", hosts...)
		if w.Code != http.StatusUnauthorized || len(w.Result().Cookies()) > 0 {
			t.Errorf("%s: %d", path, w.Code)
		}
		if strings.Contains(w.Body.String(), token) {
			t.Errorf("%s tells the token", path)
		}
	}
	w := ask(s, http.MethodGet, "/?token="+token, "", hosts...)
	cookies := w.Result().Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode {
		t.Fatalf("%d, cookies %v", w.Code, cookies)
	}
	with := append(hosts, "Cookie", cookies[0].Name+"="+cookies[0].Value)
	if w := ask(s, http.MethodGet, "/api/runs", "", with...); w.Code != http.StatusOK {
		t.Errorf("with the cookie: %d", w.Code)
	}
	if w := ask(s, http.MethodGet, "/api/runs", "", "Host", "x", "Cookie", cookies[0].Name+"="+token[1:]); w.Code != http.StatusUnauthorized {
		t.Errorf("with another cookie: %d", w.Code)
	}
	form := func(token string, header ...string) int {
		w := ask(s, http.MethodPost, "/login", "token="+url.QueryEscape(token), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)...)
		return len(w.Result().Cookies())
	}
	if form(token) != 1 || form("x") != 0 || form(token, "Sec-Fetch-Site", "cross-site") != 0 {
		t.Error("the form takes a wrong token, or refuses the right one")
	}
}

// TestBounds sends what takes much of a server.
func TestBounds(t *testing.T) {
	s, _ := serving(t, nil)
	if w := ask(s, http.MethodPost, "/api/validate", `{"text":"`+strings.Repeat("#", mostBody)+`"}`); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of %d bytes: %d", mostBody, w.Code)
	}
	for _, body := range []string{"", "[", `{"text":1}`, `{"x":1}`, "{}{}", strings.Repeat("[", 100_000)} {
		if w := ask(s, http.MethodPost, "/api/start", body); w.Code < 400 || w.Code > 499 {
			t.Errorf("body %.20q: %d %s", body, w.Code, w.Body)
		}
	}
	file := "/api/runs/" + idOf("reg") + "/files/metrics.csv"
	ranges := "bytes=" + strings.Repeat("0-,", 5000) + "0-"
	whole := ask(s, http.MethodGet, file, "").Body.Len()
	if w := ask(s, http.MethodGet, file, "", "Range", ranges); w.Body.Len() > 2*whole {
		t.Errorf("ranges that overlap: %d bytes of %d", w.Body.Len(), whole)
	}
	if w := ask(s, http.MethodGet, file, "", "Range", "bytes=5-9"); w.Code != http.StatusPartialContent || w.Body.Len() != 5 {
		t.Errorf("a range: %d, %d bytes", w.Code, w.Body.Len())
	}
}

// listen serves on a port of this machine until the test ends.
func listen(t *testing.T, s *Server) string {
	t.Helper()
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, on) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return on.Addr().String()
}

// TestCrowd opens more connections than there are places, which say nothing, and
// idle ones, and is answered all the same.
func TestCrowd(t *testing.T) {
	s, _ := serving(t, nil)
	address := listen(t, s)
	for range mostConnections + 20 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "GET /api/server HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if _, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil {
			t.Fatal(err)
		}
	}
	r, err := http.Get("http://" + address + "/api/runs")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, r.Body); err != nil || r.StatusCode != http.StatusOK {
		t.Errorf("%d, %v", r.StatusCode, err)
	}
}

// TestStreamsAreBounded opens more streams than there are places.
func TestStreamsAreBounded(t *testing.T) {
	s, _ := serving(t, nil)
	address := listen(t, s)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	refused := 0
	for range mostStreams + 3 {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/api/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close()
		if w.StatusCode == http.StatusTooManyRequests {
			refused++
		} else if line, err := bufio.NewReader(w.Body).ReadString('\n'); err != nil || line != "event: hello\n" {
			t.Fatalf("%q, %v", line, err)
		}
	}
	if refused != 3 {
		t.Errorf("%d streams are refused, expected 3", refused)
	}
}
