package serve

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

const (
	// watchEvery is how often folders are looked at while somebody listens, or more
	// rarely if that takes long.
	watchEvery = time.Second
	watchShare = 5 // at most one part in so many of the time
	// breathe is how often a stream says that it is still there.
	breathe = 15 * time.Second
	// sendTime is how long a client may take to receive a message.
	sendTime = 10 * time.Second
)

// stream tells a page what changes, as server-sent events.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		w.Header().Set("Retry-After", "10")
		writeError(w, r, &failure{http.StatusTooManyRequests, fmt.Sprintf("%d pages listen already", mostStreams), nil})
		return
	}
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	send := func(text string) error {
		if err := control.SetWriteDeadline(time.Now().Add(sendTime)); err != nil {
			return err
		}
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		return control.Flush()
	}
	changes, quiet := s.library.changes()
	defer quiet()
	jobs, deaf := s.processes.listen()
	defer deaf()
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	_ = control.SetReadDeadline(time.Time{}) // nothing more is read
	go s.watch(ctx)

	old := &sent{runs: map[string]*run{}}
	begin := s.library.since(old)
	if send(event("hello", map[string]any{"version": begin.Version})) != nil {
		return
	}
	alive := time.NewTicker(breathe)
	defer alive.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-changes:
			if n := s.library.since(old); n.Version != begin.Version {
				begin = n
				err = send(event("runs", n))
			}
		case j := <-jobs:
			err = send(event("job", j))
		case <-alive.C:
			err = send(": \n\n")
		}
		if err != nil {
			return
		}
	}
}

func event(name string, data any) string {
	return "event: " + name + "\ndata: " + string(mustJSON(data)) + "\n\n"
}

// watch keeps the library up to date for one who listens.
func (s *Server) watch(ctx context.Context) {
	for {
		s.library.refresh(watchEvery)
		s.library.mu.RLock()
		wait := max(watchEvery, watchShare*s.library.took)
		s.library.mu.RUnlock()
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
