package config

import (
	"errors"
	"strings"
	"testing"
)

// TestLabelsThatFiguresCannotWrite are refused where they stand, unless nothing
// is drawn.
func TestLabelsThatFiguresCannotWrite(t *testing.T) {
	ascii := func(label string) error {
		if strings.ContainsFunc(label, func(r rune) bool { return r > 127 }) {
			return errors.New("no such letters")
		}
		return nil
	}
	for _, test := range []struct{ text, want string }{
		{"[run]\nlabel = \"a\"\n[[compare]]\nname = \"b\"\n", ""},
		{"[run]\nlabel = \"漢\"\n", "a.toml:2: run.label: no such letters; "},
		{"[[compare]]\nname = \"b\"\n\n[[compare]]\nname = \"字\"\n", "a.toml:5: compare[1].name: no such letters; "},
		{"[run]\nlabel = \"漢\"\n[plots]\nfigures = []\n", ""},
	} {
		_, err := Parse("a.toml", []byte(test.text), Options{Label: ascii})
		if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.text, err, test.want)
		}
	}
}

// Names that look the same are the same, however their letters are put together.
func TestNamesDifferInMoreThanNormalisation(t *testing.T) {
	const text = "[[compare]]\nname = \"\u00e9\"\n[[compare]]\nname = \"e\u0301\"\n"
	if _, err := Parse("a.toml", []byte(text), Options{}); err == nil || !strings.Contains(err.Error(), "is taken by compare[0].name") {
		t.Errorf("%v", err)
	}
}
