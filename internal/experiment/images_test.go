package experiment_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
)

func parse(t *testing.T, text string, set ...string) config.Config {
	t.Helper()
	cfg, err := config.Parse("images.toml", []byte(text), config.Options{Set: set})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

const embedded = `
task.kind = "mnist"
task.data = "embedded"
task.epochs = 30
task.batch = 10
model.hidden = [40]
time.kind = "discrete"
learning.lr = 0.3
record.log_every = 50
`

// TestModelsLearnImages trains every model on the part of MNIST that comes with
// the program.
func TestModelsLearnImages(t *testing.T) {
	for _, c := range []struct {
		model string
		set   []string
	}{
		{"burstccn", nil},
		{"burstccn", []string{"model.y_mode=random", "model.q_mode=symmetric_init", "model.q_plastic=true", "learning.q_lr=0.001", "learning.lr=1", "task.epochs=100", "run.precision=float32"}},
		{"ann", nil},
		{"burstprop", []string{"learning.lr=1", "learning.optimiser=momentum", "learning.momentum=0.5"}},
		{"edn", []string{"learning.lr=5", "model.interneuron_mode=tied"}},
	} {
		t.Run(fmt.Sprint(c.model, c.set), func(t *testing.T) {
			t.Parallel()
			cfg := parse(t, embedded, append([]string{"model.kind=" + c.model}, c.set...)...)
			res, sum, err := experiment.Run(context.Background(), cfg, experiment.Options{})
			if err != nil {
				t.Fatal(err)
			}
			trained := sum.Variants["discrete"].Training
			if !(trained.TrainError < 0.15) || !(trained.TestError < 0.4) {
				t.Errorf("%+v", *trained)
			}
			if log := res.Variants[0].Training.Log; log.Len() != cfg.Task.Epochs {
				t.Errorf("%d rows of log, want %d", log.Len(), cfg.Task.Epochs)
			}
		})
	}
}

// TestLabelSmoothing: targets in training are 1 - s and s/9, in evaluation 1 and
// 0. Without learning, the training loss is that of answers e to all images,
// which changes by what targets do: over all of them and K classes,
// sum (t - e)^2 with t = 1 - s or s/(K - 1).
func TestLabelSmoothing(t *testing.T) {
	epochs := func(s float64) (train, test []float64) {
		res, _, err := experiment.Run(context.Background(), parse(t, embedded, "learning.lr=0", "task.epochs=1", fmt.Sprint("task.label_smoothing=", s)), experiment.Options{})
		if err != nil {
			t.Fatal(err)
		}
		table := res.Variants[0].Training.Epochs
		return table.Column("train_loss"), table.Column("test_loss")
	}
	train0, test0 := epochs(0)
	train1, test1 := epochs(0.1)
	train2, test2 := epochs(0.2)
	if !slices.Equal(test0[1:], test1[1:]) || !slices.Equal(test0[1:], test2[1:]) {
		t.Errorf("test losses %v, %v and %v, want the same", test0, test1, test2)
	}
	// The loss is a parabola in s, whose second difference is that of the mean
	// square of targets: (1 - s)^2 + s^2/9 over 10 classes, and d2/ds2 = 2 (1 + 1/9)/10.
	want := 2 * (1 + 1.0/9) / 10 * 0.1 * 0.1
	if got := train0[1] - 2*train1[1] + train2[1]; math.Abs(got-want) > 1e-12 || train0[1] == train1[1] {
		t.Errorf("training losses %v, %v and %v: second difference %v, want %v", train0[1], train1[1], train2[1], got, want)
	}
}

// TestImagesInContinuousTime lets networks see images one after another, and
// several streams of them at once.
func TestImagesInContinuousTime(t *testing.T) {
	const text = `
task.kind = "mnist"
task.data = "embedded"
task.hold = "1s"
model.hidden = [40]
time.dt = "50ms"
time.before = "5s"
time.learn = "600s"
time.after = "5s"
time.tau_weight = "2s"
integrator.method = "euler"
record.metrics = "50s"
`
	for _, streams := range []int{1, 5} {
		cfg := parse(t, text, fmt.Sprintf("task.batch=%d", streams))
		res, sum, err := experiment.Run(context.Background(), cfg, experiment.Options{})
		if err != nil {
			t.Fatal(err)
		}
		v := sum.Variants["continuous"]
		if !(v.TestError < 0.5) || !(v.LossFinal < 0.5*v.LossInitial) {
			t.Errorf("%d streams: test error %v, loss %v before and %v after", streams, v.TestError, v.LossInitial, v.LossFinal)
		}
		if n := len(res.Variants[0].Trajectory.Time); n < 100 {
			t.Errorf("%d streams: %d samples", streams, n)
		}
	}
}

// writeCIFAR10 makes a folder of files in the format of CIFAR-10's binary
// version, with n images each, in which nothing can be learned but the colour
// of each class.
func writeCIFAR10(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 1))
	names := []string{"test_batch.bin"}
	for k := range 5 {
		names = append(names, fmt.Sprintf("data_batch_%d.bin", k+1))
	}
	for _, name := range names {
		var data []byte
		for range n {
			label := byte(rng.IntN(3))
			data = append(data, label)
			for channel := range 3 {
				level := 60
				if channel == int(label) {
					level = 180
				}
				for range 32 * 32 {
					data = append(data, byte(level+rng.IntN(40)))
				}
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestCIFAR10 trains convolutional networks on made-up images in the real
// format.
func TestCIFAR10(t *testing.T) {
	dir := writeCIFAR10(t, 20)
	const text = `
task.kind = "cifar10"
task.epochs = 12
task.batch = 5
run.precision = "float32"
model.layer = [
    { kind = "conv", channels = 4, kernel = 5, stride = 2 },
    { kind = "conv", channels = 6, kernel = 5, stride = 2 },
    { kind = "dense", units = 20 },
]
time.kind = "discrete"
learning.lr = 0.3
`
	for _, model := range []string{"burstccn", "burstprop", "ann"} {
		cfg := parse(t, text, "model.kind="+model, fmt.Sprintf("task.data=%q", dir))
		res, sum, err := experiment.Run(context.Background(), cfg, experiment.Options{})
		if err != nil {
			t.Fatalf("%s: %v", model, err)
		}
		trained := sum.Variants["discrete"].Training
		if !(trained.TestError < 0.35) {
			t.Errorf("%s: test error %v after %v", model, trained.TestError, res.Variants[0].Training.Epochs.Column("test_error"))
		}
		if f := res.Variants[0].Training.Filters; f.Height != 5 || f.Channels != 3 || len(f.Weights) != 4 {
			t.Errorf("%s: filters %d x %d x %d", model, f.Channels, f.Height, f.Width)
		}
	}
}

// TestImagesAreDeterministic checks that two runs give the same bits.
func TestImagesAreDeterministic(t *testing.T) {
	var losses [2][]float64
	for k := range losses {
		res, _, err := experiment.Run(context.Background(), parse(t, embedded, "task.epochs=3", "learning.feedforward_noise=0.1"), experiment.Options{})
		if err != nil {
			t.Fatal(err)
		}
		losses[k] = res.Variants[0].Training.Epochs.Column("test_loss")
	}
	if !slices.Equal(losses[0], losses[1]) {
		t.Errorf("%v and %v", losses[0], losses[1])
	}
}

func TestImagesThatAreMissing(t *testing.T) {
	cfg := parse(t, embedded, fmt.Sprintf("task.data=%q", t.TempDir()))
	if _, _, err := experiment.Run(context.Background(), cfg, experiment.Options{}); err == nil {
		t.Error("no error for an empty folder")
	}
}

// BenchmarkCIFAR10 trains the published convolutional network for an epoch on
// made-up images.
func BenchmarkCIFAR10(b *testing.B) {
	cfg, err := config.Load(filepath.Join("..", "..", "examples", "cifar10.toml"), config.Options{Set: []string{
		"task.epochs=1", "task.validation=false", "record.log_mode=minimal", fmt.Sprintf("task.data=%q", writeCIFAR10(b, 64))}})
	if err != nil {
		b.Fatal(err)
	}
	var speed float64
	for b.Loop() {
		_, sum, err := experiment.Run(context.Background(), cfg, experiment.Options{})
		if err != nil {
			b.Fatal(err)
		}
		speed = sum.Variants["discrete"].Training.ExamplesPerSecond
	}
	b.ReportMetric(speed, "images/s")
}
