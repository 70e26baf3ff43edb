package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"burstsim/internal/atomicfile"
	"burstsim/internal/rundir"
)

// exportFormats are what a run can be taken away as.
var exportFormats = []string{"csv", "npz"}

func (p *program) exportCommand() *cobra.Command {
	var to, out string
	cmd := &cobra.Command{
		Use:   "export RUN --to FORMAT",
		Short: "Write all that a run recorded into tidy tables, or one archive of arrays",
		Long: `Write all that a run recorded in a form for other programs: of a run that goes on,
or was killed, what it has recorded so far.

--to csv makes a folder of tidy tables, for R, Julia, pandas, or a spreadsheet:
metrics, epochs, log, trajectory, spikes, histograms, confusion and weights, as far
as there are any, with a number a row behind columns that say of what.

--to npz makes one file of arrays that numpy.load opens, with names such as
LABEL/metrics/loss, LABEL/trajectory/soma_1 and LABEL/weights/W1.

The tables go into RUN/export, the file is RUN/export.npz, unless --out says
otherwise. A folder that has files in it is refused, a file is replaced. What is
written is there as a whole, or not at all. Its path is printed.

Exit status: 0; 1 if the run cannot be read or the export cannot be written; 2 if
the command line is wrong.`,
		Example: `  burstsim export runs/a --to csv --out tables
  burstsim export runs/a --to npz`,
		Args:              needRun,
		ValidArgsFunction: completeDirs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if to == "" {
				return errors.New("--to: no format, expected csv or npz")
			}
			if err := checkWords("--to", []string{to}, exportFormats); err != nil {
				return err
			}
			if cmd.Flags().Changed("out") && out == "" {
				return errors.New("--out: no path")
			}
			if err := p.export(args[0], to, out); err != nil {
				return failure(err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "`FORMAT` csv or npz")
	cmd.Flags().StringVar(&out, "out", "", "write to `PATH`: a new or empty folder for csv, a file for npz")
	completeWords(cmd, "to", exportFormats)
	return cmd
}

func (p *program) export(dir, to, out string) error {
	if _, err := inspect(dir); err != nil {
		return err
	}
	var err error
	switch to {
	case "npz":
		if out == "" {
			out = filepath.Join(dir, "export.npz")
		}
		err = atomicfile.Write(out, func(w io.Writer) error { return rundir.ExportArchive(w, dir) })
	case "csv":
		if out == "" {
			out = filepath.Join(dir, "export")
		}
		err = writeFolder(out, func(folder string) error { return rundir.ExportTables(folder, dir) })
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, out)
	return err
}

// writeFolder puts a folder that write fills at path in one step, where there must
// be none, or an empty one.
func writeFolder(path string, write func(folder string) error) error {
	path = filepath.Clean(path)
	switch entries, err := os.ReadDir(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("cannot use folder %s: %w", path, atomicfile.Cause(err))
	case len(entries) > 0:
		return fmt.Errorf("folder %s is not empty: expected a new or an empty folder, which --out names", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("cannot make folder %s: %w", filepath.Dir(path), atomicfile.Cause(err))
	}
	temporary, err := os.MkdirTemp(filepath.Dir(path), "."+filepath.Base(path)+".*"+atomicfile.Partial)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, atomicfile.Cause(err))
	}
	defer os.RemoveAll(temporary) // nothing is there once it has its name
	if err := write(temporary); err != nil {
		return err
	}
	if err := os.Chmod(temporary, 0o755); err != nil { // as MkdirTemp is for its user alone
		return fmt.Errorf("cannot write %s: %w", path, atomicfile.Cause(err))
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty one
		return fmt.Errorf("cannot write %s: %w", path, atomicfile.Cause(err))
	}
	return atomicfile.Rename(temporary, path)
}
