package config

import "fmt"

// heldOut is the number of training images that task.validation takes.
const heldOut = 10_000

// embedded is the number of training images that come with the program.
const embedded = 200

// checkImages looks at where images come from and whether there are enough.
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
	key, n := "task.train_images", t.TrainImages
	if part && (n == 0 || n > embedded) {
		key, n = "task.data", embedded
	}
	if n == 0 { // all of them: how many, the files say
		return
	}
	rest := n
	if t.Validation && c.Time.Kind == "discrete" {
		rest -= heldOut
	}
	switch paths := []string{"task.batch", key, "task.validation", "time.kind"}; {
	case rest <= 0:
		d.refuse(c, []string{"task.validation", key, "time.kind"},
			"is true, expected false or more than %d training images: %[1]d of them are held out, and here are %d", heldOut, n)
	case t.Batch > rest && rest < n:
		d.refuse(c, paths, "is %d, expected at most %d, the training images that validation leaves of %d", t.Batch, rest, n)
	case t.Batch > rest:
		d.refuse(c, paths, "is %d, expected at most %d, the number of training images", t.Batch, rest)
	}
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
	above := false // dense layers
	side := c.Task.side()
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
		case c.Model.Kind == "edn":
			paths := at("kind")
			d.refuse(c, append(paths[:1:1], "model.kind", paths[1]),
				`is "conv", expected "dense" with model.kind = "edn", whose interneurons have no maps`)
			return
		case side > 0:
			frame := side + 2*l.Padding
			if l.Kernel > frame {
				d.refuse(c, at("kernel"), "is %d, expected at most %d: the maps below are %d x %d, with padding %d",
					l.Kernel, frame, side, side, l.Padding)
				return
			}
			side = (frame-l.Kernel)/l.Stride + 1
		}
	}
}

// side is the height, and the width, of the images in pixels; 0 if only the
// files say.
func (t Task) side() int {
	switch t.Kind {
	case "mnist", "fashion-mnist":
		return 28
	case "cifar10":
		return 32
	}
	return 0
}
