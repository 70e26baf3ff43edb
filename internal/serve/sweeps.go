package serve

import (
	"math"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"burstsim/internal/rundir"
	"burstsim/internal/sweep"
)

// sweepEntry is what is known of a sweep. It is replaced, never changed.
type sweepEntry struct {
	id, path string
	stamp    string
	view     sweepView
}

// sweepView is a sweep in the list.
type sweepView struct {
	ID         string   `json:"id"`
	Path       string   `json:"path"`
	Name       string   `json:"name"`
	Keys       []string `json:"keys"`
	Total      int      `json:"total"`
	Done       int      `json:"done"`
	Failed     int      `json:"failed"`
	Unfinished int      `json:"unfinished"`
	Running    bool     `json:"running"`
	CanStop    bool     `json:"can_stop"`
	Note       string   `json:"note"`
}

// sweepStamp changes when results do.
func (l *library) sweepStamp(rel string) string {
	var b strings.Builder
	note := func(name string) {
		s := stampOf(name)
		b.WriteString(name + s.at.String() + string(mustJSON(s.size)))
	}
	dir := l.full(rel)
	note(filepath.Join(dir, "plan.json"))
	note(filepath.Join(dir, "unfinished"))
	files, err := filepath.Glob(filepath.Join(dir, "results", "*", "*.jsonl"))
	if err == nil { // the pattern is ours, up to the folder
		for _, f := range files {
			note(f)
		}
	}
	return b.String()
}

// readSweep reads how far a sweep is, unless it is as before.
func (l *library) readSweep(f found, old *sweepEntry) *sweepEntry {
	id := idOf(f.path)
	stamp := l.sweepStamp(f.path)
	busy := l.busy(id)
	if old != nil && old.stamp == stamp && old.view.CanStop == busy {
		return old
	}
	s := &sweepEntry{id: id, path: f.path, stamp: stamp, view: sweepView{ID: id, Path: f.path, Name: path.Base(f.path), Keys: []string{}, CanStop: busy, Running: busy}}
	a, err := l.collect(f.path)
	if err != nil {
		s.view.Note = strings.ReplaceAll(err.Error(), l.dir+"/", "")
		return s
	}
	s.view.Name, s.view.Keys = a.Plan.Name, some(a.Plan.Keys)
	s.view.Total, s.view.Failed = len(a.Runs), a.Failed
	s.view.Done = len(a.Runs) - a.Missing
	if entries, err := os.ReadDir(filepath.Join(l.full(f.path), "unfinished")); err == nil {
		s.view.Unfinished = len(entries)
	}
	return s
}

// collect reads what a sweep came to, unless a link in it leads elsewhere.
func (l *library) collect(rel string) (*sweep.Aggregate, error) {
	for _, folder := range []string{rel, path.Join(rel, "results")} {
		if err := l.contained(folder); err != nil {
			return nil, err
		}
	}
	if shards, err := filepath.Glob(filepath.Join(l.full(rel), "results", "*")); err == nil {
		for _, shard := range shards {
			if err := l.contained(path.Join(rel, "results", filepath.Base(shard))); err != nil {
				return nil, err
			}
		}
	}
	plan, err := sweep.Load(l.full(rel))
	if err != nil {
		return nil, err
	}
	return plan.Collect()
}

// sweepOf is the sweep that a request names, and what it came to.
func (s *Server) sweepOf(r *http.Request) (*sweepEntry, *sweep.Aggregate, error) {
	one, ok := s.library.sweep(r.PathValue("id"))
	if !ok {
		return nil, nil, notFound("there is no such sweep")
	}
	a, err := s.library.collect(one.path)
	if err != nil {
		return nil, nil, notFound(err.Error())
	}
	return one, a, nil
}

// pointView is a run of a sweep.
type pointView struct {
	ID      string                       `json:"id"`
	Values  []string                     `json:"values"`
	State   string                       `json:"state"`
	Failure string                       `json:"failure"`
	Results map[string]map[string]number `json:"results"`
	Runs    []string                     `json:"runs"`
}

