package rundir

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"burstsim/internal/arrayfile"
	"burstsim/sim/record"
)

// Last parts of the arrays' names in training.npz.
const (
	edgesArray     = "edges"
	epochsArray    = "epochs"
	countsArray    = "counts"
	confusionArray = "confusion"
	filtersArray   = "filters"
)

// WriteTraining writes what trainings left besides their tables, as an archive
// that numpy.load opens. The arrays of the first variant are, if there are any,
//
//	NAME/edges   (bins+1)          float64, bounds of a histogram's bins
//	NAME/epochs  (times)           float64, when it was counted
//	NAME/counts  (times, bins)     int64
//	confusion    (classes, answers) int64, test images
//	filters      (units, channels, height, width) float64, weights of layer 1
//
// and those of the others label/... The archive carries no dates.
func WriteTraining(w io.Writer, variants []record.Variant) error {
	archive := newArrayWriter(w)
	for i, v := range variants {
		if v.Training == nil {
			continue
		}
		prefix := ""
		if i > 0 {
			prefix = v.Label + "/"
		}
		if err := archive.training(prefix, v.Training); err != nil {
			return err
		}
	}
	return archive.zip.Close()
}

// hasArrays tells whether a variant has anything for WriteTraining.
func hasArrays(v record.Variant) bool {
	tr := v.Training
	return tr != nil && (len(tr.Histograms) > 0 || len(tr.Confusion) > 0 || tr.Filters != nil)
}

func (a *arrayWriter) training(prefix string, tr *record.Training) error {
	for _, h := range tr.Histograms {
		if err := a.histogram(prefix+h.Name, h); err != nil {
			return err
		}
	}
	if len(tr.Confusion) > 0 {
		if err := a.matrix(prefix+confusionArray, tr.Confusion, len(tr.Confusion)); err != nil {
			return err
		}
	}
	if tr.Filters == nil {
		return nil
	}
	return a.filters(prefix+filtersArray, tr.Filters)
}

func (a *arrayWriter) histogram(path string, h *record.Histogram) error {
	if h.Name == "" || strings.ContainsRune(h.Name, '/') || len(h.Edges) < 2 || len(h.Counts) != len(h.Epochs) {
		return fmt.Errorf("histogram %q with %d edges and %d rows for %d epochs: expected a name without slashes, at least 2 edges and a row an epoch",
			path, len(h.Edges), len(h.Counts), len(h.Epochs))
	}
	if err := a.floats(path+"/"+edgesArray, []int{len(h.Edges)}, h.Edges); err != nil {
		return err
	}
	if h.Full == nil {
		if err := a.floats(path+"/"+epochsArray, []int{len(h.Epochs)}, h.Epochs); err != nil {
			return err
		}
		return a.matrix(path+"/"+countsArray, h.Counts, len(h.Edges)-1)
	}
	n, width := h.Full.Len(), len(h.Edges) // an epoch, and a count a bin
	if err := a.columns(path+"/"+epochsArray, []int{n}, h.Full, width, 0, 1, floatItem); err != nil {
		return err
	}
	return a.columns(path+"/"+countsArray, []int{n, width - 1}, h.Full, width, 1, width, indexItem)
}

func (a *arrayWriter) matrix(path string, rows [][]int, columns int) error {
	for i, row := range rows {
		if len(row) != columns {
			return fmt.Errorf("%s: %d values in row %d, expected %d", path, len(row), i, columns)
		}
	}
	return a.ints(path, []int{len(rows), columns}, slices.Concat(rows...))
}

func (a *arrayWriter) filters(path string, f *record.Filters) error {
	if min(f.Channels, f.Height, f.Width) < 1 {
		return fmt.Errorf("%s: images of %d x %d x %d, expected at least 1 each", path, f.Channels, f.Height, f.Width)
	}
	for i, w := range f.Weights {
		if len(w) != f.Channels*f.Height*f.Width {
			return fmt.Errorf("%s: %d weights of unit %d, expected %d x %d x %d", path, len(w), i, f.Channels, f.Height, f.Width)
		}
	}
	return a.floats(path, []int{len(f.Weights), f.Channels, f.Height, f.Width}, slices.Concat(f.Weights...))
}

// ReadTraining reads what WriteTraining wrote, or the same arrays saved by
// NumPy. The first variant's label is empty, tables are nil, and histograms
// come without Label. name stands for the file in errors.
func ReadTraining(r io.ReaderAt, size int64, name string) ([]record.Variant, error) {
	group := &trainingGroup{parts: map[string]*trainingArrays{}}
	if err := eachArray(r, size, name, group.add); err != nil {
		return nil, err
	}
	var variants []record.Variant
	for _, label := range group.labels {
		tr, err := group.parts[label].training()
		if err != nil {
			return nil, fmt.Errorf("%s: variant %q: %w", name, label, err)
		}
		variants = append(variants, record.Variant{Label: label, Training: tr})
	}
	return variants, nil
}

