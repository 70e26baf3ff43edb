package rundir

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"burstsim/internal/safetensors"
	"burstsim/sim/record"
)

// exported has something of everything that is exported.
func exported(t *testing.T) (run *Run, dir string) {
	t.Helper()
	run = exampleRun(t)
	run.Result.Variants[0].Training = trained()[0].Training
	spikes := &record.Memory{Width: 4}
	for i := range 5 {
		if err := spikes.Append([]float64{0.1 * float64(i), float64(i % 2), float64(i), float64(i % 3)}); err != nil {
			t.Fatal(err)
		}
	}
	run.Result.Variants[1].Spikes = &record.Spikes{Rows: spikes, Windows: [][2]float64{{0, 1}},
		Populations: []record.Population{{Name: "a", Size: 5, Baseline: 0.2}, {Name: "b", Size: 9, Baseline: 0.5}}}
	run.Result.Variants[1].Weights = func(w io.Writer) error {
		return safetensors.Write(w, nil, []safetensors.Tensor{
			safetensors.New("W1", []int{2, 3}, []float64{1, 2, 3, 4, 5, 6}),
			safetensors.New("c1", []int{2}, []float64{-1, 0.1}),
			safetensors.New("W2", []int{1, 2, 2, 1}, []float32{0.5, 0.25, 2, 4}),
		})
	}
	layout := []record.Shape{{Name: "W1", Shape: []int{2, 3}}, {Name: "c1", Shape: []int{2}}}
	course := &record.Snapshots{Unit: "time", Shapes: layout, Rows: &record.Memory{Width: 9}}
	for i := range 3 {
		at := float64(i)
		if err := course.Rows.Append([]float64{at / 2, at, 1, 2, 3, 4, 5, -1 - at, 7}); err != nil {
			t.Fatal(err)
		}
	}
	run.Result.Variants[1].Snapshots = course
	return run, write(t, run)
}

