package rundir

import (
	"fmt"
	"io"
	"math"
	"path/filepath"

	"burstsim/internal/tensorboard"
	"burstsim/sim/record"
)

const (
	tensorboardFolder = "tensorboard"
	// Readers look for the first three words, then for a time and a machine.
	eventsFile = "events.out.tfevents.0.burstsim"
)

// WriteTensorBoard writes what was recorded as event files of TensorBoard, one
// a variant, which shows the folder of each as a run of its own:
// tensorboard/LABEL/events.out.tfevents.0.burstsim. Variants without tables
// have none.
func (d *Dir) WriteTensorBoard(variants []record.Variant) error {
	for _, v := range variants {
		if v.Metrics == nil && v.Training == nil {
			continue
		}
		if checkName(v.Label) != nil {
			return fmt.Errorf("variant %q cannot name a folder: expected no path separators", v.Label)
		}
		err := d.writeInto(filepath.Join(tensorboardFolder, v.Label), eventsFile,
			func(w io.Writer) error { return WriteEvents(w, v) })
		if err != nil {
			return err
		}
	}
	return nil
}

// WriteEvents writes a variant as an event file of TensorBoard: the columns of
// its tables as scalars metrics/loss, epochs/train_loss, log/angle_W1 and so
// on, and its histograms as states/NAME. Steps are milliseconds of simulated
// time, epochs for epochs, and thousandths of an epoch for log and histograms.
// The time of an event, which TensorBoard shows relative to the first, is
// simulated time in seconds, or the epoch.
func WriteEvents(w io.Writer, v record.Variant) error {
	thousandths := func(t float64) int64 { return int64(math.Round(1000 * t)) }
	var series []tensorboard.Series
	add := func(prefix string, t *record.Table, step func(float64) int64) {
		if t != nil {
			series = append(series, tensorboard.Table(prefix, t, step))
		}
	}
	add("metrics", v.Metrics, thousandths)
	add("epochs", epochsOf(v), func(epoch float64) int64 { return int64(math.Round(epoch)) })
	add("log", logOf(v), thousandths)
	if v.Training != nil {
		for _, h := range v.Training.Histograms {
			series = append(series, tensorboard.Histogram("states", h, thousandths))
		}
	}
	return tensorboard.Write(w, series...)
}
