package rundir

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"burstsim/internal/arrayfile"
	"burstsim/sim/record"
)

const (
	arraySuffix = ".npy"
	unitsSuffix = "_units"
	timeArray   = "time"
)

// WriteTrajectory writes the recorded signals as an archive that numpy.load
// opens. The first variant's arrays bear the signals' names, those of the
// others label/name. Each signal is float64, times x units; name_units holds
// the units' indices in their layer, time the times in seconds. The archive
// carries no dates: the same signals give the same bytes.
func WriteTrajectory(w io.Writer, variants []record.Variant) error {
	archive := newArrayWriter(w)
	for i, v := range variants {
		if v.Trajectory == nil {
			continue
		}
		prefix := ""
		if i > 0 {
			prefix = v.Label + "/"
		}
		if err := archive.trajectory(prefix, v.Trajectory); err != nil {
			return err
		}
	}
	return archive.zip.Close()
}

type arrayWriter struct {
	zip   *zip.Writer
	names map[string]bool
}

func newArrayWriter(w io.Writer) *arrayWriter {
	return &arrayWriter{zip: zip.NewWriter(w), names: map[string]bool{}}
}

func (a *arrayWriter) trajectory(prefix string, tr *record.Trajectory) error {
	rows, err := tr.All()
	if err != nil {
		return fmt.Errorf("%s%w", prefix, err)
	}
	width := tr.RowWidth()
	if err := a.columns(prefix+timeArray, []int{rows.Len()}, rows, width, 0, 1, floatItem); err != nil {
		return err
	}
	at := 1
	for _, s := range tr.Signals {
		if err := a.columns(prefix+s.Name, []int{rows.Len(), s.Width()}, rows, width, at, at+s.Width(), floatItem); err != nil {
			return err
		}
		at += s.Width()
		if err := a.ints(prefix+s.Name+unitsSuffix, []int{s.Width()}, s.Units); err != nil {
			return err
		}
	}
	return nil
}

// item is how a number is written into an array.
type item struct {
	descr string
	bits  func(float64) uint64
}

var (
	floatItem = item{arrayfile.Float, math.Float64bits}
	indexItem = item{arrayfile.Index, func(x float64) uint64 { return uint64(int64(x)) }}
)

// columns writes an array of columns from to to of all rows, which need not fit
// into memory.
func (a *arrayWriter) columns(name string, shape []int, rows record.Rows, width, from, to int, as item) error {
	w, err := a.entry(name)
	if err != nil {
		return err
	}
	if err := arrayfile.WriteHeader(w, as.descr, shape); err != nil {
		return err
	}
	row, raw := make([]float64, width), []byte{}
	for i := range rows.Len() {
		if err := rows.Read(i, row); err != nil {
			return err
		}
		raw = raw[:0]
		for _, x := range row[from:to] {
			raw = binary.LittleEndian.AppendUint64(raw, as.bits(x))
		}
		if _, err := w.Write(raw); err != nil {
			return err
		}
	}
	return nil
}

func (a *arrayWriter) floats(name string, shape []int, v []float64) error {
	w, err := a.entry(name)
	if err != nil {
		return err
	}
	return arrayfile.WriteFloats(w, shape, v)
}

func (a *arrayWriter) ints(name string, shape []int, v []int) error {
	w, err := a.entry(name)
	if err != nil {
		return err
	}
	return arrayfile.WriteInts(w, shape, v)
}

// entry starts an array. Like numpy.savez it stores without compression, which
// gains little on such numbers.
func (a *arrayWriter) entry(name string) (io.Writer, error) {
	if a.names[name] {
		return nil, fmt.Errorf("two arrays named %q", name)
	}
	a.names[name] = true
	return a.zip.CreateHeader(&zip.FileHeader{Name: name + arraySuffix, Method: zip.Store})
}

// ReadTrajectory reads what WriteTrajectory wrote, or the same arrays saved
// by NumPy. The first variant's label is empty, for the archive does not have
// it, and signals come without Label and Unit. name stands for the file in
// errors.
func ReadTrajectory(r io.ReaderAt, size int64, name string) ([]record.Variant, error) {
	group := newArrayGroup()
	if err := eachArray(r, size, name, group.add); err != nil {
		return nil, err
	}
	variants := make([]record.Variant, len(group.labels))
	for i, label := range group.labels {
		tr, err := group.trajectory(label)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		variants[i] = record.Variant{Label: label, Trajectory: tr}
	}
	return variants, nil
}

// arrayGroup holds the arrays of an archive by variant.
type arrayGroup struct {
	labels []string                   // in the order of their first array
	names  map[string][]string        // by label, in the archive's order
	arrays map[string]arrayfile.Array // by label/name
}

