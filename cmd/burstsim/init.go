package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
)

func (p *program) initCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "init TASK",
		Short: "Write a commented experiment file",
		Long: `Write an experiment file for a task, with every key, its default and its
meaning, to standard output or to a new file.

Tasks: ` + strings.Join(config.Tasks(), ", "),
		Example: `  burstsim init regression
  burstsim init regression -o my.toml`,
		ValidArgs: config.Tasks(),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("init: expected one task: %s", strings.Join(config.Tasks(), ", "))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := config.Template(args[0])
			if err != nil {
				return err
			}
			return p.writeTemplate(text, output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write a new `FILE`")
	return cmd
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
