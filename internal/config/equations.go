package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"burstsim/sim/model"
)

// Bounds on the texts of models: of one, and of all that an experiment and its
// variants would write.
const (
	maxText  = 64 << 10
	maxTexts = maxBytes / 2
)

// choice is how a file, a variant or the command line chooses a model: the
// values of model.kind and model.equations, nil where they are not given.
type choice struct{ kind, equations *node }

// choiceOf is what a table says.
func choiceOf(root *node) choice {
	if root == nil || root.table == nil {
		return choice{}
	}
	section := root.table["model"]
	if section == nil || section.table == nil {
		return choice{}
	}
	return choice{section.table["kind"], section.table["equations"]}
}

// chosen is a model that was chosen.
type chosen struct {
	text   *model.Text // nil if it could not be found or read
	source string      // of equations
	at     *node       // where it was chosen
	key    string
}

// chooser finds the models of a file before its keys are read: they are keys too.
type chooser struct {
	*decoder
	cache map[string]*model.Text // by path or text
	bytes int
}

// chooseModels returns the models of the experiment and of its variants.
func (d *decoder) chooseModels(root, compare *node, set []string, end int) (base chosen, variants []chosen) {
	ch := &chooser{decoder: d, cache: make(map[string]*model.Text)}
	c := choiceOf(root)
	if over := choiceOfSet(set, end); over != (choice{}) {
		c = over
	}
	base = ch.choose(c, chosen{text: usual()}, "")
	if compare == nil || !compare.isList {
		return base, nil
	}
	for i, item := range compare.list[:min(len(compare.list), maxVariants)] {
		prefix := fmt.Sprintf("compare[%d].", i)
		c := choiceOf(item)
		variants = append(variants, ch.choose(c, base, prefix))
	}
	ch.conflicts(append([]chosen{base}, variants...))
	return base, variants
}

// unread says whether a text was asked for and is wrong.
func (c chosen) unread() bool {
	return c.text == nil && strings.HasSuffix(c.key, "model.equations")
}

// choiceOfSet is what overrides on the command line say. Later ones win.
func choiceOfSet(set []string, end int) (c choice) {
	for i, override := range set {
		key, value, _ := strings.Cut(override, "=")
		n := &node{at: end + i, set: true}
		if v, err := literal(value, nameKey.typ); err == nil {
			n.value = v
		}
		switch strings.TrimSpace(key) {
		case "model.kind":
			c.kind = n
		case "model.equations":
			c.equations = n
		}
	}
	return c
}

// choose follows a choice; without one, it is what is inherited. What is wrong
// with a kind is said when the key is read.
func (ch *chooser) choose(c choice, inherited chosen, prefix string) chosen {
	switch {
	case c.kind != nil && c.equations != nil:
		ch.add(c.equations, prefix+"model.equations", func() string { return "is given beside model.kind, expected one of them" })
		return chosen{}
	case c.equations != nil:
		out := chosen{at: c.equations, key: prefix + "model.equations"}
		out.text, out.source = ch.load(c.equations, out.key)
		if out.text != nil {
			ch.check(out)
		}
		return out
	case c.kind != nil:
		out := chosen{at: c.kind, key: prefix + "model.kind"}
		if word, ok := c.kind.value.(string); ok && slices.Contains(model.Builtins(), word) {
			out.text = builtin(word)
		}
		return out
	}
	return inherited
}

// load reads the text that a node says, or names.
func (ch *chooser) load(n *node, key string) (*model.Text, string) {
	value, ok := n.value.(string)
	if !ok || value == "" || strings.ContainsRune(value, 0) {
		return nil, "" // which is said when the key is read
	}
	file, line, source := ch.file, n.textLine(), value
	if n.set {
		file, line = setName, 1
	}
	if !strings.Contains(value, "\n") {
		file, line = value, 1
		if !n.set && ch.folder != "" && !filepath.IsAbs(file) {
			file = filepath.Join(ch.folder, file)
		}
		data, _, err := readFile(file, maxText, "a file with a model")
		if err == nil && len(data) == 0 {
			err = errors.New("has no text")
		}
		if err != nil {
			ch.add(n, key, func() string { return fmt.Sprintf("%q %v, expected the text of a model", file, err) })
			return nil, ""
		}
		source = strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	}
	if known := ch.cache[file+"\n"+source]; known != nil {
		return known, source
	}
	if msg := unfit(source); msg != "" {
		ch.add(n, key, func() string { return fmt.Sprintf("%s, expected the text of a model", msg) })
		return nil, ""
	}
	if ch.bytes += len(source); ch.bytes > maxTexts {
		ch.add(n, key, func() string { return fmt.Sprintf("all texts together have more than %d KiB", maxTexts>>10) })
		return nil, ""
	}
	text, err := model.ParseAt(file, line, source)
	if err != nil {
		ch.inModel(n, key, err)
		return nil, ""
	}
	ch.cache[file+"\n"+source] = text
	return text, source
}