// trainingGroup holds the arrays of an archive by variant.
type trainingGroup struct {
	labels []string // in the order of their first array
	parts  map[string]*trainingArrays
}

// trainingArrays are those of a variant.
type trainingArrays struct {
	histograms []string                   // names, in the order of their first array
	arrays     map[string]arrayfile.Array // by what follows the label
}

func (g *trainingGroup) add(path string, a arrayfile.Array) error {
	label, name, histogram, err := splitPath(path)
	if err != nil {
		return err
	}
	v := g.parts[label]
	if v == nil {
		v = &trainingArrays{arrays: map[string]arrayfile.Array{}}
		g.parts[label] = v
		g.labels = append(g.labels, label)
	}
	if _, twice := v.arrays[name]; twice {
		return errTwice
	}
	v.arrays[name] = a
	if histogram != "" && !slices.Contains(v.histograms, histogram) {
		v.histograms = append(v.histograms, histogram)
	}
	return nil
}

// splitPath parts the label of a variant, which may have slashes, from the name
// of an array, which is known by its last part.
func splitPath(path string) (label, name, histogram string, err error) {
	label, last := cutLast(path)
	switch last {
	case confusionArray, filtersArray:
		return label, last, "", nil
	case edgesArray, epochsArray, countsArray:
		if label, histogram = cutLast(label); histogram != "" {
			return label, histogram + "/" + last, histogram, nil
		}
	}
	return "", "", "", errors.New("expected confusion, filters, or edges, epochs or counts of a histogram")
}

// cutLast splits a path at its last slash.
func cutLast(path string) (before, last string) {
	slash := strings.LastIndexByte(path, '/')
	return path[:max(slash, 0)], path[slash+1:]
}

func (v *trainingArrays) training() (*record.Training, error) {
	tr := &record.Training{}
	for _, name := range v.histograms {
		h, err := v.histogram(name)
		if err != nil {
			return nil, fmt.Errorf("histogram %q: %w", name, err)
		}
		tr.Histograms = append(tr.Histograms, h)
	}
	var err error
	if a, ok := v.arrays[confusionArray]; ok {
		if len(a.Shape) != 2 || a.Shape[0] != a.Shape[1] {
			return nil, fmt.Errorf("%s has shape %v, expected a square", confusionArray, a.Shape)
		}
		if tr.Confusion, err = matrixOf(a); err != nil {
			return nil, fmt.Errorf("%s: %w", confusionArray, err)
		}
	}
	if a, ok := v.arrays[filtersArray]; ok {
		if tr.Filters, err = filtersOf(a); err != nil {
			return nil, fmt.Errorf("%s: %w", filtersArray, err)
		}
	}
	return tr, nil
}

func (v *trainingArrays) histogram(name string) (h *record.Histogram, err error) {
	h = &record.Histogram{Name: name}
	if h.Edges, err = v.vector(name + "/" + edgesArray); err != nil {
		return nil, err
	}
	if h.Epochs, err = v.vector(name + "/" + epochsArray); err != nil {
		return nil, err
	}
	counts, ok := v.arrays[name+"/"+countsArray]
	if want := []int{len(h.Epochs), len(h.Edges) - 1}; !ok || want[1] < 1 || !slices.Equal(counts.Shape, want) {
		return nil, fmt.Errorf("%s of shape %v, expected %v", countsArray, counts.Shape, want)
	}
	h.Counts, err = matrixOf(counts)
	return h, err
}

func (v *trainingArrays) vector(name string) ([]float64, error) {
	a, ok := v.arrays[name]
	if !ok || len(a.Shape) != 1 {
		return nil, fmt.Errorf("no one-dimensional array %q", name)
	}
	return a.Floats()
}

// matrixOf is the rows of an array of two dimensions, the second of which is not
// zero unless both are.
func matrixOf(a arrayfile.Array) ([][]int, error) {
	values, err := a.Ints()
	if err != nil {
		return nil, err
	}
	return chunks(values, a.Shape[0], a.Shape[1]), nil
}

func chunks[T any](values []T, n, size int) [][]T {
	out := make([][]T, n)
	for i := range out {
		out[i] = values[i*size : (i+1)*size : (i+1)*size]
	}
	return out
}

func filtersOf(a arrayfile.Array) (*record.Filters, error) {
	// Without weights, any number of units would fit into no bytes.
	if len(a.Shape) != 4 || slices.Contains(a.Shape[1:], 0) {
		return nil, fmt.Errorf("shape %v, expected units, channels, height and width", a.Shape)
	}
	values, err := a.Floats()
	if err != nil {
		return nil, err
	}
	f := &record.Filters{Channels: a.Shape[1], Height: a.Shape[2], Width: a.Shape[3]}
	if n := a.Shape[0]; n > 0 {
		f.Weights = chunks(values, n, len(values)/n)
	}
	return f, nil
}
