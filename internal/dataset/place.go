package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Place is a folder that holds at least one file of a set.
type Place struct {
	Kind   string // "folder", "cache", "system" or "module"
	Dir    string
	Layout int // index of the layout found there

	files []File
	paths []string // of the files found, "" for others
	err   error    // what is missing
}

// Places lists where files of the set are, in the order in which they are
// used: the folder that opt gives, and nothing else if it does; the cache;
// where operating systems install it; the module cache of Go.
func (s *Set) Places(opt Options) ([]Place, error) {
	dir, err := s.folder(opt)
	if err != nil {
		return nil, err
	}
	if opt.Dir != "" {
		return s.look(nil, "folder", dir), nil
	}
	places := s.look(nil, "cache", dir)
	for _, dir := range s.System {
		places = s.look(places, "system", dir)
	}
	if dir := s.Module.cached(); dir != "" {
		places = s.look(places, "module", dir)
	}
	return places, nil
}

// look appends the folder with each layout that is whole there or, if none is,
// with the one of which most is there.
func (s *Set) look(places []Place, kind, dir string) []Place {
	var best Place
	whole, most := false, 0
	for i, files := range s.Layouts {
		p, found := Place{Kind: kind, Dir: dir, Layout: i, files: files, paths: make([]string, len(files))}, 0
		for j, f := range files {
			var err error
			if p.paths[j], err = f.find(dir); err == nil {
				found++
			} else if p.err == nil {
				p.err = err
			}
		}
		switch {
		case p.err == nil:
			places = append(places, p)
			whole = true
		case found > most:
			best, most = p, found
		}
	}
	if !whole && most > 0 {
		places = append(places, best)
	}
	return places
}

// Path is where file i of the layout is, "" if it is missing.
func (p Place) Path(i int) string { return p.paths[i] }

// Files is the layout.
func (p Place) Files() []File { return p.files }

// Bytes is the size on disk of the files that are there.
func (p Place) Bytes() int64 {
	total := int64(0)
	for _, path := range p.paths {
		if info, err := os.Stat(path); err == nil {
			total += info.Size()
		}
	}
	return total
}

// Content reads file i of the layout and verifies it.
func (p Place) Content(i int) ([]byte, error) { return p.files[i].read(p.paths[i]) }

// Open reads file i of the layout piece by piece. What was read can be trusted
// once it has returned io.EOF, which a CorruptError replaces.
func (p Place) Open(i int) (io.ReadCloser, error) { return p.files[i].open(p.paths[i]) }

// Verify reads file i of the layout and returns fs.ErrNotExist, or a
// CorruptError if it is not the published one.
func (p Place) Verify(i int) error {
	if p.paths[i] == "" {
		_, err := p.files[i].find(p.Dir)
		return err
	}
	return p.files[i].check(p.paths[i])
}

// Check verifies all files. It returns fs.ErrNotExist or a CorruptError with
// the name of the first that is missing or corrupt.
func (p Place) Check() error {
	if p.err != nil {
		return p.err
	}
	for i, f := range p.files {
		if err := f.check(p.paths[i]); err != nil {
			return err
		}
	}
	return nil
}

// Read calls use with the places that hold all files, in their order, until it
// succeeds, and returns that place; use must read the files to their ends, as
// only this verifies them. If no place serves, the set is fetched, unless opt
// names a folder or forbids it. The error says what to do.
func (s *Set) Read(ctx context.Context, opt Options, use func(Place) error) (Place, error) {
	places, err := s.Places(opt)
	if err != nil {
		return Place{}, err
	}
	var first error
	for _, p := range places {
		if err = p.err; err == nil {
			err = use(p)
		}
		if err == nil {
			return p, nil
		}
		if first == nil {
			first = s.Advise(err, p, opt)
		}
	}
	if opt.Dir == "" && !opt.Offline {
		p, err := s.Fetch(ctx, opt)
		if err != nil {
			return Place{}, err
		}
		return p, use(p)
	}
	if first == nil {
		first = s.Missing(opt)
	}
	return Place{}, first
}

// Missing is the error for a set of which nothing was found. It says what to
// do.
func (s *Set) Missing(opt Options) error {
	where := "on this computer"
	if opt.Dir != "" {
		where = "in " + opt.Dir
	}
	return fmt.Errorf("%s is not %s; run %s", s.Name, where, s.command(opt))
}

// Advise adds to an error about a file of p what to do. Fetch does not replace a
// file in a folder that the user chose.
func (s *Set) Advise(err error, p Place, opt Options) error {
	var corrupt *CorruptError
	switch {
	case errors.As(err, &corrupt) && p.Kind == "folder":
		// It may be the only one of its kind.
		own := ""
		if s.Own != "" {
			own = "; " + s.Own
		}
		return fmt.Errorf("%w; for %s, move it away and run %s%s", err, s.Name, s.command(opt), own)
	case errors.As(err, &corrupt):
		return fmt.Errorf("%w; run %s, which brings it anew", err, s.command(opt))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; run %s", err, s.command(opt))
	}
	return err
}
