package config

import (
	"strconv"
	"strings"
	"testing"
)

// hostile files are as large as is read, and made to cost as much as possible.
var hostile = map[string]string{
	"unknown keys":   numbered("[model]\n", "k%d = 1\n"),
	"escaped keys":   numbered("[model]\n", `"\x61%d" = 1`+"\n"),
	"long keys":      numbered("["+strings.Repeat("k", 250)+"]\n", strings.Repeat("l", 240)+"%d = 1\n"),
	"tables":         numbered("", "[a.b.c.d.e.f.g.h.i.j.k.l.m.n.o%d]\n"),
	"bad elements":   "[model]\nhidden = [" + strings.Repeat("0,", maxBytes/2-20) + "]",
	"good elements":  "[model]\nhidden = [" + strings.Repeat("1,", maxBytes/2-20) + "]",
	"windows":        "[record]\nwindows = [" + strings.Repeat("{start='1s',length='1s'},", maxBytes/25-5) + "]",
	"empty windows":  "[record]\nwindows = [" + strings.Repeat("{},", maxBytes/3-20) + "]",
	"deep":           "x = " + strings.Repeat("[", maxBytes-10),
	"deep, repeated": "x = [" + strings.Repeat(strings.Repeat("[", 30)+strings.Repeat("]", 30)+",", maxBytes/61-5) + "]",
	"many parts":     strings.Repeat("a.", maxBytes/2-10) + "a = 1",
	"parts":          numbered("", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o%d = 1\n"),
	"long text":      "[run]\nname = \"" + strings.Repeat("\\\\", maxBytes/2-20) + "\"",
	"open text":      "x = \"\"\"" + strings.Repeat("\"\"a", maxBytes/3-20),
	"variants":       strings.Repeat("[[compare]]\n", maxBytes/12),
	"comments":       strings.Repeat("#\n", maxBytes/2),
	"newlines, bad":  strings.Repeat("\n", maxBytes-10) + "x",
	"long number":    "model.beta = " + strings.Repeat("1", maxBytes-20),
	"long digits":    "model.beta = 0." + strings.Repeat("1", maxBytes-20),
}

// numbered repeats a line with a running number up to the size that is read.
func numbered(head, line string) string {
	var b strings.Builder
	b.WriteString(head)
	for i := 0; b.Len() < maxBytes-len(line)-10; i++ {
		b.WriteString(strings.Replace(line, "%d", strconv.Itoa(i), 1))
	}
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	template, err := Template(Start{Task: "regression"})
	if err != nil {
		b.Fatal(err)
	}
	files := map[string]string{"template": template}
	for name, file := range hostile {
		files[name] = file
	}
	for name, file := range files {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = Parse("x.toml", []byte(file), Options{})
			}
		})
	}
}

// TestDeep checks that no file that is read can exhaust the stack.
func TestDeep(t *testing.T) {
	for _, name := range []string{"deep", "deep, repeated", "many parts"} {
		if len(hostile[name]) > maxBytes {
			t.Errorf("%s: %d bytes are not even read", name, len(hostile[name]))
		}
		if _, err := Parse("x.toml", []byte(hostile[name]), Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
