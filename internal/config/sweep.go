package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Sweep is what [sweep] says: which keys vary, and how.
type Sweep struct {
	// Method is "grid", or how ranges without a count are sampled together:
	// "random" or "halton". Lists and counted ranges are crossed with that.
	Method  string
	Samples int   // of random and halton
	Seed    int64 // of the samples; it has nothing to do with those of runs
	Axes    []Axis
}

// Axis is a key that varies: over Values, or between From and To.
type Axis struct {
	Key    string   // as for --set, "compare.NAME.KEY" of a variant
	Values []string // as TOML; nil of a range

	From, To float64 // numbers, or seconds; both ends belong to it
	Count    int     // how many values; 0: it is sampled
	Log      bool    // whether they are even in their logarithm
	Time     bool    // whether they are times
	Integer  bool    // whether they are whole
}

// Sampled says whether values are drawn from a range, together with those of other
// such axes.
func (a Axis) Sampled() bool { return a.Values == nil && a.Count == 0 }

// sweepMethods are the words for Sweep.Method.
var sweepMethods = []string{"grid", "random", "halton"}

// sweepReader reads [sweep], and after it what the command line says of it.
type sweepReader struct {
	*decoder
	out      *Sweep
	variants []string         // their names
	given    map[string]*node // by key: where its axis was given
}

// sweep reads the table, which may be nil, and the overrides of it.
func (d *decoder) sweep(n *node, variants, set []string, at int, out *Sweep) {
	*out = Sweep{Method: "grid", Seed: 1}
	r := sweepReader{d, out, variants, make(map[string]*node)}
	switch {
	case n == nil:
	case n.table == nil:
		r.add(n, "sweep", func() string { return fmt.Sprintf("is %s, expected a table [sweep]", n.what()) })
	default:
		r.table(n, "")
	}
	fromFile := maps.Clone(r.given)
	for i, text := range set {
		path, value, found := strings.Cut(text, "=")
		path = strings.TrimSpace(path)
		origin := &node{at: at + i, set: true, vary: true}
		if !found || path == "" {
			r.add(origin, "", func() string {
				return fmt.Sprintf("is %s, expected key=values such as model.beta=1,2,4", shorten(text))
			})
			continue
		}
		v := spread(value)
		v.at = at + i
		v.fromSweep()
		key := path
		if k := sweepSeeds[path]; k != "" {
			key = k
		}
		if fromFile[key] != nil {
			delete(fromFile, key)
			delete(r.given, key)
			out.Axes = slices.DeleteFunc(out.Axes, func(a Axis) bool { return a.Key == key })
		}
		r.one(v, path)
	}
	if len(r.found) > 0 {
		return
	}
	r.agree(n)
}

// agree looks at how the axes and the method go together.
func (r *sweepReader) agree(n *node) {
	sampled := slices.ContainsFunc(r.out.Axes, func(a Axis) bool { return a.Values == nil && a.Count == 0 })
	for _, a := range r.out.Axes {
		if at := r.given[a.Key]; a.Values == nil && a.Count == 0 && r.out.Method == "grid" {
			r.add(at, "sweep."+a.Key, func() string {
				return "is a range without a count, expected count = N, or method = \"random\" or \"halton\" in [sweep]"
			})
		}
	}
	if n == nil {
		n = &node{set: true, vary: true}
	}
	switch {
	case r.out.Method == "grid" && r.out.Samples > 0:
		r.add(n, "sweep.samples", func() string { return "has no effect here: it belongs to method random or halton" })
	case r.out.Method != "grid" && r.out.Samples == 0:
		r.add(n, "sweep.samples", func() string { return "is missing, expected how many points are sampled" })
	case r.out.Method != "grid" && !sampled:
		r.add(n, "sweep.method", func() string {
			return fmt.Sprintf("%s has nothing to sample, expected a range without a count such as model.beta = { from = 0.5, to = 2 }", r.out.Method)
		})
	case r.out.Method != "random" && r.out.Method != "halton" && r.out.Seed != 1:
		r.add(n, "sweep.seed", func() string {
			return "has no effect here: it belongs to method random or halton; seeds of runs are seeds"
		})
	}
}

// table reads the keys of a section in the order of the file.
func (r *sweepReader) table(n *node, prefix string) {
	names := slices.SortedFunc(maps.Keys(n.table), func(a, b string) int { return n.table[a].at - n.table[b].at })
	for _, name := range names {
		r.one(n.table[name], prefix+name)
	}
}

