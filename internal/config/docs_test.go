package config

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/model"
)

var update = flag.Bool("update", false, "write the tables of docs/experiment-file.md anew")

const (
	docsFolder  = "../../docs"
	tablesBegin = "<!-- keys: written by go test ./internal/config -run TestReference -update -->\n"
	tablesEnd   = "<!-- end of keys -->\n"
)

// TestReference checks that the reference of all keys is what the tags say.
func TestReference(t *testing.T) {
	path := filepath.Join(docsFolder, "experiment-file.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(data), tablesBegin)
	tables, after, ended := strings.Cut(rest, tablesEnd)
	if !begun || !ended {
		t.Fatalf("%s has lost the marks %q and %q", path, tablesBegin, tablesEnd)
	}
	want := reference(fileSchema()) + modelReference()
	switch {
	case tables == want:
	case !*update:
		t.Errorf("%s is out of date: run go test ./internal/config -run TestReference -update", path)
	default:
		if err := os.WriteFile(path, []byte(before+tablesBegin+want+tablesEnd+after), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// reference renders one table a section.
func reference(s *schema) string {
	var b bytes.Buffer
	for _, section := range s.root.sub {
		fmt.Fprintf(&b, "\n### [%s]\n\n%s%s\n\n", section.name, section.doc, section.servedAsWhole(s))
		fmt.Fprint(&b, "| key | type | default | accepted | for | meaning |\n|---|---|---|---|---|---|\n")
		for _, k := range section.sub {
			k.row(&b, s, k.name)
			for _, sub := range k.sub {
				sub.row(&b, s, k.name+"[]."+sub.name)
			}
		}
	}
	return b.String()
}

// modelReference renders the parameters of each model that is built in.
func modelReference() string {
	var b bytes.Buffer
	for _, name := range model.Builtins() {
		text := builtin(name)
		fmt.Fprintf(&b, "\n### model.kind = \"%s\"\n\n%s.\n\n", name, text.Doc)
		fmt.Fprint(&b, "| key | type | default | accepted | only with | meaning |\n|---|---|---|---|---|---|\n")
		for _, section := range []string{"model", "time", "learning"} {
			for _, p := range text.AllParams() {
				if p.Section == section {
					own := newParameter(p)
					fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", p.Path(), own.shape.typeName(), own.defaultText(text), own.shape.accepted(), own.onlyWith(text), strings.ReplaceAll(p.Doc, "|", `\|`))
				}
			}
		}
	}
	b.WriteByte('\n')
	return b.String()
}

func (p *parameter) defaultText(t *model.Text) string {
	if v, ok := p.constant(); ok {
		return "`" + p.shape.render(reflect.ValueOf(v)) + "`"
	}
	return t.DefaultText(p.Param)
}

// onlyWith is what the parameter needs beside the default values, hidden layers
// and weights drawn at random.
func (p *parameter) onlyWith(t *model.Text) string {
	full := model.Usage{Presentation: 1, Hidden: 1}
	discrete, flat, loaded := full, full, full
	discrete.Discrete, flat.Hidden, loaded.Loaded = true, 0, true
	used := func(use model.Usage) bool {
		other := use
		other.Discrete = true
		return t.Used(nil, use)[p.Name] || t.Used(nil, other)[p.Name]
	}
	needs := func(use model.Usage) []string {
		if t.Used(nil, use)[p.Name] {
			return nil
		}
		return []string{alternatives(t.Needs(p.Name, nil, use))}
	}
	parts := needs(full)
	if len(parts) == 0 {
		parts = needs(discrete)
	}
	if used(full) && !used(flat) {
		parts = append(parts, "a hidden layer")
	}
	if used(full) && !used(loaded) {
		parts = append(parts, `model.weights = "random"`)
	}
	return strings.Join(parts, "; ")
}

func (k *key) row(b *bytes.Buffer, s *schema, name string) {
	fallback := "`" + k.def + "`"
	switch {
	case strings.Contains(k.doc, "default: "):
		fallback = "see meaning"
	case !k.hasDefault && strings.Contains(k.doc, "empty: "):
		fallback = "`[]`"
	case !k.hasDefault:
		fallback = "required"
	case k.typ == durationType || k.typ.Kind() == reflect.String:
		fallback = "`" + quote(k.def) + "`"
	}
	doc := strings.ReplaceAll(k.doc, "|", `\|`)
	fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s | %s |\n", name, k.typeName(), fallback, k.accepted(), k.servedKinds(s), doc)
}

func (k *key) accepted() string {
	switch {
	case k.oneof != nil:
		return "`" + strings.Join(k.oneof, "`, `") + "`"
	case k.typ.Kind() == reflect.Bool:
		return "`true`, `false`"
	case !k.limits.hasLow:
		return "any"
	case k.typ == durationType:
		return k.limits.describe(" s")
	}
	return k.limits.describe("")
}

// servedAsWhole says which kinds a whole section belongs to.
func (k *key) servedAsWhole(s *schema) string {
	var all []string
	for _, kind := range s.kinds {
		if words := k.needs[kind.path]; len(words) > 0 {
			all = append(all, fmt.Sprintf("`%s` %s", kind.path, choices(words)))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return " All for " + strings.Join(all, " and ") + "."
}

// TestReferenceExamples reads every example of the reference as a file.
func TestReferenceExamples(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(docsFolder, "experiment-file.md"))
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllSubmatch(data, -1)
	if len(examples) == 0 {
		t.Fatal("no examples")
	}
	for _, e := range examples {
		if _, err := Parse("example.toml", e[1], Options{StabilityLimit: limits}); err != nil {
			t.Errorf("%v\n%s", err, e[1])
		}
	}
}

// TestDocsNameWhatExists checks every `file.go: Name, Name` in the documents.
func TestDocsNameWhatExists(t *testing.T) {
	documents, err := filepath.Glob(filepath.Join(docsFolder, "*.md"))
	if err != nil || len(documents) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	place := regexp.MustCompile("`([a-z0-9_/]+\\.go): ([A-Za-z0-9_., ]+)`")
	broken := regexp.MustCompile("(?m)`[a-z0-9_/]+\\.go:[^`]*$")
	seen := make(map[string][]string)
	for _, document := range documents {
		data, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range broken.FindAllString(string(data), -1) {
			t.Errorf("%s: a line ends within %s, where nothing is checked", document, m)
		}
		for _, m := range place.FindAllStringSubmatch(string(data), -1) {
			file := m[1]
			if seen[file] == nil {
				if seen[file], err = declared(filepath.Join(docsFolder, "..", file)); err != nil {
					t.Errorf("%s: %v", document, err)
					continue
				}
			}
			for name := range strings.SplitSeq(m[2], ", ") {
				if !slices.Contains(seen[file], name) {
					t.Errorf("%s: %s declares no %s", document, file, name)
				}
			}
		}
	}
}

// declared lists what a file declares at its top: "New", "Dense.Forward".
func declared(file string) ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names = append(names, receiver(d)+d.Name.Name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, spec.Name.Name)
				case *ast.ValueSpec:
					for _, n := range spec.Names {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	return names, nil
}

// receiver is "Dense." of a method of Dense[F] or *Dense[F].
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	x := d.Recv.List[0].Type
	if p, ok := x.(*ast.StarExpr); ok {
		x = p.X
	}
	if g, ok := x.(*ast.IndexExpr); ok {
		x = g.X
	}
	return x.(*ast.Ident).Name + "."
}
