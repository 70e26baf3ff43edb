package config

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"burstsim/sim/model"
)

var durationType = reflect.TypeFor[Duration]()

// decoder puts the values of a tree into a Config and remembers where each
// came from.
type decoder struct {
	*problems
	schema  *schema
	given   map[string]*node  // by path, with "[0]" for elements
	bad     map[string]bool   // keys whose values are wrong, and sections with unknown keys
	refused map[string]string // what crossChecks said of keys
	folder  string            // of the file, where paths in it begin
	text    *model.Text       // the model; nil if that is wrong
	unread  bool              // the text of a model is wrong, so that its keys are not known
	values  map[string]any    // of the model's parameters, by path

	// Only in a variant:
	within *decoder // of the experiment
	prefix string   // "compare[0]."
	number int      // 0
	head   *node    // its table
}

func newDecoder(p *problems) *decoder {
	return &decoder{problems: p, schema: builtinSchema(), given: make(map[string]*node), bad: make(map[string]bool), refused: make(map[string]string)}
}

// fault reports what is wrong with the value of a key, or within it, so that
// nothing else is concluded from it.
func (d *decoder) fault(n *node, path string, msg func() string) {
	key, _, _ := strings.Cut(path, "[")
	d.bad[key] = true
	d.add(n, d.prefix+path, msg)
}

// sound says whether nothing is wrong with a key, here and in the experiment
// that a variant inherits from. If it is not given, an unknown key in its
// section may have been meant for it.
func (d *decoder) sound(path string) bool {
	path, _, _ = strings.Cut(path, "[")
	section, _, _ := strings.Cut(path, ".")
	for from := d; from != nil; from = from.within {
		if from.bad[path] || from.given[path] == nil && (from.bad[section] || from.bad[""]) {
			return false
		}
	}
	return true
}

// table decodes the keys of a section, or of an element of a list of tables,
// into the fields of v.
func (d *decoder) table(n *node, k *key, v reflect.Value, path string) {
	for name, child := range n.table {
		full := strings.TrimPrefix(path+"."+quoteKey(name), ".")
		s := k.find(name)
		switch {
		case s == nil:
			key, _, _ := strings.Cut(path, "[")
			d.bad[key] = true
			if d.unread && hasParameters(k) {
				continue
			}
			d.add(child, d.prefix+full, func() string { return d.unknown(k, name, k.namesOf(v)) })
		case !s.isSection():
			d.given[full] = child
			if s.params != nil {
				d.parameter(child, s)
				continue
			}
			d.value(child, s, v.FieldByIndex(s.index), full)
		case child.table == nil:
			d.fault(child, full, func() string {
				return fmt.Sprintf("is %s, expected a table: [%s] and its keys on the lines below", child.what(), full)
			})
		default:
			d.table(child, s, v, full)
		}
	}
}

// hasParameters says whether keys of a section are parameters of models.
func hasParameters(section *key) bool {
	return slices.Contains([]string{"model", "time", "learning"}, section.path)
}

// unknown says what might have been meant by a key that section k lacks.
// names are those that it may have.
func (d *decoder) unknown(k *key, name string, names []string) string {
	switch {
	case k == d.schema.root && d.within == nil:
		names = append(names, "compare")
	case k == d.schema.root:
		names = slices.DeleteFunc(names, func(name string) bool { return k.find(name).common })
		names = append([]string{"name"}, names...)
	}
	for _, other := range d.schema.keys {
		if other.name == name && k.isSection() && !(d.within != nil && other.common) {
			return fmt.Sprintf("unknown key, did you mean %q?", other.path)
		}
	}
	if w := nearest(name, names); w != "" {
		return fmt.Sprintf("unknown key, did you mean %q?", w)
	}
	if len(names) > maxListed && k != d.schema.root {
		return fmt.Sprintf("unknown key, and none in [%s] is close: burstsim init lists them", k.path)
	}
	return "unknown key, expected " + choices(names)
}

const maxListed = 10

