package config

import (
	"errors"
	"strings"
	"testing"
)

var (
	sumA = strings.Repeat("a", 64)
	sumB = strings.Repeat("b", 64)
)

// sums stands for the files a and b.
func sums(path string) (string, error) {
	switch path {
	case "a", "dir/a@sha256:":
		return sumA, nil
	case "b c":
		return sumB, nil
	}
	return "", errors.New(path + " cannot be read")
}

func TestWeightsErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		file string
		line int
		key  string
		msg  string
	}{
		"absent":           {"\nmodel.weights = \"absent\"", 2, "model.weights", "absent cannot be read"},
		"inherited":        {"model.weights = \"absent\"\n[[compare]]\nname = \"v\"", 1, "model.weights", "absent cannot be read"},
		"of a variant":     {"[[compare]]\nname = \"v\"\nmodel.weights = \"absent\"", 3, "compare[0].model.weights", "absent cannot be read"},
		"other content":    {"model.weights = \"a@sha256:" + sumB + "\"", 1, "model.weights", "a has the SHA-256 " + sumA + ", expected " + sumB},
		"short sum":        {"model.weights = \"a@sha256:12ab\"", 1, "model.weights", `has "12ab" behind @sha256:, expected 64 digits`},
		"sum in capitals":  {"model.weights = \"a@sha256:" + strings.ToUpper(sumA) + "\"", 1, "model.weights", "expected 64 digits from 0 to 9 and a to f"},
		"sum without path": {"model.weights = \"@sha256:" + sumA + "\"", 1, "model.weights", "expected a path before @sha256:"},
		"no path":          {"model.weights = \"\"", 1, "model.weights", "not empty"},
		"a number":         {"model.weights = 3", 1, "model.weights", "expected a path"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("x.toml", []byte(tt.file), Options{Weights: sums})
			checkError(t, err, "x.toml", tt.line, tt.key, tt.msg)
		})
	}
}

// TestWeightsArePinned checks that what a file of weights held is in the
// resolved experiment, which then is refused with any other.
func TestWeightsArePinned(t *testing.T) {
	c, err := Parse("x.toml", []byte(`
model.weights = "a"
[[compare]]
name = "inherits"
[[compare]]
name = "draws"
model.weights = "random"
[[compare]]
name = "other"
model.weights = "b c"
[[compare]]
name = "awkward"
model.weights = "dir/a@sha256:@sha256:`+sumA+`"
`), Options{Weights: sums})
	if err != nil {
		t.Fatal(err)
	}
	checkRoundTrip(t, c)
	got := [][2]string{}
	for _, m := range []Model{c.Model, c.Compare[0].Config.Model, c.Compare[1].Config.Model, c.Compare[2].Config.Model, c.Compare[3].Config.Model} {
		path, sum := m.WeightsFile()
		got = append(got, [2]string{path, sum})
	}
	for i, want := range [][2]string{{"a", sumA}, {"a", sumA}, {"", ""}, {"b c", sumB}, {"dir/a@sha256:", sumA}} {
		if got[i] != want {
			t.Errorf("weights %d: %q, want %q", i, got[i], want)
		}
	}
	var b strings.Builder
	if err := c.WriteTOML(&b); err != nil {
		t.Fatal(err)
	}
	changed := func(string) (string, error) { return sumB, nil }
	_, err = Parse("config.toml", []byte(b.String()), Options{Weights: changed})
	if err == nil || !strings.Contains(err.Error(), "another file than the one this was written for") {
		t.Errorf("with changed files: %v", err)
	}
	// Another file on the command line is welcome.
	again, err := Parse("config.toml", []byte(b.String()), Options{Weights: sums, Set: []string{"model.weights=b c"}})
	if err != nil || again.Model.Weights != "b c@sha256:"+sumB {
		t.Errorf("with another file: %q, %v", again.Model.Weights, err)
	}
}
