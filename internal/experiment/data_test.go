package experiment

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"burstsim/internal/config"
)

// TestDataErrorsNameWhatIsThere: what is wrong is said of the file that is there,
// not of one that could be there instead, and nothing is to be deleted.
func TestDataErrorsNameWhatIsThere(t *testing.T) {
	put := func(dir, name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		kind    string
		arrange func(dir string)
		want    []string
	}{
		"corrupt archive": {"cifar10", func(dir string) { put(dir, "cifar-10-binary.tar.gz", "<html>404</html>") },
			[]string{"cifar-10-binary.tar.gz: corrupt or not the published file: 16 bytes", "images of your own are read from data_batch_1.bin"}},
		"nothing": {"cifar10", func(string) {}, []string{"cifar10 is not in "}},
		"a part":  {"cifar10", func(dir string) { put(dir, "data_batch_1.bin", strings.Repeat("\x00", 3073)) }, []string{"data_batch_2.bin", "not exist"}},
		"other records": {"cifar10", func(dir string) {
			for _, n := range []string{"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"} {
				put(dir, n+".bin", strings.Repeat("\x00", 3074))
			}
		}, []string{"data_batch_1.bin: 3074 bytes, expected records of 3073"}},
		"own images under MNIST's names": {"mnist", func(dir string) {
			for _, n := range []string{"train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"} {
				put(dir, n+"-ubyte", "own")
			}
		}, []string{"train-images-idx3-ubyte: corrupt or not the published file", `images of your own are read with task.kind = "idx"`, "move it away"}},
	} {
		dir := t.TempDir()
		c.arrange(dir)
		_, err := loadImages(t.Context(), config.Task{Kind: c.kind, Data: dir})
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "remove") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v, want a line with %q", name, err, want)
			}
		}
	}
}

// TestValidationHoldsOut trains with a part of the images held out, in number and
// as a fraction: both are the same part.
func TestValidationHoldsOut(t *testing.T) {
	const text = `
task = { kind = "mnist", data = "embedded", epochs = 1, batch = 10, validation = true }
model.hidden = [3]
time.kind = "discrete"
`
	var weights [][]byte
	for _, part := range []string{"40", "0.2", "0.5"} {
		cfg := parseText(t, text, "task.validation_images="+part)
		data, err := loadImages(t.Context(), cfg.Task)
		if err != nil {
			t.Fatal(err)
		}
		training, err := newTraining[float64](cfg, material{images: data}, NewData())
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{"40": 40, "0.2": 40, "0.5": 100}[part]
		if held, rest := training.Validation.Len(), training.Train.Len(); held != want || rest != 200-want {
			t.Errorf("%s: %d held out, %d left", part, held, rest)
		}
		res, _, err := Run(t.Context(), cfg, Options{})
		if err != nil {
			t.Fatal(err)
		}
		weights = append(weights, weightBytes(t, res.Variants[0].Weights))
	}
	if !bytes.Equal(weights[0], weights[1]) || bytes.Equal(weights[0], weights[2]) {
		t.Error("40 of 200 and 0.2 are not the same, or 0.5 is")
	}
}
