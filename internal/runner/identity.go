package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/journal"
	"burstsim/internal/linalg"
	"burstsim/neuron"
)

// Identify says what the bits of a run depend on. Where it is kept and how it
// is drawn is no part of that.
func Identify(cfg config.Config) (journal.Identity, error) {
	cfg.Run.Name, cfg.Run.Out = "run", "runs"
	cfg.Plots, cfg.Checkpoint = config.Plots{}, config.Checkpoint{}
	anyPath(&cfg)
	cfg.Compare = slices.Clone(cfg.Compare)
	for i := range cfg.Compare {
		c := &cfg.Compare[i].Config
		c.Run.Name, c.Run.Out = cfg.Run.Name, cfg.Run.Out
		c.Plots, c.Checkpoint = config.Plots{}, config.Checkpoint{}
		anyPath(c)
	}
	settings := sha256.New()
	if err := cfg.WriteTOML(settings); err != nil {
		return journal.Identity{}, err
	}
	program, err := programName()
	return journal.Identity{
		Program: program, Precision: cfg.Run.Precision, BLAS: linalg.Name() + ", sigmoids by " + neuron.Instructions(),
		Backend: linalg.Choice(), Experiment: short(settings.Sum(nil)),
	}, err
}

// anyPath leaves the content of initial weights, of data and of a teacher, and not
// where they stand.
func anyPath(c *config.Config) {
	for _, file := range []*string{&c.Model.Weights, &c.Task.InputFile, &c.Task.TargetFile, &c.Task.TeacherFile} {
		if _, sum := config.SplitSum(*file); sum != "" {
			*file = config.WithSum("", sum)
		}
	}
}

// programName is version and checksum of this binary: builds with uncommitted
// changes have the same version. The binary is read once a process, as a sweep
// asks with each of its seeds.
var programName = sync.OnceValues(func() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(self)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("burstsim %s %s", experiment.Versions()["burstsim"], short(sum.Sum(nil))), nil
})

func short(sum []byte) string { return hex.EncodeToString(sum[:6]) }
