package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burstsim/internal/sweep"
)

func (p *program) sweepStatusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status DIR",
		Short: "Say how far a sweep is, what failed, and how to look at a run",
		Args:  oneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := sweep.Load(args[0])
			if err != nil {
				return failure(err)
			}
			s, err := plan.Status()
			if err != nil {
				return failure(err)
			}
			if asJSON {
				if err := writeJSON(p.out, newStatusEntry(plan, s)); err != nil {
					return failure(err)
				}
				return nil
			}
			p.writeStatus(plan, s)
			return p.slurmStatus(cmd.Context(), plan.Path)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object, with all runs that failed")
	return cmd
}

// statusEntry is how far a sweep is, for programs.
type statusEntry struct {
	Folder     string         `json:"folder"`
	Name       string         `json:"name"`
	Keys       []string       `json:"keys"` // that vary
	Runs       int            `json:"runs"`
	Done       int            `json:"done"`
	Failed     int            `json:"failed"`
	Unfinished int            `json:"unfinished"` // with checkpoints
	Failures   []failureEntry `json:"failures"`
}

type failureEntry struct {
	Number int    `json:"number"`
	ID     string `json:"id"`
	Why    string `json:"why"`
}

func newStatusEntry(plan *sweep.Plan, s sweep.Status) statusEntry {
	e := statusEntry{Folder: plan.Path, Name: plan.Name, Keys: plan.Keys, Runs: s.Total, Done: s.Done, Failed: s.Failed, Unfinished: s.Unfinished, Failures: []failureEntry{}}
	for _, f := range s.Failures {
		e.Failures = append(e.Failures, failureEntry{f.Number, f.Point.ID, f.Why})
	}
	return e
}

// mostListed is how many failures are listed.
const mostListed = 20

func (p *program) writeStatus(plan *sweep.Plan, s sweep.Status) {
	fmt.Fprintf(p.out, "%s: %d runs over %s\n", plan.Name, s.Total, strings.Join(plan.Keys, ", "))
	fmt.Fprintf(p.out, "%d done, %d left, %d failed, %d with checkpoints\n", s.Done, s.Total-s.Done, s.Failed, s.Unfinished)
	if s.Each > 0 && s.Done < s.Total {
		fmt.Fprintf(p.out, "about %v of one processor are left, %v a run\n", rounded(s.Each*time.Duration(s.Total-s.Done)), s.Each.Round(time.Millisecond))
	}
	for _, f := range s.Failures[:min(mostListed, len(s.Failures))] {
		fmt.Fprintf(p.out, "failed: run %d, %s (%s): %s\n", f.Number, f.Point.ID, plan.Describe(f.Point), printable([]string{f.Why}))
	}
	if n := len(s.Failures) - mostListed; n > 0 {
		fmt.Fprintf(p.out, "and %d more, in runs.csv\n", n)
	}
	fmt.Fprintf(p.out, "the full folder of a run, by its number or ID: burstsim sweep run %s %s\n", plan.Path, plan.Points[0].ID)
}
