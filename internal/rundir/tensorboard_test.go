package rundir

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"burstsim/sim/record"
)

// eventLines reads an event file as one line an event: time, step, and the tags
// of its values. Checksums are left to the tests of package tensorboard.
func eventLines(t *testing.T, content []byte) (lines []string) {
	t.Helper()
	var visit func(b []byte, path string, use func(path string, v any))
	visit = func(b []byte, path string, use func(path string, v any)) {
		for len(b) > 0 {
			number, kind, n := protowire.ConsumeTag(b)
			size := protowire.ConsumeFieldValue(number, kind, b[max(n, 0):])
			if n < 0 || size < 0 {
				t.Fatalf("broken event %x", b)
			}
			at, value := fmt.Sprint(path, ".", number), b[n:n+size]
			switch kind {
			case protowire.Fixed64Type:
				use(at, math.Float64frombits(binary.LittleEndian.Uint64(value)))
			case protowire.VarintType:
				v, _ := protowire.ConsumeVarint(value)
				use(at, int64(v))
			case protowire.BytesType:
				v, _ := protowire.ConsumeBytes(value)
				use(at, string(v))
				if at == ".5" || at == ".5.1" {
					visit(v, at, use)
				}
			}
			b = b[n+size:]
		}
	}
	for len(content) > 0 {
		n := binary.LittleEndian.Uint64(content)
		var line []string
		visit(content[12:12+n], "", func(path string, v any) {
			switch path {
			case ".1", ".2", ".3", ".5.1.1": // wall time, step, version, tag
				line = append(line, fmt.Sprint(v))
			}
		})
		lines, content = append(lines, strings.Join(line, " ")), content[16+n:]
	}
	return lines
}

// boarded are a variant in simulated time and one that was trained.
func boarded() []record.Variant {
	return []record.Variant{
		{Label: "two phases", Metrics: table("time,loss,angle_W1", []float64{0, 0.5, math.NaN()}, []float64{12.3456, 0.25, 30})},
		{Label: "BurstCCN", Training: trained()[0].Training},
		{Label: "nothing"},
	}
}

func TestWriteTensorBoard(t *testing.T) {
	d, err := CreateAt(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WriteTensorBoard(boarded()); err != nil {
		t.Fatal(err)
	}
	for label, want := range map[string][]string{
		"two phases": {"0 brain.Event:2", "0 0 metrics/loss", "12.3456 12346 metrics/loss metrics/angle_W1"},
		"BurstCCN": {
			"0 brain.Event:2", "0 0 epochs/test_error", "0 0 log/loss", "0 0 states/burst_prob_1", "0 0 states/dendrite_1",
			"0.3333333333333333 333 log/loss", "0.5 500 states/burst_prob_1", "0.5 500 states/dendrite_1",
			"1 1 epochs/train_error epochs/test_error", "1 1000 states/burst_prob_1", "1 1000 states/dendrite_1",
		},
	} {
		content, err := os.ReadFile(filepath.Join(d.Path(), "tensorboard", label, "events.out.tfevents.0.burstsim"))
		if err != nil {
			t.Fatal(err)
		}
		if got := eventLines(t, content); !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", label, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		for _, v := range boarded() {
			var again bytes.Buffer
			if err := WriteEvents(&again, v); err != nil {
				t.Fatal(err)
			}
			if v.Label == label && !bytes.Equal(again.Bytes(), content) {
				t.Errorf("%s: the same recording gave different bytes", label)
			}
		}
	}
	if entries, err := os.ReadDir(filepath.Join(d.Path(), "tensorboard")); err != nil || len(entries) != 2 {
		t.Errorf("folders %v, %v, expected two", entries, err)
	}
	if err := d.WriteTensorBoard([]record.Variant{{Label: "../a", Metrics: table("time,loss")}}); err == nil {
		t.Error("a label led out of the folder")
	}
}

// TestTensorBoardReads lets the program itself read the files, where it is
// installed; Debian has no package of it.
func TestTensorBoardReads(t *testing.T) {
	const module = "import tensorboard.backend.event_processing.event_accumulator"
	if exec.Command("python3", "-c", module).Run() != nil {
		t.Skip("no python3 with tensorboard here: TestWriteTensorBoard has read the bytes")
	}
	d, err := CreateAt(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WriteTensorBoard(boarded()); err != nil {
		t.Fatal(err)
	}
	const script = `
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
def load(label):
    return EventAccumulator(sys.argv[1] + "/tensorboard/" + label, {"scalars": 0, "histograms": 0}).Reload()
a = load("two phases")
assert [(e.wall_time, e.step, e.value) for e in a.Scalars("metrics/loss")] == [(0, 0, 0.5), (12.3456, 12346, 0.25)]
assert [e.value for e in a.Scalars("metrics/angle_W1")] == [30]
b = load("BurstCCN")
assert [e.step for e in b.Scalars("log/loss")] == [0, 333]
h = b.Histograms("states/burst_prob_1")[1]
assert h.step == 500 and list(h.histogram_value.bucket) == [3, 4], h
`
	if out, err := exec.Command("python3", "-c", script, d.Path()).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
