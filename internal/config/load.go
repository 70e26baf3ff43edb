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

	"burstsim/sim/model"
)

// maxBytes is the largest file that is read.
const maxBytes = 1 << 20

// Options override and check a file.
type Options struct {
	// Set holds overrides such as "model.beta=2" or "time.kind=discrete". They
	// change the experiment and with it all variants that do not override the
	// same key; "compare.NAME.model.beta=2" changes one variant. Later ones win.
	Set []string
	// Sweep, if not nil, gets what [sweep] says, with what Vary holds of it, as
	// "model.beta=1,2,4". Nil: [sweep] is checked and then passed over.
	Sweep *Sweep
	Vary  []string
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
	// Array reads a file of numbers, for parameters that differ between units or
	// say what is connected, and returns its SHA-256 as Weights does. Nil: not
	// looked at.
	Array func(path string) (a *model.Array, sum string, err error)
	// Memory says why an experiment with its variants would not fit into memory,
	// and which keys decide, the most important first. Nil: not looked at.
	Memory func(c *Config) (keys []string, err error)
	// Model says why the text of the model cannot be compiled for the layers and
	// the kinds of time of an experiment; a *KeyError says it of a key. Nil: not
	// looked at.
	Model func(c Config) error
	// Input says why a file of data, or a folder of them, cannot be read. Nil: not
	// looked at.
	Input func(path string, folder bool) error
	// Data looks at the files of signals and arrays, and of a teacher. It returns the
	// task with what was found, and the SHA-256 of each file behind its path, so
	// that the experiment cannot be repeated with others; a *KeyError says what is
	// wrong with a key. Nil: not looked at.
	Data func(c *Config) (Task, error)
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
	data, regular, err := readFile(path, maxBytes, "an experiment file")
	if err != nil {
		return Config{}, &Error{File: path, Msg: err.Error(), err: err}
	}
	folder := filepath.Dir(path)
	if !regular {
		folder = "."
	}
	return parse(path, folder, data, opt)
}

// readFile reads a file of at most so many bytes, and one more if it has more.
// It waits for nobody: a pipe without a writer is empty, which is an error that
// says what was expected.
func readFile(path string, most int64, what string) (data []byte, regular bool, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, false, &unreadable{err}
	}
	defer f.Close()
	if data, err = io.ReadAll(io.LimitReader(f, most+1)); err != nil {
		return nil, false, &unreadable{err}
	}
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		if len(data) == 0 { // an empty file is an experiment with every default
			return nil, false, fmt.Errorf("is a pipe or a device from which nothing came, expected %s", what)
		}
		return data, false, nil
	}
	return data, true, nil
}

// unreadable says what the file system says, without the path.
type unreadable struct{ err error }

func (e *unreadable) Error() string {
	var perr *fs.PathError
	if errors.As(e.err, &perr) {
		return fmt.Sprintf("cannot be read: %v", perr.Err)
	}
	return fmt.Sprintf("cannot be read: %v", e.err)
}

func (e *unreadable) Unwrap() error { return e.err }

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
	d.folder, d.values = folder, c.Values
	compare, sweep := root.table["compare"], root.table["sweep"]
	delete(root.table, "compare")
	delete(root.table, "sweep")
	d.overrideVariants(compare, opt.Set, len(data)+1)
	base, others := d.chooseModels(root, compare, opt.Set, len(data)+1)
	d.schema = schemaOf(textsOf(append([]chosen{base}, others...))...)
	d.text = base.text
	d.unread = slices.ContainsFunc(append([]chosen{base}, others...), chosen.unread)
	d.table(root, d.schema.root, reflect.ValueOf(&c).Elem(), "")
	for i, override := range opt.Set {
		if ofVariant(override) {
			continue
		}
		d.override(override, len(data)+1+i, &c)
	}
	c.adopt(base)
	if opt.Seed != nil {
		c.Run.Seed = *opt.Seed
	}
	if c.Run.Name == "" {
		c.Run.Name = nameOf(name)
	}
	if c.Run.Label == "" {
		c.Run.Label = c.Time.Kind
	}
	variants := d.variants(compare, others, &c)
	d.settle(&c)
	for _, v := range variants {
		v.settle(&c.Compare[v.number].Config)
	}
	if opt.Sweep == nil {
		opt.Sweep = &Sweep{}
	}
	if sweep != nil || len(opt.Vary) > 0 {
		d.sweep(sweep, namesOf(compare), opt.Vary, len(data)+1+len(opt.Set), opt.Sweep)
	}
	d.schema.memo = make(map[*Config]map[string]bool)
	d.check(&c, variants, opt)
	if err := d.err(); err != nil {
		return Config{}, err
	}
	d.schema.settleValues(&c)
	return c, nil
}

// textsOf are the models, each once.
func textsOf(all []chosen) []*model.Text {
	var texts []*model.Text
	for _, c := range all {
		if c.text != nil && !slices.Contains(texts, c.text) {
			texts = append(texts, c.text)
		}
	}
	return texts
}

// settle completes what keys that are not given leave open.
func (d *decoder) settle(c *Config) {
	d.settleStack(c)
	c.fillDefaults()
}

// check looks at how the keys go together.
func (d *decoder) check(c *Config, variants []*decoder, opt Options) {
	d.checkData(c, variants, opt.Data)
	if !opt.Recorded {
		d.applicability(c, variants)
		d.checkShown(c, opt.Signals)
	}
	d.readArrays(c, opt.Array)
	d.crossChecks(c, opt)
	d.pinWeights(c, opt.Weights)
	d.checkLabel(c, "run.label", opt.Label)
	for _, v := range variants {
		vc := &c.Compare[v.number].Config
		v.readArrays(vc, opt.Array)
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
	c.Values = make(map[string]any)
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
