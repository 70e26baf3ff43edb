package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// sweepSeeds are the words of [sweep] for the keys that repeat an experiment.
var sweepSeeds = map[string]string{"seeds": "run.seed", "task_seeds": "run.task_seed", "weight_seeds": "run.weight_seed"}

// SeedKeys are the keys that repeat an experiment and do not change it.
func SeedKeys() []string { return slices.Sorted(maps.Values(sweepSeeds)) }

// mostSeeds bounds a list such as 1-10, and a count.
const mostSeeds = 1_000_000

// ParseSeeds reads a list of numbers and ranges such as 1-10 or 1,5,20-29.
func ParseSeeds(list string, most int) ([]int64, error) {
	var seeds []int64
	seen := map[int64]bool{}
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		from, err := strconv.ParseUint(first, 10, 63)
		to := from
		if err == nil && isRange {
			to, err = strconv.ParseUint(last, 10, 63)
		}
		if err != nil || to < from {
			return nil, fmt.Errorf("%q, expected a list such as 1-10 or 1,5,20-29", list)
		}
		if to-from >= uint64(most) || len(seeds)+int(to-from) >= most {
			return nil, fmt.Errorf("more than %d seeds, expected fewer", most)
		}
		for seed := int64(from); seed <= int64(to); seed++ {
			if seen[seed] {
				return nil, fmt.Errorf("seed %d is given twice", seed)
			}
			seen[seed] = true
			seeds = append(seeds, seed)
		}
	}
	return seeds, nil
}
