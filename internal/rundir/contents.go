package rundir

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"burstsim/internal/arrayfile"
	"burstsim/internal/atomicfile"
	"burstsim/sim/record"
)

// Contents is what a run's folder holds, without what its arrays hold.
type Contents struct {
	Files      []File
	Trajectory []Recorded // a variant each
	Arrays     []Array    // of training.npz
}

// File is a file of a run, by its path in the folder.
type File struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

// Recorded is what a variant's trajectory holds.
type Recorded struct {
	Variant string
	Samples int
	Windows []record.Window
	Signals []SignalInfo
}

// SignalInfo is a recorded signal without its values.
type SignalInfo struct {
	Name  string `json:"name"`
	Label string `json:"label,omitempty"`
	Unit  string `json:"unit,omitempty"`
	Shape []int  `json:"shape"` // samples, units
	Units []int  `json:"units"` // indices in the layer
}

// Array is an array of an archive without its values.
type Array struct {
	Variant string `json:"variant"`
	Name    string `json:"name"`
	Shape   []int  `json:"shape"`
}

// Contents lists the files of a run and what was recorded. Of signals it reads
// times and indices of units only, so a long recording costs little. It lists
// files even when it returns an error.
func (d *Digest) Contents() (Contents, error) {
	var c Contents
	var err error
	if c.Files, err = files(d.Dir); err != nil {
		return c, err
	}
	if d.Live() {
		c.Trajectory, err = d.recordedSoFar()
		return c, err
	}
	if slices.Contains(d.recorded, trajectoryFile) {
		if err := d.eachVariant(trajectoryFile, func(label string, arrays *headers) error {
			r, err := d.recordedBy(label, arrays)
			c.Trajectory = append(c.Trajectory, r)
			return err
		}); err != nil {
			return c, err
		}
	}
	if slices.Contains(d.recorded, trainingFile) {
		if err := d.eachVariant(trainingFile, func(label string, arrays *headers) error {
			for _, name := range arrays.names {
				c.Arrays = append(c.Arrays, Array{label, name, arrays.shapes[name]})
			}
			return nil
		}); err != nil {
			return c, err
		}
	}
	return c, nil
}

// mostFiles bounds the files that are listed, should a folder hold another
// program's.
const mostFiles = 1000

func files(dir string) ([]File, error) {
	var out []File
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if len(out) == mostFiles {
			return fs.SkipAll
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil // a link to nowhere, or gone by now
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		out = append(out, File{filepath.ToSlash(rel), info.Size()})
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("cannot list %s: %w", dir, atomicfile.Cause(err))
	}
	return out, nil
}

// headers are the shapes of a variant's arrays.
type headers struct {
	names  []string // in the archive's order
	shapes map[string][]int
	files  map[string]*zip.File
}

// eachVariant hands over the headers of an archive's arrays by variant, in the
// archive's order.
func (d *Digest) eachVariant(name string, visit func(label string, arrays *headers) error) error {
	path := filepath.Join(d.Dir, name)
	if err := regular(path); err != nil {
		return err
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("%s: %w: expected an archive of arrays", path, atomicfile.Cause(err))
	}
	defer archive.Close()
	if info, err := os.Stat(path); err == nil {
		if err := explained(archive.File, info.Size()); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	var labels []string
	variants := map[string]*headers{}
	for _, f := range archive.File {
		label, array, err := d.place(f.Name)
		var shape []int
		if err == nil {
			shape, err = shapeOf(f)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", path, f.Name, err)
		}
		v := variants[label]
		if v == nil {
			v = &headers{shapes: map[string][]int{}, files: map[string]*zip.File{}}
			variants[label] = v
			labels = append(labels, label)
		}
		v.names = append(v.names, array)
		v.shapes[array], v.files[array] = shape, f
	}
	for _, label := range labels {
		if err := visit(label, variants[label]); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// place parts an array's path into its variant, the first of which is not
// named, and its name.
func (d *Digest) place(path string) (label, name string, err error) {
	name, ok := strings.CutSuffix(path, arraySuffix)
	if !ok {
		return "", "", fmt.Errorf("expected an array, whose name ends in %s", arraySuffix)
	}
	for i, label := range d.Labels {
		if rest, ok := strings.CutPrefix(name, label+"/"); ok && i > 0 {
			return label, rest, nil
		}
	}
	if len(d.Labels) > 0 {
		return d.Labels[0], name, nil
	}
	return "", name, nil
}

// headerBytes is more than the header of an array takes.
const headerBytes = 64 << 10

func shapeOf(f *zip.File) ([]int, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	head, err := io.ReadAll(io.LimitReader(r, headerBytes))
	if err != nil {
		return nil, err
	}
	return arrayfile.Shape(head)
}

// recordedBy describes a variant's trajectory.
func (d *Digest) recordedBy(label string, arrays *headers) (Recorded, error) {
	r := Recorded{Variant: label}
	if f := arrays.files[timeArray]; f != nil {
		_, a, err := readArray(f)
		if err == nil {
			var times []float64
			times, err = a.Floats()
			r.Samples, r.Windows = len(times), record.Windows(times)
		}
		if err != nil {
			return r, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	for _, name := range arrays.names {
		f := arrays.files[name+unitsSuffix]
		if f == nil {
			continue // times, or units themselves
		}
		_, a, err := readArray(f)
		var units []int
		if err == nil {
			units, err = a.Indices()
		}
		if err != nil {
			return r, fmt.Errorf("%s: %w", f.Name, err)
		}
		about := d.signals[name]
		r.Signals = append(r.Signals, SignalInfo{name, about.Label, about.Unit, arrays.shapes[name], units})
	}
	return r, nil
}

// Phases are the stretches of simulated time of a run; none of training.
func (d *Digest) Phases() []record.Phase {
	doc := summaryDocument{Phases: d.phases}
	return doc.result().Phases
}

// Signal is what figures call a recorded signal, and its unit; "" of a run that
// has no outcome yet.
func (d *Digest) Signal(name string) (label, unit string) {
	return d.signals[name].Label, d.signals[name].Unit
}
