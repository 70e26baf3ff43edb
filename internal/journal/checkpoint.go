package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"burstsim/internal/atomicfile"
	"burstsim/internal/regular"
	"burstsim/internal/safetensors"
	"burstsim/sim"
	"burstsim/sim/record"
)

var _ record.Journal = (*Variant)(nil)

// format tells checkpoints from other archives, and from those of versions
// that kept other things in them.
const format = "burstsim checkpoint 1"

// Keys of a checkpoint's metadata.
const (
	formatKey     = "format"
	variantKey    = "variant"
	programKey    = "program"
	precisionKey  = "precision"
	blasKey       = "blas"
	backendKey    = "backend"
	experimentKey = "experiment"
	progressKey   = "progress"
	// checksumKey is that of the whole file, with zeros in the place of the
	// checksum itself.
	checksumKey = "sha256"
)

var noChecksum = strings.Repeat("0", hex.EncodedLen(sha256.Size))

const (
	statePrefix = "state/"
	rowsPrefix  = "rows/"
)

// Save makes state and rows the last checkpoint, and keeps the one before.
func (v *Variant) Save(progress float64, state func(sim.Visit)) error {
	tensors, err := collect(state)
	if err != nil {
		return err
	}
	for _, r := range v.rows {
		if err := r.sync(); err != nil {
			return err
		}
		tensors = append(tensors, safetensors.New(rowsPrefix+r.name, []int{3}, []int64{int64(r.Len()), int64(r.sum), int64(r.width)}))
	}
	id := v.journal.opt.Identity
	metadata := map[string]string{
		formatKey: format, variantKey: v.label, programKey: id.Program, precisionKey: id.Precision,
		blasKey: id.BLAS, backendKey: id.Backend, experimentKey: id.Experiment, progressKey: fmt.Sprint(progress), checksumKey: noChecksum,
	}
	hash := sha256.New()
	if err := safetensors.Write(hash, metadata, tensors); err != nil {
		return err
	}
	metadata[checksumKey] = hex.EncodeToString(hash.Sum(nil))
	err = atomicfile.WriteKeeping(v.file(""), v.previous(), func(w io.Writer) error {
		return safetensors.Write(w, metadata, tensors)
	})
	if err == nil {
		v.noted(progress)
	}
	return err
}

// collect makes a tensor of everything that is visited.
func collect(state func(sim.Visit)) (tensors []safetensors.Tensor, err error) {
	state(func(name string, ref any) {
		t, failed := tensor(statePrefix+name, ref)
		if failed != nil && err == nil {
			err = failed
		}
		tensors = append(tensors, t)
	})
	return tensors, err
}

func tensor(name string, ref any) (safetensors.Tensor, error) {
	integer := func(v int64) safetensors.Tensor { return safetensors.New(name, nil, []int64{v}) }
	switch ref := ref.(type) {
	case *bool:
		if *ref {
			return integer(1), nil
		}
		return integer(0), nil
	case *int:
		return integer(int64(*ref)), nil
	case *int64:
		return integer(*ref), nil
	case *time.Duration:
		return integer(int64(*ref)), nil
	case *float64:
		return safetensors.New(name, nil, []float64{*ref}), nil
	case []float32:
		return safetensors.New(name, []int{len(ref)}, ref), nil
	case []float64:
		return safetensors.New(name, []int{len(ref)}, ref), nil
	case []int:
		wide := make([]int64, len(ref))
		for i, v := range ref {
			wide[i] = int64(v)
		}
		return safetensors.New(name, []int{len(wide)}, wide), nil
	case encoding.BinaryMarshaler:
		raw, err := ref.MarshalBinary()
		return safetensors.New(name, []int{len(raw)}, raw), err
	}
	return safetensors.Tensor{}, fmt.Errorf("checkpoint: %s is a %T, which cannot be kept", name, ref)
}

// Restore brings state and rows back to the last checkpoint, or to the one
// before if the last is damaged or its rows are. After an error, state is of no
// use.
func (v *Variant) Restore(state func(sim.Visit)) (bool, error) {
	found, err := v.restoreLast(state)
	if err == nil {
		err = v.writeLayouts()
	}
	return found, err
}

