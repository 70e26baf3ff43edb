package methods

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"burstsim/internal/config"
	"burstsim/sim/model/tex"
)

// Section is what there is to describe.
type Section struct {
	Config   config.Config
	Versions map[string]string // of what ran it, as summary.json has them; nil: not known
	// Sweep says what a sweep varies, a line a key; nil: it is one run.
	Sweep []string
	Runs  int // of the sweep
}

// TeX is the section as a document that LaTeX sets, with the bibliography in the file
// bib, whose name stands without .bib. What a paper takes over stands between two
// comments.
func (s Section) TeX(bib string) (string, error) {
	body, err := s.Body()
	if err != nil {
		return "", err
	}
	end := ""
	if BibTeX(s.Config) != "" {
		end = "\\bibliographystyle{plain}\n\\bibliography{" + bib + "}\n"
	}
	return "\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n\\usepackage[margin=2cm]{geometry}\n\\usepackage{amsmath,amssymb,longtable}\n" +
		"\\begin{document}\n% begin methods; needs amsmath, amssymb and longtable\n" + body + "% end methods\n" + end + "\\end{document}\n", nil
}

// Body is the section alone.
func (s Section) Body() (string, error) {
	var b strings.Builder
	cfg := s.Config
	fmt.Fprintf(&b, "\\section*{Methods}\n\\subsection*{Models}\n")
	seen := map[string]bool{}
	for _, c := range withVariants(cfg) {
		if c.Spikes() {
			if !seen[c.Time.Kind] {
				b.WriteString(spiking(c))
			}
			seen[c.Time.Kind] = true
			continue
		}
		if c.Model.Text == nil || seen[c.Model.Kind] {
			continue
		}
		seen[c.Model.Kind] = true
		equations, err := tex.Equations(c.Model.Text)
		if err != nil {
			return "", err
		}
		name := c.Model.Text.Name
		fmt.Fprintf(&b, "\\subsubsection*{%s}\n%s: %s%s. Hidden layers: %s.\n%s", escape(name), escape(name), escape(c.Model.Text.Doc), cite(c.Model.Kind),
			escape(layers(c)), equations)
		if c.Time.Kind == "discrete" {
			b.WriteString("In discrete time each state takes the value at which its derivative vanishes, once a presentation, and weights change by the right side of their equation times the learning rate.\n")
		}
	}
	b.WriteString("\\subsection*{Parameters}\n")
	b.WriteString(s.parameters())
	if cfg.Spikes() {
		b.WriteString(spikingTables(cfg))
	}
	settings, err := s.settings()
	if err != nil {
		return "", err
	}
	b.WriteString(settings)
	b.WriteString(s.numerics())
	return b.String(), nil
}

func layers(c config.Config) string {
	maps, dense := c.Model.Stack()
	var all []string
	for _, l := range maps {
		all = append(all, fmt.Sprintf("%d maps (kernel %d, stride %d)", l.Channels, l.Kernel, l.Stride))
	}
	for _, n := range dense {
		all = append(all, fmt.Sprintf("%d units", n))
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}

// numerics says how it was computed, from which seeds, and by what.
func (s Section) numerics() string {
	var b strings.Builder
	b.WriteString("\\subsection*{Numerics}\n")
	seen := map[string]bool{}
	for _, c := range withVariants(s.Config) {
		if how := integration(c); !seen[how] {
			seen[how] = true
			b.WriteString(how)
		}
	}
	cfg := s.Config
	precision := "double"
	if cfg.Run.Precision == "float32" {
		precision = "single"
	}
	fmt.Fprintf(&b, "Numbers have %s precision. ", precision)
	if s.Sweep != nil {
		fmt.Fprintf(&b, "%d runs were made, at all combinations of\n\\begin{itemize}\n", s.Runs)
		for _, line := range s.Sweep {
			fmt.Fprintf(&b, "\\item \\texttt{%s}\n", escape(line))
		}
		b.WriteString("\\end{itemize}\n")
	} else {
		fmt.Fprintf(&b, "Random numbers follow from seed %d", cfg.Run.Seed)
		if cfg.Run.TaskSeed != 0 {
			fmt.Fprintf(&b, ", those of the task from seed %d", cfg.Run.TaskSeed)
		}
		if cfg.Run.WeightSeed != 0 {
			fmt.Fprintf(&b, ", those of the weights from seed %d", cfg.Run.WeightSeed)
		}
		b.WriteString(". ")
	}
	b.WriteString("Simulations were done with burstsim")
	var versions []string
	for _, key := range slices.Sorted(maps.Keys(s.Versions)) {
		if s.Versions[key] != "" {
			versions = append(versions, fmt.Sprintf("%s %s", escape(key), escape(s.Versions[key])))
		}
	}
	if len(versions) > 0 {
		b.WriteString(" (" + strings.Join(versions, "; ") + ")")
	}
	b.WriteString(".\n")
	return b.String()
}

// integration says how time goes by.
func integration(c config.Config) string {
	names := map[string]string{"euler": "Euler's method", "heun": "Heun's method", "rk4": "the classical Runge-Kutta method of fourth order",
		"dopri5": "the embedded Runge-Kutta method of Dormand and Prince" + cite("dopri5"), "exponential": "an exponential integrator"}
	switch {
	case c.Spikes():
		return fmt.Sprintf("Neurons were stepped by Euler's method with steps of %s. ", inUnits(c.Time.Dt))
	case c.Time.Kind == "discrete":
		return fmt.Sprintf("Discrete time: weights were updated with the optimiser %s%s. ", escape(c.Learning.Optimiser), cite(c.Learning.Optimiser))
	case c.Integrator.Method == "dopri5":
		return fmt.Sprintf("Continuous time was integrated by %s, with a relative tolerance of %g and an absolute one of %g. ", names["dopri5"], c.Integrator.RelTol, c.Integrator.AbsTol)
	}
	return fmt.Sprintf("Continuous time was integrated by %s with steps of %s. ", names[c.Integrator.Method], inUnits(c.Time.Dt))
}

// settings are the tables of all else that the resolved file says.
func (s Section) settings() (string, error) {
	var file bytes.Buffer
	if err := s.Config.WriteTOML(&file); err != nil {
		return "", err
	}
	known := map[string]bool{} // from the tables of parameters
	for _, c := range withVariants(s.Config) {
		if c.Model.Text != nil {
			for _, p := range c.Model.Text.AllParams() {
				known[p.Path()] = true
			}
		}
	}
	return tables(file.String(), known), nil
}

// escape makes text fit for LaTeX.
func escape(text string) string { return escaper.Replace(text) }

var escaper = strings.NewReplacer(`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `_`, `\_`, `^`, `\textasciicircum{}`, `%`, `\%`, `&`, `\&`, `#`, `\#`, `$`, `\$`, `~`, `\textasciitilde{}`,
	`<`, `\textless{}`, `>`, `\textgreater{}`, `"`, `''`)
