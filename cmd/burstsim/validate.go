package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"burstsim/internal/config"
)

func (p *program) validateCommand() *cobra.Command {
	var opt config.Options
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check experiment files without running them",
		Long: `Check experiment files as run does. All errors that can be told at once are
listed, one a line, with file, line and key.

Exit status: 0 if all are valid, 2 otherwise.`,
		Example: `  burstsim validate examples/*.toml
  burstsim validate my.toml --set model.beta=2`,
		Args:              needFiles,
		ValidArgsFunction: completeFiles,
		RunE: func(_ *cobra.Command, files []string) error {
			if _, err := p.loadAll(files, opt); err != nil {
				return err
			}
			for _, file := range files {
				if _, err := fmt.Fprintf(p.out, "%s: valid\n", file); err != nil {
					return failure(err)
				}
			}
			return nil
		},
	}
	addSetFlag(cmd, &opt.Set)
	return cmd
}
