package serve

import (
	"math"
	"slices"
	"sort"
)

// blockRows is how many samples share a minimum and a maximum in memory. A window
// of so few samples that this would be seen is read from the file.
const blockRows = 16

// gapIntervals is how many sample intervals without a sample make a gap, as in
// package record.
const gapIntervals = 5

// timeline is when samples were taken, in blocks that have no gap within.
type timeline struct {
	rows     int
	interval float64   // median; 0: not known
	begin    []int     // first row of each block
	first    []float64 // time of it
	last     []float64 // time of the block's last row
	gaps     []int     // blocks before which nothing was recorded for a while
}

// end is the row behind a block.
func (tl *timeline) end(block int) int {
	if block+1 < len(tl.begin) {
		return tl.begin[block+1]
	}
	return tl.rows
}

// sampledIntervals is how many intervals the median is taken of.
const sampledIntervals = 4096

func (tl *timeline) measure(times table) error {
	if tl.interval > 0 || times.rows < 2 {
		return nil
	}
	var intervals []float64
	for i := 0; i+1 < times.rows; i += max(1, (times.rows-1)/sampledIntervals) {
		pair, err := times.read(i, i+2)
		if err != nil {
			return err
		}
		if d := pair[1] - pair[0]; d > 0 && !math.IsInf(d, 0) {
			intervals = append(intervals, d)
		}
	}
	if len(intervals) > 0 {
		slices.Sort(intervals)
		tl.interval = intervals[(len(intervals)-1)/2]
	}
	return nil
}

// extend adds the samples that have come since.
func (tl *timeline) extend(times table) error {
	if times.rows == tl.rows {
		return nil
	}
	if err := tl.measure(times); err != nil {
		return err
	}
	if times.rows < tl.rows { // the run goes on from an earlier checkpoint
		*tl = timeline{interval: tl.interval}
	}
	from, before := 0, math.NaN()
	if n := len(tl.begin); n > 0 { // the last one may have room
		from = tl.begin[n-1]
		tl.begin, tl.first, tl.last = tl.begin[:n-1], tl.first[:n-1], tl.last[:n-1]
		if g := len(tl.gaps); g > 0 && tl.gaps[g-1] == n-1 {
			tl.gaps = tl.gaps[:g-1]
		}
		if n > 1 {
			before = tl.last[n-2]
		}
	}
	open := 0 // rows of the last block
	err := times.each(from, times.rows, func(first int, values []float64) error {
		for i, t := range values {
			d := t - before
			gap := tl.interval > 0 && !math.IsNaN(before) && !(d > 0 && d <= gapIntervals*tl.interval)
			if open == 0 || open == blockRows || gap {
				if gap {
					tl.gaps = append(tl.gaps, len(tl.begin))
				}
				tl.begin, tl.first, tl.last = append(tl.begin, first+i), append(tl.first, t), append(tl.last, t)
				open = 0
			}
			open++
			before, tl.last[len(tl.last)-1] = t, t
		}
		return nil
	})
	tl.rows = times.rows
	if err != nil {
		*tl = timeline{}
	}
	return err
}

// windows are the stretches without gaps, from and to.
func (tl *timeline) windows() [][2]float64 {
	out := [][2]float64{}
	for i, g := range slices.Concat([]int{0}, tl.gaps) {
		last := len(tl.begin)
		if i < len(tl.gaps) {
			last = tl.gaps[i]
		}
		if last > g {
			out = append(out, [2]float64{tl.first[g], tl.last[last-1]})
		}
	}
	return out
}

// row is the last one that is not after a time, or the first.
func (tl *timeline) row(times table, at float64) (int, error) {
	block := sort.Search(len(tl.begin), func(i int) bool { return tl.first[i] > at }) - 1
	if block < 0 {
		return 0, nil
	}
	values, err := times.read(tl.begin[block], tl.end(block))
	if err != nil {
		return 0, err
	}
	row := 0
	for i, t := range values {
		if t <= at {
			row = i
		}
	}
	return tl.begin[block] + row, nil
}

// bins are what the pixels of a window stand for: rows, or whole blocks.
type bins struct {
	blocks bool
	at     [][2]int // from and to, exclusive
	gaps   []int    // bins before which nothing was recorded for a while
	x      []float64
	last   []float64
}

