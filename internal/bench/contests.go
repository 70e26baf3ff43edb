package bench

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"burstsim/internal/dataset/images"
	"burstsim/sim"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/sim/training"
)

// contests are the jobs that Python does too. The files of all are in folder.
func (r *run) contests(folder string) ([]contest, error) {
	cifar, err := cifarNetwork()
	if err != nil {
		return nil, err
	}
	continuous := func(precision, method string, split bool, own func(*run, *job, []int, bool) (*contestant, error), sizes ...int) contest {
		name := fmt.Sprintf("%s %s %s", join(sizes), method, precision)
		if sizes[0] > 3 {
			name += ", " + plasticity(split)
		}
		return contest{
			name: name, seconds: 1,
			job:  job{Op: "begin", Kind: "continuous", Folder: folder, Precision: precision, Method: method, Dt: step.Seconds()},
			own:  func(j *job) (*contestant, error) { return own(r, j, sizes, split) },
			line: func(t timing) Result { return t.in("against", name, "us", 1e-6) },
		}
	}
	train := func(name string, shape [3]int, s program.Setting) contest {
		j := job{Op: "begin", Kind: "training", Folder: folder, Precision: "float32", Batch: batch, Shape: shape[:]}
		if s.Maps != nil {
			for _, l := range s.Maps.Layers {
				j.Maps = append(j.Maps, maps{l.Stride})
			}
		}
		return contest{
			name: name, job: j, seconds: 5,
			own:  func(j *job) (*contestant, error) { return r.trainee(j, s, shape) },
			line: func(t timing) Result { return t.rate("against", name, "images/s", batch) },
		}
	}
	small := []int{3, 50, 1}
	large := r.scale.steps[len(r.scale.steps)-1]
	return []contest{
		continuous("float64", "euler", false, stepping[float64], small...),
		continuous("float64", "rk4", false, stepping[float64], small...),
		continuous("float32", "euler", true, stepping[float32], large...),
		continuous("float32", "euler", false, stepping[float32], large...),
		train(fmt.Sprintf("training %s float32, batch %d", join(large), batch), [3]int{1, 1, large[0]},
			program.Setting{Sizes: large}),
		train(fmt.Sprintf("training convolutions on 3x32x32 images float32, batch %d", batch), [3]int{3, 32, 32}, cifar),
	}, nil
}

// stepping is a continuous network at burstsim's side.
func stepping[F sim.Float](r *run, j *job, sizes []int, split bool) (*contestant, error) {
	w, err := burstccn[F](program.Setting{Sizes: sizes, Rows: 1, Values: model.Values{"tau_weight": j.Tau}})
	if err != nil {
		return nil, err
	}
	task := streams(sizes, 1)
	p := task[0].(*pattern)
	if err := writeJob(j, w, map[string][]float64{"input": p.input, "phase": p.phase}); err != nil {
		return nil, err
	}
	in, err := newIntegration(w, task, j.Method, split)
	if err != nil {
		return nil, err
	}
	var now time.Duration
	return &contestant{
		library: "burstsim",
		advance: func(n int) (float64, error) {
			begin := time.Now()
			end := now + time.Duration(n)*step
			_, err := in.Advance(now, end)
			now = end
			return time.Since(begin).Seconds(), err
		},
		weights: func() ([]float64, error) { return flat(in.Moved().Weights()), nil },
	}, nil
}

// trainee is a training at burstsim's side.
func (r *run) trainee(j *job, s program.Setting, shape [3]int) (*contestant, error) {
	s.Rows, s.Usage = batch, model.Usage{Discrete: true, Images: true, Presentation: 1}
	s.Values = model.Values{"lr": j.LR}
	w, err := burstccn[float32](s)
	if err != nil {
		return nil, err
	}
	set, err := randomImages(r.rng, min(r.images, 6400), shape, s.Sizes[len(s.Sizes)-1])
	if err != nil {
		return nil, err
	}
	if err := writeJob(j, w, nil); err != nil {
		return nil, err
	}
	if err := writeImages(j.Folder, set); err != nil {
		return nil, err
	}
	d, err := sim.NewDiscrete(w, sim.Learning{})
	if err != nil {
		return nil, err
	}
	return &contestant{
		library: "burstsim",
		advance: func(n int) (float64, error) {
			t := training.Training[float32]{Model: d, Train: &some{set, n * batch}, Epochs: 1}
			out, err := t.Run(r.ctx)
			if err == nil && out.Steps != int64(n) {
				err = fmt.Errorf("%d batches, expected %d", out.Steps, n)
			}
			return out.Learning.Seconds(), err
		},
		weights: func() ([]float64, error) { return flat(d.Moved().Weights()), nil },
	}, nil
}

// flat is all weights one after the other.
func flat[F sim.Float](w *sim.Weights[F]) (x []float64) {
	for _, t := range w.Tensors() {
		for _, v := range t.Values {
			x = append(x, float64(v))
		}
	}
	return x
}

// writeJob writes what a network begins with, and other arrays.
func writeJob[F sim.Float](j *job, w *sim.Weights[F], others map[string][]float64) error {
	j.Arrays = nil
	for k, t := range w.Tensors() {
		if want := arrayName(k); t.Name != want {
			return fmt.Errorf("array %d is %s, and Python expects %s", k, t.Name, want)
		}
		j.Arrays = append(j.Arrays, t.Shape)
	}
	if err := writeFloats(filepath.Join(j.Folder, "weights"), flat(w)); err != nil {
		return err
	}
	for name, x := range others {
		if err := writeFloats(filepath.Join(j.Folder, name), x); err != nil {
			return err
		}
	}
	return nil
}

// writeImages writes a set, and the order of the epoch that trainings here go
// through.
func writeImages(folder string, set *images.Images) error {
	var pixels, labels, order []byte
	for i := range set.Len() {
		pixels = append(pixels, set.Pixels(i)...)
		labels = append(labels, byte(set.Label(i)))
	}
	for _, i := range images.Order(1, 1, set.Len(), nil) {
		order = binary.NativeEndian.AppendUint32(order, uint32(i))
	}
	for name, content := range map[string][]byte{"pixels": pixels, "labels": labels, "order": order} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o666); err != nil {
			return err
		}
	}
	return nil
}
