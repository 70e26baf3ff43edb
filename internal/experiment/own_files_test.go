package experiment

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burstsim/internal/arrayfile"
	"burstsim/internal/config"
)

// archiveOf is an .npz of arrays of these shapes whose numbers are made by their
// places.
func archiveOf(t *testing.T, number func(name string, i int) float64, shapes map[string][]int) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, shape := range shapes {
		f, err := w.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		n := 1
		for _, d := range shape {
			n *= d
		}
		values := make([]float64, n)
		for i := range values {
			values[i] = number(name, i)
		}
		if err := arrayfile.WriteFloats(f, shape, values); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestImagesOfOnesOwn: samples of an archive with a shape go through layers of maps,
// and its arrays for tests are those that are tested.
func TestImagesOfOnesOwn(t *testing.T) {
	number := func(name string, i int) float64 {
		if strings.HasPrefix(name, "y") {
			return float64(i % 2)
		}
		return float64(i*i%7) / 7
	}
	files := map[string]string{"d.npz": archiveOf(t, number, map[string][]int{"x": {20, 6, 5}, "y": {20}, "x_test": {8, 6, 5}, "y_test": {8}, "short": {7}})}
	const text = `
[task]
kind = "arrays"
input_file = "d.npz"
input_names = ["x"]
target_names = ["y"]
test_input_names = ["x_test"]
test_target_names = ["y_test"]
batch = 4
epochs = 2
[model]
layer = [{ kind = "conv", channels = 2, kernel = 3 }]
[time]
kind = "discrete"
`
	cfg, err := ownConfig(t, text, files)
	if err != nil {
		t.Fatal(err)
	}
	if f := cfg.Task.Found; f.Inputs != 30 || f.Outputs != 2 || f.Rows != 20 || !slices.Equal(f.Shape, []int{6, 5}) {
		t.Errorf("found %+v", f)
	}
	if figures := cfg.AllFigures(); !slices.Contains(figures, "filters") || !slices.Contains(figures, "confusion") {
		t.Errorf("figures %q", figures)
	}
	res, _, err := Run(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	tested := 0
	for _, row := range res.Variants[0].Training.Confusion {
		for _, n := range row {
			tested += n
		}
	}
	if tested != 8 {
		t.Errorf("%d samples were tested, want the 8 of x_test", tested)
	}
	for want, set := range map[string]string{
		`task.test_target_names: `:               `task.test_target_names=["short"]`,
		`"short" has 7 rows, expected 8`:         `task.test_target_names=["short"]`,
		`"short" has 7 rows, expected 20`:        `task.target_names=["short"]`,
		`"y" has 1 numbers a row, expected 30`:   `task.test_input_names=["y"]`,
		`expected at most 5: the maps below are`: `model.layer=[{ kind = "conv", channels = 2, kernel = 6 }]`,
	} {
		if _, err := ownConfig(t, text, files, set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", set, err, want)
		}
	}
}

// TestComplete: what a run folder says of data is enough to find them again, and
// other data are refused.
func TestComplete(t *testing.T) {
	cfg, err := ownConfig(t, signalsText, map[string]string{"d.csv": "t,a,targets\n0,1,2\n1,2,3\n2,3,4\n3,4,5\n4,5,6\n5,6,7\n6,7,8\n7,8,9\n8,9,1\n"})
	if err != nil {
		t.Fatal(err)
	}
	recorded := cfg
	recorded.Task.Found = config.Found{}
	again, err := Complete(recorded)
	if err != nil || again.Task.Found.Inputs != 1 || again.Task.Found.Rows != cfg.Task.Found.Rows {
		t.Errorf("%+v, error %v; want %+v", again.Task.Found, err, cfg.Task.Found)
	}
	path, _ := config.SplitSum(cfg.Task.InputFile)
	if err := os.WriteFile(path, []byte("t,a,targets\n0,1,2\n1,2,3\n2,3,4\n3,4,5\n4,5,6\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]config.Config{"recorded": recorded, "checked": cfg} {
		if _, _, err := Run(t.Context(), cfg, Options{}); err == nil || !strings.Contains(err.Error(), filepath.Base(path)+" has the SHA-256") {
			t.Errorf("%s: ran with other data: %v", name, err)
		}
	}
}
