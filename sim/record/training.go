package record

// Training is what a run over a data set leaves behind, epoch by epoch.
type Training struct {
	// Epochs has a row for the untrained network (epoch 0) and one for each
	// epoch: "epoch", "train_loss", "train_error", "validation_loss",
	// "validation_error", "test_loss" and "test_error". Errors are
	// fractions of wrong answers; those of training are of the batches as they
	// came. NaN where there is no such set.
	Epochs *Table
	// Log has a row for every few batches: "epoch" (with its fraction), "loss",
	// angles in degrees as in metrics, magnitudes, and moments of the states;
	// nil if nothing was logged.
	Log        *Table
	Histograms []*Histogram
	// Confusion counts the test images by class (row) and answer (column).
	Confusion [][]int
	Filters   *Filters

	BestEpoch int     // the epoch with the smallest validation error, or test error without validation
	BestError float64 // the test error of that epoch
}

// Histogram counts a quantity over training.
type Histogram struct {
	Name   string    // "burst_prob_1", ...
	Label  string    // "burst probability"
	Epochs []float64 // when it was counted, one a row of Counts
	Edges  []float64 // of the bins, ascending, one more than bins; the outer bins hold what lies beyond
	Counts [][]int
	Full   Rows // all rows of an epoch and counts, where they are too many to be in memory; nil: these are all
}

// Filters are the weights of the first units or channels of layer 1, as images.
type Filters struct {
	Channels, Height, Width int
	Weights                 [][]float64 // channel after channel, line after line
}
