package rundir

import (
	"bytes"
	"io"
	"testing"

	"burstsim/sim/record"
)

// TestLongRecordingsGiveTheSameBytes: whether all rows are in memory or on disk,
// with a few of them in memory, does not show in the files.
func TestLongRecordingsGiveTheSameBytes(t *testing.T) {
	const n = 200
	table, short := record.NewTable("time", "loss"), record.NewTable("time", "loss")
	metrics, samples, counts := &record.Memory{Width: 2}, &record.Memory{Width: 4}, &record.Memory{Width: 3}
	signal := func() *record.Trajectory {
		return &record.Trajectory{Signals: []*record.Signal{{Name: "one", Units: []int{3}}, {Name: "two", Units: []int{0, 5}}}}
	}
	histogram := func() *record.Histogram { return &record.Histogram{Name: "h", Edges: []float64{0, 1, 2}} }
	inMemory, onDisk := signal(), signal()
	all, few := histogram(), histogram()
	for i := range n {
		x := float64(i)
		for _, err := range []error{
			metrics.Append([]float64{x, x / 3}), samples.Append([]float64{x, x / 7, -x, x * x}), counts.Append([]float64{x, x, 2 * x}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		add := func(tb *record.Table, tr *record.Trajectory, h *record.Histogram) {
			tb.Append(x, x/3)
			tr.Time = append(tr.Time, x)
			tr.Signals[0].Values = append(tr.Signals[0].Values, x/7)
			tr.Signals[1].Values = append(tr.Signals[1].Values, -x, x*x)
			h.Epochs, h.Counts = append(h.Epochs, x), append(h.Counts, []int{i, 2 * i})
		}
		add(table, inMemory, all)
		if i%50 == 0 {
			add(short, onDisk, few)
		}
	}
	short.Full, onDisk.Full, few.Full = metrics, samples, counts
	variants := func(tb *record.Table, tr *record.Trajectory, h *record.Histogram) []record.Variant {
		return []record.Variant{{Label: "a", Metrics: tb, Trajectory: tr,
			Training: &record.Training{Epochs: tb, Log: tb, Histograms: []*record.Histogram{h}}}}
	}
	for name, write := range map[string]func(io.Writer, []record.Variant) error{
		metricsFile: WriteMetrics, trajectoryFile: WriteTrajectory, epochsFile: WriteEpochs, logFile: WriteLog, trainingFile: WriteTraining,
	} {
		var want, got bytes.Buffer
		if err := write(&want, variants(table, inMemory, all)); err != nil {
			t.Fatal(err)
		}
		if err := write(&got, variants(short, onDisk, few)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s has %d bytes of rows on disk, other %d of rows in memory", name, got.Len(), want.Len())
		}
	}
}