// maxPlaced is the length of a list up to which each element has its line.
const maxPlaced = 100

// value decodes a value or a list of them. An empty list is nil.
func (d *decoder) value(n *node, k *key, v reflect.Value, path string) {
	if v.Kind() != reflect.Slice {
		d.scalar(n, k, v, path)
		return
	}
	if k.format == momentFormat {
		n = n.asMoments()
	}
	if !n.isList {
		d.fault(n, path, func() string {
			return fmt.Sprintf("is %s, expected a list such as %s", n.what(), k.sample())
		})
		return
	}
	list := reflect.Zero(v.Type())
	if len(n.list) > 0 {
		list = reflect.MakeSlice(v.Type(), len(n.list), len(n.list))
	}
	for i, item := range n.list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if k.isTables() || len(n.list) <= maxPlaced {
			d.given[at] = item
		}
		if k.isTables() {
			d.element(item, k, list.Index(i), at)
		} else {
			d.scalar(item, k, list.Index(i), at)
		}
	}
	if !d.bad[k.path] {
		v.Set(list)
	}
}

// element decodes one table of a list of tables.
func (d *decoder) element(n *node, k *key, v reflect.Value, path string) {
	if n.table == nil {
		d.fault(n, path, func() string {
			return fmt.Sprintf("is %s, expected a table with the keys %s", n.what(), choices(k.names()))
		})
		return
	}
	d.table(n, k, v, path)
	for _, s := range k.sub {
		given := n.table[s.name]
		switch {
		case !k.has(s, v):
			d.inVain(given, k, s, v, path)
		case given != nil:
		case s.hasDefault:
			x, _ := literal(s.def, s.typ)
			d.value(graft(x, nil, &mark{at: n.at, line: n.line}), s, v.FieldByIndex(s.index), path+"."+s.name)
		case k.knows(n.table):
			d.fault(n, path+"."+s.name, func() string { return "missing, expected " + s.expected() })
		}
	}
}

// inVain reports key s of an element of another kind, where it is given. If the
// kind itself is wrong, that is what is reported.
func (d *decoder) inVain(given *node, k, s *key, v reflect.Value, path string) {
	kind := k.find("kind")
	word := v.FieldByIndex(kind.index).String()
	if given == nil || !kind.admitsText(word) {
		return
	}
	d.fault(given, path+"."+s.name, func() string {
		return fmt.Sprintf("has no effect here: it belongs to kind %s, but that is %s", choices(s.needs[kind.path]), word)
	})
}

// knows says whether k has all keys of a table. If not, one that is missing is
// likely to be there with a typing error, which is the better message.
func (k *key) knows(table map[string]*node, others ...string) bool {
	for name := range table {
		if k.find(name) == nil && !slices.Contains(others, name) {
			return false
		}
	}
	return true
}

// parameter decodes a parameter of the model; one that only other models in the
// file have, as these want it.
func (d *decoder) parameter(n *node, k *key) {
	v := reflect.New(k.typ).Elem()
	p := k.param(d.text)
	if p.shape.typ != k.typ { // of a model that is not used
		p = &parameter{&model.Param{Key: k.name}, k}
	}
	value := any(nil)
	if varied, ok := d.varied(n, p, k.path); ok {
		value = varied
	} else {
		d.scalar(n, p.shape, v, k.path)
		value = v.Interface()
	}
	if !d.bad[k.path] {
		d.values[k.path] = value
	}
}

// scalar decodes a single value and checks it against the tags.
func (d *decoder) scalar(n *node, k *key, v reflect.Value, path string) {
	msg := func() string { return fmt.Sprintf("is %s, expected %s", n.what(), k.expected()) }
	before := reflect.New(v.Type()).Elem()
	before.Set(v)
	ok := store(n.value, v)
	if ok && v.Kind() == reflect.String {
		text := v.String()
		ok = k.admitsText(text)
		msg = func() string { return k.badText(text) }
	}
	if x, number := numberOf(v); ok && number {
		ok = k.limits.contains(x)
	}
	if !ok {
		v.Set(before)
		d.fault(n, path, msg)
		return
	}
	if v.Kind() == reflect.String {
		d.resolve(k, v, n)
	}
}

