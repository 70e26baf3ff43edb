// Package dataset finds, fetches and verifies the files of published data sets.
// A file is used only if its content is the published one.
package dataset

import (
	"net/http"
	"os"
	"path/filepath"
)

// Set is a published data set: its files and where to find them.
type Set struct {
	Name  string // name on the command line, and of its folder in the cache
	Title string

	// Layouts holds lists of files; each list is the whole set. Fetch brings
	// the first.
	Layouts [][]File

	Own string // what to do with files in this format that are the user's own

	System  []string // folders into which packages of operating systems install it
	Module  Module   // Go module that carries it; zero if there is none
	Mirrors []string // URLs ending in a slash, to which a file's first name is added
}

// File is one file of a set. Size and digests are of its content: of what is
// left after decompression, if Gzip allows that.
type File struct {
	Names  []string // paths below the set's folder under which it may be found
	Gzip   bool     // whether it may be compressed; its first bytes tell
	Size   int64    // bytes
	SHA256 string   // in hexadecimal; "" if not known
	MD5    string   // likewise
}

// Options says where to look and what to do meanwhile. The zero value is the
// usual.
type Options struct {
	Dir     string       // the only folder to look into, or to fetch into; "": the usual ones
	Cache   string       // folder with a folder for each set; "": burstsim in the user's cache
	Offline bool         // never fetch
	Client  *http.Client // for downloads; nil: one that gives up when a server is silent

	// Progress hears how many bytes of a file are there; total is -1 if it is
	// not known.
	Progress func(file string, done, total int64)
}

// folder is where Fetch puts a set.
func (s *Set) folder(opt Options) (string, error) {
	if opt.Dir != "" {
		return opt.Dir, nil
	}
	if opt.Cache != "" {
		return filepath.Join(opt.Cache, s.Name), nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "burstsim", s.Name), nil
}

// command is what a user types to fetch the set.
func (s *Set) command(opt Options) string {
	line := "burstsim data fetch " + s.Name
	if opt.Dir != "" {
		line += " --dir " + opt.Dir
	}
	return line
}
