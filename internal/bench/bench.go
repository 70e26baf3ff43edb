// Package bench measures how fast the program is on the machine it runs on:
// memory, matrix products, steps of networks, training on images, start-up; and
// beside it, in turns, how fast Python does the same.
package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"burstsim/internal/linalg"
)

// Options say what is measured. The zero value is the full set with gonum, and
// without start-up.
type Options struct {
	BLAS  string // see linalg.Use; "" is "auto"
	Quick bool   // fewer and shorter repeats, and smaller data
	Only  string // one of Groups; "": all
	// Program is the executable whose start-up is measured; "": none.
	Program string
	// Against has Python do the same jobs in turns: with NumPy, and with PyTorch
	// where that is installed. Python is the interpreter, "" the first on the path
	// that has NumPy.
	Against bool
	Python  string
	// Progress, if not nil, hears the name of each group when it begins.
	Progress func(group string)

	scale scale // zero: that of full or quick
}

// scale is how much is measured. Tests use less than any user would.
type scale struct {
	meter          meter
	pause          time.Duration // between turns of two sides
	memory, cached int           // bytes of each of the two arrays that are copied
	shapes         []size        // of products
	steps          [][]int
	rows           int
	images         int // in memory
	batches        int // of a training
	cifarBatches   int
	turn           int // batches of an optimiser's turn
	inputs         int // of the networks whose cost is followed
	widths, depths []int
	depthWidth     int
	elements       int // of the sigmoid
	xorSize        int // of a population of exclusive-or
	spikingSizes   []int
}

var (
	full = scale{
		meter: meter{seconds: 0.08, repeats: 7}, pause: 60 * time.Millisecond, memory: 128 << 20, cached: 4 << 20,
		shapes: []size{{32, 784, 500}, {32, 500, 500}, {1, 784, 500}},
		steps:  [][]int{{784, 200, 200, 10}, {784, 500, 500, 500, 10}}, rows: 32,
		images: 60000, batches: 300, cifarBatches: 8, turn: 20,
		inputs: 784, widths: []int{50, 100, 200, 400, 800, 1500, 2500, 4000},
		depths: []int{1, 2, 3, 4, 5, 6, 7, 8}, depthWidth: 500, elements: 4096,
		xorSize: 500, spikingSizes: []int{100, 1000, 10000, 100000},
	}
	quick = func() scale {
		s := full
		s.meter, s.memory = meter{seconds: 0.01, repeats: 5}, 64<<20
		s.images, s.batches, s.cifarBatches, s.turn = 6400, 60, 2, 10
		s.widths, s.depths = []int{50, 200, 800, 2000, 4000}, []int{1, 2, 4, 8}
		return s
	}()
)

// Report is what was measured.
type Report struct {
	Machine Machine
	Quick   bool
	Results []Result
	Scaling []Point
}

// Result is one line of the table. Best and Median are over repeats: the lowest
// and the middle one of a time, the highest and the middle one of a rate.
type Result struct {
	Group, Name  string
	Unit         string
	Best, Median float64
	// Allocations are those of one operation; nil where they were not counted.
	Allocations *float64 `json:",omitempty"`
	// OfPlain is the fraction that this is of the rate of plain descent; nil but
	// in group "optimisers".
	OfPlain *float64 `json:",omitempty"`
	// Limit is what memory or processor allow, measured in the same run, in the
	// same unit; 0 where it was not measured.
	Limit float64 `json:",omitempty"`
	// Rivals are what Python came to in turns with it.
	Rivals []Rival `json:",omitempty"`
}

// rates are the units of which more is better.
var rates = map[string]bool{"GB/s": true, "GFLOP/s": true, "images/s": true}

// OfLimit is what part of the limit the best of the repeats reached; 0 if there is
// none.
func (r Result) OfLimit() float64 {
	switch {
	case r.Limit == 0 || r.Best == 0:
		return 0
	case rates[r.Unit]:
		return r.Best / r.Limit
	}
	return r.Limit / r.Best
}

// run is a measurement under way.
type run struct {
	scale
	ctx    context.Context
	opt    Options
	rng    *rand.Rand
	report *Report
	speeds map[int]float64 // of copying, by the bytes of an array
	peers  []*peer
	flops  float64 // a second at the peak, in float32; 0 if it was not measured
}

func (r *run) add(results ...Result) { r.report.Results = append(r.report.Results, results...) }

// group is a part of the set; peak memory can only be told apart if what needs
// much of it comes late.
type group struct {
	name    string
	measure func(*run) error
}

var groups = []group{
	{"start-up", (*run).startUp},
	{"peak", (*run).peak},
	{"training", (*run).training},
	{"optimisers", (*run).optimisers},
	{"against", (*run).against},
	{"sigmoid", (*run).sigmoid},
	{"step", (*run).steps},
	{"spiking", (*run).spiking},
	{"kernels", (*run).kernels},
	{"scaling", (*run).scaling},
	{"memory", (*run).bandwidth},
}

// Groups are the names of what is measured together.
func Groups() []string {
	var names []string
	for _, g := range groups {
		names = append(names, g.name)
	}
	return names
}

// Run measures everything, or one group, and leaves the chosen backend in use. If ctx ends it
// returns what there is, with the error. It fails if the backend cannot be used,
// a network fails, or Python.
func Run(ctx context.Context, opt Options) (report *Report, err error) {
	if opt.BLAS == "" {
		opt.BLAS = "auto"
	}
	if opt.Only != "" && !slices.Contains(Groups(), opt.Only) {
		return nil, fmt.Errorf("no group %q, expected one of %s", opt.Only, strings.Join(Groups(), ", "))
	}
	if err := linalg.Use(opt.BLAS); err != nil {
		return nil, err
	}
	r := &run{scale: full, ctx: ctx, opt: opt, rng: rand.New(rand.NewPCG(1, 1)), report: &Report{Quick: opt.Quick}, speeds: map[int]float64{}}
	if opt.Quick {
		r.scale = quick
	}
	if opt.scale.meter.repeats > 0 {
		r.scale = opt.scale
	}
	if opt.Against { // before what takes long, if it cannot be
		if r.peers, err = startPeers(ctx, opt.Python); err != nil {
			return r.report, err
		}
		defer func() {
			for _, p := range r.peers {
				err = errors.Join(err, p.close())
			}
		}()
	}
	r.report.Machine = describe()
	for _, g := range groups {
		if opt.Only != "" && g.name != opt.Only {
			continue
		}
		if opt.Progress != nil {
			opt.Progress(g.name)
		}
		if err := errors.Join(g.measure(r), ctx.Err()); err != nil {
			return r.report, fmt.Errorf("%s: %w", g.name, err)
		}
	}
	return r.report, nil
}