// store puts x into v if it is of the type that v wants. A whole number may
// stand for a float, never a float for a whole number, and a time needs its
// unit.
func store(x any, v reflect.Value) bool {
	switch x := x.(type) {
	case string:
		if v.Type() == durationType {
			t, ok := ParseDuration(x)
			v.SetInt(int64(t))
			return ok
		}
		if v.Kind() == reflect.String {
			v.SetString(x)
			return true
		}
	case int64:
		switch {
		case v.Kind() == reflect.Float64:
			v.SetFloat(float64(x))
			return true
		case v.CanInt() && v.Type() != durationType && !v.OverflowInt(x):
			v.SetInt(x)
			return true
		}
	case float64:
		if v.Kind() == reflect.Float64 && !math.IsNaN(x) && !math.IsInf(x, 0) {
			v.SetFloat(x)
			return true
		}
	case bool:
		if v.Kind() == reflect.Bool {
			v.SetBool(x)
			return true
		}
	}
	return false
}

// numberOf is what a range tag compares: times are in seconds.
func numberOf(v reflect.Value) (x float64, ok bool) {
	switch {
	case v.Type() == durationType:
		return Duration(v.Int()).Seconds(), true
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanFloat():
		return v.Float(), true
	}
	return 0, false
}

func (k *key) admitsText(s string) bool {
	switch {
	case k.oneof != nil:
		return slices.Contains(k.oneof, s)
	case k.format == "name":
		return safeName(s)
	case k.format == "path" || k.format == "file" || k.format == "equations":
		return s != "" && !strings.ContainsRune(s, 0)
	case k.format == momentFormat:
		_, ok := parseMoment(s)
		return ok
	}
	return true
}

func (k *key) badText(s string) string {
	msg := fmt.Sprintf("is %s, expected %s", shorten(s), k.expected())
	if w := nearest(s, k.oneof); w != "" && len(k.oneof) > 1 {
		msg += fmt.Sprintf("; did you mean %q?", w)
	}
	return msg
}

// expected describes one value of the key.
func (k *key) expected() string {
	t, limit, unit := k.typ, "", ""
	if k.isList() {
		t = t.Elem()
	}
	if t == durationType {
		unit = "s"
	}
	if k.limits.hasLow || k.limits.hasHigh {
		limit = ", " + k.limits.describe(unit)
	}
	switch {
	case t == durationType:
		return `a time with its unit (ns, us, ms, s, m or h), such as "100ms" or "1m30s"` + limit
	case t.Kind() == reflect.Float64:
		return "a number" + limit
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() != reflect.String:
		return "a whole number" + limit
	case k.oneof != nil:
		return choices(k.oneof)
	case k.format == "name":
		return `a name of letters, digits, spaces and -_.+=, that begins with a letter or digit`
	case k.format == "path" || k.format == "file":
		return "a path that is not empty"
	case k.format == momentFormat:
		return `a time such as "10s", an epoch such as 5, or with every ahead of it a distance between them`
	case k.format == "equations":
		return "the text of a model, or the path of a file that has it"
	}
	return "text in quotes"
}

// sample is a list that the key would accept.
func (k *key) sample() string {
	if k.example != "" {
		return k.example
	}
	return k.def
}

const maxName = 100 // bytes; file systems allow 255 with whatever is appended

// safeName says whether s can be part of a file name on any system.
func safeName(s string) bool {
	if s == "" || len(s) > maxName || strings.ContainsFunc(s, func(r rune) bool { return !safeRune(r) }) {
		return false
	}
	first := []rune(s)[0]
	last := s[len(s)-1]
	return (unicode.IsLetter(first) || unicode.IsDigit(first)) && last != ' ' && last != '.'
}

func safeRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune(" -_.+=,", r)
}
