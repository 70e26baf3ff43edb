package video

import "math"

// filterUntil moves the filter to the begin of frame k. Where it begins, and so every
// bit, follows from k alone: the filter begins anew every few frames, so far back that
// nothing is left of where it began.
func (task *Task) filterUntil(k int) {
	block := 4 * task.warm
	begin := k / block * block
	if task.lag < begin || task.lag > k {
		task.lag = max(begin-task.warm, 0)
		clear(task.lagged)
	}
	for ; task.lag < k; task.lag++ {
		if task.steps == 0 {
			task.advance(task.lagged, task.lag, task.cfg.Frame)
			continue
		}
		for i := range task.steps {
			task.move(task.lagged, task.lag, i)
		}
	}
}

// advance stores where the filter is a while (s) into frame k, at whose begin it is at
// lagged. The input is a line, x = a + q s, for which tau dm/dt = x - m has a solution.
func (task *Task) advance(dst []float64, k int, since float64) {
	a, b, tau := task.pixels(k), task.blend(k), task.cfg.LowPass
	left := math.Exp(-since / tau)
	// m - x + q tau decays.
	for i, m := range task.lagged {
		q := (b[i] - a[i]) / task.cfg.Frame
		dst[i] = a[i] + q*(since-tau) + left*(m-a[i]+q*tau)
	}
}

// step stores the input of a step of the filter within frame k.
func (task *Task) step(k, i int) {
	task.filterUntil(k)
	copy(task.input, task.lagged)
	for j := range i + 1 {
		task.move(task.input, k, j)
	}
}

// move takes the filter through step i of frame k.
func (task *Task) move(m []float64, k, i int) {
	a, b := task.pixels(k), task.blend(k)
	part := float64(i) / float64(task.steps)
	for j, x := range m {
		m[j] = x + task.gain*((1-part)*a[j]+part*b[j]-x)
	}
}
