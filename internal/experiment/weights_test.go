package experiment

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/safetensors"
	"burstsim/sim"
)

// everyModel has variants of all models, with all weights that they can store.
const everyModel = `
run.label = "burstccn"
task.teacher = "leaky"
model = { hidden = [6, 5], y_mode = "random", q_mode = "random" }
time = { before = "2s", learn = "10s", after = "2s", tau_weight = "5s" }
record.metrics = "2s"
[[compare]]
name = "burstprop"
model.kind = "burstprop"
model.recurrent_input = true
time.kind = "discrete"
[[compare]]
name = "edn"
model.kind = "edn"
model.interneuron_mode = "random"
[[compare]]
name = "ann"
model.kind = "ann"
time.kind = "discrete"
`

func parseText(t *testing.T, text string, set ...string) config.Config {
	t.Helper()
	cfg, err := config.Parse("x.toml", []byte(text), config.Options{Set: set, Weights: CheckWeights})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// shapeOf is the network's shape in the tests' regression task.
func shapeOf(cfg config.Config) networkShape {
	inputs, outputs := cfg.Task.Size()
	return networkShape{inputs: inputs, outputs: outputs, rows: 1}
}

func drawn[F sim.Float](t *testing.T, cfg config.Config, shape networkShape) *sim.Weights[F] {
	t.Helper()
	w, err := drawWeights[F](cfg, shape, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// writeWeights writes tensors into a new file and returns its path.
func writeWeights[F sim.Float](t *testing.T, tensors []sim.Tensor[F]) string {
	t.Helper()
	var out []safetensors.Tensor
	for _, w := range tensors {
		out = append(out, safetensors.New(w.Name, w.Shape, w.Values))
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, nil, out); err != nil {
		t.Fatal(err)
	}
	return writeBytes(t, b.Bytes())
}

func writeBytes(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "wei ghts é.safetensors")
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWeightsOfEveryModel starts each model from the weights of another seed:
// in its own precision bit by bit, from float32 exactly, to float32 to the
// nearest.
func TestWeightsOfEveryModel(t *testing.T) {
	cfg := parseText(t, everyModel)
	for _, v := range append([]config.Variant{{Name: "burstccn", Config: cfg}}, cfg.Compare...) {
		other := v.Config
		other.Run.Seed = 2
		shape := shapeOf(cfg)
		wide, narrow := drawn[float64](t, other, shape).Tensors(), drawn[float32](t, other, shape).Tensors()
		for precision, path := range map[string]string{"float64": writeWeights(t, wide), "float32": writeWeights(t, narrow)} {
			start := v.Config
			start.Model.Weights = path
			got64, err := newWeights[float64](start, shape, nil)
			if err != nil {
				t.Fatalf("%s: %v", v.Name, err)
			}
			got32, err := newWeights[float32](start, shape, nil)
			if err != nil {
				t.Fatalf("%s: %v", v.Name, err)
			}
			for k, w := range got64.Tensors() {
				for i, x := range w.Values {
					want := wide[k].Values[i]
					if precision == "float32" {
						want = float64(narrow[k].Values[i])
					}
					if x != want || got32.Tensors()[k].Values[i] != float32(want) {
						t.Fatalf("%s: %s[%d] is %v, and %v in float32, want %v", v.Name, w.Name, i, x, got32.Tensors()[k].Values[i], want)
					}
				}
			}
			if reflect.DeepEqual(drawn[float64](t, v.Config, shape).Tensors(), got64.Tensors()) {
				t.Errorf("%s: these are the weights of the seed itself", v.Name)
			}
		}
	}
}

// TestWriteWeights checks that what is written can be started from, in either
// precision, and what is said about it.
func TestWriteWeights(t *testing.T) {
	cfg := parseText(t, everyModel)
	writeAndLoad[float32](t, cfg, "float32", safetensors.F32)
	writeAndLoad[float64](t, cfg, "float64", safetensors.F64)
}

func writeAndLoad[F sim.Float](t *testing.T, cfg config.Config, precision string, kind safetensors.DType) {
	t.Helper()
	for _, v := range cfg.Compare {
		net := drawn[F](t, v.Config, shapeOf(cfg))
		var first, second bytes.Buffer
		for _, b := range []*bytes.Buffer{&first, &second} {
			if err := WriteWeights(b, net, v.Name); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: the same weights gave different bytes", v.Name)
		}
		f, err := safetensors.Read(bytes.NewReader(first.Bytes()), int64(first.Len()))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"model": v.Config.Model.Kind, "variant": v.Name, "precision": precision, "burstsim": Versions()["burstsim"]}
		if !reflect.DeepEqual(f.Metadata, want) || f.Tensors()[0].DType != kind {
			t.Errorf("%s: metadata %v and type %s, want %v and %s", v.Name, f.Metadata, f.Tensors()[0].DType, want, kind)
		}
		start := v.Config
		start.Run.Seed, start.Model.Weights = 2, writeBytes(t, first.Bytes())
		got, err := newWeights[F](start, shapeOf(cfg), nil)
		if err != nil || !reflect.DeepEqual(got.Tensors(), net.Tensors()) {
			t.Errorf("%s: started with other weights, %v", v.Name, err)
		}
	}
}

// TestWeightsDecideTheRun replaces the random weights of a run by the same ones
// from a file, and by others: only these change what is recorded. It does so
// for both kinds of time, for images, and for the measurement of the limit.
func TestWeightsDecideTheRun(t *testing.T) {
	const digits = `
task.kind = "mnist"
task.data = "embedded"
task.batch = 10
model.hidden = [10]
`
	image := networkShape{inputs: 784, outputs: 10, rows: 10, image: imageShape{1, 28, 28}}
	flat := networkShape{inputs: 3, outputs: 1, rows: 1}
	for name, c := range map[string]struct {
		text  string
		shape networkShape
	}{
		"continuous, with a limit": {"model.hidden = [6]\ntime = {before='1s', learn='5s', after='1s'}\nrecord.metrics='1s'\nlimit = {ratios = [0.1, 0.03], presentations = 2}", flat},
		"split":                    {"model.hidden = [6]\ntime = {before='1s', learn='5s', after='1s'}\nrecord.metrics='1s'\nintegrator.plasticity = 'split'", flat},
		"discrete":                 {"model.hidden = [6]\ntime = {kind='discrete', before='1s', learn='5s', after='1s'}\nrecord.metrics='1s'", flat},
		"images, discrete":         {digits + "task.epochs = 1\ntask.train_images = 20\ntime.kind = 'discrete'\nmodel.layer = [{kind = 'conv', channels = 2, stride = 3}]", image},
		"images, continuous":       {digits + "task.train_images = 20\ntask.test_images = 20\ntime = {before='1s', learn='3s', after='1s', dt='50ms'}\nrecord.metrics='1s'", image},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := func(weights string) any {
				cfg := parseText(t, c.text)
				cfg.Model.Weights = weights
				res, _, err := Run(context.Background(), cfg, Options{})
				if err != nil {
					t.Fatal(err)
				}
				v := res.Variants[0]
				if v.Training != nil {
					return fmt.Sprint(v.Training.Epochs, v.Training.Filters)
				}
				return fmt.Sprint(v.Metrics, v.Trajectory.Signals[0], res.Limit)
			}
			cfg := parseText(t, c.text)
			random := run("random")
			same := run(writeWeights(t, drawn[float64](t, cfg, c.shape).Tensors()))
			cfg.Run.Seed = 2
			other := run(writeWeights(t, drawn[float64](t, cfg, c.shape).Tensors()))
			if same != random {
				t.Error("the weights of the seed from a file gave another run")
			}
			if other == random {
				t.Error("other weights gave the same run")
			}
		})
	}
}