func viewOfPoint(r sweep.Run) pointView {
	v := pointView{ID: r.Point.ID, Values: r.Point.Values, State: r.State(), Results: map[string]map[string]number{}, Runs: []string{}}
	if r.Record != nil {
		v.Failure = r.Record.Failure
		for _, variant := range r.Record.Variants {
			results := map[string]number{}
			for name, x := range variant.Results {
				results[name] = number(x)
			}
			v.Results[variant.Name] = results
		}
	}
	return v
}

func (s *Server) sweep(r *http.Request) (any, error) {
	one, a, err := s.sweepOf(r)
	if err != nil {
		return nil, err
	}
	folders := s.pointFolders(a)
	points := []pointView{}
	for _, run := range a.Runs {
		v := viewOfPoint(run)
		v.Runs = some(folders[v.ID])
		points = append(points, v)
	}
	varied := []string{}
	for _, i := range a.Plan.Varied() {
		varied = append(varied, a.Plan.Keys[i])
	}
	files, err := s.library.files(one.path)
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(f rundir.File) bool {
		return strings.HasPrefix(f.Path, "results/") || strings.HasPrefix(f.Path, "unfinished/")
	})
	return map[string]any{"sweep": one.view, "keys": a.Plan.Keys, "varied": varied, "variants": some(a.Variants()), "results": some(a.Results()),
		"points": points, "figures": figuresOf(files), "files": files}, nil
}

// pointFolders are the full folders of points: the runs that `burstsim sweep run`
// names after them.
func (s *Server) pointFolders(a *sweep.Aggregate) map[string][]string {
	names := map[string]string{}
	for _, run := range a.Runs {
		if cfg, err := a.Plan.Experiment(run.Point); err == nil {
			names[cfg.Run.Name] = run.Point.ID
		}
	}
	out := map[string][]string{}
	for _, r := range s.library.all() {
		if id := names[r.view.Name]; id != "" {
			out[id] = append(out[id], r.id)
		}
	}
	return out
}

// resultOf finds which variant and result a request means.
func resultOf(q *query, a *sweep.Aggregate) (variant, result string) {
	pick := func(name string, words []string) string {
		if len(words) == 0 {
			return ""
		}
		word := q.Get(name)
		if word == "" {
			return words[0]
		}
		if !slices.Contains(words, word) && q.err == nil {
			q.err = badRequest("%s: %.60q, expected one of %s", name, word, strings.Join(words, ", "))
		}
		return word
	}
	return pick("variant", a.Variants()), pick("result", a.Results())
}

// cellView is a cell of a heat map: the mean over all its runs.
type cellView struct {
	I      int      `json:"i"`
	J      int      `json:"j"`
	N      int      `json:"n"`
	Mean   number   `json:"mean"`
	SD     number   `json:"sd"`
	Failed int      `json:"failed"`
	Points []string `json:"points"`
}

// sweepMap is a result over the values of one or two keys.
func (s *Server) sweepMap(r *http.Request) (any, error) {
	_, a, err := s.sweepOf(r)
	if err != nil {
		return nil, err
	}
	q := queryOf(r)
	variant, result := resultOf(q, a)
	axis := func(name string, must bool) int {
		i := slices.Index(a.Plan.Keys, q.Get(name))
		if i < 0 && (must || q.Get(name) != "") && q.err == nil {
			q.err = badRequest("%s: %.60q, expected one of %s", name, q.Get(name), strings.Join(a.Plan.Keys, ", "))
		}
		return i
	}
	x, y := axis("x", true), axis("y", false)
	if q.err != nil {
		return nil, q.err
	}
	xs, ys := []string{}, []string{}
	place := func(values *[]string, value string) int {
		i := slices.Index(*values, value)
		if i < 0 {
			i = len(*values)
			*values = append(*values, value)
		}
		return i
	}
	groups := map[[2]int]*sweep.Group{}
	var order [][2]int
	for _, run := range a.Runs { // in the order of values
		at := [2]int{place(&xs, run.Point.Values[x]), 0}
		if y >= 0 {
			at[1] = place(&ys, run.Point.Values[y])
		}
		if groups[at] == nil {
			groups[at] = &sweep.Group{Point: run.Point}
			order = append(order, at)
		}
		groups[at].Runs = append(groups[at].Runs, run)
	}
	cells := []cellView{}
	for _, at := range order {
		g := groups[at]
		spread := g.Spread(variant, result)
		c := cellView{I: at[0], J: at[1], N: spread.N, Mean: number(spread.Mean), SD: number(spread.SD), Points: []string{}}
		for _, run := range g.Runs {
			c.Points = append(c.Points, run.Point.ID)
			if run.State() == "failed" {
				c.Failed++
			}
		}
		cells = append(cells, c)
	}
	return map[string]any{"x": xs, "y": ys, "cells": cells, "variant": variant, "result": result}, nil
}

