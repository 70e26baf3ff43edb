package serve

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// dist is the built page. scripts/page.sh builds it from web.
//
//go:embed all:dist
var dist embed.FS

// asset is a file of the page, packed once.
type asset struct {
	kind, tag      string
	content, small []byte
}

var assets = sync.OnceValue(func() map[string]asset {
	all := map[string]asset{}
	err := fs.WalkDir(dist, "dist", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		one := asset{kind: kindOf(name), tag: `"` + hex.EncodeToString(sum[:8]) + `"`, content: content}
		var small bytes.Buffer
		z, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(content); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		if small.Len() < len(content)*9/10 {
			one.small = small.Bytes()
		}
		all[strings.TrimPrefix(name, "dist/")] = one
		return nil
	})
	if err != nil {
		panic("serve: " + err.Error()) // they are part of the program
	}
	return all
})

// kindOf is the type of a file by its name, the same on every machine.
func kindOf(name string) string {
	ext := strings.ToLower(path.Ext(name))
	switch ext {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".map":
		return "application/json"
	case ".woff2":
		return "font/woff2"
	case ".csv":
		return "text/csv; charset=utf-8"
	case ".toml", ".model", ".txt", ".md":
		return "text/plain; charset=utf-8"
	case ".png", ".pdf", ".ico", ".webp":
		return mime.TypeByExtension(ext)
	}
	return binaryKind
}

// serveAsset answers with a file of the page. Names that are no files of it are
// not: the page has its routes behind #.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	one, ok := assets()[name]
	if !ok {
		http.Error(w, "there is nothing of this name", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", one.kind)
	h.Set("ETag", one.tag)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") { // their names have digests
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == one.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	content := one.content
	if one.small != nil && takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		content = one.small
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // the client may have gone
}
