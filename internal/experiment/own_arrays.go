package experiment

import (
	"slices"

	"burstsim/internal/arrayfile"
	"burstsim/internal/config"
	"burstsim/internal/dataset/samples"
)

// readArrays reads samples with labels or targets, and parts them.
func (r *ownReader) readArrays(cfg config.Config) error {
	inputs, targets, err := r.tables()
	if err != nil {
		return err
	}
	var testInputs, testTargets samples.Rows
	if len(r.task.TestNames) > 0 {
		testInputs, testTargets, err = r.readTests(inputs, targets)
	} else {
		inputs, targets, testInputs, testTargets, err = r.part(cfg, inputs, targets)
	}
	if err != nil {
		return err
	}
	if err := scale("task.input_scaling", r.task.InputScaling, inputs, &testInputs, &inputs); err != nil {
		return err
	}
	r.task.Found = config.Found{Inputs: inputs.Columns(), Rows: inputs.Len(), Shape: inputs.Shape()}
	if r.task.Targets == "values" {
		err = r.join(inputs, targets, testInputs, testTargets)
	} else {
		err = r.label(inputs, targets, testInputs, testTargets)
	}
	return err
}

// readTests reads samples that a file has for tests.
func (r *ownReader) readTests(inputs, targets samples.Rows) (testInputs, testTargets samples.Rows, err error) {
	const key = "task.test_input_names"
	path, _ := config.SplitSum(r.task.InputFile)
	if r.inputs.Text() || slices.Equal(r.inputs.Names(), []string{""}) {
		return testInputs, testTargets, wrong(key, "is given, but %s is no .npz, which can have arrays of other samples; expected task.test_fraction", path)
	}
	table, err := r.inputs.Table(r.task.TestNames...)
	if err != nil {
		return testInputs, testTargets, refused(key, err)
	}
	testInputs = samples.Of(table)
	if got, want := testInputs.Columns(), inputs.Columns(); got != want {
		return testInputs, testTargets, wrong(key, "%s: %s has %d numbers a row, expected %d as those that are learned from",
			path, arrayfile.Listed(r.task.TestNames), got, want)
	}
	if testTargets, err = r.answers(r.task.TestTargetNames, testInputs, "task.test_target_names"); err != nil {
		return testInputs, testTargets, err
	}
	if got, want := testTargets.Columns(), targets.Columns(); got != want {
		return testInputs, testTargets, wrong("task.test_target_names", "%s has %d numbers a row, expected %d as those that are learned from",
			arrayfile.Listed(r.task.TestTargetNames), got, want)
	}
	return testInputs, testTargets, nil
}

// part takes samples for tests from all.
func (r *ownReader) part(cfg config.Config, inputs, targets samples.Rows) (in, out, testIn, testOut samples.Rows, err error) {
	n := inputs.Len()
	held, err := r.held(n, 1)
	if err != nil {
		return in, out, testIn, testOut, err
	}
	if r.task.Split == "last" {
		return inputs.Slice(0, n-held), targets.Slice(0, n-held), inputs.Slice(n-held, n), targets.Slice(n-held, n), nil
	}
	order := random(cfg, splitStream).Perm(n)
	learned, tested := order[:n-held], order[n-held:]
	slices.Sort(learned) // which keeps the order of the file
	slices.Sort(tested)
	return inputs.Pick(learned), targets.Pick(learned), inputs.Pick(tested), targets.Pick(tested), nil
}

// join makes sets of samples with targets.
func (r *ownReader) join(inputs, targets, testInputs, testTargets samples.Rows) (err error) {
	if err := scale("task.target_scaling", r.task.TargetScaling, targets, &testTargets, &targets); err != nil {
		return err
	}
	r.task.Found.Outputs = targets.Columns()
	if r.set, err = samples.WithTargets(inputs, targets); err == nil {
		r.tests, err = samples.WithTargets(testInputs, testTargets)
	}
	return err
}

// label makes sets of samples with labels, of which all must occur.
func (r *ownReader) label(inputs, targets, testInputs, testTargets samples.Rows) error {
	key := r.key("task.target_names", r.task.TargetNames, "task.target_file")
	if n := targets.Columns(); n != 1 {
		return wrong(key, "has %d numbers a row, expected one, the label, or task.targets = %q", n, "values")
	}
	labels, classes, err := labelsOf(key, targets)
	if err != nil {
		return err
	}
	testKey := key
	if len(r.task.TestTargetNames) > 0 {
		testKey = "task.test_target_names"
	}
	tested, testClasses, err := labelsOf(testKey, testTargets)
	if err != nil {
		return err
	}
	classes = max(classes, testClasses)
	occurs := make([]bool, classes)
	for _, l := range append(slices.Clone(labels), tested...) {
		occurs[l] = true
	}
	if l := slices.Index(occurs, false); l >= 0 {
		return wrong(key, "has labels up to %d but none is %d, expected each of 0, 1, 2, ...", classes-1, l)
	}
	if classes < 2 {
		return wrong(key, "has one label only, expected 2 or more, or task.targets = %q", "values")
	}
	r.task.Found.Outputs = classes
	if r.set, err = samples.Labelled(inputs, labels, classes); err == nil {
		r.tests, err = samples.Labelled(testInputs, tested, classes)
	}
	return err
}

// labelsOf are rows of one number each as labels, and how many there may be.
func labelsOf(key string, rows samples.Rows) (labels []int, classes int, err error) {
	labels = make([]int, rows.Len())
	for i := range labels {
		x := rows.At(i, 0)
		if l := int(min(max(x, -1), mostClasses)); float64(l) != x || l < 0 || l == mostClasses {
			return nil, 0, wrong(key, "has the label %v in row %d (from 0), expected one of 0, 1, 2, ..., below %d; or task.targets = %q", x, rows.Place(i), mostClasses, "values")
		} else {
			labels[i], classes = l, max(classes, l+1)
		}
	}
	return labels, classes, nil
}

// mostClasses bounds labels, so that a number that is none asks for no memory.
const mostClasses = 1 << 20
