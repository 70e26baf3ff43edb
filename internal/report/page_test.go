package report

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/rundir"
	"burstsim/sim/record"
)

const awkward = `<script>alert("1")</script>&'`

// examplePage is a page of a run with two variants and awkward texts.
func examplePage(t *testing.T, status rundir.Status) *Page {
	t.Helper()
	file := []byte("[run]\nout = '''" + awkward + "'''\n[[compare]]\nname = 'discrete'\ntime.kind = 'discrete'\n")
	cfg, err := config.Parse("example.toml", file, config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := &rundir.Digest{
		Dir: "/home/somebody/runs/a b", Status: status, Config: cfg, Labels: []string{"continuous", "discrete"},
		Summary: &experiment.Summary{
			Name: "example", Versions: map[string]string{"blas": awkward, "revision": "abc", "modified": "true"},
			Limit: &experiment.LimitSummary{Slope: 1.01},
			Variants: map[string]experiment.VariantSummary{
				"continuous": {LossInitial: 1, LossFinal: math.NaN(), TestError: math.NaN(), AngleWeights: map[string]float64{"W1": 3}},
				"discrete": {LossInitial: 1, LossFinal: 0.5, TestError: 0.25, Answers: &experiment.Answers{
					Inputs: [][]float64{{0, 1}}, Outputs: []float64{0.9}},
					Training: &experiment.TrainingSummary{Data: awkward, Epochs: 3, BestEpoch: 2}},
			},
		},
	}
	if status == rundir.Failed {
		d.Reason = awkward
	}
	return &Page{
		Document: &Document{d, rundir.Contents{
			Files: []rundir.File{{Path: awkward, Bytes: 7}},
			Trajectory: []rundir.Recorded{{Variant: "continuous", Samples: 3, Windows: []record.Window{{Last: 3, End: 2}},
				Signals: []rundir.SignalInfo{{Name: "soma_1", Label: awkward, Shape: []int{3, 1}, Units: []int{0}}}}},
		}},
		Figures: []Figure{
			{Name: "dynamics", SVG: []byte(`<svg width="518.74pt" height="459.1pt"></svg>`)},
			{Name: "limit", SVG: []byte(`<svg width="252.28pt" height="191.1pt"></svg>`)},
			{Name: "unheard of", SVG: []byte("<svg></svg>")},
			{Name: "circuit", Of: "edn", SVG: []byte("<svg></svg>")},
		},
		Missing: []string{"figure learning could not be drawn: " + awkward},
		Config:  file,
	}
}

// element is a start tag with what is inside it.
type element struct {
	name  string
	attrs map[string]string
	text  string
}

// parse reads a page as XML, which it is too, so that a tag that is not closed
// is found.
func parse(t *testing.T, page []byte) []*element {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(page))
	dec.Entity = xml.HTMLEntity
	var all, open []*element
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			all, open = append(all, e), append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, e := range open {
				e.text += string(token)
			}
		}
	}
}

func written(t *testing.T, p *Page) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func statusPages(t *testing.T) map[string]*Page {
	pages := map[string]*Page{"bare": {Document: &Document{Digest: &rundir.Digest{Dir: "bare", Status: rundir.Unfinished}}}}
	for _, status := range rundir.Statuses() {
		pages[string(status)] = examplePage(t, status)
	}
	return pages
}

// Everything is in the page, and the page asks for nothing.
func TestPageNeedsNothingElse(t *testing.T) {
	for name, p := range statusPages(t) {
		page := written(t, p)
		ids := map[string]bool{}
		for _, e := range parse(t, page) {
			if id := e.attrs["id"]; id != "" {
				if ids[id] {
					t.Errorf("%s: two elements are called %q", name, id)
				}
				ids[id] = true
			}
		}
		for _, e := range parse(t, page) {
			if slices.Contains([]string{"script", "link", "iframe", "object", "embed", "base", "form"}, e.name) {
				t.Errorf("%s: an element %s", name, e.name)
			}
			for _, attr := range []string{"src", "href", "srcset", "style", "action", "poster"} {
				v, ok := e.attrs[attr]
				if !ok || strings.HasPrefix(v, "data:image/svg+xml;base64,") || strings.HasPrefix(v, "data:application/toml;base64,") || strings.HasPrefix(v, "data:application/x-tex;base64,") || strings.HasPrefix(v, "data:application/x-bibtex;base64,") {
					continue
				}
				if id, anchor := strings.CutPrefix(v, "#"); !anchor || !ids[id] {
					t.Errorf("%s: %s with %s = %.80q, expected data or a place in the page", name, e.name, attr, v)
				}
			}
			for _, id := range []string{e.attrs["aria-labelledby"]} {
				if id != "" && !ids[id] {
					t.Errorf("%s: %s is labelled by %q, which is not there", name, e.name, id)
				}
			}
			if e.name == "style" && (strings.Contains(e.text, "url(") || strings.Contains(e.text, "@import")) {
				t.Errorf("%s: the style asks for a file", name)
			}
		}
		if !bytes.Equal(page, written(t, p)) {
			t.Errorf("%s: written twice, the page differs", name)
		}
	}
}

