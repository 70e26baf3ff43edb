package config

import (
	"slices"
	"strings"
	"testing"

	"burstsim/sim/model"
)

// TestReferenceHasEveryKey checks that completion knows every key, and that what
// it says is accepted is accepted.
func TestReferenceHasEveryKey(t *testing.T) {
	for _, name := range model.Builtins() {
		sections, keys, err := Reference(name)
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]KeyDoc{}
		for _, k := range keys {
			if _, twice := known[k.Key]; twice {
				t.Errorf("%s: %s appears twice", name, k.Key)
			}
			known[k.Key] = k
			if k.Doc == "" || k.Type == "" || k.Expected == "" {
				t.Errorf("%s: %s lacks something: %+v", name, k.Key, k)
			}
			if !slices.ContainsFunc(sections, func(s Section) bool { return s.Name == k.Section && s.Doc != "" }) {
				t.Errorf("%s is of section %q, which is not described", k.Key, k.Section)
			}
		}
		c, err := Parse("e.toml", []byte("[model]\nkind = \""+name+"\"\n"), Options{Recorded: true})
		if err != nil {
			t.Fatal(err)
		}
		find := c.Lookup()
		for _, key := range c.Keys() {
			s, applies := find(key)
			if _, ok := known[key]; applies && !ok {
				t.Errorf("%s: %s is not described", name, key)
			}
			if d := known[key].Default; applies && s.Text != "" && strings.HasPrefix(key, "model.") && len(known[key].Choices) > 0 && d == "" {
				t.Errorf("%s: %s has no default", name, key)
			}
		}
	}
	if _, _, err := Reference("burst"); err == nil || !strings.Contains(err.Error(), "expected") {
		t.Errorf("an unknown model: %v", err)
	}
}
