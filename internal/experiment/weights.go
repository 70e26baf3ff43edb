package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"

	"burstsim/internal/arrayfile"
	"burstsim/internal/config"
	"burstsim/internal/journal"
	"burstsim/internal/memory"
	"burstsim/internal/regular"
	"burstsim/internal/safetensors"
	"burstsim/sim"
	"burstsim/sim/model"
)

// CheckWeights returns the SHA-256 of a file of weights as 64 hexadecimal
// digits, or says why it cannot be one. Whether the weights fit is known once
// there is a network.
func CheckWeights(path string) (sum string, err error) {
	err = withWeights(path, func(f *safetensors.File, found string) error {
		sum = found
		for _, t := range f.Tensors() {
			if t.DType != safetensors.F32 && t.DType != safetensors.F64 {
				return fmt.Errorf("tensor %.60q has type %s, expected %s or %s", t.Name, t.DType, safetensors.F32, safetensors.F64)
			}
		}
		return nil
	})
	return sum, err
}

// ReadArray reads numbers that a user has in a file, .npy or .csv, and returns its
// SHA-256 too.
func ReadArray(path string) (a *model.Array, sum string, err error) {
	shape, numbers, sum, err := arrayfile.Read(path)
	if err != nil {
		return nil, "", err
	}
	return &model.Array{File: path, Shape: shape, Numbers: numbers}, sum, nil
}

// loadWeights sets the network's weights to those in a file, whose SHA-256 must
// be sum unless that is empty. Numbers of another precision are converted:
// exactly to float64, to the nearest to float32.
func loadWeights[F sim.Float](w *sim.Weights[F], path, sum string) error {
	return withWeights(path, func(f *safetensors.File, found string) error {
		if sum != "" && sum != found {
			return fmt.Errorf("has the SHA-256 %s, expected %s: it has changed", found, sum)
		}
		var tensors []sim.Tensor[F]
		for _, t := range f.Tensors() {
			values, shape, err := safetensors.Floats[F](f, t.Name)
			if err == nil {
				err = overflow(f, t, values)
			}
			if err != nil {
				return err
			}
			tensors = append(tensors, sim.Tensor[F]{Name: t.Name, Shape: shape, Values: values})
		}
		return w.SetTensors(tensors)
	})
}

// overflow finds a number of a tensor that is finite in the file but not in F.
func overflow[F sim.Float](f *safetensors.File, t safetensors.Info, values []F) error {
	i := slices.IndexFunc(values, func(v F) bool { return math.IsInf(float64(v), 0) })
	if i < 0 || t.DType != safetensors.F64 {
		return nil
	}
	wide, _, err := safetensors.Floats[float64](f, t.Name)
	if err == nil && !math.IsInf(wide[i], 0) {
		err = fmt.Errorf("%.60q has %v as value %d of %d, which is beyond %s", t.Name, wide[i], i+1, len(wide), precisionOf[F]())
	}
	return err
}

// withKept is the experiment with the journal's copy of its initial weights, if
// the journal has one: the file may be elsewhere or changed by the time a run
// goes on.
func withKept(j *journal.Journal, cfg config.Config) config.Config {
	if _, sum := cfg.Model.WeightsFile(); j != nil && sum != "" {
		kept := j.Kept(sum)
		if found, err := CheckWeights(kept); kept != "" && err == nil && found == sum {
			cfg.Model.SetWeightsFile(kept, sum)
		}
	}
	return cfg
}

// keepWeights copies the initial weights of all variants into a journal.
func keepWeights(j *journal.Journal, variants []config.Variant) error {
	for _, v := range variants {
		path, sum := v.Config.Model.WeightsFile()
		if j == nil || sum == "" || j.Kept(sum) != "" {
			continue
		}
		if err := j.Keep(sum, path); err != nil {
			return err
		}
	}
	return nil
}

// WriteWeights writes all weights of a network in the safetensors format, in
// its precision, for a variant of this label. model.weights can start from
// them. The same weights, written by the same version, give the same bytes.
func WriteWeights[F sim.Float](to io.Writer, w *sim.Weights[F], label string) error {
	var tensors []safetensors.Tensor
	for _, t := range w.Tensors() {
		tensors = append(tensors, safetensors.New(t.Name, t.Shape, t.Values))
	}
	return safetensors.Write(to, map[string]string{
		"burstsim": Versions()["burstsim"], "model": w.Network().Text.Name,
		"precision": precisionOf[F](), "variant": label,
	}, tensors)
}

// weightsOf writes a network as it is when the result is called.
func weightsOf[F sim.Float](s *sim.State[F]) func(io.Writer, string) error {
	return func(to io.Writer, label string) error { return WriteWeights(to, s.Weights(), label) }
}

// precisionOf is F as run.precision calls it.
func precisionOf[F sim.Float]() string { return fmt.Sprintf("%T", F(0)) }

// withWeights opens a file of weights and hands it to use together with its
// SHA-256. Errors begin with the path.
func withWeights(path string, use func(f *safetensors.File, sum string) error) error {
	err := func() error {
		file, err := regular.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			return err
		}
		// The header first: what is no file of weights may be endless.
		f, err := safetensors.Read(file, info.Size())
		if err != nil {
			return err
		}
		if err := memory.Check("these weights", float64(info.Size())); err != nil {
			return err
		}
		hash := sha256.New()
		if _, err := io.Copy(hash, io.NewSectionReader(file, 0, info.Size())); err != nil {
			return err
		}
		return use(f, hex.EncodeToString(hash.Sum(nil)))
	}()
	var pathErr *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pathErr):
		return fmt.Errorf("%s cannot be read: %w; expected a safetensors file", path, pathErr.Err)
	}
	return fmt.Errorf("%s: %w", path, err)
}
