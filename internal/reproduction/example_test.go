package reproduction_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"testing/fstest"

	"burstsim/internal/linalg"
	"burstsim/internal/reproduction"
	"burstsim/internal/sweep"
	"burstsim/reproduce"
)

// What can be reproduced of a paper.
func ExampleList() {
	all, err := reproduction.List(reproduce.Files)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range all {
		if r.Paper == "NeurIPS 2022" {
			fmt.Println(r.Name+":", r.Figure)
		}
	}
	// Output:
	// limit: the discrete model as the quasi-steady state
	// regression: continuous 3-50-1 task
}

// One of them, with a published number.
func ExampleLoad() {
	r, err := reproduction.Load(reproduce.Files, "plasticity_rule")
	if err != nil {
		log.Fatal(err)
	}
	v := r.Values[0]
	fmt.Println(r.Title)
	fmt.Println(v.Name, *v.Published, v.Unit)
	// Output:
	// The plasticity rule on Poisson spikes
	// no change: rate, in theory 43.3 42.5 Hz
}

// small has a folder of a reproduction that takes no time: a loss relative to
// itself, over two seeds.
var small = fstest.MapFS{
	"small/" + reproduction.ExperimentFile: {Data: []byte(`
[task]
kind = "regression"
[model]
hidden = [3]
[time]
kind = "discrete"
before = "1s"
learn = "1s"
after = "1s"
[record]
metrics = "1s"
angles = "1s"
[sweep]
seeds = "1-2"
`)},
	"small/" + reproduction.PublishedFile: {Data: []byte(`
title = "A loss"
paper = "a paper"
figure = "figure 1"
takes = "1 s"
[quick]
takes = "1 s"
[[panel]]
name = "loss"
y = "loss (% of itself)"
[[value]]
name = "loss in the end"
result = "loss_final"
relative_to = "loss_final"
scale = 100
unit = "%"
published = 100
source = "table 1"
panel = "loss"
`)},
}

// run carries out the sweep of small in a folder that is removed.
func run(r *reproduction.Reproduction) (*sweep.Aggregate, error) {
	dir, err := os.MkdirTemp("", "reproduction")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, reproduction.ExperimentFile)
	if err := os.WriteFile(file, r.Experiment, 0o666); err != nil {
		return nil, err
	}
	plan, err := sweep.New(file, sweep.Options{BLAS: linalg.BuiltIn()})
	if err != nil {
		return nil, err
	}
	if _, err := plan.Begin(filepath.Join(dir, "sweep")); err != nil {
		return nil, err
	}
	if _, err := plan.Execute(context.Background(), sweep.Work{Count: len(plan.Points)}); err != nil {
		return nil, err
	}
	return plan.Collect()
}

// measured is small with what its sweep came to.
func measured() (*reproduction.Reproduction, *sweep.Aggregate) {
	r, err := reproduction.Load(small, "small")
	if err != nil {
		log.Fatal(err)
	}
	a, err := run(r)
	if err != nil {
		log.Fatal(err)
	}
	return r, a
}

// What was measured beside what was published.
func ExampleReproduction_Measure() {
	r, a := measured()
	for _, row := range r.Measure(a) {
		fmt.Println(row.Name, *row.Published, row.Here.Mean, row.Here.N)
	}
	// Output: loss in the end 100 100 2
}

// The figure, of the whole version.
func ExampleReproduction_Draw() {
	r, a := measured()
	fig, err := r.Draw(a, r.Measure(a), false)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(fig.WriteTo(io.Discard, "svg"))
	// Output: <nil>
}

// The table for a document.
func ExampleReproduction_WriteMarkdown() {
	r, a := measured()
	if err := r.WriteMarkdown(os.Stdout, r.Measure(a), true); err != nil {
		log.Fatal(err)
	}
	// Output:
	// A loss (QUICK VERSION: shortened). a paper: figure 1.
	//
	// | value | unit | published | here, mean ± sd | runs | published where |
	// |---|---|---|---|---|---|
	// | loss in the end | % | 100 | 100 | 2 | table 1 |
}

// The table for a terminal.
func ExampleReproduction_WriteText() {
	r, a := measured()
	if err := r.WriteText(os.Stdout, r.Measure(a), false); err != nil {
		log.Fatal(err)
	}
	// Output:
	// A loss. a paper: figure 1
	// value            unit  published  here, mean ± sd  runs
	// loss in the end  %     100        100              2
}

// The table with all digits.
func ExampleReproduction_WriteCSV() {
	r, a := measured()
	if err := r.WriteCSV(os.Stdout, r.Measure(a)); err != nil {
		log.Fatal(err)
	}
	// Output:
	// value,unit,published,published_spread,spread_of,runs,mean,sd,source
	// loss in the end,%,100,,,2,100,0,table 1
}
