package rundir

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"burstsim/internal/experiment"
	"burstsim/sim/record"
)

// trained has arrays whose values tell their place.
func trained() []record.Variant {
	first := &record.Training{
		Epochs:    table("epoch,train_error,test_error", []float64{0, math.NaN(), 0.9}, []float64{1, 0.5, 0.25}),
		Log:       table("epoch,loss", []float64{0, 0.5}, []float64{1.0 / 3, 0.25}),
		Confusion: [][]int{{7, 1}, {2, 8}},
		Filters:   &record.Filters{Channels: 2, Height: 1, Width: 3, Weights: [][]float64{{1, 2, 3, 4, 5, 6}, {-1, -2, -3, -4, -5, -6}}},
		BestEpoch: 1, BestError: 0.25,
	}
	for _, name := range []string{"burst_prob_1", "dendrite_1"} {
		first.Histograms = append(first.Histograms, &record.Histogram{
			Name: name, Label: "label of " + name,
			Epochs: []float64{0, 0.5, 1}, Edges: []float64{0, 0.25, 1}, Counts: [][]int{{1, 2}, {3, 4}, {5, 6}}})
	}
	second := &record.Training{
		Epochs:     table("epoch,test_error", []float64{0, 0.9}),
		Histograms: first.Histograms[1:], BestError: 0.9,
	}
	return []record.Variant{{Label: "BurstCCN", Training: first}, {Label: "lr 0.1/fast", Training: second}}
}

func trainedRun(t *testing.T) *Run {
	return &Run{
		Config: loaded(t), Result: &record.Result{Name: "demo", Variants: trained()},
		Summary: &experiment.Summary{Name: "demo", Versions: map[string]string{"go": "1"},
			Variants: map[string]experiment.VariantSummary{
				"BurstCCN": {TestError: 0.25, AngleWeights: map[string]float64{}, AngleBiases: map[string]float64{},
					Training: &experiment.TrainingSummary{Data: "here", Epochs: 1, BestEpoch: 1, BestTestError: 0.25, TestError: 0.25}},
				"lr 0.1/fast": {TestError: 0.9, AngleWeights: map[string]float64{}, AngleBiases: map[string]float64{},
					Training: &experiment.TrainingSummary{BestTestError: 0.9}},
			}},
	}
}

// sameTrainings compares all but NaN, of which any two are the same.
func sameTrainings(t *testing.T, got, want []record.Variant) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d variants, expected %d", len(got), len(want))
	}
	for i := range want {
		g, w := *got[i].Training, *want[i].Training
		for _, pair := range [][2]*record.Table{{g.Epochs, w.Epochs}, {g.Log, w.Log}} {
			if (pair[0] == nil) != (pair[1] == nil) || pair[0] != nil && !sameRows(pair[0], pair[1]) {
				t.Errorf("variant %d: table %v, expected %v", i, pair[0], pair[1])
			}
		}
		g.Epochs, g.Log, w.Epochs, w.Log = nil, nil, nil, nil
		if got[i].Label != want[i].Label || !reflect.DeepEqual(g, w) {
			t.Errorf("variant %d: %+v, expected %+v", i, g, w)
		}
	}
}

func TestOpenReadsTrainings(t *testing.T) {
	want := trainedRun(t)
	dir := write(t, want)
	for name, there := range map[string]bool{epochsFile: true, logFile: true, trainingFile: true, metricsFile: false, trajectoryFile: false} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != there {
			t.Errorf("%s: %v, expected it there: %v", name, err, there)
		}
	}
	got, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	sameTrainings(t, got.Result.Variants, want.Result.Variants)
	if !reflect.DeepEqual(got.Summary, want.Summary) {
		t.Errorf("summary %+v, expected %+v", got.Summary, want.Summary)
	}
}

// Variants of both kinds, or with nothing at all, share a folder.
func TestOpenReadsPartsThatSomeVariantsLack(t *testing.T) {
	simulated := exampleRun(t).Result.Variants[0]
	tests := []struct {
		name     string
		variants []record.Variant
		files    []string
	}{
		{"simulated and trained", []record.Variant{simulated, trained()[1]}, []string{metricsFile, trajectoryFile, epochsFile, trainingFile}},
		{"trained and simulated", []record.Variant{trained()[0], simulated}, []string{metricsFile, trajectoryFile, epochsFile, logFile, trainingFile}},
		{"metrics alone", []record.Variant{{Label: "a", Metrics: simulated.Metrics}}, []string{metricsFile}},
		{"epochs alone", []record.Variant{{Label: "a", Training: &record.Training{Epochs: table("epoch,x", []float64{1, 2}), BestError: 1}}}, []string{epochsFile}},
		{"nothing", []record.Variant{{Label: "a"}}, []string{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run := &Run{Config: loaded(t), Result: &record.Result{Variants: test.variants}, Summary: trainedRun(t).Summary}
			dir := write(t, run)
			content, err := os.ReadFile(filepath.Join(dir, summaryFile))
			if err != nil {
				t.Fatal(err)
			}
			var doc summaryDocument
			if err := json.Unmarshal(content, &doc); err != nil || !slices.Equal(doc.Files, test.files) {
				t.Errorf("files %v, %v, expected %v", doc.Files, err, test.files)
			}
			got, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range test.variants {
				v := got.Result.Variants[i]
				if v.Label != want.Label || (v.Metrics == nil) != (want.Metrics == nil) ||
					(v.Trajectory == nil) != (want.Trajectory == nil) || (v.Training == nil) != (want.Training == nil) {
					t.Errorf("variant %d: %+v, expected %+v", i, v, want)
				}
			}
		})
	}
}

