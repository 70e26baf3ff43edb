package rundir

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"burstsim/internal/experiment"
	"burstsim/internal/safetensors"
	"burstsim/sim"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/sim/record"
)

var pythonBlock = regexp.MustCompile("(?s)```python\n(.*?)```")

// TestFilesDocument runs what docs/files.md says in Python, in a run folder,
// and reads the weights that it writes.
func TestFilesDocument(t *testing.T) {
	interpreter := python(t)
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "files.md"))
	if err != nil {
		t.Fatal(err)
	}
	var script []byte
	for _, block := range pythonBlock.FindAllSubmatch(text, -1) {
		if bytes.Contains(block[1], []byte("import torch")) && exec.Command(interpreter, "-c", "import torch").Run() != nil {
			t.Log("no PyTorch here: its lines are left out")
			continue
		}
		script = append(script, block[1]...)
	}
	dir := documentedRun(t)
	script = append(script, "assert loss == [0.5, 0.25] and z.shape == (6, 2) and (z == z_discrete).all() and 0 < e[0] < 1, (loss, z, e)\n"...)
	script = append(script, "assert W1.shape == (2, 2, 3) and (t == [0, 1]).all() and W1[1, 1, 2] == 3 and (s['c1'] == [7, 8]).all() and abs(change[1] - 2*6**0.5) < 1e-12, W1\n"...)
	cmd := exec.Command(interpreter, "-c", string(script))
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	before, after := weightsIn(t, dir, "weights/continuous.safetensors"), weightsIn(t, dir, "changed.safetensors")
	for i, w := range before {
		if after[i] != 0.9*w {
			t.Errorf("W1[%d] was %v and is %v", i, w, after[i])
		}
	}
}

func documentedRun(t *testing.T) string {
	t.Helper()
	d, err := CreateAt(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	variants := recording(6)
	variants[0].Metrics = table("time,loss", []float64{0, 0.5}, []float64{10, 0.25})
	snapshots, err := record.NewSnapshots(record.Unkept{}, "time", []record.Shape{{Name: "W1", Shape: []int{2, 3}}, {Name: "c1", Shape: []int{2}}})
	if err != nil {
		t.Fatal(err)
	}
	for at, w := range []float64{0, 2} { // at 0 s and 1 s
		err := snapshots.Take(float64(at), func(row []float64) []float64 { return append(row, w, w, w, w, w, w+1, 7, 8) })
		if err != nil {
			t.Fatal(err)
		}
	}
	variants[0].Snapshots = snapshots
	if err := d.WriteRecord(&record.Result{Variants: variants}, &experiment.Summary{}); err != nil {
		t.Fatal(err)
	}
	text, err := model.Builtin("burstccn")
	if err != nil {
		t.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: []int{3, 50, 1}, Rows: 1, Usage: model.Usage{Presentation: 1}})
	if err != nil {
		t.Fatal(err)
	}
	weights, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	err = d.WriteWeights("continuous", func(w io.Writer) error { return experiment.WriteWeights(w, weights, "continuous") })
	if err != nil {
		t.Fatal(err)
	}
	return d.Path()
}

// weightsIn reads W1 of a file in a folder.
func weightsIn(t *testing.T, dir, name string) []float64 {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Read(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	w, _, err := safetensors.Values[float64](f, "W1")
	if err != nil || len(w) != 50*3 {
		t.Fatalf("%d numbers in W1 (%v), expected 50 x 3", len(w), err)
	}
	return w
}
