// Package sweep runs one experiment at many points: over values of its keys,
// samples of them, and seeds. Its folder holds
//
//	plan.json                 which points there are, and where the file is
//	experiment.toml           the file as it was
//	results/SSSSSS/NAME.jsonl results, one line a run; SSSSSS is the number of
//	                          the point in the plan by [ShardSize], and NAME has
//	                          the part of the plan that a process was asked to
//	                          do, and is of one go of it
//	unfinished/ID.NAME/       checkpoints of a long run; see package journal
//	runs.csv, summary.csv, curves.csv, figures/   the aggregate
//
// Many processes on many machines may work in one folder. None waits for
// another, and nothing is locked: each writes files of its own, and what two of
// them ran by mistake counts once. Files that all share, plan.json and the
// aggregate, are replaced in one step.
package sweep

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/runner"
)

const (
	planFile       = "plan.json"
	experimentFile = "experiment.toml"
	resultsFolder  = "results"
	unfinished     = "unfinished"
	planVersion    = 1
)

// ShardSize is how many points of the plan share a folder of results.
const ShardSize = 1000

// Point is one run of a sweep.
type Point struct {
	// ID is a digest of the experiment and the values, 16 hexadecimal digits.
	ID     string
	Values []string // as TOML, in the order of Plan.Keys
}

// Plan is what a sweep runs.
type Plan struct {
	Path   string   // of the folder
	Name   string   // of the experiment
	Keys   []string // that vary
	Points []Point  // in the order in which they were asked for, which further ones do not change
	BLAS   string   // library of matrix products, for linalg.Use

	doc     document
	text    []byte // of the experiment file
	file    string // where it is
	configs configs
}

// document is plan.json.
type document struct {
	Version int            `json:"version"`
	Name    string         `json:"name"`
	File    string         `json:"file"`   // from the sweep's folder; paths in it begin in its folder
	Digest  string         `json:"digest"` // of the experiment with the overrides
	Set     []string       `json:"set"`    // overrides of all points
	BLAS    string         `json:"blas"`
	Sweeps  []config.Sweep `json:"sweeps"` // what was asked for, one after the other
}

// Options are what a sweep is made of beside its file.
type Options struct {
	Set  []string // overrides of all points, as for config.Options
	Vary []string // axes beside those of the file
	BLAS string   // library of matrix products
}

// New reads an experiment file and says what to run. Nothing is written.
func New(file string, opt Options) (*Plan, error) {
	var s config.Sweep
	cfg, err := config.Load(file, opt.checks(&s))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", file, atomicfile.Cause(err))
	}
	return planOf(file, text, cfg, s, opt)
}

// Parse is [New] for a file that is in memory already.
func Parse(file string, text []byte, opt Options) (*Plan, error) {
	var s config.Sweep
	cfg, err := config.Parse(file, text, opt.checks(&s))
	if err != nil {
		return nil, err
	}
	return planOf(file, text, cfg, s, opt)
}

func (opt Options) checks(s *config.Sweep) config.Options {
	return runner.Checks(config.Options{Set: opt.Set, Sweep: s, Vary: opt.Vary})
}

func planOf(file string, text []byte, cfg config.Config, s config.Sweep, opt Options) (*Plan, error) {
	if len(s.Axes) == 0 {
		return nil, &config.Error{File: file, Msg: "nothing varies, expected [sweep] with at least one key, or --sweep KEY=VALUES"}
	}
	digest, err := digestOf(cfg, file)
	if err != nil {
		return nil, err
	}
	p := &Plan{Name: cfg.Run.Name, BLAS: opt.BLAS, text: text, file: file,
		doc: document{Version: planVersion, Name: cfg.Run.Name, Digest: digest, Set: slices.Clone(opt.Set), BLAS: opt.BLAS, Sweeps: []config.Sweep{s}}}
	if err := p.expand(); err != nil {
		return nil, &config.Error{File: file, Key: "sweep", Msg: err.Error()}
	}
	return p, p.check()
}

