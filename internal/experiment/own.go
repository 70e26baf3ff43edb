package experiment

import (
	"fmt"
	"math"
	"slices"

	"burstsim/internal/arrayfile"
	"burstsim/internal/config"
	"burstsim/internal/dataset/films"
	"burstsim/internal/dataset/samples"
	"burstsim/internal/safetensors"
	"burstsim/tasks/signals"
	"burstsim/tasks/teacher"
)

// own is what the files of a task hold that are a user's own.
type own struct {
	task        config.Task // with what was found, and the SHA-256 of each file
	train, test signals.Stretch
	set, tests  *samples.Set // of arrays
	teacher     []teacher.Layer
	films       []*films.Film
}

// CheckData reads the files of signals, arrays and teachers. It returns the task
// with what was found in them, and their SHA-256, or a *config.KeyError.
func CheckData(cfg *config.Config) (config.Task, error) {
	o, err := readOwn(*cfg)
	if err != nil {
		return config.Task{}, err
	}
	return o.task, nil
}

// Complete is the experiment with what is found in the files of its tasks, if
// nobody has looked at them yet. The error says what is wrong with one.
func Complete(cfg config.Config) (config.Config, error) {
	cfg.Compare = slices.Clone(cfg.Compare)
	all := []*config.Config{&cfg}
	for i := range cfg.Compare {
		all = append(all, &cfg.Compare[i].Config)
	}
	library := NewData()
	for _, c := range all {
		if !c.Task.ReadsOwn() || c.Task.Found.Inputs > 0 {
			continue
		}
		o, err := library.own(*c)
		if err != nil {
			return cfg, err
		}
		c.Task = o.task
	}
	return cfg, nil
}

// ownReader reads the files of a task.
type ownReader struct {
	own
	inputs, targets *arrayfile.File // maybe the same
}

func readOwn(cfg config.Config) (*own, error) {
	r := &ownReader{own: own{task: cfg.Task}}
	if err := r.readTeacher(); err != nil {
		return nil, err
	}
	if cfg.Task.Kind == "video" {
		return &r.own, r.readFilms(cfg)
	}
	if !cfg.Task.Own() {
		return &r.own, nil
	}
	var err error
	if r.inputs, err = open("task.input_file", &r.task.InputFile); err != nil {
		return nil, err
	}
	defer r.inputs.Close()
	r.targets = r.inputs
	if r.task.TargetFile != "" && r.teacher == nil {
		if r.targets, err = open("task.target_file", &r.task.TargetFile); err != nil {
			return nil, err
		}
		defer r.targets.Close()
	}
	if cfg.Task.Kind == "signals" {
		err = r.readSignals()
	} else {
		err = r.readArrays(cfg)
	}
	return &r.own, err
}

// open opens a file that must be the one that was meant, and notes its SHA-256.
func open(key string, file *string) (*arrayfile.File, error) {
	path, want := config.SplitSum(*file)
	f, err := arrayfile.Open(path)
	if err != nil {
		return nil, refused(key, err)
	}
	sum, err := f.Sum()
	if err == nil {
		err = sameFile(path, want, sum)
	}
	if err != nil {
		_ = f.Close()
		return nil, refused(key, err)
	}
	*file = config.WithSum(path, sum)
	return f, nil
}

func sameFile(path, want, sum string) error {
	if want != "" && want != sum {
		return fmt.Errorf("%s has the SHA-256 %s, expected %s: it is another file than the one this was written for", path, sum, want)
	}
	return nil
}

func refused(key string, err error) error { return &config.KeyError{Key: key, Msg: err.Error()} }

func wrong(key, format string, args ...any) error {
	return &config.KeyError{Key: key, Msg: fmt.Sprintf(format, args...)}
}

// readTeacher reads the network that makes targets, if there is one.
func (r *ownReader) readTeacher() error {
	if r.task.TeacherFile == "" {
		return nil
	}
	path, want := config.SplitSum(r.task.TeacherFile)
	err := withWeights(path, func(f *safetensors.File, sum string) (err error) {
		if want != "" && want != sum {
			return fmt.Errorf("has the SHA-256 %s, expected %s: it is another file than the one this was written for", sum, want)
		}
		r.task.TeacherFile = config.WithSum(path, sum)
		r.teacher, err = teacher.FromTensors(f)
		return err
	})
	if err != nil {
		return refused("task.teacher_file", err)
	}
	r.task.Found = config.Found{Inputs: r.teacher[0].In, Outputs: r.teacher[len(r.teacher)-1].Out}
	if r.task.Kind == "regression" {
		return r.fits(r.task.Inputs, "task.inputs")
	}
	return nil
}

// fits says whether the teacher takes so many inputs, which a key decides.
func (r *ownReader) fits(inputs int, key string) error {
	if in := r.teacher[0].In; in != inputs {
		path, _ := config.SplitSum(r.task.TeacherFile)
		return wrong("task.teacher_file", "%s has a first layer of %d inputs, expected %d, as many as %s gives", path, in, inputs, key)
	}
	return nil
}

