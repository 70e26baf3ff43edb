package model

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func document(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var update = flag.Bool("update", false, "write the tables of words in docs/models.md anew")

// TestModelsDocumentHasAllWords holds the lists of docs/models.md against those
// of the parser: neither may have more than the other. With -update they are
// written.
func TestModelsDocumentHasAllWords(t *testing.T) {
	doc := document(t, "models.md")
	for head, kind := range map[string]string{
		"Functions": "functions", "Words for numbers": "numbers", "Words that hold or not": "conditions", "Reserved words": "keywords",
	} {
		rows := ""
		for _, w := range Words()[kind] {
			if w.Example == "" || w.Doc == "" {
				t.Errorf("the word %s has no example, or does not say what it is", w.Word)
			}
			rows += fmt.Sprintf("| `%s` | %s | `%s` |\n", w.Word, w.Doc, w.Example)
		}
		got := table(t, doc, head)
		if *update {
			doc = strings.Replace(doc, got, rows, 1)
			continue
		}
		if got != rows {
			t.Errorf("the table below %q is\n%sbut the language has\n%s", head, got, rows)
		}
	}
	if *update {
		if err := os.WriteFile("../../docs/models.md", []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "sections", firstWords(table(t, doc, "Sections")), append(slices.Clone(layers), append([]string{"NAME beside LAYER"}, sections...)...))
	same(t, "units", firstWords(between(t, doc, "\nTimes have one of ", ". In an equation")), unitNames)
	same(t, "comparisons", firstWords(between(t, doc, "\nComparisons with ", "; switches")), comparisons)
}

// table is the rows of the first table below a heading, without its head.
func table(t *testing.T, doc, heading string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^##+ ` + regexp.QuoteMeta(heading) + `\n(?:[^|#].*\n|\n)*\|.*\n\|-.*\n((?:\|.*\n)*)`).FindStringSubmatch(doc)
	if m == nil {
		t.Fatalf("no table below %q", heading)
	}
	return m[1]
}

func between(t *testing.T, doc, begin, end string) string {
	t.Helper()
	_, rest, begun := strings.Cut(doc, begin)
	text, _, ended := strings.Cut(rest, end)
	if !begun || !ended {
		t.Fatalf("nothing between %q and %q", begin, end)
	}
	return text
}

// firstWords lists what stands in backticks: of a table, in the first column.
func firstWords(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			line = cells[1]
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(line, -1) {
			out = append(out, m[1])
		}
	}
	return out
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("the %s of the document are\n%q, but those of the language\n%q", what, got, want)
	}
}

// TestEquationsQuoteTheTexts looks for every line that docs/equations.md quotes
// of a built-in model in the text of that model.
func TestEquationsQuoteTheTexts(t *testing.T) {
	quoted := map[string]int{}
	for _, m := range regexp.MustCompile("(?ms)^```([a-z0-9_]+)\n(.*?)^```$").FindAllStringSubmatch(document(t, "equations.md"), -1) {
		if m[1] == "math" {
			continue
		}
		text, err := Builtin(m[1])
		if err != nil {
			t.Errorf("a block of the language %q: %v", m[1], err)
			continue
		}
		lines := map[string]bool{}
		for line := range strings.Lines(text.Source) {
			lines[plainLine(line)] = true
		}
		for line := range strings.Lines(m[2]) {
			if line = plainLine(line); line != "" && !lines[line] {
				t.Errorf("%s.model has no line %q", m[1], line)
			}
			quoted[m[1]]++
		}
	}
	for _, name := range Builtins() {
		if quoted[name] == 0 {
			t.Errorf("docs/equations.md quotes nothing of %s.model", name)
		}
	}
}

// plainLine is a line without its comment and needless spaces.
func plainLine(line string) string {
	line, _, _ = strings.Cut(line, "#")
	return strings.Join(strings.Fields(line), " ")
}
