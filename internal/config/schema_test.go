package config

import (
	"reflect"
	"strings"
	"testing"
)

// TestTags reads every tag: each key has a meaning, a default that satisfies
// its own range or an example to show, and expectations that can be printed.
func TestTags(t *testing.T) {
	s, err := newSchema(reflect.TypeFor[Config]())
	if err != nil {
		t.Fatal(err)
	}
	initial() // panics if a default is not accepted
	for _, section := range s.root.sub {
		if section.doc == "" {
			t.Errorf("section %s has no doc", section.path)
		}
	}
	for _, k := range s.keys {
		if k.doc == "" {
			t.Errorf("%s has no doc", k.path)
		}
		if k.hasDefault == (k.example != "") {
			t.Errorf("%s needs either a default or an example", k.path)
		}
		if k.typ.Kind() == reflect.String && k.oneof == nil && k.format == "" {
			t.Errorf("%s is free text without format", k.path)
		}
		if !k.hasDefault && !k.isList() && k.format == "" && k.limits.contains(0) {
			t.Errorf("%s is derived when 0, so its range must exclude 0", k.path)
		}
		for _, sub := range k.sub {
			if sub.doc == "" {
				t.Errorf("%s.%s has no doc", k.path, sub.name)
			}
		}
	}
}

func TestSchemaErrors(t *testing.T) {
	type kind struct {
		Kind string `toml:"kind" oneof:"a,b"`
	}
	for name, tt := range map[string]struct {
		t    reflect.Type
		want string
	}{
		"no name": {reflect.TypeFor[struct{ A int }](), "no toml tag"},
		"nested": {reflect.TypeFor[struct {
			S struct {
				T kind `toml:"t"`
			} `toml:"s"`
		}](), "within a section"},
		"range": {reflect.TypeFor[struct {
			A int `toml:"a" range:"some"`
		}](), "not understood"},
		"for": {reflect.TypeFor[struct {
			T kind `toml:"t"`
			A int  `toml:"a" for:"c"`
		}](), "which is no kind"},
		"word of two kinds": {reflect.TypeFor[struct {
			T kind `toml:"t"`
			U kind `toml:"u"`
		}](), "both"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := newSchema(tt.t); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestNeeds checks how for tags add up: words of one kind are alternatives,
// words of two kinds must both hold, and a section's hold for its keys.
func TestNeeds(t *testing.T) {
	type file struct {
		Task struct {
			Kind string `toml:"kind" oneof:"xor,mnist"`
		} `toml:"task"`
		Model struct {
			Kind string `toml:"kind" oneof:"edn,ann,burstprop"`
			A    int    `toml:"a" for:"edn,ann"`
			B    int    `toml:"b" for:"edn,xor"`
		} `toml:"model"`
		Other struct {
			C int `toml:"c" for:"ann"`
			D int `toml:"d"`
		} `toml:"other" for:"mnist"`
	}
	s, err := newSchema(reflect.TypeFor[file]())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string][]string{
		"model.a": {"model.kind": {"edn", "ann"}},
		"model.b": {"model.kind": {"edn"}, "task.kind": {"xor"}},
		"other.c": {"task.kind": {"mnist"}, "model.kind": {"ann"}},
		"other.d": {"task.kind": {"mnist"}},
	}
	for _, k := range s.keys {
		if len(k.needs)+len(want[k.path]) > 0 && !reflect.DeepEqual(k.needs, want[k.path]) {
			t.Errorf("%s needs %v, want %v", k.path, k.needs, want[k.path])
		}
	}
}

func TestInterval(t *testing.T) {
	for _, tt := range []struct {
		tag      string
		in, out  []float64
		describe string
	}{
		{">0", []float64{1e-300, 5}, []float64{0, -1}, "more than 0s"},
		{">=0", []float64{0, 5}, []float64{-1e-300}, "at least 0s"},
		{">=1", []float64{1}, []float64{0.5}, "at least 1s"},
		{"(0,1)", []float64{0.5}, []float64{0, 1, 2, -1}, "more than 0s and less than 1s"},
		{"[0,1)", []float64{0, 0.5}, []float64{1, -1}, "at least 0s and less than 1s"},
		{"[0,0.5]", []float64{0, 0.5}, []float64{0.6, -1}, "at least 0s and at most 0.5s"},
	} {
		iv, err := parseInterval(tt.tag)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range tt.in {
			if !iv.contains(x) {
				t.Errorf("%s excludes %v", tt.tag, x)
			}
		}
		for _, x := range tt.out {
			if iv.contains(x) {
				t.Errorf("%s admits %v", tt.tag, x)
			}
		}
		if got := iv.describe("s"); got != tt.describe {
			t.Errorf("%s is described as %q, want %q", tt.tag, got, tt.describe)
		}
	}
}

func TestDuration(t *testing.T) {
	for _, tt := range []struct{ in, out string }{
		{"0s", "0s"}, {"100ms", "100ms"}, {"0.1s", "100ms"}, {"1m30s", "90s"}, {"1000s", "1000s"},
		{"1.5us", "1500ns"}, {"2µs", "2us"}, {"-3h", "-10800s"}, {"2562047h47m16.854775807s", "9223372036854775807ns"},
	} {
		d, ok := ParseDuration(tt.in)
		if !ok || d.String() != tt.out {
			t.Errorf("%q is %v (%v), want %s", tt.in, d, ok, tt.out)
		}
		if again, ok := ParseDuration(d.String()); !ok || again != d {
			t.Errorf("%v reads back as %v", d, again)
		}
	}
	for _, s := range []string{"", "0", "10", "1.5", "s", "1 s", "1d", "1e3s", "2562048h", "1s2"} {
		if d, ok := ParseDuration(s); ok {
			t.Errorf("%q is %v, want an error", s, d)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"tau_soma", "tau_dendrite", "rk4", "y_lr", "lr"}
	for got, want := range map[string]string{
		"tau_some": "tau_soma", "TAU_SOMA": "tau_soma", "tausoma": "tau_soma", "dendrite": "", "r4k": "rk4", "rl": "",
		"l": "lr", "something": "", "": "", strings.Repeat("a", 1000): "",
	} {
		if w := nearest(got, words); w != want {
			t.Errorf("nearest to %q is %q, want %q", got, w, want)
		}
	}
}