func TestOpenTrainingErrors(t *testing.T) {
	tests := []struct {
		name, file, content string // content is written over file; none: file is removed
		want                string
	}{
		{"no epochs", epochsFile, "", epochsFile},
		{"no log", logFile, "", logFile},
		{"no arrays", trainingFile, "", trainingFile},
		{"time in epochs", epochsFile, "time,BurstCCN.loss\n", epochsFile + `:1: first column is "time"`},
		{"word in log", logFile, "epoch,BurstCCN.loss\n1,x\n", logFile + `:2: column 2: "x"`},
		{"unknown variant in epochs", epochsFile, "epoch,other.loss\n", `"other"`},
		{"arrays are no archive", trainingFile, "PK", trainingFile},
		{"unknown file", summaryFile, `{"labels": ["BurstCCN"], "files": ["../secret"]}`, `"../secret"`},
		{"unknown variant in arrays", summaryFile, `{"labels": ["BurstCCN"], "files": ["training.npz"]}`, `"lr 0.1/fast"`},
		{"arrays without variants", summaryFile, `{"labels": [], "files": ["training.npz"]}`, "variant"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			refused(t, write(t, trainedRun(t)), test.file, test.content, test.want)
		})
	}
}

// A summary may have been written without the training of a variant.
func TestOpenTrainingWithoutItsSummary(t *testing.T) {
	run := trainedRun(t)
	run.Summary.Variants = nil
	got, err := Open(write(t, run))
	if err != nil {
		t.Fatal(err)
	}
	if tr := got.Result.Variants[0].Training; tr.BestEpoch != 0 || !math.IsNaN(tr.BestError) || tr.Epochs.Len() != 2 {
		t.Errorf("training %+v", tr)
	}
}

func trainingArchive(t testing.TB, variants []record.Variant) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := WriteTraining(&file, variants); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestTrainingRoundTrip(t *testing.T) {
	file := trainingArchive(t, trained())
	if !bytes.Equal(file, trainingArchive(t, trained())) {
		t.Error("the same training gave different files")
	}
	got, err := ReadTraining(bytes.NewReader(file), int64(len(file)), "t.npz")
	if err != nil {
		t.Fatal(err)
	}
	want := trained()
	want[0].Label = ""
	for _, v := range want {
		v.Training.Epochs, v.Training.Log, v.Training.BestEpoch, v.Training.BestError = nil, nil, 0, 0
		for _, h := range v.Training.Histograms {
			h.Label = ""
		}
	}
	sameTrainings(t, got, want)
}

func TestWriteTrainingErrors(t *testing.T) {
	histogram := func(edit func(*record.Histogram)) *record.Training {
		h := trained()[0].Training.Histograms[0]
		edit(h)
		return &record.Training{Histograms: []*record.Histogram{h}}
	}
	twice := trained()[0].Training
	twice.Histograms[1] = twice.Histograms[0]
	tests := []struct {
		name     string
		training *record.Training
	}{
		{"no name", histogram(func(h *record.Histogram) { h.Name = "" })},
		{"slash in the name", histogram(func(h *record.Histogram) { h.Name = "a/b" })},
		{"no bins", histogram(func(h *record.Histogram) { h.Edges = h.Edges[:1] })},
		{"row missing", histogram(func(h *record.Histogram) { h.Counts = h.Counts[1:] })},
		{"short row", histogram(func(h *record.Histogram) { h.Counts[1] = h.Counts[1][1:] })},
		{"same histogram twice", twice},
		{"confusion that is not square", &record.Training{Confusion: [][]int{{1, 2}, {3}}}},
		{"weights missing", &record.Training{Filters: &record.Filters{Channels: 1, Height: 2, Width: 2, Weights: [][]float64{{1}}}}},
		{"images without size", &record.Training{Filters: &record.Filters{Weights: [][]float64{{}}}}},
		{"no filters of no size", &record.Training{Filters: &record.Filters{Channels: 1, Height: -1, Width: 2}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := WriteTraining(io.Discard, []record.Variant{{Training: test.training}}); err == nil {
				t.Error("was accepted")
			}
		})
	}
}