func newArrayGroup() *arrayGroup {
	return &arrayGroup{names: map[string][]string{}, arrays: map[string]arrayfile.Array{}}
}

func (g *arrayGroup) add(path string, a arrayfile.Array) error {
	slash := strings.LastIndexByte(path, '/')
	label, name := path[:max(slash, 0)], path[slash+1:]
	key := label + "/" + name
	if _, twice := g.arrays[key]; twice {
		return errTwice
	}
	g.arrays[key] = a
	if g.names[label] == nil {
		g.labels = append(g.labels, label)
	}
	g.names[label] = append(g.names[label], name)
	return nil
}

var errTwice = errors.New("appears twice")

// eachArray hands every array of an archive to add, by its path without the
// suffix. name stands for the file in errors.
func eachArray(r io.ReaderAt, size int64, name string, add func(path string, a arrayfile.Array) error) error {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := explained(archive.File, size); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, f := range archive.File {
		path, a, err := readArray(f)
		if err == nil {
			err = add(path, a)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", name, f.Name, err)
		}
	}
	return nil
}

// What arrays may come to, unpacked: so many bytes, and so many times the size of
// their archive. Recorded signals shrink to a third or so.
const (
	mostUnpacked = 64 << 20
	mostRatio    = 32
)

// explained refuses an archive that would take memory that its size does not
// explain. Each array needs data of its own: many entries that share theirs could
// fill any memory, and so could a few zeros that were compressed well.
func explained(files []*zip.File, size int64) error {
	left := uint64(size)
	unpacked := uint64(mostUnpacked) + mostRatio*uint64(size)
	for _, f := range files {
		if f.CompressedSize64 > left {
			return fmt.Errorf("%s: the arrays take more bytes than the %d that the file has", f.Name, size)
		}
		left -= f.CompressedSize64
		if f.UncompressedSize64 > unpacked {
			return fmt.Errorf("%s: the arrays unpack to far more than the %d bytes of the file, expected at most %d times as many",
				f.Name, size, mostRatio)
		}
		unpacked -= f.UncompressedSize64
	}
	return nil
}

func readArray(f *zip.File) (path string, a arrayfile.Array, err error) {
	path, ok := strings.CutSuffix(f.Name, arraySuffix)
	if !ok {
		return "", a, fmt.Errorf("expected an array, whose name ends in %s", arraySuffix)
	}
	content, err := readEntry(f)
	if err != nil {
		return "", a, err
	}
	a, err = arrayfile.Parse(content)
	return path, a, err
}

// readEntry reads what the archive's directory says of an entry, and an error of
// its reader that there is more.
func readEntry(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, int64(min(f.UncompressedSize64, math.MaxInt64-1))+1))
	if err == nil && uint64(len(content)) != f.UncompressedSize64 {
		err = fmt.Errorf("more than the %d bytes that the archive says", f.UncompressedSize64)
	}
	return content, err
}

// trajectory puts a variant's arrays together.
func (g *arrayGroup) trajectory(label string) (*record.Trajectory, error) {
	times, ok := g.arrays[label+"/"+timeArray]
	if !ok || len(times.Shape) != 1 {
		return nil, fmt.Errorf("variant %q has no one-dimensional array %q", label, timeArray)
	}
	t, err := times.Floats()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", timeArray, err)
	}
	tr := &record.Trajectory{Time: t}
	for _, name := range g.names[label] {
		if name == timeArray || g.isUnits(label, name) {
			continue
		}
		s, err := g.signal(label, name, len(t))
		if err != nil {
			return nil, err
		}
		tr.Signals = append(tr.Signals, s)
	}
	return tr, nil
}

func (g *arrayGroup) isUnits(label, name string) bool {
	signal, ok := strings.CutSuffix(name, unitsSuffix)
	return ok && slices.Contains(g.names[label], signal)
}

func (g *arrayGroup) signal(label, name string, times int) (*record.Signal, error) {
	units, ok := g.arrays[label+"/"+name+unitsSuffix]
	if !ok {
		return nil, fmt.Errorf("signal %q has no array %q", name, name+unitsSuffix)
	}
	indices, err := units.Indices()
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", name, unitsSuffix, err)
	}
	a := g.arrays[label+"/"+name]
	if want := []int{times, len(indices)}; !slices.Equal(a.Shape, want) {
		return nil, fmt.Errorf("signal %q has shape %v, expected %v", name, a.Shape, want)
	}
	values, err := a.Floats()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &record.Signal{Name: name, Units: indices, Values: values}, nil
}