// TestWeightsThatDoNotFit checks that nothing starts, and that the error names
// variant, file, and what either side has.
func TestWeightsThatDoNotFit(t *testing.T) {
	cfg := parseText(t, everyModel)
	shape := shapeOf(cfg)
	all := drawn[float64](t, cfg, shape).Tensors()
	tied := cfg
	tied.Values = maps.Clone(tied.Values)
	tied.Values["model.y_mode"], tied.Values["model.q_mode"] = "tied", "tied"
	larger := cfg
	larger.Model.Hidden = []int{6, 7}
	for name, c := range map[string]struct {
		tensors []sim.Tensor[float64]
		want    string
	}{
		"other sizes": {drawn[float64](t, larger, shape).Tensors(), "W2 has shape 7 x 6, but layer 2 of the network needs 5 x 6"},
		"no feedback": {drawn[float64](t, tied, shape).Tensors(), "Y1 is missing, which the network needs; there are W1, c1, W2, c2, W3 and c3"},
		"more": {append(slices.Clone(all), sim.Tensor[float64]{Name: "R1", Shape: []int{1}, Values: []float64{0}}),
			"R1 is none of the network's weights, which are W1, c1, W2, c2, W3, c3, Y1, Q1, Y2 and Q2"},
	} {
		path := writeWeights(t, c.tensors)
		bad := cfg
		bad.Compare = slices.Clone(cfg.Compare)
		bad.Model.Weights = path
		_, _, err := Run(context.Background(), bad, Options{Observe: func(Progress) { t.Errorf("%s: something ran", name) }})
		if want := "burstccn: model.weights: " + path + ": " + c.want; err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
	}
	pinned := cfg
	pinned.Model.Weights = writeWeights(t, all) + "@sha256:" + strings.Repeat("0", 64)
	if _, err := newWeights[float64](pinned, shape, nil); err == nil || !strings.Contains(err.Error(), "it has changed") {
		t.Errorf("file that was changed after the check: %v", err)
	}
}

