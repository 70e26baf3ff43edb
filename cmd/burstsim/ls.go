package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"burstsim/internal/config"
	"burstsim/internal/report"
	"burstsim/internal/rundir"
)

// lsOptions are the flags of ls.
type lsOptions struct {
	keys   []string
	vary   bool
	sort   string
	status []string
	paths  bool
	json   bool
}

func (p *program) lsCommand() *cobra.Command {
	var opt lsOptions
	cmd := &cobra.Command{
		Use:   "ls [DIR...]",
		Short: "List runs",
		Long: `List the runs in a folder, runs unless DIR says otherwise, one a line and the
latest first: what was run and when, the loss of the experiment itself after
learning, its error on test images, and what has become of it:

  finished     it came to its end
  failed       it stopped, and the note says why
  interrupted  it stopped with a checkpoint, or before it had drawn its figures:
               burstsim resume goes on
  running      a process is at it; the note says how far
  unfinished   it was killed before it began; burstsim resume starts it
  unreadable   its files are not those of a run, and the note says why

DIR may also be a run itself. Other folders are left out. Only config.toml,
summary.json and, of a run that goes on, the last rows of metrics are read. On a terminal, lines are cut at its width.

Exit status: 0; 1 if a folder cannot be read; 2 if the command line is wrong.`,
		Example: `  burstsim ls
  burstsim ls results/sweep --vary --sort loss      what was varied, best first
  burstsim ls --key model.beta --key time.dt
  burstsim ls -q --status interrupted | xargs -n 1 burstsim resume
  burstsim ls --json | jq '.[] | select(.experiment.seed == 3)'`,
		ValidArgsFunction: completeDirs,
		RunE:              func(_ *cobra.Command, dirs []string) error { return p.list(dirs, opt) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&opt.keys, "key", nil, "add a column of `KEY`, such as model.beta; may be repeated")
	flags.BoolVar(&opt.vary, "vary", false, "add a column for each key that is not the same in all runs")
	flags.StringVar(&opt.sort, "sort", "began", "sort by `COLUMN`: began (latest first), name, loss, error, or a key")
	flags.StringSliceVar(&opt.status, "status", nil, "list runs of `STATUS` only; may be repeated")
	flags.BoolVarP(&opt.paths, "quiet", "q", false, "print nothing but the folders' paths")
	flags.BoolVar(&opt.json, "json", false, "print a JSON array, with the keys that differ from their defaults")
	cmd.MarkFlagsMutuallyExclusive("quiet", "json")
	completeWords(cmd, "key", config.Keys())
	completeWords(cmd, "sort", append(report.Orders(), config.Keys()...))
	completeWords(cmd, "status", statusNames())
	return cmd
}

func statusNames() []string {
	var names []string
	for _, s := range rundir.Statuses() {
		names = append(names, string(s))
	}
	return names
}

func (p *program) list(dirs []string, opt lsOptions) error {
	for _, status := range opt.status {
		if !slices.Contains(statusNames(), status) {
			return fmt.Errorf("--status: %q, expected %s", status, strings.Join(statusNames(), ", "))
		}
	}
	runs, others, err := findRuns(dirs)
	if err != nil {
		return failure(err)
	}
	for _, key := range opt.keys {
		if err := report.CheckKey(runs, key); err != nil {
			return fmt.Errorf("--key: %w", err)
		}
	}
	if err := report.Sort(runs, opt.sort); err != nil {
		return fmt.Errorf("--sort: %w", err)
	}
	if len(opt.status) > 0 {
		runs = slices.DeleteFunc(runs, func(d *rundir.Digest) bool { return !slices.Contains(opt.status, string(d.Status)) })
	}
	if err := p.printRuns(runs, opt); err != nil {
		return failure(err)
	}
	if len(runs) == 0 && !opt.paths && !opt.json {
		p.sayNoRuns(dirs, others, opt)
	}
	return nil
}

const defaultRuns = "runs" // where run and compare put their folders

// findRuns takes each folder for a run or for a folder of runs.
func findRuns(dirs []string) (runs []*rundir.Digest, others int, err error) {
	if len(dirs) == 0 {
		if !isDir(defaultRuns) {
			return nil, 0, nil
		}
		dirs = []string{defaultRuns}
	}
	var single []string
	for _, dir := range dirs {
		if rundir.KindOf(dir) == rundir.KindRun {
			single = append(single, dir)
			continue
		}
		found, n, err := rundir.List(dir)
		if err != nil {
			return nil, 0, err
		}
		runs, others = append(runs, found...), others+n
	}
	return append(rundir.InspectAll(single), runs...), others, nil
}

func (p *program) printRuns(runs []*rundir.Digest, opt lsOptions) error {
	switch {
	case opt.json:
		entries := []report.Entry{}
		for _, d := range runs {
			entries = append(entries, report.NewEntry(d))
		}
		return writeJSON(p.out, entries)
	case opt.paths:
		for _, d := range runs {
			if _, err := fmt.Fprintln(p.out, d.Dir); err != nil {
				return err
			}
		}
		return nil
	case len(runs) == 0:
		return nil
	}
	keys := slices.Clone(opt.keys)
	if opt.vary {
		for _, key := range report.Varying(runs) {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return p.writeCut(func(w io.Writer) error { return writeRows(w, report.Listing(runs, keys), 0) })
}

// sayNoRuns tells people; programs see that there is nothing.
func (p *program) sayNoRuns(dirs []string, others int, opt lsOptions) {
	where := defaultRuns
	if len(dirs) > 0 {
		where = strings.Join(dirs, ", ")
	}
	what := "no runs"
	if len(opt.status) > 0 {
		what = "no runs that are " + strings.Join(opt.status, " or ")
	}
	more := ""
	if others > 0 {
		more = fmt.Sprintf("; %d other folders", others)
	}
	fmt.Fprintf(p.err, "%s in %s%s\n", what, printable([]string{where}), more)
}

func writeJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(v)
}

// writeCut prints what fits into the width of the terminal, if there is one, of
// each line.
func (p *program) writeCut(write func(io.Writer) error) error {
	if p.width == 0 {
		return write(p.out)
	}
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(p.out, cut(strings.TrimRight(line, "\n"), p.width)); err != nil {
			return err
		}
	}
	return nil
}

// cut shortens a line to a number of characters.
func cut(line string, width int) string {
	runes := []rune(line)
	if len(runes) <= width {
		return line
	}
	return string(runes[:max(width-1, 0)]) + "…"
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
