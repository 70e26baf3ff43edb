package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"burstsim/internal/config"
)

func (p *program) validateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check experiment files without running them",
		Long: `Check experiment files as run does. Each error names file, line and key.

Exit status: 0 if all are valid, 2 otherwise.`,
		Example:           `  burstsim validate examples/*.toml`,
		Args:              needFiles,
		ValidArgsFunction: completeFiles,
		RunE: func(_ *cobra.Command, files []string) error {
			if _, err := p.loadAll(files, config.Options{}); err != nil {
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
}
