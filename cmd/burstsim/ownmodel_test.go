package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestOwnModel does what docs/own-model.md does: it writes each text, runs each
// command, and looks for the lines that the document shows of what it prints.
func TestOwnModel(t *testing.T) {
	document, err := os.ReadFile("../../docs/own-model.md")
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "own_model.txtar")
	if err := os.WriteFile(script, []byte(tutorial(t, string(document))), 0o644); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Files: []string{script}, Cmds: map[string]func(*testscript.TestScript, bool, []string){
		"status":   checkStatus,
		"learned":  checkLearned,
		"lastline": checkLastLine,
	}})
}

// tutorial makes a script of a document's blocks.
func tutorial(t *testing.T, document string) string {
	t.Helper()
	var script, files strings.Builder
	texts, commands := 0, 0
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$").FindAllStringSubmatch(document, -1) {
		switch m[1] {
		case "model":
			texts++
			fmt.Fprintf(&files, "-- %d.model --\n%s", texts, m[2])
			fmt.Fprintf(&script, "cp %d.model own.model\n", texts)
		case "console":
			for _, step := range strings.Split(m[2], "$ ")[1:] {
				commands++
				tutorialStep(&script, step)
			}
		default:
			t.Errorf("a block of the language %q, expected model or console", m[1])
		}
	}
	if texts < 4 || commands < 8 {
		t.Errorf("%d texts and %d commands", texts, commands)
	}
	for _, run := range []string{"first", "second"} {
		fmt.Fprintf(&script, "learned %s\n", run)
	}
	return script.String() + files.String()
}

// tutorialStep is a command and what it prints.
func tutorialStep(script *strings.Builder, step string) {
	command, printed, _ := strings.Cut(step, "\n")
	status, stream := 0, "stdout"
	if regexp.MustCompile(`^(own\.model:\d|--set:)`).MatchString(printed) {
		status, stream = 2, "stderr"
	}
	fmt.Fprintf(script, "status %d %s\n", status, command)
	for line := range strings.Lines(printed) {
		if line = strings.TrimSuffix(line, "\n"); line == "..." || line == "" {
			continue
		}
		pattern := strings.ReplaceAll(regexp.QuoteMeta(line), `\.\.\.`, ".*")
		fmt.Fprintf(script, "%s '^%s$'\n", stream, strings.ReplaceAll(pattern, "'", "''"))
	}
}

// checkLearned is "learned RUN": the loss of each of its variants must have
// fallen.
func checkLearned(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: learned RUN")
	}
	var summary struct {
		Variants map[string]struct {
			Initial float64 `json:"loss_initial"`
			Final   float64 `json:"loss_final"`
		}
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(filepath.Join(args[0], "summary.json"))), &summary))
	if len(summary.Variants) != 2 {
		ts.Fatalf("%d variants, expected 2", len(summary.Variants))
	}
	for name, v := range summary.Variants {
		if !(v.Final < 0.5*v.Initial) {
			ts.Fatalf("the loss of %s went from %v to %v", name, v.Initial, v.Final)
		}
	}
}