func (v *Variant) restoreLast(state func(sim.Visit)) (bool, error) {
	var damaged []string
	for _, path := range []string{v.file(""), v.previous()} {
		c, err := v.load(path)
		var no *refusal
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case errors.As(err, &no):
			return false, err
		case err != nil:
			damaged = append(damaged, err.Error())
			continue
		}
		if warn := v.journal.opt.Warn; warn != nil && len(damaged) > 0 {
			warn(errors.New(damaged[0] + "; going on from the checkpoint before"))
		}
		return true, v.restore(c, state)
	}
	if len(damaged) > 0 {
		return false, errors.New(strings.Join(damaged, "; "))
	}
	for _, r := range v.rows {
		if err := r.truncate(0, 0); err != nil {
			return false, err
		}
	}
	return false, nil
}

// refusal is the error about a checkpoint that is whole but must not be used,
// and none before it either.
type refusal struct{ error }

func refuse(format string, args ...any) error { return &refusal{fmt.Errorf(format, args...)} }

// load reads a checkpoint that may be used. The error is a refusal, or says
// what is damaged.
func (v *Variant) load(path string) (*checkpoint, error) {
	c, err := v.read(path)
	if err != nil {
		return nil, err
	}
	if err := v.checkIdentity(c); err != nil {
		return nil, err
	}
	return c, v.checkRows(c)
}

// checkpoint is a file that was found whole.
type checkpoint struct {
	path string
	*safetensors.File
	progress float64
	rows     map[string][2]int64 // number, checksum
}

// read reads a checkpoint and verifies its checksum.
func (v *Variant) read(path string) (*checkpoint, error) {
	content, err := regular.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s cannot be read: %w", path, atomicfile.Cause(err))
	}
	c := &checkpoint{path: path, rows: map[string][2]int64{}}
	if c.File, err = safetensors.Read(bytes.NewReader(content), int64(len(content))); err != nil {
		return nil, fmt.Errorf("checkpoint %s is damaged: %w", path, err)
	}
	if found := c.Metadata[formatKey]; found != format {
		return nil, fmt.Errorf("%s has format %q, expected %q: it is no checkpoint, or one of another version", path, found, format)
	}
	if !verified(content, c.Metadata[checksumKey]) {
		return nil, fmt.Errorf("checkpoint %s is damaged: its checksum does not match", path)
	}
	if _, err := fmt.Sscan(c.Metadata[progressKey], &c.progress); err != nil {
		return nil, fmt.Errorf("checkpoint %s: progress %q, expected a number", path, c.Metadata[progressKey])
	}
	return c, nil
}

// Backend is the choice of matrix products, for linalg.Use, by which the run of
// the journal at path wrote its checkpoints; "" if it has none that says so.
func Backend(path string) string {
	entries, err := os.ReadDir(path)
	if err != nil {
		return ""
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), archiveSuffix) || !e.Type().IsRegular() {
			continue
		}
		if choice, err := backendOf(filepath.Join(path, e.Name())); err == nil && choice != "" {
			return choice
		}
	}
	return ""
}

// backendOf reads no more of a checkpoint than its header.
func backendOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	c, err := safetensors.Read(f, info.Size())
	if err != nil {
		return "", err
	}
	return c.Metadata[backendKey], nil
}

// verified tells whether a checkpoint has this checksum.
func verified(content []byte, checksum string) bool {
	if len(checksum) != len(noChecksum) {
		return false
	}
	// The header's length was found right when it was read.
	header := content[:8+binary.LittleEndian.Uint64(content)]
	hash := sha256.New()
	hash.Write(bytes.Replace(header, []byte(checksum), []byte(noChecksum), 1))
	hash.Write(content[len(header):])
	return hex.EncodeToString(hash.Sum(nil)) == checksum
}

// checkRows compares the files of rows with what a checkpoint says of them.
func (v *Variant) checkRows(c *checkpoint) error {
	for _, r := range v.rows {
		said, _, err := safetensors.Values[int64](c.File, rowsPrefix+r.name)
		if err != nil || len(said) != 3 {
			return fmt.Errorf("checkpoint %s does not say how many rows of %s there are", c.path, r.name)
		}
		if said[2] != int64(r.width) {
			return refuse("checkpoint %s does not fit this experiment: %s has rows of %d numbers, expected %d", c.path, r.name, said[2], r.width)
		}
		if err := r.check(said[0], uint32(said[1])); err != nil {
			return err
		}
		c.rows[r.name] = [2]int64(said)
	}
	return nil
}

