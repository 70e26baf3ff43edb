package sweep

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Is tells whether a folder is that of a sweep.
func Is(path string) bool {
	_, err := os.Stat(filepath.Join(path, planFile))
	return err == nil
}

// Axes says which keys the plan varies, and how, a line a key; of many values the
// first and the last.
func (p *Plan) Axes() (lines []string) {
	const most = 12
	for i, key := range p.Keys {
		var values []string
		seen := map[string]bool{}
		for _, pt := range p.Points {
			if v := pt.Values[i]; !seen[v] {
				seen[v] = true
				values = append(values, plain(v))
			}
		}
		text := strings.Join(values, ", ")
		if len(values) > most {
			text = fmt.Sprintf("%s, ..., %s (%d values)", values[0], values[len(values)-1], len(values))
		}
		lines = append(lines, key+": "+text)
	}
	return lines
}

// Program is what ran the sweep: the versions of all programs that did.
func (a *Aggregate) Program() string {
	var all []string
	seen := map[string]bool{}
	for _, r := range a.Runs {
		if r.Record != nil && !seen[r.Record.Program] {
			seen[r.Record.Program] = true
			all = append(all, r.Record.Program)
		}
	}
	return strings.Join(all, "; ")
}
