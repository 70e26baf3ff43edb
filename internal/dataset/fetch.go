package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Fetch makes sure that the set is here, intact, and returns its place. What is
// missing comes into the folder of opt, or into the cache: copied from another
// place on this computer, from the Go module, or from a mirror. A download that
// broke off is continued. A file appears under its name only when it is whole
// and verified. A corrupt file is replaced in the cache; in a folder that opt
// names it is an error.
func (s *Set) Fetch(ctx context.Context, opt Options) (Place, error) {
	if p, ok, err := s.intact(opt); ok || err != nil {
		return p, err
	}
	dir, err := s.folder(opt)
	if err != nil {
		return Place{}, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return Place{}, err
	}
	unlock, err := lock(dir)
	if err != nil {
		return Place{}, err
	}
	defer unlock()
	// Another process may have brought it while this one waited.
	if p, ok, err := s.intact(opt); ok || err != nil {
		return p, err
	}
	f := &fetch{set: s, opt: opt, dir: dir, client: opt.Client}
	if f.client == nil {
		f.client = newClient()
	}
	for _, file := range s.Layouts[0] {
		if err := f.bring(ctx, file); err != nil {
			return Place{}, err
		}
	}
	p, ok, err := s.intact(opt)
	if err == nil && !ok {
		err = fmt.Errorf("%s: changed while %s was fetched", dir, s.Name)
	}
	return p, err
}

// intact returns the first place that has the whole set.
func (s *Set) intact(opt Options) (place Place, ok bool, err error) {
	places, err := s.Places(opt)
	if err != nil {
		return Place{}, false, err
	}
	for _, p := range places {
		if p.Check() == nil {
			return p, true, nil
		}
	}
	return Place{}, false, nil
}

// lock keeps other processes, such as the runs of a sweep that start together,
// from fetching into the same folder. Where files cannot be locked nothing is.
func lock(dir string) (unlock func(), err error) {
	unlock, err = lockedfile.MutexAt(filepath.Join(dir, ".burstsim.lock")).Lock()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK) {
		return func() {}, nil
	}
	return unlock, err
}

// fetch is one call of Fetch.
type fetch struct {
	set    *Set
	opt    Options
	dir    string
	client *http.Client

	origins   []string // folders on this computer
	moduleErr error
	searched  bool
}

// bring makes sure that dir has a file.
func (f *fetch) bring(ctx context.Context, file File) error {
	path, err := file.find(f.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		path = filepath.Join(f.dir, filepath.FromSlash(file.Names[0]))
	case err != nil:
		return err
	default:
		if err := file.check(path); err == nil || f.opt.Dir != "" {
			if err != nil {
				err = f.set.Advise(err, Place{Kind: "folder"}, f.opt)
			}
			return err
		}
		if filepath.Base(path) != filepath.Base(file.Names[0]) {
			// It would be found before the file that replaces it.
			if err := os.Remove(path); err != nil {
				return err
			}
			path = filepath.Join(f.dir, filepath.FromSlash(file.Names[0]))
		}
	}
	return f.obtain(ctx, file, path)
}

// obtain tries one origin after the other.
func (f *fetch) obtain(ctx context.Context, file File, path string) error {
	for _, dir := range f.local(ctx) {
		if from, err := file.find(dir); err == nil && f.copyFile(file, from, path) == nil {
			return nil
		}
	}
	var failed []string
	if f.moduleErr != nil {
		failed = append(failed, f.moduleErr.Error())
	}
	for _, mirror := range f.set.Mirrors {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := f.download(ctx, mirror+file.Names[0], file, path)
		if err == nil {
			return nil
		}
		failed = append(failed, err.Error())
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(failed) == 0 {
		failed = append(failed, "no source is known")
	}
	return fmt.Errorf("cannot fetch %s: %s; or put it into %s yourself", file.Names[0], strings.Join(failed, "; "), f.dir)
}

// local lists the folders on this computer that may have files, after the
// module has been downloaded, which is tried once.
func (f *fetch) local(ctx context.Context) []string {
	if f.searched {
		return f.origins
	}
	f.searched = true
	elsewhere := f.opt
	elsewhere.Dir = ""
	if places, err := f.set.Places(elsewhere); err == nil {
		whole := false
		for _, p := range places {
			f.origins = append(f.origins, p.Dir)
			whole = whole || p.Kind != "cache" && p.Check() == nil
		}
		if whole {
			return f.origins
		}
	}
	if f.set.Module.Path != "" {
		if f.opt.Progress != nil {
			f.opt.Progress("go mod download", 0, -1)
		}
		var dir string
		if dir, f.moduleErr = f.set.Module.download(ctx); f.moduleErr == nil {
			f.origins = append(f.origins, dir)
		}
	}
	return f.origins
}

// copyFile copies a file of the same name and verifies the copy.
func (f *fetch) copyFile(file File, from, path string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	part := path + ".part"
	dst, err := os.Create(part)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	if err = errors.Join(err, dst.Sync(), dst.Close()); err != nil {
		return err
	}
	return adopt(file, part, path)
}

// adopt gives a verified file its name; one that is corrupt is removed.
func adopt(file File, part, path string) error {
	if err := file.check(part); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, path)
}