func TestPageIsAccessible(t *testing.T) {
	for name, p := range statusPages(t) {
		level := 0
		var seen []string
		for _, e := range parse(t, written(t, p)) {
			seen = append(seen, e.name)
			switch e.name {
			case "html":
				if e.attrs["lang"] != "en" {
					t.Errorf("%s: language %q", name, e.attrs["lang"])
				}
			case "title":
				if strings.TrimSpace(e.text) == "" {
					t.Errorf("%s: no title", name)
				}
			case "img":
				if e.attrs["alt"] == "" {
					t.Errorf("%s: an image without words", name)
				}
			case "th":
				if e.attrs["scope"] == "" {
					t.Errorf("%s: header %q of nothing", name, e.text)
				}
			case "h1", "h2", "h3", "h4":
				now := int(e.name[1] - '0')
				if now > level+1 {
					t.Errorf("%s: heading %q jumps from level %d to %d", name, e.text, level, now)
				}
				level = now
			}
		}
		for _, want := range []string{"title", "main", "header", "nav", "h1"} {
			if n := len(slices.DeleteFunc(slices.Clone(seen), func(e string) bool { return e != want })); n != 1 {
				t.Errorf("%s: %d elements %s, want one", name, n, want)
			}
		}
	}
}

func TestPageHoldsTheRun(t *testing.T) {
	p := examplePage(t, rundir.Failed)
	page := written(t, p)
	if bytes.Contains(page, []byte("<script>alert")) || bytes.Contains(page, []byte("ZgotmplZ")) {
		t.Error("a text of the run became part of the page's own")
	}
	if bytes.Contains(page, []byte("somebody")) {
		t.Error("the page tells where the run's folder is")
	}
	all := parse(t, page)
	var figures [][]byte
	var download []byte
	for _, e := range all {
		for _, attr := range []string{"src", "href"} {
			_, encoded, ok := strings.Cut(e.attrs[attr], ";base64,")
			if !ok {
				continue
			}
			content, err := base64.StdEncoding.DecodeString(encoded)
			if err != nil {
				t.Fatal(err)
			}
			if e.name == "img" {
				figures = append(figures, content)
			} else {
				download = content
			}
		}
	}
	if !bytes.Equal(download, p.Config) {
		t.Errorf("the download is %q", download)
	}
	for i, f := range p.Figures {
		if i >= len(figures) || !bytes.Equal(figures[i], f.SVG) {
			t.Errorf("figure %s is not there", f.Name)
		}
	}
	body := all[slices.IndexFunc(all, func(e *element) bool { return e.name == "body" })].text
	for _, want := range []string{awkward, "failed: " + awkward, "distance to the discrete limit ~ (tau/T)^1.01", "git checkout abc",
		"burstsim run config.toml", "figure learning could not be drawn", "soma_1", "25.00 %", "[[compare]]"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if text := fmt.Sprint(parse(t, written(t, examplePage(t, rundir.Interrupted)))[0].text); !strings.Contains(text, "burstsim resume '/home/somebody/runs/a b'") {
		t.Error("an interrupted run is not said to be resumed")
	}
}

func TestWords(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 5_300_000_000: "5.3 GB"} {
		if got := Size(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
	for s, want := range map[float64]string{0.346: "0.35 s", 12.34: "12.3 s", 60: "1 min 0 s", 3599.6: "1 h 0 min", 7380: "2 h 3 min",
		math.Inf(1): "-", 1e300: "-"} {
		if got := duration(s); got != want {
			t.Errorf("%v s are %q, want %q", s, got, want)
		}
	}
	if got := duration(math.NaN()); got != "-" {
		t.Errorf("NaN s are %q", got)
	}
	many := integers(make([]int, 30))
	many[29] = "29"
	if got := some(many); !strings.HasSuffix(got, "..., 29") || strings.Count(got, ",") != mostSaid {
		t.Errorf("many are %q", got)
	}
}
