package model

import "testing"

func TestBuiltinsParse(t *testing.T) {
	for _, name := range Builtins() {
		text, err := Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		if text.Name != name {
			t.Errorf("%s.model holds the model %s", name, text.Name)
		}
	}
}