// unfit says why something cannot be the text of a model.
func unfit(source string) string {
	if len(source) > maxText {
		return fmt.Sprintf("is larger than %d KiB", maxText>>10)
	}
	if i := invalidUTF8(source); i >= 0 {
		return fmt.Sprintf("is no UTF-8 text, on line %d", 1+strings.Count(source[:i], "\n"))
	}
	for i, r := range source {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return fmt.Sprintf("has the control character %U, on line %d", r, 1+strings.Count(source[:i], "\n"))
		}
	}
	return ""
}

// textLine is the line on which the content of a text begins.
func (n *node) textLine() int {
	if len(n.opening) > 3 && strings.ContainsAny(n.opening[3:], "\r\n") {
		return n.line + 1
	}
	return n.line
}

// asWritten says whether the lines of a text are those of the file: it stands
// over several lines without escapes for line ends.
func (n *node) asWritten() bool {
	text, _ := n.value.(string)
	return len(n.opening) > 2 && (n.opening[:3] == `'''` || n.opening[:3] == `"""`) && n.textLine()+strings.Count(text, "\n") == n.end
}

// keyName is what the key of a parameter must be.
var keyName = regexp.MustCompile(`^[A-Za-z0-9_]{1,40}$`)

// check refuses a text whose name or keys are taken.
func (ch *chooser) check(c chosen) {
	t := c.text
	if slices.Contains(model.Builtins(), t.Name) {
		ch.inModel(c.at, c.key, &model.Error{File: t.File, Pos: model.Pos{Line: t.Line, Column: 1},
			Msg: fmt.Sprintf("the model is named %s as one that is built in, expected another name", t.Name)})
		return
	}
	for _, p := range t.AllParams() {
		at := &model.Error{File: t.File, Pos: p.Pos}
		if k, _, _ := fileSchema().lookup(p.Path()); k != nil {
			at.Msg = fmt.Sprintf("the key %s is one of every experiment, expected another: write \"as KEY\" behind the parameter %s", p.Path(), p.Name)
		} else if !keyName.MatchString(p.Key) {
			at.Msg = fmt.Sprintf("%s cannot be a key of an experiment file, expected up to 40 letters from a to z, digits and _: write \"as KEY\" behind the parameter", shorten(p.Key))
		} else {
			continue
		}
		ch.inModel(c.at, c.key, at)
		return
	}
}

// conflicts refuses two models in which a key is of different types.
func (ch *chooser) conflicts(all []chosen) {
	type first struct {
		p *parameter
		t *model.Text
	}
	seen := make(map[string]first)
	done := make(map[*model.Text]bool)
	for _, c := range all {
		if c.text == nil || done[c.text] {
			continue
		}
		done[c.text] = true
		for _, p := range c.text.AllParams() {
			own := newParameter(p)
			before, ok := seen[p.Path()]
			switch {
			case !ok:
				seen[p.Path()] = first{own, c.text}
			case before.p.shape.typ != own.shape.typ:
				ch.add(c.at, c.key, func() string {
					return fmt.Sprintf("its parameter %s (%s:%d) is %s, but that of %s (%s:%d) is %s: a key can only be one of them in a file", p.Path(),
						c.text.File, p.Line, own.kind(), before.t.Name, before.t.File, before.p.Line, before.p.kind())
				})
			}
		}
	}
}

// kind is the type of a parameter in words.
func (p *parameter) kind() string {
	switch {
	case p.File:
		return "a file"
	case p.Choices != nil:
		return "a word"
	case p.Switch:
		return "true or false"
	case p.Unit == "s":
		return "a time"
	}
	return "a number"
}

// inModel reports an error in a model's text where it stands there.
func (p *problems) inModel(n *node, key string, err error) {
	var e *model.Error
	if !errors.As(err, &e) {
		p.add(n, key, err.Error)
		return
	}
	if text, _ := n.value.(string); !n.set && strings.Contains(text, "\n") && !n.asWritten() {
		p.add(n, key, func() string { return fmt.Sprintf("on line %d of the text: %s", 1+e.Line-n.textLine(), e.Text()) })
		return
	}
	p.put(problem{at: n, key: key, model: e, text: e.Text})
}

// adopt puts what was chosen into a Config.
func (c *Config) adopt(ch chosen) {
	c.Model.Text, c.Model.Equations = ch.text, ch.source
	if ch.text != nil {
		c.Model.Kind = ch.text.Name
	}
}
