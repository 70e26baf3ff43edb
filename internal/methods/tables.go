package methods

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"burstsim/internal/config"
	"burstsim/sim/model"
	"burstsim/sim/model/tex"
)

// row is one of a table: symbol or key, value, unit, meaning.
type row struct{ name, value, unit, meaning string }

func table(b *strings.Builder, caption, first string, rows []row) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(b, "\\noindent %s\n{\\footnotesize\\begin{longtable}{@{}lll p{0.45\\linewidth}@{}}\n\\hline\n%s & Value & Unit & Meaning \\\\\n\\hline\n\\endhead\n", caption, first)
	for _, r := range rows {
		fmt.Fprintf(b, "%s & %s & %s & \\raggedright %s \\tabularnewline\n", r.name, r.value, r.unit, r.meaning)
	}
	b.WriteString("\\hline\n\\end{longtable}}\n")
}

// parameters are those of the models, as each variant has them.
func (s Section) parameters() string {
	var b strings.Builder
	var before []row
	for i, c := range withVariants(s.Config) {
		if c.Spikes() || c.Model.Text == nil {
			continue
		}
		rows := parametersOf(c)
		label := c.Run.Label
		if i > 0 {
			label = s.Config.Compare[i-1].Name
		}
		if label == "" {
			label = c.Time.Kind
		}
		if slices.Equal(rows, before) {
			continue
		}
		before = rows
		table(&b, escape(label)+": parameters of "+escape(c.Model.Text.Name)+".", "Symbol", rows)
	}
	return b.String()
}

func parametersOf(c config.Config) (rows []row) {
	values, err := c.Model.Text.Resolve(c.Parameters(), c.Usage())
	if err != nil {
		return nil // a checked experiment has none such
	}
	used := c.Model.Text.Used(c.Parameters(), c.Usage())
	for _, p := range c.Model.Text.AllParams() {
		if !used[p.Name] {
			continue
		}
		value, unit := valueOf(values[p.Name], p.Unit)
		rows = append(rows, row{"$" + tex.Symbol(p.Name) + "$", value, unit, escape(p.Doc)})
	}
	return rows
}

// valueOf is a parameter's value and its unit.
func valueOf(v any, unit string) (value, in string) {
	switch v := v.(type) {
	case nil:
		return "--", ""
	case float64:
		if unit == "s" && v != 0 && math.Abs(v) < 1 {
			return numeral(v * 1e3), "ms"
		}
		return numeral(v), unit
	case bool:
		if v {
			return "yes", ""
		}
		return "no", ""
	case string:
		return "\\texttt{" + escape(v) + "}", ""
	case *model.Array:
		return "from a file", unit
	}
	return escape(fmt.Sprintf("%v", v)), unit
}

// numeral is a number as LaTeX sets it.
func numeral(x float64) string {
	text := strconv.FormatFloat(x, 'g', 6, 64)
	if mantissa, power, found := strings.Cut(text, "e"); found {
		n, err := strconv.Atoi(power)
		if err == nil {
			return fmt.Sprintf("$%s \\cdot 10^{%d}$", mantissa, n)
		}
	}
	return "$" + text + "$"
}

// inUnits is a time with its unit.
func inUnits(d config.Duration) string {
	value, unit := valueOf(d.Seconds(), "s")
	return value + "~" + unit
}

var (
	headPattern = regexp.MustCompile(`^\[\[?([\w.-]+)\]\]?$`)
	linePattern = regexp.MustCompile(`^([\w.-]+) = (.*)$`)
	unitPattern = regexp.MustCompile(`\bin (mV|pA|pF|nS|Hz|MB)\b`)
)

// described are the sections that a methods section needs.
var described = []string{"task", "time", "learning", "integrator"}

// tables sets the sections of a resolved experiment file: of a section a table with
// key, value, unit and meaning, without keys that are known already; of lists of
// tables, a line each.
func tables(file string, known map[string]bool) string {
	var b strings.Builder
	type part struct {
		name  string
		list  bool
		lines [][2]string
	}
	var parts []part
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		if m := headPattern.FindStringSubmatch(line); m != nil {
			parts = append(parts, part{name: m[1], list: strings.HasPrefix(line, "[[")})
		} else if m := linePattern.FindStringSubmatch(line); m != nil && len(parts) > 0 {
			last := &parts[len(parts)-1]
			last.lines = append(last.lines, [2]string{m[1], m[2]})
		}
	}
	listed := ""
	end := func() {
		if listed != "" {
			b.WriteString("\\end{itemize}\n")
			listed = ""
		}
	}
	for _, p := range parts {
		section, _, _ := strings.Cut(p.name, ".")
		if !slices.Contains(described, section) && section != "compare" {
			continue
		}
		if !p.list {
			end()
			var rows []row
			for _, l := range p.lines {
				if l[1] != "[]" && !known[p.name+"."+l[0]] {
					rows = append(rows, setting(p.name, l[0], l[1]))
				}
			}
			table(&b, "Settings of \\texttt{"+escape(p.name)+"}.", "Key", rows)
			continue
		}
		if listed != p.name {
			end()
			listed = p.name
			fmt.Fprintf(&b, "\\noindent \\texttt{%s}:\n\\begin{itemize}\n", escape(p.name))
		}
		var said []string
		for _, l := range p.lines {
			said = append(said, escape(l[0])+" "+escape(strings.Trim(l[1], `"`)))
		}
		fmt.Fprintf(&b, "\\item %s\n", strings.Join(said, ", "))
	}
	end()
	return b.String()
}

func setting(section, key, value string) row {
	doc := config.Doc(section + "." + key)
	r := row{name: "\\texttt{" + escape(key) + "}", meaning: escape(doc)}
	if d, ok := config.ParseDuration(strings.Trim(value, `"`)); ok {
		r.value, r.unit = valueOf(d.Seconds(), "s")
		return r
	}
	if m := unitPattern.FindStringSubmatch(doc); m != nil {
		r.unit = m[1]
	}
	if x, err := strconv.ParseFloat(value, 64); err == nil {
		r.value = numeral(x)
	} else {
		r.value = "\\texttt{" + escape(strings.Trim(value, `"`)) + "}"
	}
	if len(value) > 40 {
		r.value, r.meaning = "below", r.meaning+": "+r.value
	}
	return r
}