func TestCheckWeights(t *testing.T) {
	var b bytes.Buffer
	if err := safetensors.Write(&b, nil, []safetensors.Tensor{safetensors.New("step", nil, []int64{1})}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, want string }{
		"absent":      {filepath.Join(t.TempDir(), "absent"), "cannot be read: no such file or directory; expected a safetensors file"},
		"a folder":    {t.TempDir(), "not a file"},
		"a device":    {os.DevNull, "not a file"},
		"text":        {writeBytes(t, []byte("W1 = 0.5\n")), "not a safetensors file"},
		"empty":       {writeBytes(t, nil), "0 bytes, expected a safetensors file"},
		"other types": {writeBytes(t, b.Bytes()), `tensor "step" has type I64, expected F32 or F64`},
	} {
		if _, err := CheckWeights(c.path); err == nil || !strings.HasPrefix(err.Error(), c.path) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestWeightsBeyondFloat32: what float32 cannot hold is not infinite in the file.
func TestWeightsBeyondFloat32(t *testing.T) {
	cfg := parseText(t, everyModel)
	tensors := drawn[float64](t, cfg, shapeOf(cfg)).Tensors()
	tensors[0].Values[1] = 1e300
	cfg.Model.Weights = writeWeights(t, tensors)
	if _, err := newWeights[float64](cfg, shapeOf(cfg), nil); err != nil {
		t.Error(err)
	}
	_, err := newWeights[float32](cfg, shapeOf(cfg), nil)
	if err == nil || !strings.Contains(err.Error(), `"W1" has 1e+300 as value 2 of `) || !strings.Contains(err.Error(), "beyond float32") {
		t.Errorf("%v", err)
	}
}

// TestWeightsWithHoles: a file may be far larger than its disk, and is neither
// read whole nor taken into memory to find out that it is none.
func TestWeightsWithHoles(t *testing.T) {
	const size = 1 << 42
	header := fmt.Sprintf(`{"W1":{"dtype":"F64","shape":[%d],"data_offsets":[0,%[2]d]}}`, size/8, size)
	for name, c := range map[string]struct{ start, want string }{
		"nothing": {"", "not a safetensors file"},
		"weights": {string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + header, "of memory"},
	} {
		path := writeBytes(t, []byte(c.start))
		length := int64(size)
		if c.start != "" {
			length += int64(len(c.start))
		}
		if err := os.Truncate(path, length); err != nil {
			t.Skip(err) // no files with holes here
		}
		if _, err := CheckWeights(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
