package main

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"burstsim/internal/config"
)

// fewSeeds is how many runs that differ in their seed only are still drawn line
// by line.
const fewSeeds = 3

// withoutSeed is what runs have in common that differ in their seed only.
func withoutSeed(cfg config.Config) config.Config {
	label := cfg.Run.Label
	cfg = cfg.WithSeed(0)
	cfg.Run = config.Run{Label: label, Precision: cfg.Run.Precision}
	for i := range cfg.Compare {
		cfg.Compare[i].Config.Run = config.Run{}
	}
	return cfg
}

// repetitions numbers the experiments of runs: those that differ in their seed
// only are the same.
func repetitions(runs []finishedRun) []int {
	var experiments []config.Config
	out := make([]int, len(runs))
	for i, run := range runs {
		own := withoutSeed(run.Config)
		out[i] = slices.IndexFunc(experiments, func(c config.Config) bool { return reflect.DeepEqual(c, own) })
		if out[i] < 0 {
			out[i] = len(experiments)
			experiments = append(experiments, own)
		}
	}
	return out
}

// sortSeeds orders the runs of each experiment by their seeds, in the places
// that they have: a shell lists 10 before 2.
func sortSeeds(runs []finishedRun) {
	numbers := repetitions(runs)
	for n := range runs {
		var places []int
		var own []finishedRun
		for i, run := range runs {
			if numbers[i] == n {
				places, own = append(places, i), append(own, run)
			}
		}
		slices.SortStableFunc(own, func(a, b finishedRun) int { return cmp.Compare(a.Config.Run.Seed, b.Config.Run.Seed) })
		for k, place := range places {
			runs[place] = own[k]
		}
	}
}

// seedGroups names, for each variant of each run, the line that it shares with
// other seeds; "" if it has its own.
func seedGroups(runs []finishedRun) []string {
	numbers := repetitions(runs)
	count := map[int]int{}
	for _, n := range numbers {
		count[n]++
	}
	var out []string
	for i, run := range runs {
		for _, v := range run.Result.Variants {
			name := ""
			if count[numbers[i]] > fewSeeds {
				name = v.Label
				if len(count) > 1 {
					name = fmt.Sprintf("%s: %s", seedless(runs[slices.Index(numbers, numbers[i])]), v.Label)
				}
			}
			out = append(out, name)
		}
	}
	return out
}

// seedless is the name of a run without its seed.
func seedless(run finishedRun) string {
	return strings.TrimSuffix(run.name, fmt.Sprintf("-seed%d", run.Config.Run.Seed))
}