// names are those of arrays or columns that a key gives, or else the first of the
// usual ones that the file has.
func names(f *arrayfile.File, path, key string, given []string, usual ...string) ([]string, error) {
	has := f.Names()
	switch {
	case len(given) > 0:
		return given, nil
	case slices.Equal(has, []string{""}):
		return has, nil
	}
	for _, name := range usual {
		if slices.Contains(has, name) {
			return []string{name}, nil
		}
	}
	what := "array"
	if f.Text() {
		what = "column"
	}
	path, _ = config.SplitSum(path)
	return nil, wrong(key, "is missing, and %s has no %s %q; expected some of %s", path, what, usual[0], arrayfile.Listed(has))
}

// targetNames are those of the targets or labels.
func (r *ownReader) targetNames() ([]string, error) {
	apart := r.targets != r.inputs
	path := r.task.InputFile
	if apart {
		path = r.task.TargetFile
	}
	has := r.targets.Names()
	switch given := r.task.TargetNames; {
	case len(given) > 0:
	case !apart && slices.Equal(has, []string{""}):
		path, _ = config.SplitSum(path)
		return nil, wrong("task.target_file", "is missing, expected a file with the targets, as %s has one array, the inputs", path)
	case apart && r.targets.Text():
		return has, nil
	}
	usual := []string{"targets", "labels"}
	if r.task.Kind == "arrays" && r.task.Targets == "labels" {
		slices.Reverse(usual)
	}
	return names(r.targets, path, "task.target_names", r.task.TargetNames, usual...)
}

// inputNames are those of the inputs; of columns of a text by default all that
// others are not.
func (r *ownReader) inputNames(others []string) ([]string, error) {
	if len(r.task.InputNames) > 0 || !r.inputs.Text() {
		return names(r.inputs, r.task.InputFile, "task.input_names", r.task.InputNames, "inputs")
	}
	left := r.inputs.Others(others)
	if len(left) == 0 {
		path, _ := config.SplitSum(r.task.InputFile)
		return nil, wrong("task.input_file", "%s has no columns beside %s, expected inputs", path, arrayfile.Listed(others))
	}
	return left, nil
}

// tables reads inputs, and the targets that belong to them, unless a teacher makes
// these.
func (r *ownReader) tables(beside ...string) (inputs, targets samples.Rows, err error) {
	var targetNames []string
	if r.teacher == nil {
		if targetNames, err = r.targetNames(); err != nil {
			return inputs, targets, err
		}
		if r.targets == r.inputs {
			beside = append(beside, targetNames...)
		}
	}
	inputNames, err := r.inputNames(beside)
	if err != nil {
		return inputs, targets, err
	}
	table, err := r.inputs.Table(inputNames...)
	if err != nil {
		return inputs, targets, refused(r.key("task.input_names", r.task.InputNames, "task.input_file"), err)
	}
	inputs = samples.Of(table)
	if r.teacher != nil {
		return inputs, targets, r.fits(inputs.Columns(), "task.input_file")
	}
	targets, err = r.answers(targetNames, inputs, r.key("task.target_names", r.task.TargetNames, "task.target_file"))
	return inputs, targets, err
}

// key is the one to be blamed for what arrays or columns hold: of their names, if
// they are given, or else of their file.
func (r *ownReader) key(names string, given []string, file string) string {
	switch {
	case len(given) > 0:
		return names
	case file == "task.target_file" && r.targets == r.inputs:
		return "task.input_file"
	}
	return file
}

// answers reads the targets of inputs, as many rows.
func (r *ownReader) answers(names []string, inputs samples.Rows, key string) (targets samples.Rows, err error) {
	table, err := r.targets.Table(names...)
	if err != nil {
		return targets, refused(key, err)
	}
	if table.Len() != inputs.Len() {
		path := r.task.TargetFile
		if r.targets == r.inputs {
			path = r.task.InputFile
		}
		path, _ = config.SplitSum(path)
		return targets, wrong(key, "%s: %s has %d rows, expected %d as the inputs have", path, arrayfile.Listed(names), table.Len(), inputs.Len())
	}
	return samples.Of(table), nil
}

// held is how many of n rows are for tests, of which and of the others there must
// be so many at least.
func (r *ownReader) held(n, least int) (int, error) {
	test := int(math.Round(r.task.TestFraction * float64(n)))
	switch {
	case r.task.TestFraction == 0:
		return 0, nil
	case test < least:
		return 0, wrong("task.test_fraction", "is %v of %d rows, which is %d, expected %d or more, or 0", r.task.TestFraction, n, test, least)
	case n-test < least:
		return 0, wrong("task.test_fraction", "is %v of %d rows, which leaves %d to learn from, expected %d or more", r.task.TestFraction, n, n-test, least)
	}
	return test, nil
}

// scale scales rows by those that are learned from.
func scale(key, scaling string, by samples.Rows, rows ...*samples.Rows) error {
	for _, part := range rows {
		scaled, err := part.Scaled(scaling, by)
		if err != nil {
			return refused(key, err)
		}
		*part = scaled
	}
	return nil
}
