package experiment

import (
	"fmt"
	"math/rand/v2"

	"burstsim/internal/config"
	"burstsim/internal/dataset/films"
	"burstsim/sim"
	"burstsim/tasks/teacher"
	"burstsim/tasks/video"
)

// readFilms reads the films that a network sees, or makes them up.
func (r *ownReader) readFilms(cfg config.Config) error {
	t := &r.task
	if r.teacher != nil {
		if err := r.fits(t.InputSide*t.InputSide, "task.side"); err != nil {
			return err
		}
	}
	paths := append([]string{}, t.Films...) // which variants share
	for i, name := range paths {
		all, path, err := r.film(cfg, i, name)
		if err != nil {
			return refused(fmt.Sprintf("task.films[%d]", i), err)
		}
		paths[i] = path
		for k, f := range all {
			what, _ := config.SplitSum(name)
			if len(all) > 1 {
				what = fmt.Sprintf("array %d of %s", k+1, what)
			}
			if err := r.seen(f, what, len(r.films) == 0); err != nil {
				return err
			}
			r.films = append(r.films, f)
		}
	}
	t.Films = paths
	t.Found.Inputs = t.InputSide * t.InputSide
	for _, f := range r.films {
		t.Found.Rows += f.Len()
	}
	return nil
}

// film reads the films of one path, or makes one up, and adds the SHA-256 to the path.
func (r *ownReader) film(cfg config.Config, i int, name string) ([]*films.Film, string, error) {
	if name == "generated" {
		f, err := films.Generate(source(cfg, filmStream+uint64(i)<<32).Uint64(), r.task.FilmFrames)
		return []*films.Film{f}, name, err
	}
	path, want := config.SplitSum(name)
	all, err := films.Read(path)
	if err != nil {
		return nil, "", err
	}
	sum := films.Sum(all)
	return all, config.WithSum(path, sum), sameFile(path, want, sum)
}

// seen says whether a film can be shown as the task says; the first one may be where
// others are not.
func (r *ownReader) seen(f *films.Film, name string, first bool) error {
	t := r.task
	if f.Len() < 2 {
		return wrong("task.films", "%s has 1 frame, expected 2 or more", name)
	}
	if t.Crop > min(f.Height, f.Width) {
		return wrong("task.crop", "is %d, expected at most %d, as frames of %s have %d x %d pixels", t.Crop, min(f.Height, f.Width), name, f.Height, f.Width)
	}
	fixed := first || t.CropLater == "same" || t.FilmOrder == "shuffled"
	if down, right := f.Height-t.Crop, f.Width-t.Crop; fixed && t.Crop > 0 && len(t.CropAt) == 2 && (t.CropAt[0] > down || t.CropAt[1] > right) {
		return wrong("task.crop_at", "is [%d, %d], expected at most [%d, %d], as frames of %s have %d x %d pixels, of which task.crop are %d",
			t.CropAt[0], t.CropAt[1], down, right, name, f.Height, f.Width, t.Crop)
	}
	return nil
}

// newVideo is a stream of films for one simulation.
func newVideo(cfg config.Config, o *own, seed uint64) (sim.Stream, error) {
	t := cfg.Task
	network, err := o.newTeacher(cfg)
	if network == nil && err == nil {
		network, err = randomTeacher(cfg, seed)
	}
	if err != nil {
		return nil, err
	}
	c := video.Config{
		Films: o.films, Shuffle: t.FilmOrder == "shuffled", Seed: seed,
		Crop: t.Crop, At: t.CropAt, RandomCrops: t.CropLater == "random", CropSeed: uint64(t.CropSeed),
		Side: t.InputSide, Standardise: t.Standardise,
		Frame: t.Frame.Seconds(), Linear: t.Between == "linear",
		LowPass: t.LowPass.Seconds(), LowPassStep: t.LowPassStep.Seconds(),
		Teacher: network,
	}
	if t.CropSeed == 0 {
		c.CropSeed = random(cfg, cropStream).Uint64()
	}
	if len(c.At) == 0 {
		c.At = nil
	}
	return video.New(c)
}

// randomTeacher draws the network that makes the targets of films.
func randomTeacher(cfg config.Config, seed uint64) (*teacher.Network, error) {
	t := cfg.Task
	units := append([]int{t.InputSide * t.InputSide}, append(t.TeacherHidden[:len(t.TeacherHidden):len(t.TeacherHidden)], t.Outputs)...)
	layers, err := video.RandomTeacher(units, t.TeacherGain, t.TeacherBias, rand.New(rand.NewPCG(seed, 0)))
	if err != nil {
		return nil, err
	}
	return teacher.New(layers, teacherTau(cfg))
}