func TestReadTrainingErrors(t *testing.T) {
	const floats, ints = "{'descr': '<f8', 'fortran_order': False, 'shape': ", "{'descr': '<i8', 'fortran_order': False, 'shape': "
	one, two := npyFile(floats+"(1,), }\n", 8), npyFile(floats+"(2,), }\n", 16)
	cell := npyFile(ints+"(1, 1), }\n", 8)
	tests := []struct {
		name    string
		entries map[string]string
		want    string
	}{
		{"other file", map[string]string{"readme.txt": ""}, "expected an array"},
		{"other array", map[string]string{"time.npy": one}, "expected confusion"},
		{"counts without a name", map[string]string{"counts.npy": cell}, "expected confusion"},
		{"no edges", map[string]string{"x/counts.npy": cell, "x/epochs.npy": one}, `"x/edges"`},
		{"no epochs", map[string]string{"x/counts.npy": cell, "x/edges.npy": two}, `"x/epochs"`},
		{"no counts", map[string]string{"x/epochs.npy": one, "x/edges.npy": two}, "expected [1 1]"},
		{"one edge", map[string]string{"x/counts.npy": npyFile(ints+"(1, 0), }\n", 0), "x/epochs.npy": one, "x/edges.npy": one}, "counts of shape"},
		{"counts of other bins", map[string]string{"x/counts.npy": npyFile(ints+"(1, 2), }\n", 16), "x/epochs.npy": one, "x/edges.npy": two}, "expected [1 1]"},
		{"fractional counts", map[string]string{"x/counts.npy": npyFile(floats+"(1, 1), }\n", 8), "x/epochs.npy": one, "x/edges.npy": two}, `"<f8"`},
		{"whole edges", map[string]string{"x/counts.npy": cell, "x/epochs.npy": one, "x/edges.npy": npyFile(ints+"(2,), }\n", 16)}, `"<i8"`},
		{"confusion in one dimension", map[string]string{"confusion.npy": npyFile(ints+"(1,), }\n", 8)}, "square"},
		{"confusion of no columns", map[string]string{"a/confusion.npy": npyFile(ints+"(4294967296, 0), }\n", 0)}, "square"},
		{"fractional confusion", map[string]string{"confusion.npy": npyFile(floats+"(1, 1), }\n", 8)}, `"<f8"`},
		{"filters in two dimensions", map[string]string{"filters.npy": npyFile(floats+"(1, 1), }\n", 8)}, "expected units"},
		{"filters without weights", map[string]string{"filters.npy": npyFile(floats+"(4294967296, 1, 0, 1), }\n", 0)}, "expected units"},
		{"whole filters", map[string]string{"filters.npy": npyFile(ints+"(1, 1, 1, 1), }\n", 8)}, `"<i8"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := archiveOf(t, test.entries)
			_, err := ReadTraining(bytes.NewReader(file), int64(len(file)), "t.npz")
			if err == nil || !strings.HasPrefix(err.Error(), "t.npz: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, expected %q", err, test.want)
			}
		})
	}
}

func TestReadTrainingCutAnywhere(t *testing.T) {
	file := trainingArchive(t, trained())
	for n := range file {
		if _, err := ReadTraining(bytes.NewReader(file[:n]), int64(n), "t.npz"); err == nil {
			t.Fatalf("the first %d of %d bytes were accepted", n, len(file))
		}
	}
}

// Whatever is read can be written.
func FuzzReadTraining(f *testing.F) {
	f.Add(trainingArchive(f, trained()))
	f.Add(trainingArchive(f, trained()[1:]))
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, file []byte) {
		variants, err := ReadTraining(bytes.NewReader(file), int64(len(file)), "t.npz")
		if err != nil {
			return
		}
		if err := WriteTraining(io.Discard, variants); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}

func TestNumPyReadsTraining(t *testing.T) {
	interpreter := python(t)
	path := filepath.Join(t.TempDir(), "training.npz")
	if err := os.WriteFile(path, trainingArchive(t, trained()), 0o666); err != nil {
		t.Fatal(err)
	}
	const script = `
import sys, numpy as np
a = np.load(sys.argv[1], allow_pickle=False)
assert a["burst_prob_1/counts"].tolist() == [[1, 2], [3, 4], [5, 6]]
assert a["burst_prob_1/edges"].tolist() == [0, 0.25, 1] and a["dendrite_1/epochs"].tolist() == [0, 0.5, 1]
assert a["confusion"].dtype == np.int64 and a["confusion"].tolist() == [[7, 1], [2, 8]]
assert a["filters"].shape == (2, 2, 1, 3) and a["filters"][1, 1, 0].tolist() == [-4, -5, -6]
assert a["lr 0.1/fast/dendrite_1/counts"].shape == (3, 2)
`
	if out, err := exec.Command(interpreter, "-c", script, path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func BenchmarkWriteTraining(b *testing.B) {
	variants := trained()
	h := variants[0].Training.Histograms[0]
	h.Epochs, h.Counts, h.Edges = make([]float64, 1000), make([][]int, 1000), make([]float64, 51)
	for i := range h.Counts {
		h.Counts[i] = make([]int, 50)
	}
	b.SetBytes(int64(len(trainingArchive(b, variants))))
	for b.Loop() {
		if err := WriteTraining(io.Discard, variants); err != nil {
			b.Fatal(err)
		}
	}
}
