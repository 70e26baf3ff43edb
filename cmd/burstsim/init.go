package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
)

func (p *program) initCommand() *cobra.Command {
	var output string
	var list bool
	var start config.Start
	cmd := &cobra.Command{
		Use:   "init TASK",
		Short: "Write a commented experiment file",
		Long: `Write an experiment file for a task, with every key of its model and kind
of time, its default and its meaning, to standard output or to a new file. The
model is one that comes with burstsim, or the file of a text. --list says which
tasks, models and kinds of time there are.

Tasks: ` + strings.Join(config.Tasks(), ", ") + `
Populations that spike: ` + strings.Join(config.SpikingStarts(), ", "),
		Example: `  burstsim init regression
  burstsim init regression -o my.toml
  burstsim init xor --model edn --time discrete
  burstsim init regression --model my.model -o my.toml
  burstsim init --list`,
		ValidArgs: append(config.Tasks(), config.SpikingStarts()...),
		Args: func(cmd *cobra.Command, args []string) error {
			if list {
				return noArgs(cmd, args)
			}
			if len(args) != 1 {
				return fmt.Errorf("init: expected one task: %s", strings.Join(config.Tasks(), ", "))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if list {
				if err := p.listStarts(); err != nil {
					return failure(err)
				}
				return nil
			}
			start.Task = args[0]
			if output != "" {
				start.Folder = filepath.Dir(output)
			}
			text, err := config.Template(start)
			if err != nil {
				return err
			}
			return p.writeTemplate(text, output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write a new `FILE`")
	cmd.Flags().StringVar(&start.Model, "model", "", "`MODEL` of the network: "+strings.Join(config.Choices("model.kind"), ", ")+", or the file of another")
	cmd.Flags().StringVar(&start.Time, "time", "", "`KIND` of time: "+strings.Join(config.Times(), ", "))
	cmd.Flags().BoolVar(&list, "list", false, "list tasks, models and kinds of time")
	for _, flag := range []string{"output", "model", "time"} {
		cmd.MarkFlagsMutuallyExclusive("list", flag)
	}
	completeWords(cmd, "model", config.Choices("model.kind"))
	completeWords(cmd, "time", config.Times())
	return cmd
}

// listStarts lists what a file can begin with.
func (p *program) listStarts() error {
	if _, err := fmt.Fprintf(p.out, "tasks: %s\nkinds of time: %s\npopulations that spike: %s\n\n", strings.Join(config.Tasks(), ", "), strings.Join(config.Times(), ", "), strings.Join(config.SpikingStarts(), ", ")); err != nil {
		return err
	}
	return p.listModels(false)
}

func (p *program) writeTemplate(text, output string) error {
	if output == "" {
		if _, err := io.WriteString(p.out, text); err != nil {
			return failure(err)
		}
		return nil
	}
	if _, err := os.Lstat(output); !errors.Is(err, fs.ErrNotExist) {
		return failure(fmt.Errorf("%s exists already: expected the name of a new file", output))
	}
	err := atomicfile.Write(output, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		return failure(err)
	}
	return nil
}
