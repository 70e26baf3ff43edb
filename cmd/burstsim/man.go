package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"burstsim/internal/atomicfile"
	"burstsim/internal/experiment"
)

// manCommand is for whoever packs the program.
func (p *program) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages of all commands into a folder",
		Long: `Write a manual page for each command into a folder that is there. They bear the
date of SOURCE_DATE_EPOCH, in seconds since 1970, or else that of today.

Exit status: 0; 1 if a page cannot be written; 2 if the command line is wrong.`,
		Example: "  burstsim man /usr/local/share/man/man1",
		Hidden:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("man: %d folders, expected one", len(args))
			}
			return nil
		},
		ValidArgsFunction: completeDirs,
		RunE: func(cmd *cobra.Command, args []string) error {
			date := p.now()
			if text := os.Getenv("SOURCE_DATE_EPOCH"); text != "" {
				seconds, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					return fmt.Errorf("SOURCE_DATE_EPOCH is %.60q, expected whole seconds since 1970", text)
				}
				date = time.Unix(seconds, 0).UTC()
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true
			header := &doc.GenManHeader{Section: "1", Date: &date, Source: "burstsim " + experiment.Versions()["burstsim"], Manual: "burstsim"}
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return failure(fmt.Errorf("cannot write manual pages into %s: %w", args[0], atomicfile.Cause(err)))
			}
			return nil
		},
	}
}
