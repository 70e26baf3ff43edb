package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"burstsim/internal/config"
	"burstsim/internal/report"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
)

// A line is cut at the terminal's width only where there is a terminal.
func TestLinesAreCutOnTerminals(t *testing.T) {
	const text = "short\nabcdéfghij\nabcdéfghijk\n"
	for width, want := range map[int]string{0: text, 10: "short\nabcdéfghij\nabcdéfghi…\n", 1: "…\n…\n…\n"} {
		f := newFixture(t)
		f.width = width
		if err := f.writeCut(func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			t.Fatal(err)
		}
		if got := f.out.String(); got != want {
			t.Errorf("width %d: %q, want %q", width, got, want)
		}
	}
}

func TestHeadingsAreBoldOnTerminals(t *testing.T) {
	f := newFixture(t)
	t.Setenv("NO_COLOR", "")
	if got := f.bold("x"); got != "x" {
		t.Errorf("in a pipe: %q", got)
	}
	f.width = 80
	if got := f.bold("x"); got != "\x1b[1mx\x1b[0m" {
		t.Errorf("on a terminal: %q", got)
	}
	t.Setenv("NO_COLOR", "1")
	if got := f.bold("x"); got != "x" {
		t.Errorf("without colour: %q", got)
	}
}

// What a damaged file holds reaches the terminal as text.
func TestTablesHoldNoControlCharacters(t *testing.T) {
	var out strings.Builder
	table := &report.Table{Header: []string{"a", "b"}, Rows: [][]string{{"x\x1b[31m\ty", "\u009bz\nw"}}}
	if err := writeRows(&out, table, 0); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.ContainsAny(text, "\x1b\t\u009b") || strings.Count(text, "\n") != 2 || !utf8.ValidString(text) {
		t.Errorf("printed %q", text)
	}
}

// Every figure that an experiment can ask for has its words on a page, and can
// be chosen.
func TestFiguresHaveWords(t *testing.T) {
	for _, name := range config.Choices("plots.figures") {
		if name == "all" {
			continue
		}
		var page strings.Builder
		p := &report.Page{Document: emptyDocument(t), Figures: []report.Figure{{Name: name}}}
		if err := p.WriteHTML(&page); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(page.String(), `alt="figure `+name) {
			t.Errorf("figure %s has no words of its own", name)
		}
		if _, err := runner.DrawChosen(name, nil, runner.FigureOptions(config.Config{})); err == nil || strings.Contains(err.Error(), "no such figure") {
			t.Errorf("figure %s of nothing: %v", name, err)
		}
	}
}

// emptyDocument is of a run that has only just begun.
func emptyDocument(t *testing.T) *report.Document {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	created, err := rundir.CreateAt(dir)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse("run.toml", nil, config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := created.WriteConfig(cfg); err != nil {
		t.Fatal(err)
	}
	d, err := inspect(dir)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := report.Describe(d)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
