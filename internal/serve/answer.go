package serve

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// failure is an error with its status, for people in one line.
type failure struct {
	status      int
	message     string
	diagnostics []diagnostic
}

func (f *failure) Error() string { return f.message }

func notFound(message string) error { return &failure{http.StatusNotFound, message, nil} }

func badRequest(format string, args ...any) error {
	return &failure{http.StatusBadRequest, fmt.Sprintf(format, args...), nil}
}

func conflict(message string) error { return &failure{http.StatusConflict, message, nil} }

// binaryKind is the type of arrays of numbers.
const binaryKind = "application/octet-stream"

// raw is an answer that is not JSON.
type raw struct {
	kind    string
	content []byte
}

// created is an answer with another status than 200.
type created struct {
	status int
	value  any
}

// direct is an answer that writes itself.
type direct func(w http.ResponseWriter, r *http.Request)

func jsonHandler(answer func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := answer(r)
		if err != nil {
			writeError(w, r, err)
			return
		}
		switch v := v.(type) {
		case direct:
			v(w, r)
		case raw:
			w.Header().Set("Content-Type", v.kind)
			writeBody(w, r, http.StatusOK, v.content)
		case created:
			writeJSON(w, r, v.status, v.value)
		default:
			writeJSON(w, r, http.StatusOK, v)
		}
	})
}

func writeJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	writeBody(w, r, status, mustJSON(v))
}

// packFrom is from how many bytes on an answer is compressed.
const packFrom = 64 << 10

func writeBody(w http.ResponseWriter, r *http.Request, status int, content []byte) {
	w.Header().Add("Vary", "Accept-Encoding")
	if len(content) < packFrom || w.Header().Get("Content-Encoding") != "" || !takesGzip(r) || !packs(w.Header().Get("Content-Type")) {
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		w.WriteHeader(status)
		_, _ = w.Write(content) // the client may have gone
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return // the level exists
	}
	_, _ = z.Write(content)
	_ = z.Close()
}

// packs tells what is worth to be compressed: not arrays of numbers.
func packs(kind string) bool { return kind != binaryKind }

func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}

// writeError says what is wrong: of the request, or of what it asked for.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	f := &failure{http.StatusInternalServerError, err.Error(), nil}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &f):
	case errors.As(err, &large):
		f = &failure{http.StatusRequestEntityTooLarge, fmt.Sprintf("larger than %d bytes", large.Limit), nil}
	case errors.Is(err, fs.ErrNotExist):
		f = &failure{http.StatusNotFound, "there is none", nil}
	}
	body := struct {
		Error       string       `json:"error"`
		Diagnostics []diagnostic `json:"diagnostics,omitempty"`
	}{strings.Join(strings.Fields(f.message), " "), f.diagnostics}
	writeJSON(w, r, f.status, body)
}

// readJSON reads the body of a request, which has no other keys.
func readJSON(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return err
	case errors.Is(err, io.EOF):
		return nil // all is left out
	case err != nil:
		return badRequest("body: %v", err)
	case d.More():
		return badRequest("body: more than one JSON value")
	}
	return nil
}

// query reads the parameters of a request; the first that is wrong is its error.
type query struct {
	url.Values
	err error
}

func queryOf(r *http.Request) *query {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q := &query{Values: values}
	if err != nil {
		q.err = badRequest("the query cannot be read: %v", err)
	}
	return q
}

// number is a parameter; without it, or empty, the fallback.
func (q *query) number(name string, fallback float64) float64 {
	text := q.Get(name)
	if text == "" {
		return fallback
	}
	x, err := strconv.ParseFloat(text, 64)
	if (err != nil || math.IsNaN(x)) && q.err == nil {
		q.err = badRequest("%s: %.40q, expected a number", name, text)
	}
	return x
}

// whole is a parameter from low to high.
func (q *query) whole(name string, fallback, low, high int) int {
	text := q.Get(name)
	if text == "" {
		return fallback
	}
	x, err := strconv.Atoi(text)
	if (err != nil || x < low || x > high) && q.err == nil {
		q.err = badRequest("%s: %.40q, expected a whole number from %d to %d", name, text, low, high)
	}
	return x
}
