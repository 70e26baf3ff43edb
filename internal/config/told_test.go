package config

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// told parses a file with one fault, of which one thing has to be said.
func told(t *testing.T, text, want string) {
	t.Helper()
	_, err := Parse("e.toml", []byte(text), Options{})
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s\nis told %v\nwant    %s", text, err, want)
	} else if strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("%s\nis told more than one thing: %v", text, err)
	}
}

// writtenBack parses a file without a fault, writes it, and parses what was written.
func writtenBack(t *testing.T, text string) {
	t.Helper()
	c, err := Parse("e.toml", []byte(text), Options{})
	if err != nil {
		t.Errorf("%s: %v", text, err)
		return
	}
	var b bytes.Buffer
	if err := c.WriteTOML(&b); err != nil {
		t.Fatal(err)
	}
	if again, err := Parse("e.toml", b.Bytes(), Options{}); err != nil || !reflect.DeepEqual(again, c) {
		t.Errorf("%s\nis written as\n%s\nwhich is not the same: %v", text, b.Bytes(), err)
	}
}