// Load opens the folder of a sweep.
func Load(path string) (*Plan, error) {
	content, err := os.ReadFile(filepath.Join(path, planFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s is not the folder of a sweep: it has no %s", path, planFile)
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %w", filepath.Join(path, planFile), atomicfile.Cause(err))
	}
	p := &Plan{Path: path}
	if err := json.Unmarshal(content, &p.doc); err != nil {
		return nil, fmt.Errorf("%s: %w: not the plan of a sweep", filepath.Join(path, planFile), err)
	}
	if p.doc.Version != planVersion {
		return nil, fmt.Errorf("%s: version %d, expected %d: another version of burstsim wrote it", filepath.Join(path, planFile), p.doc.Version, planVersion)
	}
	if p.text, err = os.ReadFile(filepath.Join(path, experimentFile)); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", filepath.Join(path, experimentFile), atomicfile.Cause(err))
	}
	p.Name, p.BLAS, p.file = p.doc.Name, p.doc.BLAS, p.doc.File
	if !filepath.IsAbs(p.file) {
		p.file = filepath.Join(path, p.file)
	}
	if err := p.expand(); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(path, planFile), err)
	}
	return p, nil
}

// CheckUnchanged refuses a folder whose experiment reads files, such as the
// equations of a model, that are others now.
func (p *Plan) CheckUnchanged() error {
	cfg, err := p.parse(p.doc.Set)
	if err != nil {
		return err
	}
	digest, err := digestOf(cfg, p.file)
	if err == nil && digest != p.doc.Digest {
		err = fmt.Errorf("%s: a file that the experiment reads has changed since the sweep began: expected it as it was, or a new folder", p.Path)
	}
	return err
}

// Begin makes the folder of the sweep, or extends that of the same sweep by the
// points that it does not have. It returns how many are new.
func (p *Plan) Begin(path string) (added int, err error) {
	p.Path = path
	old, err := Load(path)
	switch {
	case err == nil:
		if err := p.extend(old); err != nil {
			return 0, err
		}
		if added = len(p.Points) - len(old.Points); added == 0 {
			return 0, nil
		}
	case !isNew(path):
		return 0, err
	default:
		added = len(p.Points)
	}
	if err := os.MkdirAll(filepath.Join(path, resultsFolder), 0o777); err != nil {
		return 0, fmt.Errorf("cannot make folder %s: %w", path, atomicfile.Cause(err))
	}
	p.doc.File = relative(path, p.file)
	if err := atomicfile.Write(filepath.Join(path, experimentFile), func(w io.Writer) error { _, err := w.Write(p.text); return err }); err != nil {
		return 0, err
	}
	return added, atomicfile.Write(filepath.Join(path, planFile), func(w io.Writer) error {
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		return out.Encode(p.doc)
	})
}

// extend puts the points of an earlier plan before those of this one.
func (p *Plan) extend(old *Plan) error {
	another := func(why string) error {
		return fmt.Errorf("%s is the folder of another sweep: %s; expected a new folder", p.Path, why)
	}
	switch {
	case !slices.Equal(slices.Sorted(slices.Values(old.Keys)), slices.Sorted(slices.Values(p.Keys))):
		return another(fmt.Sprintf("it varies %s, and this one %s", strings.Join(old.Keys, ", "), strings.Join(p.Keys, ", ")))
	case old.BLAS != p.BLAS:
		return another(fmt.Sprintf("its matrix products are by %s", old.BLAS))
	case old.doc.Digest != p.doc.Digest:
		return another("its experiment differs, " + differenceOf(old, p))
	}
	p.doc.Sweeps = append(slices.Clone(old.doc.Sweeps), p.doc.Sweeps...)
	last := len(old.doc.Sweeps) - 1
	if before, err := json.Marshal(p.doc.Sweeps[last]); err == nil {
		if now, err := json.Marshal(p.doc.Sweeps[last+1]); err == nil && bytes.Equal(before, now) {
			p.doc.Sweeps = p.doc.Sweeps[:last+1]
		}
	}
	return p.expand()
}