// one reads a key of [sweep], or a section of keys.
func (r *sweepReader) one(n *node, path string) {
	at := "sweep." + path
	switch path {
	case "method":
		r.scalar(n, &key{name: path, typ: reflect.TypeFor[string](), oneof: sweepMethods}, reflect.ValueOf(&r.out.Method).Elem(), at)
		return
	case "samples", "seed":
		x, ok := n.value.(int64)
		if !ok || x < 1 || path == "samples" && x > mostSeeds {
			r.add(n, at, func() string { return fmt.Sprintf("is %s, expected a whole number of at least 1", n.what()) })
		} else if path == "samples" {
			r.out.Samples = int(x)
		} else {
			r.out.Seed = x
		}
		return
	}
	if k := sweepSeeds[path]; k != "" {
		path = k
	}
	own := path
	if rest, ok := strings.CutPrefix(path, "compare."); ok {
		name, known := r.variantOf(rest)
		switch {
		case known && name == rest && n.table != nil:
			r.table(n, path+".")
			return
		case !known:
			r.add(n, at, func() string { return "no [[compare]] variant has this name, expected compare.NAME.KEY" })
			return
		}
		own = strings.TrimPrefix(rest, name+".")
	} else if path == "compare" && n.table != nil {
		r.table(n, "compare.")
		return
	}
	k, parent, rest := r.schema.lookup(own)
	switch {
	case k == nil:
		r.add(n, at, func() string {
			msg := r.unknownPath(parent, own, rest)
			if w := nearest(own, []string{"method", "samples", "seed", "seeds", "task_seeds", "weight_seeds"}); w != "" && parent == r.schema.root {
				msg = fmt.Sprintf("unknown key, did you mean %q?", w)
			}
			return msg
		})
	case k.isSection() && n.table != nil:
		r.table(n, path+".")
	case k.isSection():
		r.add(n, at, func() string { return "is a section, expected one of its keys: " + choices(k.names()) })
	default:
		r.axis(n, k, path)
	}
}

// variantOf is the variant with whose name the path begins.
func (r *sweepReader) variantOf(path string) (name string, known bool) {
	for _, v := range r.variants {
		if path == v || strings.HasPrefix(path, v+".") {
			return v, true
		}
	}
	return "", false
}

// axis reads how a key varies.
func (r *sweepReader) axis(n *node, k *key, path string) {
	at := "sweep." + path
	section, _, _ := strings.Cut(path, ".")
	switch {
	case r.given[path] != nil:
		r.add(n, at, func() string { return "is varied already, expected one axis a key" })
		return
	case section == "plots", section == "checkpoint", section == "run" && !slices.Contains(SeedKeys(), path) && path != "run.precision":
		r.add(n, at, func() string { return "changes no result, expected a key that does" })
		return
	}
	a := Axis{Key: path}
	isSeed := slices.Contains(SeedKeys(), path)
	switch {
	case n.isList:
		r.list(n, &a)
	case n.table != nil:
		r.ranged(n, k, &a)
	case isSeed:
		r.seeds(n, &a)
	default:
		r.add(n, at, func() string {
			return fmt.Sprintf("is %s, expected a list of values, or a range { from = A, to = B, count = N }", n.what())
		})
	}
	r.given[path] = n
	r.out.Axes = append(r.out.Axes, a)
}

func (r *sweepReader) list(n *node, a *Axis) {
	at := "sweep." + a.Key
	if len(n.list) == 0 {
		r.add(n, at, func() string { return "is empty, expected at least one value" })
	}
	for _, item := range n.list {
		text := item.toml()
		if slices.Contains(a.Values, text) {
			r.add(item, at, func() string { return fmt.Sprintf("has %s twice, expected each value once", text) })
		}
		a.Values = append(a.Values, text)
	}
}

// seeds reads a list such as "1-10".
func (r *sweepReader) seeds(n *node, a *Axis) {
	text := fmt.Sprint(n.value)
	all, err := ParseSeeds(text, mostSeeds)
	if err != nil {
		r.add(n, "sweep."+a.Key, func() string { return err.Error() })
	}
	for _, s := range all {
		a.Values = append(a.Values, strconv.FormatInt(s, 10))
	}
}

// rangeWords are the keys of a range.
var rangeWords = []string{"from", "to", "count", "scale"}

