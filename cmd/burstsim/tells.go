package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// tells is what runs print while they go on, and to whom: people, unless one
// of the two is set.
type tells struct{ quiet, json bool }

func (t *tells) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVarP(&t.quiet, "quiet", "q", false, "print nothing but the folder's path, warnings and errors")
	flags.BoolVar(&t.json, "json", false, "print JSON objects, one a line: how far it is, and folders that were written; warnings and errors stay text on standard error")
	cmd.MarkFlagsMutuallyExclusive("quiet", "json")
}

func (t tells) people() bool { return !t.quiet && !t.json }

// event is a line of --json: either progress or a folder.
type event struct {
	Progress *float64 `json:"progress,omitempty"` // 0 to 1
	Said     []string `json:"said,omitempty"`     // of the progress, the most important last
	Folder   string   `json:"folder,omitempty"`   // of a run, or a sweep, that ended
}

func writeEvent(w io.Writer, e event) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out.Encode(e)
}

// sayFolder names what was written.
func (p *program) sayFolder(path string, tells tells) error {
	if tells.json {
		return writeEvent(p.out, event{Folder: path})
	}
	_, err := fmt.Fprintln(p.out, path)
	return err
}

// events tell programs how far a run is.
type events struct {
	out  io.Writer
	now  func() time.Time
	next time.Time
}

// eventInterval bounds how often programs hear of progress.
const eventInterval = 200 * time.Millisecond

func (e *events) show(done float64, said ...string) {
	now := e.now()
	if now.Before(e.next) {
		return
	}
	e.next = now.Add(eventInterval)
	_ = writeEvent(e.out, event{Progress: &done, Said: said}) // out keeps the error
}

func (e *events) clear() {}

func (e *events) finish() {}
