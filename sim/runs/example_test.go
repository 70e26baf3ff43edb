package runs_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"burstsim/sim/runs"
)

// An experiment is read, run in a folder, and read back from it.
func Example() {
	parent, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(parent)
	experiment, err := runs.Parse("short.toml", `
[model]
hidden = [8]
[time]
dt = "10ms"
before = "1s"
learn = "4s"
after = "1s"
[record]
metrics = "1s"
[plots]
formats = ["svg"]
`, "model.beta=2")
	if err != nil {
		log.Fatal(err)
	}
	run, err := experiment.Run(context.Background(), filepath.Join(parent, "short"), runs.Options{})
	if err != nil {
		log.Fatal(err)
	}
	again, err := runs.Open(run.Dir)
	if err != nil {
		log.Fatal(err)
	}
	metrics := again.Result.Variants[0].Metrics
	fmt.Println(metrics.Len(), "rows of", metrics.Columns[:2])
	// Output: 6 rows of [time loss]
}

func ExampleLoad() {
	_, err := runs.Load("missing.toml")
	fmt.Println(err)
	// Output: missing.toml: cannot be read: no such file or directory
}

// A run whose context ends can be gone on with.
func ExampleResume() {
	parent, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(parent)
	experiment, err := runs.Parse("short.toml", "[model]\nhidden = [8]\n[time]\nbefore = \"0s\"\nlearn = \"4s\"\nafter = \"0s\"\n[plots]\nformats = [\"svg\"]\n")
	if err != nil {
		log.Fatal(err)
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	dir := filepath.Join(parent, "short")
	_, err = experiment.Run(over, dir, runs.Options{})
	fmt.Println("stopped:", err != nil)
	run, err := runs.Resume(context.Background(), dir, runs.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("failed:", run.Summary.Failure != "")
	// Output:
	// stopped: true
	// failed: false
}
