package serve

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// NewToken makes a token of 192 random bits.
func NewToken() string {
	b := make([]byte, 24)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// IsLoopback tells whether only this machine reaches an address.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// pagePolicy lets the page load what is part of the program, and nothing else run
// or load.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// filePolicy lets nothing of a run's file run or load, should a browser show it.
const filePolicy = "sandbox; default-src 'none'; frame-ancestors 'none'"

const cookieName = "burstsim_token"

// guarded lets through what may be asked: by a browser that means this server,
// of a page of this server, with the token if one is needed.
func (s *Server) guarded(next http.Handler) http.Handler {
	same := http.NewCrossOriginProtection()
	same.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeError(w, r, &failure{http.StatusForbidden, "the request comes from another site", nil})
	}))
	next = same.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		switch {
		case s.opt.Token == "" && !namesLoopback(r.Host):
			// Another site's name that leads to this machine: without this its pages
			// could read all.
			writeError(w, r, &failure{http.StatusMisdirectedRequest, "unexpected host, expected localhost or 127.0.0.1", nil})
		case s.opt.Token != "" && r.URL.Path == "/login":
			s.login(w, r, same)
		case s.opt.Token != "" && r.URL.Path == "/" && r.URL.Query().Has("token"):
			s.enter(w, r, r.URL.Query().Get("token"))
		case s.opt.Token != "" && !s.knows(r):
			if strings.HasPrefix(r.URL.Path, "/api/") {
				writeError(w, r, &failure{http.StatusUnauthorized, "the token is missing: open the address that burstsim serve has printed", nil})
				return
			}
			writeLogin(w, http.StatusUnauthorized, "")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// namesLoopback tells whether a request's host is this machine, whatever the port:
// that of a tunnel may be another.
func namesLoopback(host string) bool {
	u, err := url.Parse("http://" + host)
	return err == nil && u.Host == host && IsLoopback(u.Hostname())
}

// matches compares in a time that does not tell how much of a token is right.
func (s *Server) matches(token string) bool {
	a, b := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.opt.Token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// knows tells whether a request has the token.
func (s *Server) knows(r *http.Request) bool {
	for _, c := range r.CookiesNamed(cookieName) {
		if s.matches(c.Value) {
			return true
		}
	}
	return false
}

// enter gives a browser that has the token the cookie, and goes to the page.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, token string) {
	if !s.matches(token) {
		writeLogin(w, http.StatusUnauthorized, "This is not the token.")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: s.opt.Token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
	// A page and not a redirection, with which a browser would not send the
	// cookie if it followed a link of another site.
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>burstsim</title><p><a href="/">Go on</a></p></html>`))
}

func (s *Server) login(w http.ResponseWriter, r *http.Request, same *http.CrossOriginProtection) {
	switch r.Method {
	case http.MethodPost:
		if err := same.Check(r); err != nil {
			writeLogin(w, http.StatusForbidden, "The request comes from another site.")
			return
		}
		if err := r.ParseForm(); err != nil {
			writeLogin(w, http.StatusBadRequest, "The form cannot be read.")
			return
		}
		s.enter(w, r, strings.TrimSpace(r.PostForm.Get("token")))
	case http.MethodGet, http.MethodHead:
		writeLogin(w, http.StatusOK, "")
	default:
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// writeLogin writes the form for a token. said is one of ours, never a request's.
func writeLogin(w http.ResponseWriter, status int, said string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if said != "" {
		said = `<p role="alert">` + said + `</p>`
	}
	_, _ = w.Write([]byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>burstsim: token</title>
<main><h1>burstsim</h1>` + said + `<form method="post" action="/login"><p><label for="token">Token, which burstsim serve has printed</label><br><input id="token" name="token" type="password" autocomplete="off" required autofocus size="34"> <button>Open</button></p></form></main></html>`))
}

// changing answers a request that changes something, or costs as much.
func (s *Server) changing(act func(*http.Request) (any, error)) http.Handler {
	return jsonHandler(func(r *http.Request) (any, error) {
		if s.opt.ReadOnly {
			return nil, &failure{http.StatusForbidden, "this server is read-only", nil}
		}
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return nil, &failure{http.StatusUnsupportedMediaType, "expected Content-Type: application/json", nil}
		}
		return act(r)
	})
}
