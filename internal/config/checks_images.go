package config

import (
	"fmt"
	"math"
)

// embedded is the number of training images that come with the program.
const embedded = 200

// checkImages looks at where images come from and whether there are enough, of them
// or of samples of one's own.
func (d *decoder) checkImages(c *Config) {
	t := &c.Task
	if !t.Images() {
		return
	}
	if t.Kind == "idx" && len(t.Files) != 4 {
		d.refuse(c, []string{"task.files", "task.kind"},
			"has %d files, expected four: training images and labels, test images and labels", len(t.Files))
	}
	part := t.Data == "embedded" && t.Kind == "mnist"
	if t.Data == "embedded" && !part {
		d.refuse(c, []string{"task.data", "task.kind"},
			`is "embedded", expected "auto" or a folder: only a part of MNIST comes with the program`)
	}
	d.checkHeldOut(c)
	key, n := "task.train_images", t.TrainImages
	if part && (n == 0 || n > embedded) {
		key, n = "task.data", embedded
	}
	what := "images"
	if t.Kind == "arrays" {
		key, n, what = "task.input_file", t.Found.Rows, "samples"
	}
	if n == 0 { // all of them: how many, the files say
		return
	}
	rest := n - t.Held(c.Time.Kind, n)
	switch paths := []string{"task.batch", key, "task.validation", "task.validation_images", "time.kind"}; {
	case rest <= 0:
		d.refuse(c, []string{"task.validation_images", "task.validation", key, "time.kind"},
			"is %v, expected less than the %d training %s that there are, or a fraction such as 0.2", t.HeldOut, n, what)
	case rest == n && t.validates(c.Time.Kind):
		d.refuse(c, []string{"task.validation_images", key, "task.validation"},
			"is %v of %d training %s, which is none", t.HeldOut, n, what)
	case t.Batch > rest && rest < n:
		d.refuse(c, paths, "is %d, expected at most %d, the training %s that validation leaves of %d", t.Batch, rest, what, n)
	case t.Batch > rest:
		d.refuse(c, paths, "is %d, expected at most %d, the number of training %s", t.Batch, rest, what)
	}
}

// checkHeldOut refuses half images.
func (d *decoder) checkHeldOut(c *Config) {
	if n := c.Task.HeldOut; n >= 1 && n != math.Trunc(n) {
		d.refuse(c, []string{"task.validation_images"}, "is %v, expected a whole number, such as %v, or a fraction below 1", n, math.Trunc(n))
	}
}

func (t Task) validates(timeKind string) bool { return t.Validation && timeKind == "discrete" }

// Held is how many of n training images validation takes in this kind of time.
func (t Task) Held(timeKind string, n int) int {
	switch {
	case !t.validates(timeKind):
		return 0
	case t.HeldOut < 1:
		return int(math.Round(t.HeldOut * float64(n)))
	}
	return int(min(t.HeldOut, math.MaxInt32))
}

// checkInputs looks whether the data that the file names are there.
func (d *decoder) checkInputs(c *Config, look func(path string, folder bool) error) {
	if look == nil || !c.Task.Images() {
		return
	}
	if c.Task.Kind == "idx" {
		for i, file := range c.Task.Files {
			if err := look(file, false); err != nil {
				d.refuse(c, []string{fmt.Sprintf("task.files[%d]", i), "task.files", "task.kind"}, "%v", err)
			}
		}
	} else if c.Task.Data != "auto" && c.Task.Data != "embedded" {
		if err := look(c.Task.Data, true); err != nil {
			d.refuse(c, []string{"task.data", "task.kind"}, "%v", err)
		}
	}
}

// checkLayers looks at the stack of a network that sees images.
func (d *decoder) checkLayers(c *Config) {
	if c.Model.Text == nil {
		return
	}
	above := false // dense layers
	height, width := c.Task.Side(), c.Task.Side()
	found := c.Task.Found
	if n := len(found.Shape); n == 2 || n == 3 {
		height, width = found.Shape[n-2], found.Shape[n-1]
	}
	for i, l := range c.Model.Layer {
		at := func(key string) []string {
			element := fmt.Sprintf("model.layer[%d]", i)
			return []string{element + "." + key, element, "model.layer", "task.kind"}
		}
		switch {
		case l.Kind == "dense":
			above = true
		case above:
			d.refuse(c, at("kind"), `is "conv" above a dense layer, expected layers of maps first`)
			return
		case c.Model.Text.Dense() != "":
			paths := at("kind")
			d.refuse(c, append(paths[:1:1], "model.kind", "model.equations", paths[1]),
				`is "conv", expected "dense" with the model %s, whose %ss have no maps`, c.Model.Kind, c.Model.Text.Dense())
			return
		case height == 0 && found.Inputs > 0:
			d.refuse(c, at("kind"), `is "conv", expected "dense": an input is %d numbers, not an image, which an array of samples x maps x height x width has`, found.Inputs)
			return
		case height > 0:
			down, right := height+2*l.Padding, width+2*l.Padding
			if l.Kernel > min(down, right) {
				d.refuse(c, at("kernel"), "is %d, expected at most %d: the maps below are %d x %d, with padding %d",
					l.Kernel, min(down, right), height, width, l.Padding)
				return
			}
			height, width = (down-l.Kernel)/l.Stride+1, (right-l.Kernel)/l.Stride+1
		}
	}
}
