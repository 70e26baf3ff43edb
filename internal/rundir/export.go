package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"burstsim/internal/atomicfile"
	"burstsim/internal/safetensors"
	"burstsim/sim/record"
)

// ExportArchive writes everything that a run recorded, until now if it goes on,
// into one archive that numpy.load opens. All names begin with the variant's label:
//
//	LABEL/metrics/time, LABEL/metrics/loss, ...     a column each; so epochs and log
//	LABEL/trajectory/NAME, .../NAME_units           as in trajectory.npz
//	LABEL/training/...                              as in training.npz
//	LABEL/spikes/...                                as in spikes.npz
//	LABEL/weights/W1, ...                           float64, of a run that has ended
//	LABEL/weights_course/time, .../W1, ...          as in weights/LABEL.npz, times first
//
// The same run gives the same bytes.
func ExportArchive(w io.Writer, dir string) error {
	run, err := Snapshot(dir)
	if err != nil {
		return err
	}
	archive := newArrayWriter(w)
	for _, v := range run.Result.Variants {
		if err := archive.variant(v); err != nil {
			return err
		}
		if err := eachWeight(dir, v.Label, func(name string, shape []int, values []float64) error {
			return archive.floats(v.Label+"/weights/"+name, shape, values)
		}); err != nil {
			return err
		}
		if err := archive.course(dir, v.Label); err != nil {
			return err
		}
	}
	return archive.zip.Close()
}

// variant writes all but the weights of a variant.
func (a *arrayWriter) variant(v record.Variant) error {
	for _, t := range tablesIn(v) {
		for i, column := range t.table.Columns {
			rows := t.table.All()
			if err := a.columns(v.Label+"/"+t.label+"/"+column, []int{rows.Len()}, rows, len(t.table.Columns), i, i+1, floatItem); err != nil {
				return err
			}
		}
	}
	if v.Trajectory != nil {
		if err := a.trajectory(v.Label+"/trajectory/", v.Trajectory); err != nil {
			return err
		}
	}
	if v.Training != nil {
		if err := a.training(v.Label+"/training/", v.Training); err != nil {
			return err
		}
	}
	if v.Spikes != nil {
		return a.spikes(v.Label+"/spikes/", v.Spikes)
	}
	return nil
}

// tablesIn are the tables that a variant has, under the names of their files.
func tablesIn(v record.Variant) (tables []labelled) {
	for _, t := range []labelled{{"metrics", metricsOf(v)}, {"epochs", epochsOf(v)}, {"log", logOf(v)}} {
		if t.table != nil {
			tables = append(tables, t)
		}
	}
	return tables
}

// openRegular opens a file of a run folder and says how large it is.
func openRegular(path string) (*os.File, int64, error) {
	if err := regular(path); err != nil {
		return nil, 0, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, atomicfile.Cause(err))
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("%s: %w", path, atomicfile.Cause(err)), f.Close())
	}
	return f, info.Size(), nil
}

// eachWeight visits the weights that a variant ended with, if there are any.
func eachWeight(dir, label string, visit func(name string, shape []int, values []float64) error) error {
	if checkName(label) != nil {
		return nil // weights have the label as their file's name
	}
	path := filepath.Join(dir, weightsFolder, label+weightsSuffix)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	f, size, err := openRegular(path)
	if err != nil {
		return err
	}
	defer f.Close()
	found, err := safetensors.Read(f, size)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, t := range found.Tensors() {
		values, shape, err := safetensors.Floats[float64](found, t.Name)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := visit(t.Name, shape, values); err != nil {
			return err
		}
	}
	return nil
}
