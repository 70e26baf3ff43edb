package experiment_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
)

// writeFrames makes a folder of frames in which a bar moves.
func writeFrames(t *testing.T, dir string, frames, side int) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for k := range frames {
		m := image.NewGray(image.Rect(0, 0, side, side))
		for y := range side {
			m.Pix[y*side+k%side] = 255
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("frame%d.png", k)))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, m); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOwnFilms: a folder of frames is what the network sees; the resolved experiment
// knows which frames they were, and refuses others.
func TestOwnFilms(t *testing.T) {
	dir := t.TempDir()
	writeFrames(t, filepath.Join(dir, "film"), 12, 12)
	file := filepath.Join(dir, "film.toml")
	text := "[task]\nkind = \"video\"\nfilms = [\"film\"]\ncrop = 0\nside = 6\nlow_pass = \"0s\"\nteacher_hidden = [3]\n" +
		"[model]\nhidden = [3]\n[time]\nbefore = \"1s\"\nlearn = \"2s\"\nafter = \"1s\"\n" +
		"[record]\nmetrics = \"500ms\"\nchosen_units = [0, 7]\nwindows = [{ length = \"4s\" }]\nsample = \"100ms\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(file, config.Options{Data: experiment.CheckData})
	if err != nil {
		t.Fatal(err)
	}
	if path, sum := config.SplitSum(cfg.Task.Films[0]); !strings.HasSuffix(path, "film") || len(sum) != 64 {
		t.Errorf("films = %v, expected the path with a SHA-256", cfg.Task.Films)
	}
	res, _, err := experiment.Run(context.Background(), cfg, experiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// The bar passes over the first pixel once in 12 frames, and is white against a
	// frame that is mostly black.
	seen := res.Variants[0].Trajectory.Signal("input")
	for i := range 12 {
		first, again := seen.At(i, 0), seen.At(i+12, 0)
		// The triangle of the first pixel reaches over three columns.
		if bright := first > 0; bright != (i < 3) || math.Abs(first-again) > 1e-9 {
			t.Errorf("pixel 0 is %v in frame %d, and %v when it comes again", first, i, again)
		}
	}

	writeFrames(t, filepath.Join(dir, "film"), 13, 12)
	var resolved bytes.Buffer
	if err := cfg.In(dir).WriteTOML(&resolved); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, resolved.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = config.Load(file, config.Options{Data: experiment.CheckData})
	if err == nil || !strings.Contains(err.Error(), "task.films[0]") || !strings.Contains(err.Error(), "another file than") {
		t.Errorf("error %v, expected one about other frames", err)
	}
}

// TestFilmsFollowSeeds: run.seed makes up the film, and crop_seed places parts of it
// in its later showings only.
func TestFilmsFollowSeeds(t *testing.T) {
	run := func(set ...string) []float64 {
		t.Helper()
		cfg := load(t, "natural_video.toml", append(set, "task.film_frames=20", "task.side=4", "model.hidden=[2]",
			"time.before=2s", "time.learn=2s", "time.after=1s", "record.metrics=1s", "record.angles=1s", "record.windows=[{length=\"5s\"}]", "record.sample=100ms")...)
		res, _, err := experiment.Run(context.Background(), cfg, experiment.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return res.Variants[0].Trajectory.Signal("input").Values
	}
	plain, again, seeded, moved := run(), run(), run("run.seed=2"), run("task.crop_seed=5")
	n := len(plain) / 5 // of the first second
	if !reflect.DeepEqual(plain, again) {
		t.Error("the same seed shows another film")
	}
	if reflect.DeepEqual(plain[:n], seeded[:n]) {
		t.Error("another seed shows the same film")
	}
	if !reflect.DeepEqual(plain[:n], moved[:n]) || reflect.DeepEqual(plain, moved) {
		t.Error("crop_seed changes the first showing, or not the second")
	}
}