// Every number that was recorded is in the tables, once, beside what it is of.
func TestExportTables(t *testing.T) {
	run, dir := exported(t)
	folder := t.TempDir()
	if err := ExportTables(folder, dir); err != nil {
		t.Fatal(err)
	}
	rows := map[string][][]string{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		f, err := os.Open(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all, err := csv.NewReader(f).ReadAll() // which wants lines of equal length
		f.Close()
		if err != nil {
			t.Fatalf("%s: %v", e.Name(), err)
		}
		rows[strings.TrimSuffix(e.Name(), ".csv")] = all[1:]
	}
	has := func(table string, key ...string) {
		t.Helper()
		value := key[len(key)-1]
		n := 0
		for _, row := range rows[table] {
			if strings.Join(row[:len(row)-1], "|") == strings.Join(key[:len(key)-1], "|") {
				n++
				if row[len(row)-1] != value {
					t.Errorf("%s: %v, expected %s", table, row, value)
				}
			}
		}
		if n != 1 {
			t.Errorf("%s has %d rows of %v", table, n, key[:len(key)-1])
		}
	}
	values := map[string]int{}
	for _, v := range run.Result.Variants {
		for _, table := range tablesIn(v) {
			all, row := table.table.All(), make([]float64, len(table.table.Columns))
			for i := range all.Len() {
				if err := all.Read(i, row); err != nil {
					t.Fatal(err)
				}
				for j, x := range row[1:] {
					if math.IsNaN(x) {
						continue
					}
					has(table.label, v.Label, number(row[0]), table.table.Columns[1+j], number(x))
					values[table.label]++
				}
			}
		}
		for _, s := range v.Trajectory.Signals {
			for i, time := range v.Trajectory.Time {
				for j, unit := range s.Units {
					has("trajectory", v.Label, number(time), s.Name, strconv.Itoa(unit), number(s.At(i, j)))
					values["trajectory"]++
				}
			}
		}
	}
	training := run.Result.Variants[0].Training
	for _, h := range training.Histograms {
		for i, epoch := range h.Epochs {
			for j, n := range h.Counts[i] {
				has("histograms", "continuous", number(epoch), h.Name, number(h.Edges[j]), number(h.Edges[j+1]), strconv.Itoa(n))
				values["histograms"]++
			}
		}
	}
	for class, answers := range training.Confusion {
		for answer, n := range answers {
			has("confusion", "continuous", strconv.Itoa(class), strconv.Itoa(answer), strconv.Itoa(n))
			values["confusion"]++
		}
	}
	has("weights", "discrete", "W1", "0", "2", "", "", "3")
	has("weights", "discrete", "W1", "1", "0", "", "", "4")
	has("weights", "discrete", "c1", "1", "", "", "", "0.1")
	has("weights", "discrete", "W2", "0", "1", "0", "0", "2")
	has("weights_course", "discrete", "0.5", "", "W1", "0", "0", "", "", "1")
	has("weights_course", "discrete", "1", "", "W1", "1", "2", "", "", "5")
	has("weights_course", "discrete", "1", "", "c1", "0", "", "", "", "-3")
	values["weights"], values["spikes"], values["weights_course"] = 6+2+4, 5, 3*(6+2)
	for name, n := range values {
		if len(rows[name]) != n {
			t.Errorf("%s has %d rows, expected %d", name, len(rows[name]), n)
		}
	}
	if len(rows) != len(values) {
		t.Errorf("%d tables, expected %d", len(rows), len(values))
	}
}

// The archive has all arrays with their values, and the same bytes each time.
func TestExportArchive(t *testing.T) {
	run, dir := exported(t)
	var first, second bytes.Buffer
	for _, w := range []io.Writer{&first, &second} {
		if err := ExportArchive(w, dir); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two exports of one run differ")
	}
	files, err := zip.NewReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]float64{}
	shapes := map[string]string{}
	for _, f := range files.File {
		path, a, err := readArray(f)
		if err != nil {
			t.Fatal(err)
		}
		values, err := a.Floats()
		if err != nil {
			whole, wrong := a.Ints()
			if wrong != nil {
				t.Fatalf("%s: %v, %v", path, err, wrong)
			}
			for _, n := range whole {
				values = append(values, float64(n))
			}
		}
		found[path], shapes[path] = values, fmt.Sprint(a.Shape)
	}
	same := func(path, shape string, want ...float64) {
		t.Helper()
		if shapes[path] != shape || fmt.Sprint(found[path]) != fmt.Sprint(want) {
			t.Errorf("%s is %s %v, expected %s %v", path, shapes[path], found[path], shape, want)
		}
	}
	soma := run.Result.Variants[0].Trajectory.Signal("soma_1")
	same("continuous/trajectory/soma_1", "[5 2]", soma.Values...)
	same("discrete/trajectory/soma_1", "[5 2]", soma.Values...)
	same("discrete/trajectory/soma_1_units", "[2]", 4, 7)
	same("continuous/metrics/loss", "[2]", 1, 0.5)
	same("continuous/metrics/time", "[2]", 0, 10)
	same("continuous/epochs/test_error", "[2]", 0.9, 0.25)
	same("continuous/training/confusion", "[2 2]", 7, 1, 2, 8)
	same("discrete/spikes/neuron", "[5]", 0, 1, 2, 3, 4)
	same("discrete/weights/W1", "[2 3]", 1, 2, 3, 4, 5, 6)
	same("discrete/weights_course/time", "[3]", 0, 0.5, 1)
	same("discrete/weights_course/W1", "[3 2 3]", 0, 1, 2, 3, 4, 5, 1, 1, 2, 3, 4, 5, 2, 1, 2, 3, 4, 5)
	same("discrete/weights_course/c1", "[3 2]", -1, 7, -2, 7, -3, 7)
	same("discrete/weights/W2", "[1 2 2 1]", 0.5, 0.25, 2, 4)
}

// What is damaged is said, with the file.
func TestExportErrors(t *testing.T) {
	for _, name := range []string{"discrete.npz", "discrete.safetensors"} {
		_, dir := exported(t)
		path := filepath.Join(dir, "weights", name)
		put(t, path, "no weights")
		if err := ExportArchive(io.Discard, dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("archive: %v, expected the name of the file", err)
		}
		if err := ExportTables(t.TempDir(), dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("tables: %v, expected the name of the file", err)
		}
	}
}

func ExampleExportArchive() {
	err := ExportArchive(io.Discard, "no run")
	fmt.Println(err)
	// Output: no run is not a finished run: it has no summary.json
}
