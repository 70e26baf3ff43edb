package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// positions lists every key and element under m as "path line".
func positions(m *mark, path string) []string {
	var out []string
	for name, k := range m.keys {
		p := strings.TrimPrefix(path+"."+name, ".")
		out = append(out, fmt.Sprint(p, " ", k.line))
		out = append(out, positions(k, p)...)
	}
	for i, item := range m.items {
		p := fmt.Sprintf("%s[%d]", path, i)
		out = append(out, fmt.Sprint(p, " ", item.line))
		out = append(out, positions(item, p)...)
	}
	slices.Sort(out)
	return out
}

func TestScan(t *testing.T) {
	tests := map[string]struct {
		src  string
		want []string
	}{
		"plain":            {"# c\na = 1\n\nb = true # d\n", []string{"a 2", "b 4"}},
		"table":            {"[a]\nb = 1\n[a.c]\nd = 2", []string{"a 1", "a.b 2", "a.c 3", "a.c.d 4"}},
		"spaces":           {"[ a . b ]\n c . d = 1", []string{"a 1", "a.b 1", "a.b.c 2", "a.b.c.d 2"}},
		"quoted keys":      {"\"a.b\" = 1\n'c#' = 2\n\"d\\\"e\\u00e9\\x41\" = 3\n\"\" = 4", []string{" 4", "a.b 1", "c# 2", "d\"eéA 3"}},
		"dotted keys":      {"a.b = 1\na.c = 2", []string{"a 1", "a.b 1", "a.c 2"}},
		"inline table":     {"a = { b = 1,\n c.d = { e = 2 } }", []string{"a 1", "a.b 1", "a.c 2", "a.c.d 2", "a.c.d.e 2"}},
		"array":            {"a = [1, # x]\n 2,\n]\nb = 1", []string{"a 1", "a[0] 1", "a[1] 2", "b 4"}},
		"array of arrays":  {"a = [[1],\n[2, 3]]", []string{"a 1", "a[0] 1", "a[0][0] 1", "a[1] 2", "a[1][0] 2", "a[1][1] 2"}},
		"array of tables":  {"[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3", []string{"a 1", "a[0] 1", "a[0].b 2", "a[1] 3", "a[1].b 4", "a[1].c 5", "a[1].c.d 6"}},
		"inline tables":    {"a = [{b = 1},\n {b = 2}]", []string{"a 1", "a[0] 1", "a[0].b 1", "a[1] 2", "a[1].b 2"}},
		"string":           {"a = \"x = 1 # \\\" ]\"\nb = '\\'\nc = 1", []string{"a 1", "b 2", "c 3"}},
		"long string":      {"a = \"\"\"\nx = 1\n\\\"\"\" \"\"\"\"\"\nb = 1", []string{"a 1", "b 4"}},
		"long raw string":  {"a = '''\nx = 1\n\\''' # c\nb = 1", []string{"a 1", "b 4"}},
		"date and float":   {"a = 1979-05-27 07:32:00\nb = -1.5e-3\nc = inf", []string{"a 1", "b 2", "c 3"}},
		"header in string": {"a = '''\n[b]\n'''\nc = 1", []string{"a 1", "c 4"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			scanned := scan(tt.src)
			m, limit := &scanned.root, scanned.limit
			if scanned.again != nil {
				t.Error(scanned.again)
			}
			slices.Sort(tt.want)
			if got := positions(m, ""); limit != "" || !slices.Equal(got, tt.want) {
				t.Errorf("got %q %s\nwant %q", got, limit, tt.want)
			}
			checkScan(t, tt.src)
		})
	}
}

// checkScan checks the two promises that the scanner makes of valid TOML: it
// reads it to the end, and finds every key and element there is.
func checkScan(t *testing.T, src string) {
	t.Helper()
	s := newScanner(src)
	s.document()
	if s.limit != "" || strings.HasPrefix(src, "\ufeff") {
		return
	}
	tree, err := decode(src)
	if err != nil {
		return
	}
	if s.pos != len(src) {
		t.Fatalf("stopped at byte %d of valid TOML %q", s.pos, src)
	}
	checkMarks(t, tree, &s.root, "")
	if lines := 1 + strings.Count(src, "\n"); s.line != lines {
		t.Errorf("counted %d lines of %d in %q", s.line, lines, src)
	}
}

func checkMarks(t *testing.T, v any, m *mark, path string) {
	t.Helper()
	if m == nil {
		t.Fatalf("%s has no position", path)
	}
	switch v := v.(type) {
	case map[string]any:
		for name, child := range v {
			checkMarks(t, child, m.keys[name], path+"."+name)
		}
	case []map[string]any:
		for i, child := range v {
			checkElement(t, child, m, i, path)
		}
	case []any:
		for i, child := range v {
			checkElement(t, child, m, i, path)
		}
	}
}

func checkElement(t *testing.T, v any, m *mark, i int, path string) {
	t.Helper()
	if i >= len(m.items) {
		t.Fatalf("%s[%d] has no position", path, i)
	}
	checkMarks(t, v, m.items[i], fmt.Sprintf("%s[%d]", path, i))
}

func FuzzScan(f *testing.F) {
	for _, src := range []string{
		"a = \"\"\"x\"\"\"\"\"\n[[b.c]]\nd.'e' = [{f = 1}, 2]\n", "a = '''\n'''' # \n", "\"\\u0061\" = 1979-05-27 07:32:00Z", "a={b=[1,\n2,],\n}\r\n[c]#",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if invalidUTF8(src) < 0 {
			checkScan(t, src)
		}
	})
}
