package config

import (
	"cmp"
	"errors"
	"fmt"
)

// checkData looks at the files of signals, arrays and teachers, each once for all
// variants, and notes what they hold.
func (d *decoder) checkData(c *Config, variants []*decoder, look func(*Config) (Task, error)) {
	type outcome struct {
		task Task
		err  error
	}
	seen := map[string]outcome{}
	one := func(d *decoder, c *Config) {
		t := &c.Task
		if !d.dataComplete(c) || look == nil || !t.ReadsOwn() {
			return
		}
		key := fmt.Sprintf("%+v %v", *t, c.Run.Seed)
		found, ok := seen[key]
		if !ok {
			found.task, found.err = look(c)
			seen[key] = found
		}
		var inKey *KeyError
		switch {
		case errors.As(found.err, &inKey):
			d.refuse(c, []string{inKey.Key, "task.input_file", "task.kind"}, "%s", inKey.Msg)
		case found.err != nil:
			d.refuse(c, []string{"task.input_file", "task.kind"}, "%v", found.err)
		default:
			*t = found.task
		}
	}
	one(d, c)
	for _, v := range variants {
		one(v, &c.Compare[v.number].Config)
	}
}

// dataComplete refuses files that are not given, and sums that cannot be.
func (d *decoder) dataComplete(c *Config) bool {
	t := &c.Task
	complete := true
	refuse := func(key, format string, args ...any) {
		d.refuse(c, []string{key, "task.kind"}, format, args...)
		complete = false
	}
	for _, f := range []struct{ key, value string }{
		{"task.input_file", t.InputFile}, {"task.target_file", t.TargetFile}, {"task.teacher_file", t.TeacherFile},
	} {
		complete = complete && d.sound(f.key)
		path, sum := SplitSum(f.value)
		switch {
		case f.value == "":
		case path == "":
			refuse(f.key, "is %s, expected a path before %s", shorten(f.value), hashMark)
		case path != f.value && !sha256Sum.MatchString(sum):
			refuse(f.key, "has %s behind %s, expected 64 digits from 0 to 9 and a to f", shorten(sum), hashMark)
		}
	}
	if t.Kind == "video" {
		complete = d.checkFilms(c) && complete
	}
	if t.Own() && t.InputFile == "" {
		refuse("task.input_file", "is missing, expected a file of numbers: .npz, .npy or .csv")
	}
	if t.Kind == "arrays" && len(t.TestNames) > 0 && len(t.TestTargetNames) == 0 {
		refuse("task.test_target_names", "is missing, expected the arrays with the %s that belong to task.test_input_names", t.Targets)
	}
	if t.Kind == "arrays" && len(t.TestNames) == 0 && t.TestFraction == 0 {
		refuse("task.test_fraction", "is 0, expected more, or task.test_input_names: what is learned is tested after each epoch")
	}
	return complete
}

// Size is the number of inputs and outputs; 0 where only data say.
func (t Task) Size() (inputs, outputs int) {
	switch {
	case t.Kind == "xor":
		return 2, 1
	case t.Kind == "regression":
		return t.Inputs, cmp.Or(t.Found.Outputs, t.Outputs)
	case t.Kind == "video":
		return t.InputSide * t.InputSide, cmp.Or(t.Found.Outputs, t.Outputs)
	}
	return t.Found.Inputs, t.Found.Outputs
}
