package runner

import (
	"fmt"

	"burstsim/internal/experiment"
	"burstsim/internal/journal"
	"burstsim/internal/linalg"
)

// BLAS is what computes the matrix products of the job, for [linalg.Use], where
// the user chose this. Another choice than "auto" is the user's. With it, a run
// that has a checkpoint goes on by what wrote that, whatever is the fastest by
// now. An experiment of which no product is large enough for a library has the
// kernels that are built in, so that nothing is measured or loaded for it, and
// several of them run at once. It follows from the experiment and the machine
// alone, for the bits of a run must not depend on what else a command runs.
func (j Job) BLAS(choice string) string {
	if choice != "auto" {
		return choice
	}
	if j.Begun != nil {
		if began := journal.Backend(j.Begun.Journal()); began != "" {
			return began
		}
	}
	if !experiment.HasLargeProducts(j.Config) {
		return linalg.BuiltIn()
	}
	return choice
}

// UseBLAS uses for all products from now on what [Job.BLAS] came to for jobs of
// which the user chose this.
func UseBLAS(choice, came string) error {
	err := linalg.Use(came)
	if err != nil && choice == "auto" {
		return fmt.Errorf("%w; the run began with it, and resume --force with another --blas goes on all the same", err)
	}
	return err
}