// bins divides what lies between two times among so many pixels. Where a pixel
// would stand for many samples it stands for whole blocks, so that the window may
// begin and end a block further outside.
func (tl *timeline) bins(times table, from, to float64, pixels int) (b bins, err error) {
	i := sort.Search(len(tl.begin), func(i int) bool { return tl.last[i] >= from })
	j := sort.Search(len(tl.begin), func(i int) bool { return tl.first[i] > to })
	if i >= j {
		return bins{}, nil
	}
	begin, end := tl.begin[i], tl.end(j-1)
	var breaks []int // of blocks
	for _, g := range tl.gaps {
		if g > i && g < j {
			breaks = append(breaks, g)
		}
	}
	if len(breaks) > pixels/2 {
		breaks = nil // they are nearer to each other than pixels
	}
	room := max(1, pixels-len(breaks)-1)
	if b.blocks = end-begin > room*blockRows; b.blocks {
		b.divide(i, j, breaks, room)
		for _, p := range b.at {
			b.x, b.last = append(b.x, tl.first[p[0]]), append(b.last, tl.last[p[1]-1])
		}
		return b, nil
	}
	values, err := times.read(begin, end)
	if err != nil {
		return bins{}, err
	}
	for len(values) > 0 && values[0] < from {
		values, begin = values[1:], begin+1
	}
	for len(values) > 0 && values[len(values)-1] > to {
		values, end = values[:len(values)-1], end-1
	}
	rows := breaks[:0]
	for _, g := range breaks {
		if r := tl.begin[g]; r > begin && r < end {
			rows = append(rows, r)
		}
	}
	if end <= begin {
		return bins{}, nil
	}
	b.divide(begin, end, rows, room)
	for _, p := range b.at {
		b.x, b.last = append(b.x, values[p[0]-begin]), append(b.last, values[p[1]-1-begin])
	}
	return b, nil
}

// divide makes at most so many bins, and one more for each stretch between breaks.
func (b *bins) divide(begin, end int, breaks []int, most int) {
	each := (end - begin + most - 1) / most
	if end-begin <= most+len(breaks)+1 {
		each = 1
	}
	for _, stop := range append(slices.Clone(breaks), end) {
		if len(b.at) > 0 {
			b.gaps = append(b.gaps, len(b.at))
		}
		for begin < stop {
			b.at = append(b.at, [2]int{begin, min(begin+each, stop)})
			begin = min(begin+each, stop)
		}
	}
}

// exact tells that each bin is one sample.
func (b *bins) exact() bool {
	if b.blocks {
		return false
	}
	for _, p := range b.at {
		if p[1]-p[0] > 1 {
			return false
		}
	}
	return true
}

// extremes are minimum and maximum of every unit of a signal in every block; NaN
// where it has no value.
type extremes struct {
	rows, width int
	low, high   []float32 // block after block
}

func (e *extremes) bytes() int { return 8 * cap(e.low) }

// extend adds blocks that the timeline has got since.
func (e *extremes) extend(signal table, tl *timeline) error {
	if e.rows == tl.rows && e.width == signal.width {
		return nil
	}
	if e.rows > tl.rows || e.width != signal.width {
		*e = extremes{width: signal.width}
	}
	block := max(0, len(e.low)/max(1, e.width)-1) // the last one had room, maybe
	e.low, e.high = e.low[:block*e.width], e.high[:block*e.width]
	if block >= len(tl.begin) {
		return nil
	}
	block-- // until its first row comes
	next := tl.begin[block+1]
	nan := float32(math.NaN())
	err := signal.each(next, tl.rows, func(first int, values []float64) error {
		for row := first; len(values) > 0; row, values = row+1, values[e.width:] {
			if row == next {
				block++
				next = tl.end(block)
				for range e.width {
					e.low, e.high = append(e.low, nan), append(e.high, nan)
				}
			}
			low, high := e.low[block*e.width:], e.high[block*e.width:]
			for j, v := range values[:e.width] {
				fold(&low[j], &high[j], float32(v))
			}
		}
		return nil
	})
	if e.rows = tl.rows; err != nil {
		*e = extremes{}
	}
	return err
}

// fold widens a range to a value; NaN is none.
func fold(low, high *float32, v float32) {
	if v < *low || *low != *low {
		*low = v
	}
	if v > *high || *high != *high {
		*high = v
	}
}

// ranges are minimum and maximum of some units of a signal in bins.
type ranges struct{ low, high [][]float32 }

func (b *bins) ranges(signal table, e *extremes, units []int) (r ranges, err error) {
	nan := float32(math.NaN())
	for range units {
		low, high := make([]float32, len(b.at)), make([]float32, len(b.at))
		for i := range low {
			low[i], high[i] = nan, nan
		}
		r.low, r.high = append(r.low, low), append(r.high, high)
	}
	if len(b.at) == 0 {
		return r, nil
	}
	if b.blocks {
		for i, p := range b.at {
			for block := p[0]; block < p[1]; block++ {
				low, high := e.low[block*e.width:][:e.width], e.high[block*e.width:][:e.width]
				for k, unit := range units {
					if v := low[unit]; v < r.low[k][i] || r.low[k][i] != r.low[k][i] {
						r.low[k][i] = v
					}
					if v := high[unit]; v > r.high[k][i] || r.high[k][i] != r.high[k][i] {
						r.high[k][i] = v
					}
				}
			}
		}
		return r, nil
	}
	i := 0
	err = signal.each(b.at[0][0], b.at[len(b.at)-1][1], func(first int, values []float64) error {
		for row := first; len(values) > 0; row, values = row+1, values[signal.width:] {
			for row >= b.at[i][1] {
				i++
			}
			for k, unit := range units {
				fold(&r.low[k][i], &r.high[k][i], float32(values[unit]))
			}
		}
		return nil
	})
	return r, err
}
