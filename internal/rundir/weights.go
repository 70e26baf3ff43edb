package rundir

import (
	"fmt"
	"io"
	"path/filepath"

	"burstsim/internal/atomicfile"
)

const (
	weightsFolder = "weights"
	weightsSuffix = ".safetensors"
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

// writeInto writes a file in a folder of the run folder, which it makes.
func (d *Dir) writeInto(folder, name string, write func(io.Writer) error) error {
	folder = filepath.Join(d.path, folder)
	if err := makeParents(folder); err != nil {
		return fmt.Errorf("cannot make folder %s: %w", folder, atomicfile.Cause(err))
	}
	return atomicfile.Write(filepath.Join(folder, name), write)
}
