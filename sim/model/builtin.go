package model

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed texts/*.model
var texts embed.FS

// Usual is the model that an experiment has if it chooses none.
const Usual = "burstccn"

// Builtins lists the names of the models that come with burstsim.
func Builtins() []string {
	files, err := texts.ReadDir("texts")
	if err != nil {
		panic(err) // they are compiled in
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".model"))
	}
	return names
}

var parsed sync.Map // name to *Text

// Builtin returns the model of that name that comes with burstsim. The text is
// shared: it must not be changed.
func Builtin(name string) (*Text, error) {
	if t, ok := parsed.Load(name); ok {
		return t.(*Text), nil
	}
	if !slices.Contains(Builtins(), name) {
		return nil, fmt.Errorf("model: no model %q, expected %s%s", name, list(Builtins()), near(name, Builtins()))
	}
	source, err := texts.ReadFile("texts/" + name + ".model")
	if err != nil {
		return nil, err
	}
	t, err := Parse(name+".model", string(source))
	if err != nil {
		return nil, err
	}
	first, _ := parsed.LoadOrStore(name, t)
	return first.(*Text), nil
}
