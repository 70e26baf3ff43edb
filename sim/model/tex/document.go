// Package tex sets the equations of a model's text in LaTeX. A quantity has the
// number of its layer as a superscript, l its own; an index in its name is a
// subscript. Products of quantities that are taken unit by unit have a sign,
// those with weights have none.
package tex

import (
	"fmt"
	"math"
	"strings"

	"burstsim/sim/model"
)

// Fragment is the equations of a text and a table of its parameters, for a
// document that has the packages amsmath and longtable.
func Fragment(t *model.Text) (string, error) {
	equations, err := Equations(t)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%% Model %s. Needs \\usepackage{amsmath,longtable}.\n", comment(t.Name)) + equations + Parameters(t), nil
}

// Document is [Fragment] as a document of its own.
func Document(t *model.Text) (string, error) {
	fragment, err := Fragment(t)
	if err != nil {
		return "", err
	}
	var s strings.Builder
	s.WriteString("\\documentclass[10pt,a4paper]{article}\n\\usepackage[utf8]{inputenc}\n")
	s.WriteString("\\usepackage{amsmath,longtable}\n\\usepackage[margin=18mm]{geometry}\n\\setlength{\\parindent}{0pt}\n\\begin{document}\n")
	fmt.Fprintf(&s, "\\section*{%s}\n", escape(t.Name))
	if t.Doc != "" {
		fmt.Fprintf(&s, "%s\n\n", capital(escape(t.Doc))+".")
	}
	s.WriteString(fragment)
	s.WriteString("\\end{document}\n")
	return s.String(), nil
}

func capital(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// comment is text for a line that begins with a percent sign.
func comment(text string) string { return strings.Join(strings.Fields(text), " ") }

// Parameters is a table of a text's parameters: symbol, default, range and
// meaning; "" of a text without any.
func Parameters(t *model.Text) string {
	if len(t.Params) == 0 {
		return ""
	}
	var s strings.Builder
	s.WriteString("{\\footnotesize\\setlength{\\tabcolsep}{4pt}\n\\begin{longtable}{@{}ll p{0.14\\linewidth} p{0.13\\linewidth} p{0.26\\linewidth}@{}}\n\\hline\nSymbol & Key & Default & Range & Meaning \\\\\n\\hline\n\\endhead\n")
	for _, p := range t.AllParams() {
		fmt.Fprintf(&s, "$%s$ & \\texttt{%s} & \\raggedright %s & \\raggedright %s & \\raggedright %s \\tabularnewline\n", parameter(p), escape(p.Path()), defaultOf(t, p), rangeOf(p), escape(p.Doc))
	}
	s.WriteString("\\hline\n\\end{longtable}}\n")
	return s.String()
}

func defaultOf(t *model.Text, p *model.Param) string {
	s := &setter{place: place{text: t, kind: "layer", host: "layer"}, used: map[string]bool{}}
	if d := p.Drawn; d != nil {
		return fmt.Sprintf("%s($%s$, $%s$) per unit", d.Dist, s.expr(d.A, inSum), s.expr(d.B, inSum))
	}
	if v, ok := p.Constant(); ok {
		if x, ok := v.(float64); ok {
			return "$" + number(x, p.Unit) + "$"
		}
		return escape(fmt.Sprint(v))
	}
	if p.Default == nil {
		for _, q := range t.Params {
			if q.Rate == p {
				return "$T/" + parameter(q) + "$"
			}
		}
		return ""
	}
	if c, ok := p.Default.(*model.Choose); ok {
		return fmt.Sprintf("$%s$ if $%s$, otherwise $%s$", s.expr(c.X, inSum), s.cond(c.Cond), s.expr(c.Y, inSum))
	}
	return "$" + s.expr(p.Default, inSum) + "$"
}

// rangeOf is what a parameter can be; words stand in its meaning.
func rangeOf(p *model.Param) string {
	switch {
	case p.Choices != nil:
		var words []string
		for _, w := range p.Choices {
			words = append(words, escape(w))
		}
		return strings.Join(words, ", ")
	case p.Switch:
		return "switch"
	case p.File:
		return "file"
	case !p.Range.Set:
		return "any"
	}
	open, end := "[", "]"
	if p.Range.OpenLow {
		open = "("
	}
	if p.Range.OpenHigh || math.IsInf(p.Range.High, 1) {
		end = ")"
	}
	bound := func(v float64) string {
		if math.IsInf(v, 0) || v == 0 {
			return number(v, "")
		}
		return number(v, p.Unit)
	}
	return "$" + open + bound(p.Range.Low) + ", " + bound(p.Range.High) + end + "$"
}
