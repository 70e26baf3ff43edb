// Package serve is the page of `burstsim serve`: it lists the runs and sweeps
// below a folder, shows what they recorded, compares them, and starts new ones.
// The page itself is in web, and built into dist, which is part of the program.
//
// The server works on paths of its own only: requests name runs and sweeps by
// digests of their paths, and what is opened within a run is opened by an
// [os.Root], which leads nowhere else.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"burstsim/internal/rundir"
)

// Options say what is served and to whom.
type Options struct {
	Dir      string // the folder
	ReadOnly bool   // nothing can be started, stopped or checked
	// Token is what requests must have; "": none, for an address that only this
	// machine reaches.
	Token   string
	Program string // the program that runs are started with; "": none can be
	Version string
	// Open is the folder of a run that the page opens first; "": none.
	Open string
}

// Bounds of what one client, or all of them, can take.
const (
	mostConnections = 200
	mostStreams     = 64
	mostBody        = 3 << 19 // a request: an experiment file has at most 1 MiB
	mostHeader      = 32 << 10
	readTime        = 20 * time.Second
	writeTime       = 60 * time.Second // of an answer that is no stream or file
	idleTime        = 2 * time.Minute
)

// Server answers requests about one folder.
type Server struct {
	opt       Options
	library   *library
	memories  memories
	processes *processes
	streams   chan struct{} // a place for each
	heavy     chan struct{} // a place for each answer that takes a processor for long
	handler   http.Handler
	first     string // the id of the run that the page opens
}

// New makes a server. The error says why the folder cannot be served.
func New(opt Options) (*Server, error) {
	l, err := newLibrary(opt.Dir)
	if err != nil {
		return nil, fmt.Errorf("cannot serve %s: %w", opt.Dir, err)
	}
	s := &Server{opt: opt, library: l, streams: make(chan struct{}, mostStreams), heavy: make(chan struct{}, 4)}
	if opt.Open != "" {
		path, err := filepath.Abs(opt.Open)
		if err == nil { // it need not be there yet; its parent is
			var parent string
			parent, err = filepath.EvalSymlinks(filepath.Dir(path))
			path = filepath.Join(parent, filepath.Base(path))
		}
		if err == nil {
			path, err = filepath.Rel(l.dir, path)
		}
		if err != nil {
			return nil, fmt.Errorf("cannot serve %s: %w", opt.Open, err)
		}
		s.first = idOf(filepath.ToSlash(path))
	}
	s.processes = newProcesses(s)
	l.busy = s.processes.busy
	s.handler = s.routes()
	return s, nil
}

// Route is where in the page the run is that it opens first; "" for the list.
func (s *Server) Route() string {
	if s.first == "" {
		return ""
	}
	return "/run/" + s.first
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers what comes to a listener until ctx ends. Runs that were started
// go on.
func (s *Server) Serve(ctx context.Context, on net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	crowd := newCrowd(on, mostConnections)
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: readTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: mostHeader, BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState: crowd.changed,
		ErrorLog:  log.New(io.Discard, "", 0), // of clients that go away
	}
	go s.library.refresh(0)
	done := make(chan error, 1)
	go func() { done <- server.Serve(crowd) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop() // which ends the streams
	grace, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	defer s.processes.end()
	if err := server.Shutdown(grace); err != nil {
		return server.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// routes are all that can be asked.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	get := func(path string, answer func(*http.Request) (any, error)) {
		mux.Handle("GET "+path, jsonHandler(answer))
	}
	ofRun := func(path string, answer func(*http.Request, *run) (any, error)) {
		get("/api/runs/{id}"+path, func(r *http.Request) (any, error) {
			one, ok := s.library.run(r.PathValue("id"))
			if !ok {
				return nil, notFound("there is no such run")
			}
			return answer(r, one)
		})
	}
	readable := func(path string, answer func(*http.Request, *run) (any, error)) {
		ofRun(path, func(r *http.Request, one *run) (any, error) {
			if one.digest.Status == rundir.Unreadable {
				return nil, notFound("the run cannot be read: " + one.view.Note)
			}
			return answer(r, one)
		})
	}
	post := func(path string, act func(*http.Request) (any, error)) {
		mux.Handle("POST "+path, s.changing(act))
	}
	mux.HandleFunc("GET /api/runs", s.listRuns)
	mux.HandleFunc("GET /api/events", s.stream)
	get("/api/server", s.about)
	get("/api/match", s.match)
	get("/api/compare", s.compare)
	ofRun("", s.describe)
	get("/api/runs/{id}/output", s.output)
	get("/api/sweeps/{id}/output", s.output)
	readable("/config", s.config)
	readable("/tables/{table}", s.table)
	readable("/signals", s.signals)
	readable("/trajectory", s.trajectory)
	readable("/moment", s.moment)
	readable("/weights", s.weights)
	readable("/weights/array", s.weightArray)
	readable("/training", s.training)
	readable("/spikes", s.spikes)
	readable("/circuit", s.circuit)
	readable("/model", s.model)
	readable("/report", s.report)
	readable("/files/{path...}", s.runFile)
	get("/api/sweeps/{id}", s.sweep)
	get("/api/sweeps/{id}/map", s.sweepMap)
	get("/api/sweeps/{id}/curves", s.sweepCurves)
	get("/api/sweeps/{id}/points/{point}", s.sweepPoint)
	get("/api/sweeps/{id}/files/{path...}", s.sweepFile)
	get("/api/starts", s.starts)
	get("/api/starts/example", s.example)
	get("/api/starts/template", s.template)
	get("/api/keys", s.keys)
	post("/api/validate", s.validate)
	post("/api/start", s.start)
	post("/api/runs/{id}/stop", s.stop)
	post("/api/runs/{id}/resume", s.resume)
	post("/api/sweeps/{id}/stop", s.stop)
	post("/api/sweeps/{id}/resume", s.resumeSweep)
	post("/api/sweeps/{id}/points/{point}/run", s.runPoint)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/api/"):
			writeError(w, r, notFound("there is nothing of this name, or not for "+r.Method))
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			writeError(w, r, &failure{http.StatusMethodNotAllowed, "expected GET", nil})
		default:
			serveAsset(w, r)
		}
	})
	return s.guarded(mux)
}
