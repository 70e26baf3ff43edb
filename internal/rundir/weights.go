package rundir

import (
	"fmt"
	"io"
	"path/filepath"

	"burstsim/internal/atomicfile"
	"burstsim/sim/record"
)

const (
	weightsFolder   = "weights"
	weightsSuffix   = ".safetensors"
	snapshotsSuffix = ".npz"
)

// WriteWeights writes weights/LABEL.safetensors: what the variant of this label
// has learned, as write writes it (experiment.WriteWeights). The label must be
// a plain file name.
func (d *Dir) WriteWeights(label string, write func(io.Writer) error) error {
	if checkName(label) != nil {
		return fmt.Errorf("variant %q cannot name a file: expected no path separators", label)
	}
	return d.writeInto(weightsFolder, label+weightsSuffix, write)
}

// writeSnapshots writes weights/LABEL.npz, the weights in the course of a variant, if
// they were recorded: "time" (s) or "epoch", and each array of weights under its name
// as the files of weights have it, with the times as the first axis, float64.
func (d *Dir) writeSnapshots(v record.Variant) error {
	if v.Snapshots == nil {
		return nil
	}
	if checkName(v.Label) != nil {
		return fmt.Errorf("variant %q cannot name a file: expected no path separators", v.Label)
	}
	return d.writeInto(weightsFolder, v.Label+snapshotsSuffix, func(w io.Writer) error { return WriteSnapshots(w, v.Snapshots) })
}

// WriteSnapshots writes weights at several times as an archive that numpy.load opens.
// One row at a time is in memory.
func WriteSnapshots(w io.Writer, s *record.Snapshots) error {
	archive := newArrayWriter(w)
	n, width := s.Rows.Len(), record.Layout{Weights: s.Shapes}.Width()
	if err := archive.columns(s.Unit, []int{n}, s.Rows, width, 0, 1, floatItem); err != nil {
		return err
	}
	at := 1
	for _, shape := range s.Shapes {
		if err := archive.columns(shape.Name, append([]int{n}, shape.Shape...), s.Rows, width, at, at+shape.Len(), floatItem); err != nil {
			return err
		}
		at += shape.Len()
	}
	return archive.zip.Close()
}

// writeInto writes a file in a folder of the run folder, which it makes.
func (d *Dir) writeInto(folder, name string, write func(io.Writer) error) error {
	folder = filepath.Join(d.path, folder)
	if err := makeParents(folder); err != nil {
		return fmt.Errorf("cannot make folder %s: %w", folder, atomicfile.Cause(err))
	}
	return atomicfile.Write(filepath.Join(folder, name), write)
}