func (r *sweepReader) ranged(n *node, k *key, a *Axis) {
	at := "sweep." + a.Key
	for _, name := range slices.Sorted(maps.Keys(n.table)) {
		if !slices.Contains(rangeWords, name) {
			r.add(n.table[name], at+"."+name, func() string {
				if w := nearest(name, rangeWords); w != "" {
					return fmt.Sprintf("unknown key, did you mean %q?", w)
				}
				return "unknown key, expected " + choices(rangeWords)
			})
			return
		}
	}
	from, fromTime, ok := n.table["from"].quantity()
	to, toTime, also := n.table["to"].quantity()
	if !ok || !also || fromTime != toTime || !(from < to) {
		r.add(n, at, func() string {
			return "expected from below to, two numbers or two times, as { from = 0.5, to = 2, count = 4 }"
		})
		return
	}
	a.From, a.To, a.Time = from, to, fromTime
	a.Integer = k.typ.Kind() == reflect.Int
	if c := n.table["count"]; c != nil {
		x, isInt := c.value.(int64)
		if !isInt || x < 2 || x > mostSeeds {
			r.add(c, at+".count", func() string { return fmt.Sprintf("is %s, expected a whole number of at least 2", c.what()) })
			return
		}
		a.Count = int(x)
	}
	if s := n.table["scale"]; s != nil {
		if s.value != "linear" && s.value != "log" {
			r.add(s, at+".scale", func() string { return fmt.Sprintf("is %s, expected linear or log", s.what()) })
		}
		a.Log = s.value == "log"
	}
	if a.Log && from <= 0 {
		r.add(n, at, func() string { return "begins at 0 or below, expected more of a range with scale = \"log\"" })
	}
}

// fromSweep marks what the command line says of axes.
func (n *node) fromSweep() {
	n.set, n.vary = true, true
	for _, child := range n.table {
		child.fromSweep()
	}
	for _, child := range n.list {
		child.fromSweep()
	}
}

// quantity is a number, or a time in seconds.
func (n *node) quantity() (x float64, isTime, ok bool) {
	if n == nil {
		return 0, false, false
	}
	switch v := n.value.(type) {
	case int64:
		return float64(v), false, true
	case float64:
		return v, false, v-v == 0
	case string:
		d, ok := ParseDuration(v)
		return d.Seconds(), true, ok
	}
	return 0, false, false
}

// toml is the value as TOML on one line, the same for values that are equal: a
// whole number is written without a point, a time in its largest unit.
func (n *node) toml() string {
	switch v := n.value.(type) {
	case string:
		if d, ok := ParseDuration(v); ok {
			return quote(d.String())
		}
		return quote(v)
	case float64:
		return formatFloat(v)
	case nil:
	default:
		return fmt.Sprint(v)
	}
	var items []string
	for _, item := range n.list {
		items = append(items, item.toml())
	}
	if n.isList {
		return "[" + strings.Join(items, ", ") + "]"
	}
	for _, name := range slices.Sorted(maps.Keys(n.table)) {
		items = append(items, quoteKey(name)+" = "+n.table[name].toml())
	}
	return "{ " + strings.Join(items, ", ") + " }"
}

// spread is what the command line says of an axis: a TOML value, values with
// commas, or FROM:TO, FROM:TO:COUNT and FROM:TO:COUNT:log.
func spread(text string) *node {
	text = strings.TrimSpace(text)
	if v, err := tomlValue(text); err == nil {
		return graft(v, nil, &mark{})
	}
	word := func(s string) *node {
		s = strings.TrimSpace(s)
		if v, err := tomlValue(s); err == nil {
			return graft(v, nil, &mark{})
		}
		return &node{value: s}
	}
	if parts := strings.Split(text, ":"); len(parts) >= 2 && len(parts) <= 4 && !strings.ContainsAny(text, ",/\"'") {
		n := &node{table: map[string]*node{}}
		for i, part := range parts {
			n.table[rangeWords[i]] = word(part)
		}
		return n
	}
	if strings.Contains(text, ",") && !seedList(text) {
		n := &node{isList: true}
		for part := range strings.SplitSeq(text, ",") {
			n.list = append(n.list, word(part))
		}
		return n
	}
	return &node{value: text}
}

// seedList tells whether the text has a range such as 1-10 in it.
func seedList(text string) bool {
	_, err := ParseSeeds(text, mostSeeds)
	return err == nil && strings.Contains(text, "-")
}
