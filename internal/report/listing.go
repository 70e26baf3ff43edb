package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/rundir"
)

// Orders are what runs can be sorted by, besides keys of the experiment file.
func Orders() []string { return []string{"began", "name", "loss", "error"} }

// Sort orders runs: "began", latest first; "name"; "loss", that of the
// experiment itself after learning, and "error", on its test images, smallest
// first; or a key such as "model.beta". Runs without the value come last.
func Sort(runs []*rundir.Digest, by string) error {
	switch by {
	case "began":
		slices.SortStableFunc(runs, rundir.ByTime)
	case "name":
		slices.SortStableFunc(runs, func(a, b *rundir.Digest) int { return cmp.Compare(a.Dir, b.Dir) })
	case "loss":
		sortNumbers(runs, func(d *rundir.Digest) float64 { o, _ := d.Outcome(); return o.LossFinal })
	case "error":
		sortNumbers(runs, func(d *rundir.Digest) float64 { o, _ := d.Outcome(); return o.TestError })
	default:
		if err := CheckKey(runs, by); err != nil {
			return fmt.Errorf("%w; or %s", err, strings.Join(Orders(), ", "))
		}
		values := map[*rundir.Digest]config.Setting{}
		for _, d := range runs {
			if s, _ := lookup(d)(by); s.Text != "" {
				values[d] = s
			}
		}
		slices.SortStableFunc(runs, func(a, b *rundir.Digest) int {
			x, inA := values[a]
			y, inB := values[b]
			if !inA || !inB {
				return cmp.Compare(yes(inB), yes(inA))
			}
			return compareSettings(x, y)
		})
	}
	return nil
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sortNumbers(runs []*rundir.Digest, of func(*rundir.Digest) float64) {
	slices.SortStableFunc(runs, func(a, b *rundir.Digest) int {
		x, y := of(a), of(b)
		if math.IsNaN(x) || math.IsNaN(y) {
			return cmp.Compare(yes(math.IsNaN(x)), yes(math.IsNaN(y)))
		}
		return cmp.Compare(x, y)
	})
}

// compareSettings compares numbers and times as such, all else as text.
func compareSettings(a, b config.Setting) int {
	x, isX := magnitude(a)
	y, isY := magnitude(b)
	if isX && isY {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a.Text, b.Text)
}

// CompareValue compares the value of a key with one that a reader has typed: numbers
// and times as such, all else as text without quotes.
func CompareValue(s config.Setting, typed string) int {
	other := config.Setting{Text: typed}
	if _, text := s.Value.(string); text {
		other.Value = typed
	}
	s.Text = strings.Trim(s.Text, `"`)
	return compareSettings(s, other)
}

func magnitude(s config.Setting) (float64, bool) {
	if text, ok := s.Value.(string); ok {
		d, err := time.ParseDuration(text)
		return d.Seconds(), err == nil
	}
	x, err := strconv.ParseFloat(s.Text, 64)
	return x, err == nil
}

// CheckKey reports a name that is no key of an experiment file, nor of a model
// in one of the runs.
func CheckKey(runs []*rundir.Digest, key string) error {
	if !slices.Contains(keysOf(runs), key) {
		return fmt.Errorf("unknown key %q, expected one such as model.beta", key)
	}
	return nil
}

// keysOf are all keys of the runs, those of every experiment first.
func keysOf(runs []*rundir.Digest) []string {
	keys := config.Keys()
	for _, d := range runs {
		if d.Status == rundir.Unreadable || d.Config.Model.Equations == "" {
			continue
		}
		for _, key := range d.Config.Keys() {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// lookup finds the values of keys in a run. One that could not be read has none.
func lookup(d *rundir.Digest) func(key string) (config.Setting, bool) {
	if d.Status == rundir.Unreadable {
		return func(string) (config.Setting, bool) { return config.Setting{}, false }
	}
	return d.Config.Lookup()
}

// listed are the keys that each row of a listing shows anyway.
var listed = []string{"run.name", "run.label", "run.out", "run.seed", "task.kind", "model.kind", "time.kind"}

// Varying are the keys that do not have the same value in all runs in which they
// have a meaning, in the order of a file, without those that a listing shows
// anyway and those of figures.
func Varying(runs []*rundir.Digest) []string {
	return differing(runs, slices.DeleteFunc(keysOf(runs), func(key string) bool {
		return slices.Contains(listed, key) || strings.HasPrefix(key, "plots.")
	}))
}

// Differing are the keys that do not have the same value in all runs, in the order
// of a file, without names and those of figures. A key without a meaning in some of
// the runs differs too.
func Differing(runs []*rundir.Digest) []string {
	names := []string{"run.name", "run.label", "run.out"}
	return differing(runs, slices.DeleteFunc(keysOf(runs), func(key string) bool {
		return slices.Contains(names, key) || strings.HasPrefix(key, "plots.")
	}))
}

func differing(runs []*rundir.Digest, keys []string) []string {
	last, varies := map[string]string{}, map[string]bool{}
	for _, d := range runs {
		find := lookup(d)
		for _, key := range keys {
			s, ok := find(key)
			if !ok {
				continue
			}
			if text, seen := last[key]; seen && text != s.Text {
				varies[key] = true
			}
			last[key] = s.Text
		}
	}
	var out []string
	for _, key := range keys {
		if varies[key] {
			out = append(out, key)
		}
	}
	return out
}

// Listing is a row a run, with a column for each of these keys. What tells runs
// of a sweep apart comes first, in case a terminal is narrow.
func Listing(runs []*rundir.Digest, keys []string) *Table {
	images := slices.ContainsFunc(runs, func(d *rundir.Digest) bool { o, _ := d.Outcome(); return hasError(o.TestError) })
	noted := slices.ContainsFunc(runs, func(d *rundir.Digest) bool { return Note(d) != "" })
	t := &Table{Header: []string{"run", "began", "status", "loss"}}
	if images {
		t.Header = append(t.Header, "error")
	}
	t.Header = append(append(t.Header, keys...), "seed", "task", "model", "time", "variants")
	if noted {
		t.Header = append(t.Header, "note")
	}
	for _, d := range runs {
		outcome, _ := d.Outcome()
		row := []string{d.Dir, when(d.Began), string(d.Status), cell("%.3g", outcome.LossFinal, "")}
		if images {
			row = append(row, cell("%.2f", 100*outcome.TestError, " %"))
		}
		find := lookup(d)
		for _, key := range keys {
			text := "-"
			if s, _ := find(key); s.Text != "" {
				text = strings.Trim(s.Text, `"`)
			}
			row = append(row, text)
		}
		row = append(row, kinds(d)...)
		if noted {
			row = append(row, Note(d))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// hasError tells an error on test images: other tasks have none.
func hasError(x float64) bool { return !math.IsNaN(x) }

// taskAndModel are those of a network of rates; populations that spike have
// neither.
func taskAndModel(c *config.Config) (task, model string) {
	if c.Spikes() {
		return "-", "-"
	}
	return c.Task.Kind, c.Model.Kind
}

func kinds(d *rundir.Digest) []string {
	if d.Status == rundir.Unreadable {
		return []string{"-", "-", "-", "-", "-"}
	}
	c := d.Config
	task, model := taskAndModel(&c)
	return []string{strconv.FormatInt(c.Run.Seed, 10), task, model, c.Time.Kind, strconv.Itoa(1 + len(c.Compare))}
}

func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format("2006-01-02 15:04:05")
}

// Note is why a run is not finished and what can be done; "" if it is. Paths
// within the run are named without its folder.
func Note(d *rundir.Digest) string {
	reason := strings.ReplaceAll(d.Reason, strings.TrimSuffix(d.Dir, "/")+"/", "")
	switch d.Status {
	case rundir.Running:
		return soFar(d)
	case rundir.Interrupted:
		reason = cmp.Or(soFar(d), reason)
		if reason != "" {
			reason += "; "
		}
		return reason + Resume(d) + " goes on"
	case rundir.Unfinished:
		return "ended before it began; " + Resume(d) + " starts it"
	}
	return reason
}

// soFar is how far a run has come: the share of all variants, and the loss of
// the experiment itself; "" if that is not known.
func soFar(d *rundir.Digest) string {
	if len(d.Progress) == 0 {
		return ""
	}
	var done float64
	for _, p := range d.Progress {
		done += p.Reached / p.End
	}
	loss := ""
	if !math.IsNaN(d.Progress[0].Loss) {
		loss = fmt.Sprintf(", loss %.3g", d.Progress[0].Loss)
	}
	return cell("%.0f", 100*done/float64(1+len(d.Config.Compare)), " %") + loss
}

// Resume is the command that goes on with an interrupted run.
func Resume(d *rundir.Digest) string { return "burstsim resume " + quoted(d.Dir) }

// quoted is a word as a shell reads it.
func quoted(word string) string {
	plain := !strings.ContainsFunc(word, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=,+:@%", r) || r > '~')
	})
	if plain && word != "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
