package tex

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/model"
)

var update = flag.Bool("update", false, "write the formulas of docs/equations.md anew")

const equations = "../../../docs/equations.md"

// quotation is a block of lines of a model, and the formulas below it.
var quotation = regexp.MustCompile("(?ms)^```(" + strings.Join(model.Builtins(), "|") + ")\n(.*?)^```\n(?:\n```math\n(.*?)^```\n)?")

// TestEquationsAreThoseOfTheTexts holds the formulas of docs/equations.md against
// those of the lines that it quotes. With -update they are written.
func TestEquationsAreThoseOfTheTexts(t *testing.T) {
	data, err := os.ReadFile(equations)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	written := quotation.ReplaceAllStringFunc(string(data), func(block string) string {
		m := quotation.FindStringSubmatch(block)
		text, err := model.Builtin(m[1])
		if err != nil {
			t.Fatal(err)
		}
		quoted := "```" + m[1] + "\n" + m[2] + "```\n"
		want := formulas(t, text, m[2])
		if want == "" {
			return quoted
		}
		found++
		if m[3] != want && !*update {
			t.Errorf("below\n%sstands\n%sbut its lines are\n%s", quoted, m[3], want)
		}
		return quoted + "\n```math\n" + want + "```\n"
	})
	if found < 20 {
		t.Errorf("%d quotations have formulas, expected more", found)
	}
	if *update {
		if err := os.WriteFile(equations, []byte(written), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// formulas are those of quoted lines; "" if none of them is an equation.
func formulas(t *testing.T, text *model.Text, quoted string) string {
	t.Helper()
	var lines []string
	var block *model.Block
	var run []*model.Equation
	end := func() {
		if len(run) == 0 {
			return
		}
		set, err := Lines(text, block, run)
		if err != nil {
			t.Fatal(err)
		}
		lines, run = append(lines, set...), nil
	}
	for line := range strings.Lines(quoted) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.Join(strings.Fields(line), " ")
		if head, ok := strings.CutSuffix(line, ":"); ok {
			end()
			block = text.Block(strings.Fields(head)[0])
			continue
		}
		b, e := find(text, block, line)
		if e == nil {
			continue
		}
		if b != block {
			end()
		}
		block, run = b, append(run, e)
	}
	end()
	if len(lines) == 0 {
		return ""
	}
	return "\\begin{aligned}\n" + Aligned(lines) + "\\end{aligned}\n"
}

// find looks for an equation, first in the block that the lines before it stand
// in.
func find(text *model.Text, first *model.Block, line string) (*model.Block, *model.Equation) {
	blocks := slices.Clone(text.Blocks)
	if first != nil {
		blocks = append([]*model.Block{first}, blocks...)
	}
	for _, b := range blocks {
		for _, e := range b.Equations {
			if e.Text == line {
				return b, e
			}
		}
	}
	return nil, nil
}

// TestFormulasOfTheDocumentCompile has LaTeX set all formulas of
// docs/equations.md, if there is one.
func TestFormulasOfTheDocumentCompile(t *testing.T) {
	data, err := os.ReadFile(equations)
	if err != nil {
		t.Fatal(err)
	}
	doc := "\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n\\begin{document}\n"
	n := 0
	for _, m := range regexp.MustCompile("(?ms)^```math\n(.*?)^```$|^\\$\\$ (.*?) \\$\\$$").FindAllStringSubmatch(string(data), -1) {
		doc += "\\[\n" + strings.TrimSpace(m[1]+m[2]) + "\n\\]\n"
		n++
	}
	doc += "\\end{document}\n"
	if n < 30 {
		t.Fatalf("%d formulas", n)
	}
	balanced(t, "docs/equations.md", doc)
	latex, err := exec.LookPath("pdflatex")
	if err != nil {
		t.Skip("no pdflatex here")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "doc.tex"), []byte(doc), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(latex, "-interaction=nonstopmode", "-halt-on-error", "doc.tex")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
