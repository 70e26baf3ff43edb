package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"burstsim/internal/regular"
)

// CorruptError says that a file is not what was published.
type CorruptError struct {
	Path   string
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("%s: corrupt or not the published file: %s", e.Path, e.Reason)
}

// find returns the path under which the file is in a folder.
func (f File) find(dir string) (string, error) {
	for _, name := range f.Names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		info, err := os.Stat(path)
		switch {
		case err == nil && info.Mode().IsRegular():
			return path, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
	}
	return "", fmt.Errorf("%s: %w", filepath.Join(dir, filepath.FromSlash(f.Names[0])), fs.ErrNotExist)
}

// open returns the file's content. Reading it to the end fails with a
// CorruptError if it is not the published content.
func (f File) open(path string) (io.ReadCloser, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	content := &content{path: path, want: f, file: file, src: file, sha256: sha256.New(), md5: md5.New()}
	if !f.Gzip {
		return content, nil
	}
	buffered := bufio.NewReader(file)
	content.src = buffered
	if !compressed(buffered) {
		return content, nil
	}
	if content.src, err = gzip.NewReader(buffered); err != nil {
		_ = file.Close()
		return nil, content.corrupt("%v", err)
	}
	return content, nil
}

// compressed tells from the first bytes; no idx file starts with these.
func compressed(r *bufio.Reader) bool {
	start, err := r.Peek(2)
	return err == nil && start[0] == 0x1f && start[1] == 0x8b
}

// read returns the verified content.
func (f File) read(path string) ([]byte, error) {
	r, err := f.open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var buf bytes.Buffer
	buf.Grow(int(f.Size) + bytes.MinRead) // ReadFrom then never moves it
	_, err = buf.ReadFrom(r)
	return buf.Bytes(), err
}

// check reads the content and returns a CorruptError if it is not the
// published one.
func (f File) check(path string) error {
	r, err := f.open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	return err
}

// content compares what is read from it with what was published.
type content struct {
	path        string
	want        File
	file        *os.File
	src         io.Reader
	sha256, md5 hash.Hash
	size        int64
}

func (c *content) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.size += int64(n)
	if c.size > c.want.Size {
		return 0, c.corrupt("more than %d bytes", c.want.Size)
	}
	if c.want.SHA256 != "" {
		c.sha256.Write(p[:n])
	}
	if c.want.MD5 != "" {
		c.md5.Write(p[:n])
	}
	switch {
	case err == io.EOF:
		return n, c.verdict()
	case err != nil && c.src != c.file:
		var path *fs.PathError // reading failed, not decompressing
		if !errors.As(err, &path) {
			err = c.corrupt("%v", err)
		}
	}
	return n, err
}

func (c *content) Close() error { return c.file.Close() }

// verdict is io.EOF for the published content.
func (c *content) verdict() error {
	if c.size != c.want.Size {
		return c.corrupt("%d bytes, expected %d", c.size, c.want.Size)
	}
	for _, digest := range []struct {
		name, want string
		hash       hash.Hash
	}{{"SHA-256", c.want.SHA256, c.sha256}, {"MD5", c.want.MD5, c.md5}} {
		if got := hex.EncodeToString(digest.hash.Sum(nil)); digest.want != "" && got != digest.want {
			return c.corrupt("%s is %s, expected %s", digest.name, got, digest.want)
		}
	}
	return io.EOF
}

func (c *content) corrupt(format string, args ...any) error {
	return &CorruptError{c.path, fmt.Sprintf(format, args...)}
}

// maxRead bounds what ReadFile takes into memory, so that a small compressed
// file cannot fill it.
const maxRead = 4 << 30

// ReadFile returns the content of any file, decompressed if it is a gzip file:
// at most 4 GiB. Nothing is known about it, so only gzip's own checksum is
// verified. Pipes and devices are not read.
func ReadFile(path string) ([]byte, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	buffered := bufio.NewReader(file)
	var src io.Reader = buffered
	if compressed(buffered) {
		if src, err = gzip.NewReader(buffered); err != nil {
			return nil, &CorruptError{path, err.Error()}
		}
	}
	data, err := io.ReadAll(io.LimitReader(src, maxRead+1))
	switch {
	case err != nil && src != buffered:
		return nil, &CorruptError{path, err.Error()}
	case err != nil:
		return nil, err
	case len(data) > maxRead:
		return nil, fmt.Errorf("%s: more than %d bytes", path, int64(maxRead))
	}
	return data, nil
}
