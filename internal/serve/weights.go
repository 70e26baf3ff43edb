package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"path"
	"slices"
	"strings"

	"burstsim/internal/config"
	"burstsim/internal/rundir"
	"burstsim/internal/safetensors"
)

// weightFile is a file of a variant's weights.
type weightFile struct{ variant, at, path string }

// weightFiles are those of a run.
func (l *library) weightFiles(r *run) (out []weightFile) {
	for _, label := range recorded(r.digest) {
		if strings.ContainsAny(label, `/\`) {
			continue // no label of a run
		}
		name := path.Join(r.path, "weights", label+".safetensors")
		if info, err := l.root.Stat(name); err == nil && info.Mode().IsRegular() {
			out = append(out, weightFile{label, "end", name})
		}
	}
	return out
}

// mostWeights is how many weights of an array are read.
const mostWeights = 64 << 20

// withWeights opens a file of weights.
func (l *library) withWeights(name string, use func(*safetensors.File) error) error {
	f, err := l.root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	file, err := safetensors.Read(f, info.Size())
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return use(file)
}

func weightsOf(f *safetensors.File, t safetensors.Info) ([]float32, error) {
	n := 1
	for _, d := range t.Shape {
		n *= max(d, 0)
	}
	if n > mostWeights {
		return nil, fmt.Errorf("%s has %d weights, expected at most %d", t.Name, n, mostWeights)
	}
	values, _, err := safetensors.Floats[float32](f, t.Name)
	return values, err
}

// histogramView counts values between edges.
type histogramView struct {
	Edges  []number `json:"edges"`
	Counts []int    `json:"counts"`
}

// arrayView is what there is to say of an array of weights.
type arrayView struct {
	Name      string        `json:"name"`
	Shape     []int         `json:"shape"`
	Min       number        `json:"min"`
	Max       number        `json:"max"`
	Mean      number        `json:"mean"`
	SD        number        `json:"sd"`
	Histogram histogramView `json:"histogram"`
}

const histogramBins = 32

func viewOfArray(name string, shape []int, values []float32) arrayView {
	low, high := float32(math.NaN()), float32(math.NaN())
	sum, squares, n := 0.0, 0.0, 0.0
	for _, v := range values {
		fold(&low, &high, v)
		if x := float64(v); !math.IsNaN(x) {
			sum += x
			n++
		}
	}
	mean := sum / n
	for _, v := range values {
		if d := float64(v) - mean; !math.IsNaN(d) {
			squares += d * d
		}
	}
	out := arrayView{Name: name, Shape: some(shape), Min: number(low), Max: number(high), Mean: number(mean), SD: number(math.Sqrt(squares / n))}
	out.Histogram.Counts = make([]int, histogramBins)
	from, width := binsOf(float64(low), float64(high))
	for i := range histogramBins + 1 {
		out.Histogram.Edges = append(out.Histogram.Edges, number(from+width*float64(i)/histogramBins))
	}
	for _, v := range values {
		count(out.Histogram.Counts, from, width, float64(v))
	}
	return out
}

// binsOf is where the bins of values from low to high begin, and how far they go.
func binsOf(low, high float64) (from, width float64) {
	if low == high {
		return low - 0.5, 1
	}
	return low, high - low
}

func count(counts []int, from, width, value float64) {
	n := len(counts)
	if x := (value - from) / width * float64(n); x >= 0 && !math.IsInf(x, 1) { // false of NaN
		counts[min(int(x), n-1)]++
	}
}

// courseLater says that weights are recorded on the way, and written at the end.
func courseLater(r *run) bool { return r.digest.Live() && len(r.digest.Config.Record.Weights) > 0 }

func (s *Server) weights(_ *http.Request, r *run) (any, error) {
	type setView struct {
		Variant string      `json:"variant"`
		At      string      `json:"at"`
		Arrays  []arrayView `json:"arrays"`
	}
	sets := []setView{}
	for _, w := range s.library.weightFiles(r) {
		set := setView{w.variant, w.at, []arrayView{}}
		err := s.library.withWeights(w.path, func(f *safetensors.File) error {
			for _, t := range f.Tensors() {
				values, err := weightsOf(f, t)
				if err != nil {
					return err
				}
				set.Arrays = append(set.Arrays, viewOfArray(t.Name, t.Shape, values))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	courses := []courseView{}
	for _, label := range recorded(r.digest) {
		err := s.library.withCourse(r, label, func(c course) error {
			view, err := c.view()
			view.Variant = label
			courses = append(courses, view)
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return map[string]any{"sets": sets, "courses": courses, "later": courseLater(r)}, nil
}

// mostShown is how many weights of an array are sent.
const mostShown = 4_000_000

// weightArray is an array of weights, as rows of what belongs to a unit. Of a large
// one every so many rows and columns are sent.
func (s *Server) weightArray(r *http.Request, one *run) (any, error) {
	q := queryOf(r)
	labels := recorded(one.digest)
	variant := variantOf(q, one)
	if q.err != nil {
		return nil, q.err
	}
	name := q.Get("name")
	for _, w := range s.library.weightFiles(one) {
		if w.variant != labels[variant] || q.Has("at") && q.Get("at") != w.at {
			continue
		}
		var out []byte
		err := s.library.withWeights(w.path, func(f *safetensors.File) error {
			i := slices.IndexFunc(f.Tensors(), func(t safetensors.Info) bool { return t.Name == name })
			if i < 0 {
				return notFound("there is no array of this name")
			}
			t := f.Tensors()[i]
			values, err := weightsOf(f, t)
			if err != nil {
				return err
			}
			out = packedArray(t.Name, t.Shape, values)
			return nil
		})
		if err != nil {
			return nil, err
		}
		return raw{binaryKind, out}, nil
	}
	if !q.Has("at") {
		return nil, notFound("there are no such weights")
	}
	var out []byte
	err := s.library.withCourse(one, labels[variant], func(c course) (err error) {
		out, err = c.array(name, q.Get("at"))
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound("there are no such weights")
	}
	return raw{binaryKind, out}, err
}

func packedArray(name string, shape []int, values []float32) []byte {
	rows, columns := 1, 1
	for i, n := range shape {
		if i == 0 {
			rows = n
		} else {
			columns *= n
		}
	}
	stride := [2]int{1, 1}
	shown := values
	if len(values) > mostShown {
		k := int(math.Ceil(math.Sqrt(float64(len(values)) / mostShown)))
		stride = [2]int{k, k}
		shown = nil
		for i := 0; i < rows; i += k {
			for j := 0; j < columns; j += k {
				shown = append(shown, values[i*columns+j])
			}
		}
	}
	low, high := float32(math.NaN()), float32(math.NaN())
	for _, v := range values {
		fold(&low, &high, v)
	}
	b := withHeader(map[string]any{"name": name, "shape": some(shape), "min": number(low), "max": number(high), "stride": stride,
		"rows": (rows + stride[0] - 1) / stride[0], "columns": (columns + stride[1] - 1) / stride[1]})
	return appendSingles(b, shown)
}

// layerSizes are the units of the layers, from the input; 0 where only the data
// tell, and there are no weights yet.
func (l *library) layerSizes(r *run) []int {
	c := r.digest.Config
	if c.Spikes() {
		return []int{}
	}
	maps, dense := c.Model.Stack()
	sizes := make([]int, 1+len(maps), 2+len(maps)+len(dense))
	sizes = append(append(sizes, dense...), 0)
	for _, w := range l.weightFiles(r) {
		_ = l.withWeights(w.path, func(f *safetensors.File) error {
			for _, t := range f.Tensors() {
				var layer int
				if n, err := fmt.Sscanf(t.Name, "W%d", &layer); n == 1 && err == nil && t.Name == fmt.Sprint("W", layer) && len(t.Shape) == 2 && layer > 0 && layer < len(sizes) {
					sizes[layer], sizes[layer-1] = t.Shape[0], t.Shape[1]
				}
			}
			return nil
		}) // what cannot be read leaves zeros
		break
	}
	return sizes
}

// training is what was counted over the epochs of a training.
func (s *Server) training(_ *http.Request, r *run) (any, error) {
	f, err := s.library.root.Open(path.Join(r.path, "training.npz"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > mostUnpacked {
		return nil, fmt.Errorf("training.npz is larger than %d MiB", mostUnpacked>>20)
	}
	found, err := rundir.ReadTraining(f, info.Size(), "training.npz")
	if err != nil {
		return nil, err
	}
	type histogram struct {
		Name   string   `json:"name"`
		Label  string   `json:"label"`
		Edges  []number `json:"edges"`
		Epochs []number `json:"epochs"`
		Counts [][]int  `json:"counts"`
	}
	type filters struct {
		Shape  [4]int   `json:"shape"`
		Values []number `json:"values"`
	}
	type variantView struct {
		Label      string      `json:"label"`
		Histograms []histogram `json:"histograms"`
		Confusion  [][]int     `json:"confusion"`
		Filters    *filters    `json:"filters"`
		BestEpoch  int         `json:"best_epoch"`
		BestError  number      `json:"best_error"`
	}
	variants := []variantView{}
	for _, v := range found {
		label := v.Label
		if label == "" && len(r.digest.Labels) > 0 {
			label = r.digest.Labels[0]
		}
		view := variantView{Label: label, Histograms: []histogram{}, Confusion: v.Training.Confusion, BestError: number(math.NaN())}
		if r.digest.Summary != nil {
			if tr := r.digest.Summary.Variants[label].Training; tr != nil {
				view.BestEpoch, view.BestError = tr.BestEpoch, number(tr.BestTestError)
			}
		}
		for _, h := range v.Training.Histograms {
			text, _ := r.digest.Signal(h.Name)
			view.Histograms = append(view.Histograms, histogram{h.Name, text, numbers(h.Edges), numbers(h.Epochs), h.Counts})
		}
		if w := v.Training.Filters; w != nil {
			view.Filters = &filters{Shape: [4]int{len(w.Weights), w.Channels, w.Height, w.Width}}
			for _, unit := range w.Weights {
				view.Filters.Values = append(view.Filters.Values, numbers(unit)...)
			}
		}
		variants = append(variants, view)
	}
	return map[string]any{"variants": variants}, nil
}

// hasModel tells a network of rates from populations that spike.
func hasModel(c *config.Config) bool { return c.Model.Text != nil && !c.Spikes() }
