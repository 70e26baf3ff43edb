package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestImports holds the table of packages in docs/architecture.md against the
// code: every package has a row, imports of ours no more than the row allows,
// and only packages whose rows stand above.
func TestImports(t *testing.T) {
	rows := packageTable(t, "../../docs/architecture.md")
	row := map[string]int{}
	for i, r := range rows {
		if _, twice := row[r.path]; twice {
			t.Errorf("%s has two rows", r.path)
		}
		row[r.path] = i
	}
	for i, r := range rows {
		for _, other := range r.allowed {
			if at, ok := row[other]; !ok {
				t.Errorf("%s may import %s, which has no row", r.path, other)
			} else if at >= i {
				t.Errorf("%s may import %s, which does not stand above it", r.path, other)
			}
		}
	}
	packages := ourPackages(t)
	for path, imports := range packages {
		at, ok := row[path]
		if !ok {
			t.Errorf("%s has no row", path)
			continue
		}
		for _, other := range imports {
			if r := rows[at]; !r.all && !slices.Contains(r.allowed, other) {
				t.Errorf("%s imports %s, and may import %s", path, other, strings.Join(r.allowed, ", "))
			}
		}
	}
	for _, r := range rows {
		if _, ok := packages[r.path]; !ok {
			t.Errorf("there is no package %s", r.path)
		}
	}
}

// packageRow is a row of the table: a package, and what it may import.
type packageRow struct {
	path    string
	all     bool
	allowed []string
}

func packageTable(t *testing.T, document string) []packageRow {
	t.Helper()
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(data), "| package | holds | may import of ours |\n|---|---|---|\n")
	if !found {
		t.Fatalf("%s has no table of packages", document)
	}
	word := regexp.MustCompile("`([^`]+)`")
	var rows []packageRow
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 {
			break
		}
		r := packageRow{path: strings.Trim(cells[1], " `"), all: cells[3] == " all "}
		for _, m := range word.FindAllStringSubmatch(cells[3], -1) {
			r.allowed = append(r.allowed, m[1])
		}
		if !r.all && r.allowed == nil && cells[3] != " nothing " {
			t.Errorf("%s may import %q, expected packages, nothing or all", r.path, cells[3])
		}
		rows = append(rows, r)
	}
	return rows
}

// ourPackages lists the packages of the module and what they import of it, all
// without the module's name.
func ourPackages(t *testing.T) map[string][]string {
	t.Helper()
	list := exec.Command("go", "list", "-json=ImportPath,Imports,Module", "./...")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			t.Fatalf("go list: %s", failed.Stderr)
		}
		t.Fatal(err)
	}
	packages := map[string][]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
			Module     struct{ Path string }
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		own := []string{}
		for _, path := range p.Imports {
			if path, ours := strings.CutPrefix(path, p.Module.Path+"/"); ours {
				own = append(own, path)
			}
		}
		packages[strings.TrimPrefix(p.ImportPath, p.Module.Path+"/")] = own
	}
}