// mostGroups is how many groups of a sweep have their curves sent.
const mostGroups = 100

// sweepCurves is how the groups of a sweep learned.
func (s *Server) sweepCurves(r *http.Request) (any, error) {
	_, a, err := s.sweepOf(r)
	if err != nil {
		return nil, err
	}
	q := queryOf(r)
	variant, _ := resultOf(q, a)
	key, columns := a.Columns()
	column := q.Get("column")
	if column == "" && len(columns) > 0 {
		column = columns[0]
	}
	if q.err != nil {
		return nil, q.err
	}
	type groupCurves struct {
		Label  string            `json:"label"`
		Values map[string]string `json:"values"`
		Points []string          `json:"points"`
		X      []number          `json:"x"`
		Mean   []number          `json:"mean"`
		SD     []number          `json:"sd"`
		N      []int             `json:"n"`
	}
	groups := []groupCurves{}
	for _, g := range a.Groups() {
		if len(groups) == mostGroups {
			break
		}
		v := groupCurves{Values: map[string]string{}, Points: []string{}, X: []number{}, Mean: []number{}, SD: []number{}, N: []int{}}
		var label []string
		for _, i := range a.Plan.Varied() {
			v.Values[a.Plan.Keys[i]] = g.Point.Values[i]
			label = append(label, a.Plan.Keys[i]+" = "+g.Point.Values[i])
		}
		v.Label = strings.Join(label, ", ")
		for _, run := range g.Runs {
			v.Points = append(v.Points, run.Point.ID)
		}
		c := g.CurveOf(variant, column)
		v.X = numbers(c.At)
		for _, spread := range c.Spread {
			v.Mean, v.SD, v.N = append(v.Mean, number(spread.Mean)), append(v.SD, number(spread.SD)), append(v.N, spread.N)
		}
		groups = append(groups, v)
	}
	return map[string]any{"key": key, "columns": some(columns), "column": column, "variant": variant, "groups": groups, "all": len(a.Groups())}, nil
}

// sweepPoint is all that is kept of a run of a sweep.
func (s *Server) sweepPoint(r *http.Request) (any, error) {
	_, a, err := s.sweepOf(r)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(a.Runs, func(run sweep.Run) bool { return run.Point.ID == r.PathValue("point") })
	if i < 0 {
		return nil, notFound("there is no such run in the sweep")
	}
	run := a.Runs[i]
	v := viewOfPoint(run)
	values := map[string]string{}
	for i, key := range a.Plan.Keys {
		values[key] = run.Point.Values[i]
	}
	type variantView struct {
		Name    string              `json:"name"`
		Results map[string]number   `json:"results"`
		Key     string              `json:"key"`
		X       []number            `json:"x"`
		Columns map[string][]number `json:"columns"`
	}
	variants := []variantView{}
	if run.Record != nil {
		for _, one := range run.Record.Variants {
			view := variantView{Name: one.Name, Results: v.Results[one.Name], X: []number{}, Columns: map[string][]number{}}
			for j, column := range one.Columns {
				var values []number
				for _, row := range one.Rows {
					x := math.NaN()
					if j < len(row) {
						x = float64(row[j])
					}
					values = append(values, number(x))
				}
				if j == 0 {
					view.Key, view.X = column, some(values)
				} else {
					view.Columns[column] = some(values)
				}
			}
			variants = append(variants, view)
		}
	}
	text := ""
	if cfg, err := a.Plan.Experiment(run.Point); err == nil {
		text = shortTOML(cfg)
	}
	return map[string]any{"id": v.ID, "values": values, "state": v.State, "failure": v.Failure, "text": text, "variants": variants}, nil
}
