package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	neturl "net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

const (
	attempts = 3                // for one file at one mirror
	patience = 30 * time.Second // with a silent server
	pause    = time.Second / 2  // after a failure, doubled each time
)

func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = patience
	transport.DialContext = (&net.Dialer{Timeout: patience / 3}).DialContext
	return &http.Client{Transport: transport}
}

// refusal is a failure that will not change at the next attempt.
type refusal struct{ reason string }

func (e *refusal) Error() string { return e.reason }

// download brings a file from a URL: into path.part, which a later attempt, or
// a later call, continues, and to path once it is verified.
func (f *fetch) download(ctx context.Context, url string, file File, path string) error {
	part := path + ".part"
	wait := pause
	for attempt := 1; ; attempt++ {
		continued, err := f.transfer(ctx, url, file, part)
		failed := err != nil
		if !failed {
			err = adopt(file, part, path)
		}
		var refused *refusal
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case attempt == attempts, errors.As(err, &refused), !failed && !continued:
			return fmt.Errorf("%s: %w", url, err)
		case !failed: // the part was of no use and is gone
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait *= 2
	}
}

// transfer appends to part what is missing of a URL's content, or writes all of
// it anew if the server cannot continue.
func (f *fetch) transfer(ctx context.Context, url string, file File, part string) (continued bool, err error) {
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	have, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	res, err := f.request(ctx, url, have)
	if err != nil {
		var wrapped *neturl.Error // repeats the URL
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return false, err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusOK:
		have = 0
	case res.StatusCode == http.StatusPartialContent && startsAt(res, have):
	case res.StatusCode == http.StatusPartialContent:
		return false, errors.Join(errors.New("the server sends another part than was asked for"), out.Truncate(0))
	case res.StatusCode == http.StatusRequestedRangeNotSatisfiable && have > 0:
		return true, nil // nothing is missing, or what is there is wrong: verification tells
	case res.StatusCode >= 500, res.StatusCode == http.StatusTooManyRequests, res.StatusCode == http.StatusRequestTimeout:
		return false, fmt.Errorf("the server answers %s", res.Status)
	default:
		return false, &refusal{"the server answers " + res.Status}
	}
	if err := out.Truncate(have); err != nil {
		return false, err
	}
	if _, err := out.Seek(have, io.SeekStart); err != nil {
		return false, err
	}
	body := f.follow(res, file, have)
	body.silence = time.AfterFunc(patience, cancel)
	defer body.silence.Stop()
	if _, err := io.Copy(out, body); err != nil {
		var tooLong *refusal
		if errors.As(err, &tooLong) {
			err = errors.Join(err, out.Truncate(0))
		}
		return have > 0, err
	}
	return have > 0, out.Sync()
}

// follow is the body of an answer whose first have bytes are here already.
func (f *fetch) follow(res *http.Response, file File, have int64) *body {
	b := &body{
		src:   res.Body,
		done:  have,
		total: -1,
		limit: file.Size + file.Size/100 + 1<<16, // compression may add a little
		hear:  f.opt.Progress,
		file:  path.Base(file.Names[0]),
	}
	if res.ContentLength >= 0 {
		b.total = have + res.ContentLength
	}
	return b
}

func (f *fetch) request(ctx context.Context, url string, have int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "burstsim")
	req.Header.Set("Accept-Encoding", "identity") // ranges count the bytes of the file itself
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	return f.client.Do(req)
}

// startsAt tells whether a partial answer is the part that was asked for.
func startsAt(res *http.Response, have int64) bool {
	unit, rest, _ := strings.Cut(res.Header.Get("Content-Range"), " ")
	first, _, _ := strings.Cut(rest, "-")
	start, err := strconv.ParseInt(first, 10, 64)
	return unit == "bytes" && err == nil && start == have
}

// body reports progress, ends the request when the server falls silent, and
// stops at a size that no file can have.
type body struct {
	src                io.Reader
	done, total, limit int64
	silence            *time.Timer
	hear               func(file string, done, total int64)
	file               string
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.src.Read(p)
	if !b.silence.Reset(patience) && err != nil && err != io.EOF {
		err = fmt.Errorf("the server was silent for %v", patience)
	}
	b.done += int64(n)
	if b.hear != nil {
		b.hear(b.file, b.done, b.total)
	}
	if b.done > b.limit {
		return n, &refusal{fmt.Sprintf("more than %d bytes", b.limit)}
	}
	return n, err
}
