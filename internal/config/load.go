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
	// Input says why a file of data, or a folder of them, cannot be read. Nil: not
	// looked at.
	Input func(path string, folder bool) error
	// Signals names what a network of the experiment has to record. Nil: not
	// looked at.
	Signals func(c Config) []string
	// Recorded marks the file of a run that was made before, maybe by another
	// version: keys without effect, and numbers that are refused now, are passed
	// over there.
	Recorded bool
}

// Load reads and checks an experiment file of at most 1 MiB. It may be a pipe
// that another program writes, but nobody is waited for: a pipe without a
// writer is empty. What is wrong with its content are [Errors], all that can be
// told at once; a file that cannot be read at all is an [*Error].
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
	folder := filepath.Dir(path)
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		if len(data) == 0 { // an empty file is an experiment with every default
			return Config{}, &Error{File: path, Msg: "is a pipe or a device from which nothing came, expected an experiment file"}
		}
		folder = "."
	}
	return parse(path, folder, data, opt)
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
// file in messages and, without .toml, is the default of run.name. How keys go
// together is only looked at where each is right by itself.
func Parse(name string, data []byte, opt Options) (Config, error) {
	return parse(name, filepath.Dir(name), data, opt)
}

// parse is Parse for a file whose paths begin in a folder.
func parse(name, folder string, data []byte, opt Options) (Config, error) {
	if len(data) > maxBytes {
		return Config{}, &Error{File: name, Msg: "larger than 1 MiB, expected an experiment file of a few KiB"}
	}
	root, err := parseDocument(name, data)
	if err != nil {
		return Config{}, err
	}
	c := defaults()
	d := newDecoder(&problems{file: name})
	d.folder = folder
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
	d.settleStack(&c)
	for _, v := range variants {
		v.settleStack(&c.Compare[v.number].Config)
	}
	d.check(&c, variants, opt)
	if err := d.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// check looks at how the keys go together.
func (d *decoder) check(c *Config, variants []*decoder, opt Options) {
	if !opt.Recorded {
		d.applicability(c, variants)
		d.checkShown(c, opt.Signals)
	}
	d.crossChecks(c, opt)
	d.pinWeights(c, opt.Weights)
	d.checkLabel(c, "run.label", opt.Label)
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

// applicability reports keys that have no effect with the others, so that none
// is given in vain. A key of the experiment may serve a variant.
func (d *decoder) applicability(c *Config, variants []*decoder) {
	for _, k := range d.schema.keys {
		if n := d.given[k.path]; n != nil && !d.schema.serves(k, c) && d.judges(k) &&
			!slices.ContainsFunc(variants, func(v *decoder) bool { return !v.judges(k) }) {
			d.fault(n, k.path, func() string { return k.misplaced(d.schema, c) })
		}
		for _, v := range variants {
			vc := &c.Compare[v.number].Config
			if n := v.given[k.path]; n != nil && !k.common && !k.applies(d.schema, vc) && v.judges(k) {
				v.fault(n, k.path, func() string { return k.misplaced(d.schema, vc) })
			}
		}
	}
}

// judges says whether all that decides on the effect of a key is right.
func (d *decoder) judges(k *key) bool {
	for _, other := range append(k.when.keys(), k) {
		if other != k && !d.sound(other.path) {
			return false
		}
		for kind := range other.needs {
			if !d.sound(kind) {
				return false
			}
		}
	}
	return true
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

// serves says whether a key has an effect in the experiment or a variant.
func (s *schema) serves(k *key, c *Config) bool {
	return k.applies(s, c) || !k.base && slices.ContainsFunc(c.Compare, func(v Variant) bool { return k.applies(s, &v.Config) })
}

// misplaced says which kinds the key belongs to, and which c and its variants
// are not; or what else it needs to have an effect.
func (k *key) misplaced(s *schema, c *Config) string {
	suits := func(v Variant) bool { return k.suits(s, &v.Config) }
	if k.suits(s, c) || !k.base && slices.ContainsFunc(c.Compare, suits) {
		return "has no effect here, only with " + k.when.String()
	}
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
	case k.base:
	case len(c.Compare) > 0 && len(chosen) > 1:
		msg += ", and no [[compare]] variant has both"
	case len(c.Compare) > 0:
		msg += ", nor in any [[compare]] variant"
	}
	return msg
}
