package serve

import (
	"context"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// runFile sends a file of a run.
func (s *Server) runFile(r *http.Request, one *run) (any, error) {
	return s.file(one.path, r.PathValue("path"))
}

func (s *Server) sweepFile(r *http.Request) (any, error) {
	one, ok := s.library.sweep(r.PathValue("id"))
	if !ok {
		return nil, notFound("there is no such sweep")
	}
	return s.file(one.path, r.PathValue("path"))
}

// file sends a file of a folder to be kept. A browser that shows it all the same
// runs nothing of it. Hidden files are none.
func (s *Server) file(folder, name string) (any, error) {
	missing := notFound("there is no such file")
	if !fs.ValidPath(name) || name == "." || strings.ContainsRune(name, 0) {
		return nil, missing
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return nil, missing
		}
	}
	inside, err := s.library.root.OpenRoot(folder)
	if err != nil {
		return nil, missing
	}
	defer inside.Close()
	info, err := inside.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, missing
	}
	f, err := inside.Open(name)
	if err != nil {
		return nil, missing
	}
	return direct(func(w http.ResponseWriter, r *http.Request) { sendFile(w, r, f, path.Base(name)) }), nil
}

// mostRanges is how many ranges of a file a request may ask for.
const mostRanges = 8

// fileTime is how long a file may take to be sent, however large it is.
const fileTime = time.Hour

// sendFile sends a file, whole or ranges of it, and closes it.
func sendFile(w http.ResponseWriter, r *http.Request, f *os.File, name string) {
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		writeError(w, r, notFound("there is no such file"))
		return
	}
	h := w.Header()
	h.Set("Content-Type", kindOf(name))
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-cache")
	if strings.Count(r.Header.Get("Range"), ",") >= mostRanges {
		r.Header.Del("Range") // all of it, once
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(fileTime)) // otherwise that of other answers holds
	http.ServeContent(w, r, "", info.ModTime(), f)
}

// reportTime is how long a report may take.
const reportTime = 50 * time.Second

// report makes the page of a run by the program itself, in a process of its own:
// the figures of a long recording need memory.
func (s *Server) report(r *http.Request, one *run) (any, error) {
	if s.opt.Program == "" {
		return nil, notFound("this server cannot make reports")
	}
	done, err := s.enterHeavy(r.Context())
	if err != nil {
		return nil, err
	}
	defer done()
	folder, err := os.MkdirTemp("", "burstsim-report-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	ctx, stop := context.WithTimeout(r.Context(), reportTime)
	defer stop()
	file := filepath.Join(folder, "report.html")
	out, err := exec.CommandContext(ctx, s.opt.Program, "report", one.digest.Dir, "-o", file).CombinedOutput()
	if err != nil {
		return nil, errors.New("the report could not be made: " + lastLine(out, err.Error()))
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	// The file is open, and is sent after its name is gone.
	return direct(func(w http.ResponseWriter, r *http.Request) { sendFile(w, r, f, one.view.Name+".html") }), nil
}

func lastLine(out []byte, otherwise string) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return last
	}
	return otherwise
}

// enterHeavy waits for a place among those whose answers take long.
func (s *Server) enterHeavy(ctx context.Context) (done func(), err error) {
	select {
	case s.heavy <- struct{}{}:
		return func() { <-s.heavy }, nil
	case <-time.After(readTime):
		return nil, &failure{http.StatusTooManyRequests, "too much is asked for at once: try again", nil}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
