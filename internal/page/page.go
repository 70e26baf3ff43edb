// Package page holds what pages of HTML that need no other file and no network have
// in common: how they look, and how files are in them.
package page

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
)

// Style is the content of the element style of a page: for light and dark screens,
// and for paper.
//
//go:embed style.css
var Style template.CSS

// DataURI holds content of a kind, such as "image/svg+xml", in an address. Its
// alphabet is safe in an attribute.
func DataURI(kind string, content []byte) template.URL {
	return template.URL(fmt.Sprintf("data:%s;base64,%s", kind, base64.StdEncoding.EncodeToString(content)))
}
