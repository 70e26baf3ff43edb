package main

import (
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"burstsim/internal/experiment"
)

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of this program and of what built it",
		Long: `Print the versions that summary.json records: of this program and its source
revision, of the compiler, and of the libraries that compute and draw.`,
		Example: `  burstsim version`,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			versions := experiment.Versions()
			out := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
			for _, name := range slices.Sorted(maps.Keys(versions)) {
				fmt.Fprintf(out, "%s\t%s\n", name, versions[name])
			}
			if err := out.Flush(); err != nil {
				return failure(err)
			}
			return nil
		},
	}
}
