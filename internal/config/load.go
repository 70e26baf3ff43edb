package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
)

// maxBytes is the largest file that is read.
const maxBytes = 1 << 20

// Options override and check a file.
type Options struct {
	// Set holds overrides such as "model.beta=2" or "time.kind=discrete". They
	// change the experiment and with it all variants that do not override the
	// same key. Later ones win.
	Set []string
	// Seed overrides run.seed, unless it is nil.
	Seed *int64
	// StabilityLimit is the largest stable time step of a method, in units of
	// the shortest time constant; +Inf if there is none, as for a method that
	// adapts its step. Nil: not checked.
	StabilityLimit func(method string) float64
	// LimitSpan is how much time (s) the measurement of the limit simulates at a
	// tau/T. Nil: not checked.
	LimitSpan func(c Config, ratio float64) float64
	// Label says why a label cannot be written into a figure. Nil: not checked.
	Label func(label string) error
	// Weights returns the SHA-256 of a file of weights, as 64 digits, or says
	// why it is none. What the file has then is written behind its path, so
	// that the experiment cannot be repeated with other weights. Nil: not
	// looked at.
	Weights func(path string) (sum string, err error)
	// Memory says why an experiment with its variants would not fit into memory,
	// and which keys decide, the most important first. Nil: not looked at.
	Memory func(c *Config) (keys []string, err error)
}

// Load reads and checks an experiment file of at most 1 MiB. It may be a pipe
// that another program writes, but nobody is waited for: a pipe without a
// writer is empty. Errors are of type [*Error].
func Load(path string, opt Options) (Config, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return Config{}, readError(path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return Config{}, readError(path, err)
	}
	if info, err := f.Stat(); len(data) == 0 && err == nil && !info.Mode().IsRegular() {
		// An empty file is an experiment with every default.
		return Config{}, &Error{File: path, Msg: "is a pipe or a device from which nothing came, expected an experiment file"}
	}
	return Parse(path, data, opt)
}

func readError(path string, err error) error {
	cause := err
	var perr *fs.PathError
	if errors.As(err, &perr) {
		cause = perr.Err
	}
	return &Error{File: path, Msg: fmt.Sprintf("cannot be read: %v", cause), err: err}
}

// Parse is [Load] for a file that is in memory already. name stands for the
// file in messages and, without .toml, is the default of run.name. The error
// is the first in file order; how keys go together is only looked at when each
// is right by itself.
func Parse(name string, data []byte, opt Options) (Config, error) {
	if len(data) > maxBytes {
		return Config{}, &Error{File: name, Msg: "larger than 1 MiB, expected an experiment file of a few KiB"}
	}
	root, err := parseDocument(name, data)
	if err != nil {
		return Config{}, err
	}
	c := defaults()
	d := &decoder{problems: &problems{file: name}, schema: fileSchema(), given: make(map[string]*node)}
	compare := root.table["compare"]
	delete(root.table, "compare")
	d.table(root, d.schema.root, reflect.ValueOf(&c).Elem(), "")
	for i, override := range opt.Set {
		d.override(override, len(data)+1+i, &c)
	}
	if opt.Seed != nil {
		c.Run.Seed = *opt.Seed
	}
	if c.Run.Name == "" {
		c.Run.Name = nameOf(name)
	}
	if c.Run.Label == "" {
		c.Run.Label = c.Time.Kind
	}
	variants := d.variants(compare, &c)
	d.applicability(&c, variants)
	d.settleStack(&c)
	for _, v := range variants {
		v.settleStack(&c.Compare[v.number].Config)
	}
	if d.first == nil {
		d.crossChecks(&c, opt)
		d.pinWeights(&c, opt.Weights)
		d.checkLabel(&c, "run.label", opt.Label)
		for _, v := range variants {
			vc := &c.Compare[v.number].Config
			v.crossChecks(vc, opt)
			v.checkLabel(vc, "name", opt.Label)
			if v.given["model.weights"] == nil {
				vc.Model.Weights = c.Model.Weights
				continue
			}
			v.pinWeights(vc, opt.Weights)
		}
	}
	if err := d.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// defaults is a Config with every default, and memory of its own.
func defaults() Config {
	c := initial()
	v := reflect.ValueOf(&c).Elem()
	for _, k := range fileSchema().keys {
		if f := v.FieldByIndex(k.index); f.Kind() == reflect.Slice && !f.IsNil() {
			own := reflect.MakeSlice(f.Type(), f.Len(), f.Len())
			reflect.Copy(own, f)
			f.Set(own)
		}
	}
	return c
}

// nameOf is the run name that a file gives.
func nameOf(file string) string {
	base := strings.TrimSuffix(filepath.Base(file), ".toml")
	safe := strings.Map(func(r rune) rune {
		if safeRune(r) {
			return r
		}
		return '_'
	}, base)
	if len(safe) > maxName {
		safe = strings.ToValidUTF8(safe[:maxName], "")
	}
	safe = strings.TrimLeft(strings.TrimRight(safe, " ."), " -_.+=,")
	if !safeName(safe) {
		return "experiment"
	}
	return safe
}

// applicability reports keys that belong to another kind than the one chosen,
// so that none is given in vain. A key of the experiment may serve a variant.
func (d *decoder) applicability(c *Config, variants []*decoder) {
	if d.noKind || slices.ContainsFunc(variants, func(v *decoder) bool { return v.noKind }) {
		return
	}
	for _, k := range d.schema.keys {
		if n := d.given[k.path]; n != nil && !d.schema.serves(k, c) {
			d.add(n, k.path, func() string { return k.misplaced(d.schema, c) })
		}
		for _, v := range variants {
			vc := &c.Compare[v.number].Config
			if n := v.given[k.path]; n != nil && !k.applies(d.schema, vc) {
				d.add(n, v.prefix+k.path, func() string { return k.misplaced(d.schema, vc) })
			}
		}
	}
}

// settleStack gives layers the place of the default hidden ones, and takes
// layers that were meant for another variant from a network without images.
func (d *decoder) settleStack(c *Config) {
	if !c.Task.Images() {
		c.Model.Layer = nil
	}
	given := d.given["model.hidden"] != nil || d.within != nil && d.within.given["model.hidden"] != nil
	if len(c.Model.Layer) > 0 && !given {
		c.Model.Hidden = nil
	}
}

// serves says whether a key has a meaning in the experiment or a variant.
func (s *schema) serves(k *key, c *Config) bool {
	return k.applies(s, c) || slices.ContainsFunc(c.Compare, func(v Variant) bool { return k.applies(s, &v.Config) })
}

// misplaced says which kinds the key belongs to, and which c and its variants
// are not.
func (k *key) misplaced(s *schema, c *Config) string {
	var wanted, chosen []string
	for _, kind := range s.kinds {
		if words := k.needs[kind.path]; len(words) > 0 {
			wanted = append(wanted, kind.path+" "+choices(words))
			chosen = append(chosen, kind.of(c).String())
		}
	}
	is := "that is"
	if len(chosen) > 1 {
		is = "they are"
	}
	msg := fmt.Sprintf("has no effect here: it belongs to %s, but %s %s",
		strings.Join(wanted, " and "), is, strings.Join(chosen, " and "))
	switch {
	case len(c.Compare) > 0 && len(chosen) > 1:
		msg += ", and no [[compare]] variant has both"
	case len(c.Compare) > 0:
		msg += ", nor in any [[compare]] variant"
	}
	return msg
}
