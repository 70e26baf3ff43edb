package dataset

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// noise is content that gzip cannot shrink.
func noise(seed uint64, n int) []byte {
	source := rand.New(rand.NewPCG(seed, 0))
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(source.Uint32())
	}
	return data
}

func squeeze(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// describe is the File of some content.
func describe(content []byte, names ...string) File {
	sha, md := sha256.Sum256(content), md5.Sum(content)
	return File{Names: names, Gzip: true, Size: int64(len(content)), SHA256: hex.EncodeToString(sha[:]), MD5: hex.EncodeToString(md[:])}
}

func write(t testing.TB, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestContentIsVerified(t *testing.T) {
	content := noise(1, 10000)
	packed := squeeze(t, content, gzip.DefaultCompression)
	change := func(data []byte, at int) []byte {
		changed := bytes.Clone(data)
		changed[at] ^= 1
		return changed
	}
	known := describe(content, "f")
	plainOnly, noDigest, onlyMD5 := known, known, known
	plainOnly.Gzip = false
	noDigest.SHA256, noDigest.MD5 = "", ""
	onlyMD5.SHA256 = ""
	for _, c := range []struct {
		name string
		file File
		data []byte
		want string // "" if it is as published
	}{
		{"plain", known, content, ""},
		{"compressed", known, packed, ""},
		{"compressed otherwise", known, squeeze(t, content, gzip.NoCompression), ""},
		{"size only", noDigest, content, ""},
		{"MD5 only", onlyMD5, packed, ""},
		{"not to be compressed", plainOnly, packed, "bytes"},
		{"empty", known, nil, "0 bytes, expected 10000"},
		{"truncated", known, content[:9999], "9999 bytes, expected 10000"},
		{"longer", known, append(bytes.Clone(content), 0), "more than 10000 bytes"},
		{"changed", known, change(content, 5000), "SHA-256 is"},
		{"changed, MD5 only", onlyMD5, change(content, 5000), "MD5 is"},
		{"compressed and truncated", known, packed[:5000], "unexpected EOF"},
		{"only gzip's first bytes", known, packed[:2], "EOF"},
		{"damaged header", known, change(packed, 2), "gzip: invalid header"},
		{"damaged stream", known, change(packed, len(packed)-6), "gzip: invalid checksum"},
		{"data after the stream", known, append(bytes.Clone(packed), "more than a header"...), "gzip: invalid header"},
		{"much too large when decompressed", known, squeeze(t, make([]byte, 1<<24), 9), "more than 10000 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, filepath.Join(t.TempDir(), "f"), c.data)
			got, readErr := c.file.read(path)
			checkErr := c.file.check(path)
			if c.want == "" {
				if readErr != nil || checkErr != nil || !bytes.Equal(got, content) {
					t.Fatalf("%d bytes, %v, %v, want the content", len(got), readErr, checkErr)
				}
				return
			}
			for _, err := range []error{readErr, checkErr} {
				var corrupt *CorruptError
				if !errors.As(err, &corrupt) || corrupt.Path != path || !strings.Contains(err.Error(), c.want) {
					t.Errorf("error %v, want a CorruptError with %q", err, c.want)
				}
			}
		})
	}
}

func TestFindTakesTheFirstNameThatIsAFile(t *testing.T) {
	dir := t.TempDir()
	f := File{Names: []string{"a", "b", "sub/c"}}
	if _, err := f.find(dir); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), filepath.Join(dir, "a")) {
		t.Errorf("error %v, want one that a does not exist", err)
	}
	for _, c := range []struct{ add, want string }{{"sub/c", "sub/c"}, {"b", "b"}} {
		write(t, filepath.Join(dir, c.add), nil)
		if got, err := f.find(dir); err != nil || got != filepath.Join(dir, c.want) {
			t.Errorf("found %s, %v, want %s", got, err, c.want)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "a"), 0o777); err != nil {
		t.Fatal(err)
	}
	if got, err := f.find(dir); err != nil || got != filepath.Join(dir, "b") {
		t.Errorf("found %s, %v: a folder is not a file", got, err)
	}
}

func readFile(path string) ([]byte, error) {
	r, err := OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func TestOpenFileReadsAllForms(t *testing.T) {
	content := noise(2, 1000)
	packed := squeeze(t, content, 9)
	parts := slices.Concat(squeeze(t, content[:100], 9), squeeze(t, nil, 9), squeeze(t, content[100:], 1))
	zeros := make([]byte, 10240)
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"plain": content, "packed": packed, "parts": parts,
		"in a block": slices.Concat(packed, zeros), "parts in a block": slices.Concat(parts, zeros),
	} {
		if got, err := readFile(write(t, filepath.Join(dir, name), data)); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"cut": {packed[:500], "EOF"}, "short": {packed[:4], "EOF"},
		"second part cut":    {parts[:len(parts)-20], "EOF"},
		"something behind":   {slices.Concat(packed, []byte("junk")), "something other than gzip data or zeros"},
		"zeros in the midst": {slices.Concat(packed, zeros, packed), "something other than gzip data or zeros"},
		"changed":            {append(bytes.Clone(packed[:len(packed)-1]), 99), "checksum"},
	} {
		var damaged *DamagedError
		if _, err := readFile(write(t, filepath.Join(dir, name), c.data)); !errors.As(err, &damaged) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want a DamagedError with %q", name, err, c.want)
		}
	}
	if _, err := readFile(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want that it does not exist", err)
	}
}
