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

// compressed tells from the next bytes; no idx file starts with these.
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

// OpenFile opens any file to read its content, decompressed if it is a gzip file.
// Nothing is known about it, so only gzip's own checksum is verified, by who
// reads to the end. Like gzip, it takes no notice of zeros behind the compressed
// data, with which tapes and disks fill their blocks. Pipes and devices are not
// opened.
func OpenFile(path string) (io.ReadCloser, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewReader(file)
	if !compressed(buffered) {
		return plain{buffered, file}, nil
	}
	members, err := gzip.NewReader(buffered)
	if err != nil {
		_ = file.Close()
		return nil, &DamagedError{path, err.Error()}
	}
	members.Multistream(false)
	return &inflated{path: path, members: members, behind: buffered, file: file}, nil
}

type plain struct {
	io.Reader
	io.Closer
}

// DamagedError says that a compressed file cannot be decompressed.
type DamagedError struct {
	Path   string
	Reason string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s: damaged: %s", e.Path, e.Reason)
}

// inflated reads the members of a gzip file, one after another.
type inflated struct {
	path    string
	members *gzip.Reader
	behind  *bufio.Reader // what members reads
	file    *os.File
}

func (f *inflated) Read(p []byte) (int, error) {
	n, err := f.members.Read(p)
	if err == io.EOF {
		err = f.another()
	}
	var path *fs.PathError // reading failed, not decompressing
	if err != nil && err != io.EOF && !errors.As(err, &path) {
		err = &DamagedError{f.path, err.Error()}
	}
	return n, err
}

// another goes on to the next member; io.EOF if nothing but zeros is left.
func (f *inflated) another() error {
	if compressed(f.behind) {
		err := f.members.Reset(f.behind)
		f.members.Multistream(false)
		return err
	}
	for {
		b, err := f.behind.ReadByte()
		switch {
		case err != nil:
			return err
		case b != 0:
			return errors.New("something other than gzip data or zeros is behind the gzip data")
		}
	}
}

func (f *inflated) Close() error { return f.file.Close() }