// differenceOf is the first line in which two experiments differ.
func differenceOf(old, now *Plan) string {
	lines := func(p *Plan) []string {
		cfg, err := p.parse(p.doc.Set)
		if err != nil {
			return nil
		}
		cfg.Run.Name, cfg.Run.Out = "", "" // which decide on nothing
		var b bytes.Buffer
		if err := cfg.WriteTOML(&b); err != nil {
			return nil
		}
		return strings.Split(b.String(), "\n")
	}
	a, b := lines(old), lines(now)
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("%s instead of %s", quoted(b[i]), quoted(a[i]))
		}
	}
	return "in its length"
}

func quoted(line string) string {
	if line == "" {
		return "nothing"
	}
	return strings.TrimSpace(line)
}

// isNew tells whether a folder does not exist, or is empty.
func isNew(path string) bool {
	entries, err := os.ReadDir(path)
	return errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0
}

func relative(folder, file string) string {
	from, err := filepath.Abs(folder)
	if err != nil {
		return file
	}
	to, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	if rel, err := filepath.Rel(from, to); err == nil {
		return rel
	}
	return to
}

// digestOf is that of all that decides on the results of an experiment, wherever
// its file is.
func digestOf(cfg config.Config, file string) (string, error) {
	id, err := runner.Identify(cfg.In(filepath.Dir(file)))
	return id.Experiment, err
}

// parse is the experiment with some keys changed.
func (p *Plan) parse(set []string) (config.Config, error) {
	return config.Parse(p.file, p.text, runner.Checks(config.Options{Set: set}))
}

// configs keeps experiments that differ in their seeds only.
type configs struct {
	mu  sync.Mutex
	all map[string]config.Config
}

// mostConfigs bounds them.
const mostConfigs = 256

// Config is the experiment of a point.
func (p *Plan) Config(pt Point) (config.Config, error) {
	set, key := slices.Clone(p.doc.Set), ""
	seeds := map[string]int64{}
	for i, k := range p.Keys {
		if slices.Contains(config.SeedKeys(), k) {
			// Written by expand, which has nothing else for these keys.
			seed, err := strconv.ParseInt(pt.Values[i], 10, 64)
			if err == nil && seed >= 1 {
				seeds[k] = seed
				continue
			}
		}
		set = append(set, k+"="+pt.Values[i])
		key += k + "=" + pt.Values[i] + "\n"
	}
	p.configs.mu.Lock()
	cfg, known := p.configs.all[key]
	p.configs.mu.Unlock()
	if !known {
		var err error
		if cfg, err = p.parse(set); err != nil {
			return cfg, err
		}
		p.configs.mu.Lock()
		if len(p.configs.all) >= mostConfigs || p.configs.all == nil {
			p.configs.all = make(map[string]config.Config)
		}
		p.configs.all[key] = cfg
		p.configs.mu.Unlock()
	}
	for k, seed := range seeds {
		cfg = cfg.WithSeedKey(k, seed)
	}
	return cfg, nil
}

// mostChecked is how many points are checked before a sweep begins.
const mostChecked = 200

// check looks at points before anything is created: at all, but for seeds, if
// they are not too many, otherwise at some, spread evenly. What others have
// wrong is their failure.
func (p *Plan) check() error {
	seen := map[string]bool{}
	for i := 0; i < len(p.Points); i += max(1, len(p.Points)/mostChecked) {
		pt := p.Points[i]
		if key := p.without(pt, config.SeedKeys()); !seen[key] {
			seen[key] = true
			if _, err := p.Config(pt); err != nil {
				return err
			}
		}
	}
	return nil
}

// without names the values of a point but for those of some keys.
func (p *Plan) without(pt Point, keys []string) string {
	var b strings.Builder
	for i, k := range p.Keys {
		if !slices.Contains(keys, k) {
			b.WriteString(k + "=" + pt.Values[i] + "\n")
		}
	}
	return b.String()
}

// idOf is the digest of a point.
func (p *Plan) idOf(values []string) string {
	lines := make([]string, len(p.Keys))
	for i, k := range p.Keys {
		lines[i] = k + "=" + values[i]
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(p.doc.Digest + "\n" + p.BLAS + "\n" + strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:8])
}
