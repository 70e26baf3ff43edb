// Package methods writes what a methods section says of an experiment: equations in
// LaTeX, parameters with their units, integrator, seeds and versions, and the sources
// in BibTeX.
package methods

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"burstsim/internal/config"
)

//go:embed sources.bib
var sourcesText string

// source is an entry of the bibliography.
type source struct {
	key, text string
	keywords  []string
}

var (
	entryPattern   = regexp.MustCompile(`(?ms)^@\w+\{([\w]+),\n.*?^\}\n`)
	keywordPattern = regexp.MustCompile(`(?m),?\n *keywords = \{([^}]*)\}`)
)

// sources are all entries.
var sources = func() (all []source) {
	for _, m := range entryPattern.FindAllStringSubmatch(sourcesText, -1) {
		words := keywordPattern.FindStringSubmatch(m[0])
		all = append(all, source{m[1], keywordPattern.ReplaceAllString(m[0], ""), strings.Split(words[1], ", ")})
	}
	return all
}()

// of are the entries for any of some words of experiment files.
func of(words ...string) (found []source) {
	for _, s := range sources {
		if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(s.keywords, w) }) {
			found = append(found, s)
		}
	}
	return found
}

// words are those of an experiment and its variants that have sources.
func words(cfg config.Config) (all []string) {
	for _, c := range withVariants(cfg) {
		if c.Spikes() {
			for _, p := range c.Spiking.Populations {
				all = append(all, p.Kind)
			}
			continue
		}
		all = append(all, c.Model.Kind, c.Task.Kind)
		if c.Time.Kind == "continuous" {
			all = append(all, c.Integrator.Method)
		} else {
			all = append(all, c.Learning.Optimiser)
			for _, w := range c.Learning.Weights {
				all = append(all, w.Optimiser)
			}
		}
	}
	return all
}

func withVariants(cfg config.Config) []config.Config {
	all := []config.Config{cfg}
	for _, v := range cfg.Compare {
		all = append(all, v.Config)
	}
	return all
}

// BibTeX is the sources of an experiment.
func BibTeX(cfg config.Config) string {
	var b strings.Builder
	for i, s := range of(words(cfg)...) {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s.text)
	}
	return b.String()
}

// cite refers to the sources of words; "" if there are none.
func cite(words ...string) string {
	var keys []string
	for _, s := range of(words...) {
		keys = append(keys, s.key)
	}
	if len(keys) == 0 {
		return ""
	}
	return `~\cite{` + strings.Join(keys, ",") + "}"
}
