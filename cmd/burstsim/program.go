package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/runner"
	"burstsim/sim/record"
)

// Exit statuses. A run that a signal stopped has 128 plus the signal's number.
const (
	statusOK      = 0
	statusFailure = 1 // the run, its folder or its figures
	statusUsage   = 2 // the command line or an experiment file
)

// program is what the commands need of the world outside.
type program struct {
	out, err io.Writer
	terminal bool // whether err is one
	width    int  // of out in characters, if it is a terminal, otherwise 0
	now      func() time.Time
	run      func(context.Context, config.Config, experiment.Options) (*record.Result, *experiment.Summary, error)
	draw     func(figure string, res *record.Result, cfg config.Config) (runner.WriteFigure, error)
}

func newProgram() *program {
	return &program{
		out:      os.Stdout,
		err:      os.Stderr,
		terminal: term.IsTerminal(int(os.Stderr.Fd())),
		width:    terminalWidth(os.Stdout),
		now:      time.Now,
		run:      experiment.Run,
		draw:     runner.Draw,
	}
}

// terminalWidth is 0 of what is no terminal.
func terminalWidth(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// statusError is an error with the exit status it leads to; all others lead to
// statusUsage. Without err it has been reported already.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

func failure(err error) error { return &statusError{statusFailure, err} }

// execute runs one command line and returns the exit status.
func (p *program) execute(ctx context.Context, args []string) int {
	root := p.command()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return statusOK
	}
	var s *statusError
	if !errors.As(err, &s) {
		p.report(plain(err))
		return statusUsage
	}
	if s.err != nil {
		p.report(s.err)
	}
	return s.status
}

// joined is where errors.Join puts an error behind another.
var joined = regexp.MustCompile(`(\S)\n(\S)`)

// report prints an error, or several that are joined, on one line. If it starts
// with file and line it stays as it is, so that editors can follow it, and so
// do all that are wrong with one file, each on its line.
func (p *program) report(err error) {
	if all, ok := err.(config.Errors); ok {
		for _, one := range all {
			p.report(one)
		}
		return
	}
	line := strings.Join(strings.Fields(joined.ReplaceAllString(err.Error(), "$1; $2")), " ")
	var inFile *config.Error
	if !errors.As(err, &inFile) {
		line = "burstsim: " + line
	}
	fmt.Fprintln(p.err, printable([]string{line})) // names of files may hold anything
}

func (p *program) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "burstsim",
		Short: "Simulate how cortical circuits could learn",
		Long: `burstsim integrates networks of pyramidal neurons whose bursts carry errors,
while they learn, and compares them with their discrete-time limit and with
backpropagation. An experiment is a TOML file; a run leaves a folder with
tables, signals and figures.`,
		Example: `  burstsim init regression -o my.toml        write a commented experiment file
  burstsim model show edn --circuit edn.pdf  draw what a model is
  burstsim run my.toml                       run it; the last line is the folder
  burstsim run my.toml --set model.beta=2    run it with another value
  burstsim resume runs/my-20260102-030405    go on with a run that was broken off
  burstsim ls                                list runs
  burstsim compare runs/a runs/b             show finished runs side by side
  burstsim validate *.toml                   check files without running them`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(flagError)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.AddCommand(
		p.runCommand(), p.resumeCommand(), p.sweepCommand(), p.reproduceCommand(),
		p.lsCommand(), p.showCommand(), p.plotCommand(), p.reportCommand(), p.exportCommand(), p.compareCommand(),
		p.validateCommand(), p.initCommand(), p.modelCommand(), p.dataCommand(), p.benchCommand(), p.versionCommand(), p.manCommand(),
	)
	return root
}