// restore sets state and rows to those of a checkpoint, which is the last then:
// what was damaged must not take its place as the one before.
func (v *Variant) restore(c *checkpoint, state func(sim.Visit)) error {
	left := map[string]bool{}
	for _, t := range c.Tensors() {
		left[t.Name] = strings.HasPrefix(t.Name, statePrefix)
	}
	var err error
	state(func(name string, ref any) {
		if err == nil {
			err = set(c.File, statePrefix+name, ref)
		}
		delete(left, statePrefix+name)
	})
	if err != nil {
		return fmt.Errorf("checkpoint %s does not fit this experiment: %w", c.path, err)
	}
	for name, unused := range left {
		if unused {
			return fmt.Errorf("checkpoint %s does not fit this experiment: it has %q, which is not expected", c.path, name)
		}
	}
	for _, r := range v.rows {
		if err := r.truncate(c.rows[r.name][0], uint32(c.rows[r.name][1])); err != nil {
			return err
		}
	}
	if c.path != v.file("") {
		if err := atomicfile.Rename(c.path, v.file("")); err != nil {
			return err
		}
	}
	v.noted(c.progress)
	return nil
}

// checkIdentity refuses a checkpoint from which the run would not go on to the
// same bits.
func (v *Variant) checkIdentity(c *checkpoint) error {
	if found := c.Metadata[variantKey]; found != v.label {
		return refuse("checkpoint %s is of variant %q, expected %q", c.path, found, v.label)
	}
	if v.journal.opt.Force {
		return nil
	}
	id := v.journal.opt.Identity
	var differ []string
	for _, d := range []struct{ what, key, now string }{
		{"matrix products", blasKey, id.BLAS}, {"precision", precisionKey, id.Precision},
		{"program", programKey, id.Program}, {"experiment", experimentKey, id.Experiment},
	} {
		if then := c.Metadata[d.key]; then != d.now {
			differ = append(differ, fmt.Sprintf("%s: %s then, %s now", d.what, then, d.now))
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return refuse("checkpoint %s was written under other conditions (%s), so results could differ from those of an unbroken run; --force goes on all the same",
		c.path, strings.Join(differ, "; "))
}

// set stores a tensor where ref says.
func set(f *safetensors.File, name string, ref any) error {
	switch ref := ref.(type) {
	case *bool:
		return one(f, name, func(v int64) { *ref = v != 0 })
	case *int:
		return one(f, name, func(v int64) { *ref = int(v) })
	case *int64:
		return one(f, name, func(v int64) { *ref = v })
	case *time.Duration:
		return one(f, name, func(v int64) { *ref = time.Duration(v) })
	case *float64:
		return one(f, name, func(v float64) { *ref = v })
	case []float32:
		return floats(f, name, ref)
	case []float64:
		return floats(f, name, ref)
	case []int:
		values, _, err := safetensors.Values[int64](f, name)
		if err == nil && len(values) != len(ref) {
			err = fmt.Errorf("%q has %d values, expected %d", name, len(values), len(ref))
		}
		for i := range min(len(ref), len(values)) {
			ref[i] = int(values[i])
		}
		return err
	case encoding.BinaryUnmarshaler:
		raw, _, err := safetensors.Values[uint8](f, name)
		if err != nil {
			return err
		}
		if err := ref.UnmarshalBinary(raw); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		return nil
	}
	return fmt.Errorf("%s is a %T, which cannot be set", name, ref)
}

func one[T safetensors.Element](f *safetensors.File, name string, set func(T)) error {
	values, _, err := safetensors.Values[T](f, name)
	if err == nil && len(values) != 1 {
		err = fmt.Errorf("%q has %d values, expected 1", name, len(values))
	}
	if err == nil {
		set(values[0])
	}
	return err
}

// floats sets numbers, of either precision where a run is forced into another.
func floats[F float32 | float64](f *safetensors.File, name string, dst []F) error {
	values, _, err := safetensors.Floats[F](f, name)
	if err == nil && len(values) != len(dst) {
		err = fmt.Errorf("%q has %d values, expected %d", name, len(values), len(dst))
	}
	if err == nil {
		copy(dst, values)
	}
	return err
}
