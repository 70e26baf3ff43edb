package main

import (
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"burstsim/internal/report"
	"burstsim/internal/rundir"
)

func (p *program) showCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show RUN",
		Short: "Show what a run was and what it came to",
		Long: `Show all that the folder of a run says: its status, the keys that differ from
their defaults, the outcome of its variants, its speed, the recorded signals with
their units and windows, its files, the versions that made it, and the commands
that run it again.

Exit status: 0; 1 if a file of the run cannot be read; 2 if the command line is
wrong.`,
		Example: `  burstsim show runs/regression-20260501-120000
  burstsim show runs/a --json | jq .signals`,
		Args:              needRun,
		ValidArgsFunction: completeDirs,
		RunE:              func(_ *cobra.Command, args []string) error { return p.show(args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return cmd
}

// inspect is the digest of a run that can be read.
func inspect(dir string) (*rundir.Digest, error) {
	if err := rundir.CheckRun(dir); err != nil {
		return nil, err
	}
	d := rundir.Inspect(dir)
	if d.Status == rundir.Unreadable {
		return nil, errors.New(d.Reason)
	}
	return d, nil
}

func (p *program) show(dir string, asJSON bool) error {
	d, err := inspect(dir)
	if err != nil {
		return failure(err)
	}
	doc, damaged := report.Describe(d)
	if asJSON {
		err = writeJSON(p.out, doc.Entry())
	} else {
		err = p.printDocument(doc)
	}
	if err := errors.Join(err, damaged); err != nil {
		return failure(err)
	}
	return nil
}

func (p *program) printDocument(doc *report.Document) error {
	if _, err := fmt.Fprintf(p.out, "%s\n%s\n%s\nbegan %s\n", p.bold(printable([]string{doc.Digest.Dir})),
		printable([]string{doc.Status()}), doc.Experiment(), doc.Began()); err != nil {
		return err
	}
	return p.printSections(doc.Sections())
}

func (p *program) printSections(sections []report.Section) error {
	for _, s := range sections {
		if _, err := fmt.Fprintf(p.out, "\n%s\n", p.bold(s.Title)); err != nil {
			return err
		}
		for i, part := range s.Parts {
			if err := p.printPart(i > 0, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// printPart prints a part, below an empty line if it follows another.
func (p *program) printPart(follows bool, part report.Part) error {
	if follows {
		fmt.Fprintln(p.out)
	}
	if part.Caption != "" {
		fmt.Fprintln(p.out, printable([]string{part.Caption}))
	}
	for _, line := range part.Lines {
		fmt.Fprintln(p.out, printable([]string{line}))
	}
	if part.Table == nil {
		return nil
	}
	flags := uint(0)
	if part.Numbers {
		flags = tabwriter.AlignRight
	}
	return writeRows(p.out, part.Table, flags)
}

// bold makes headings stand out on a terminal.
func (p *program) bold(text string) string {
	if p.width == 0 || os.Getenv("NO_COLOR") != "" {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}
