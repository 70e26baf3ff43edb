package slurm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Array is a job array over pieces of numbered work: task t does the runs from
// (Base+t)*PerTask, PerTask of them.
type Array struct {
	PerTask int    `json:"runs_per_task"`
	Base    int    `json:"base"`
	Tasks   Ranges `json:"tasks"` // indices, ascending
}

// Runs are the first and the number of the runs that a task does.
func (a Array) Runs(task int) (first, count int) { return (a.Base + task) * a.PerTask, a.PerTask }

// Cut packs runs, ascending numbers from 0, into tasks of perTask numbers each,
// and tasks into arrays that keep the limits. A task whose numbers are all
// missing is left out.
func Cut(runs []int, perTask int, limits Limits) []Array {
	var out []Array
	size := min(ArrayFolder, limits.Tasks)
	last := -1
	for _, run := range runs {
		piece := run / perTask
		if piece == last {
			continue
		}
		last = piece
		n := len(out) - 1
		if n < 0 || out[n].Tasks.Len() == size || piece-out[n].Base > limits.Index {
			out = append(out, Array{PerTask: perTask, Base: piece})
			n++
		}
		out[n].Tasks = out[n].Tasks.add(piece - out[n].Base)
	}
	return out
}

// PerTask is how many of runs a task does if nobody says it: so many that there
// are at most tasks of them.
func PerTask(runs, tasks int) int { return max(1, (runs+tasks-1)/tasks) }

// Ranges are whole numbers from 0 as Slurm writes them: "0-4,7,10-20:5".
type Ranges []Range

// Range are the numbers from First to Last, both included.
type Range struct{ First, Last int }

// add appends a number that is larger than all others.
func (r Ranges) add(n int) Ranges {
	if k := len(r) - 1; k >= 0 && r[k].Last == n-1 {
		r[k].Last = n
		return r
	}
	return append(r, Range{n, n})
}

// Len is how many numbers there are.
func (r Ranges) Len() int {
	n := 0
	for _, one := range r {
		n += one.Last - one.First + 1
	}
	return n
}

// first are the n smallest numbers, or all if there are fewer.
func (r Ranges) first(n int) Ranges {
	var out Ranges
	for _, one := range r {
		if n <= 0 {
			break
		}
		one.Last = min(one.Last, one.First+n-1)
		out = append(out, one)
		n -= one.Last - one.First + 1
	}
	return out
}

// All lists the numbers.
func (r Ranges) All() []int {
	var out []int
	for _, one := range r {
		for n := one.First; n <= one.Last; n++ {
			out = append(out, n)
		}
	}
	return out
}

func (r Ranges) String() string {
	parts := make([]string, len(r))
	for i, one := range r {
		parts[i] = strconv.Itoa(one.First)
		if one.Last > one.First {
			parts[i] = fmt.Sprintf("%d-%d", one.First, one.Last)
		}
	}
	return strings.Join(parts, ",")
}

// MarshalText is String.
func (r Ranges) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what String writes, and what squeue shows of an array:
// with a step, ":5", and with the number of tasks that may run at once, "%10".
func (r *Ranges) UnmarshalText(text []byte) error {
	list, _, _ := strings.Cut(string(text), "%")
	list = strings.Trim(list, "[]")
	var numbers []int
	for part := range strings.SplitSeq(list, ",") {
		first, last, step, err := parseRange(part)
		if err != nil {
			return fmt.Errorf("array indices %.60q: %w", text, err)
		}
		if len(numbers)+(last-first)/step > maxIndex {
			return fmt.Errorf("array indices %.60q: more than %d, expected fewer", text, maxIndex)
		}
		for n := first; n <= last; n += step {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	*r = nil
	for _, n := range slices.Compact(numbers) {
		*r = r.add(n)
	}
	return nil
}

// maxIndex is the largest index of an array that any Slurm has: its largest
// MaxArraySize is 4000001.
const maxIndex = 4_000_000

func parseRange(part string) (first, last, step int, err error) {
	span, by, stepped := strings.Cut(part, ":")
	from, to, isRange := strings.Cut(span, "-")
	first, err = strconv.Atoi(from)
	last, step = first, 1
	if err == nil && isRange {
		last, err = strconv.Atoi(to)
	}
	if err == nil && stepped {
		step, err = strconv.Atoi(by)
	}
	if err != nil || first < 0 || last < first || last > maxIndex || step < 1 {
		return 0, 0, 0, fmt.Errorf("%.60q, expected numbers such as 0-4,7", part)
	}
	return first, last, step, nil
}
