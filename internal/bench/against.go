package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Rival is a line of a [Result] that Python computed in turns with it.
type Rival struct {
	Library      string // and version
	Best, Median float64
	// Ratio is how many times as fast burstsim is, by the best of both.
	Ratio float64
}

// contest is a job that burstsim and Python do in turns. One operation is a step,
// or a batch.
type contest struct {
	name    string
	job     job
	seconds float64 // that a turn takes, in those of the meter
	// own is burstsim's simulation of the job, whose files and shapes it writes.
	own func(*job) (*contestant, error)
	// line makes it into a line.
	line func(timing) Result
}

// job is a network as Python is told of it.
type job struct {
	Op        string  `json:"op"`
	Kind      string  `json:"kind"` // continuous or training
	Folder    string  `json:"folder"`
	Precision string  `json:"precision"`
	Arrays    [][]int `json:"arrays"` // shapes of W1, c1, W2, c2, ...

	Method string  `json:"method"`
	Dt     float64 `json:"dt"`         // s
	Tau    float64 `json:"tau_weight"` // s

	LR    float64 `json:"lr"`
	Batch int     `json:"batch"`
	Shape []int   `json:"shape"` // of an image
	Maps  []maps  `json:"maps"`
}

type maps struct {
	Stride int `json:"stride"`
}

// contestant is one side of a contest.
type contestant struct {
	library string
	advance func(n int) (seconds float64, err error)
	// weights are all of them, in the order of job.Arrays.
	weights func() ([]float64, error)
}

// against measures what Python does too, side by side.
func (r *run) against() error {
	if len(r.peers) == 0 {
		return nil
	}
	folder, err := os.MkdirTemp("", "burstsim-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	contests, err := r.contests(folder)
	if err != nil {
		return err
	}
	for _, c := range contests {
		if r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		if err := r.hold(c, r.peers); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// hold checks that all sides come to the same weights, and times them in turns.
func (r *run) hold(c contest, peers []*peer) error {
	peers = slices.DeleteFunc(slices.Clone(peers), func(p *peer) bool { return !p.can(c.job) })
	if len(peers) == 0 {
		return nil
	}
	quickly, slowly := c.job, c.job
	quickly.Tau, quickly.LR = 0.002, 1
	slowly.Tau, slowly.LR = slow, 0.003
	if err := agree(c, quickly, peers); err != nil {
		return err
	}
	sides, err := enter(c, &slowly, peers)
	if err != nil {
		return err
	}
	times, err := r.inTurns(sides, c.seconds*r.meter.seconds)
	if err != nil {
		return err
	}
	line := c.line(times[0])
	for i, t := range times[1:] {
		theirs := c.line(t)
		line.Rivals = append(line.Rivals, Rival{sides[i+1].library, theirs.Best, theirs.Median, t.best() / times[0].best()})
	}
	r.add(line)
	return nil
}

// can tells whether a peer can do a job: NumPy has no convolutions.
func (p *peer) can(j job) bool { return len(j.Maps) == 0 || p.Library[:2] == "Py" }

// enter lets burstsim and the peers begin with the same weights.
func enter(c contest, j *job, peers []*peer) ([]*contestant, error) {
	own, err := c.own(j)
	if err != nil {
		return nil, err
	}
	all := []*contestant{own}
	for _, p := range peers {
		if _, err := p.ask(j); err != nil {
			return nil, err
		}
		all = append(all, &contestant{
			library: p.Library,
			advance: func(n int) (float64, error) {
				a, err := p.ask(struct {
					Op    string `json:"op"`
					Steps int    `json:"steps"`
				}{"advance", n})
				return a.Seconds, err
			},
			weights: func() ([]float64, error) {
				if _, err := p.ask(struct {
					Op string `json:"op"`
				}{"weights"}); err != nil {
					return nil, err
				}
				return readFloats(filepath.Join(j.Folder, "weights.out"))
			},
		})
	}
	return all, nil
}

// operations is after how many of them the sides must agree.
const operations = 8

// agree fails unless all sides come to the same weights, and learn enough for
// that to mean something.
func agree(c contest, j job, peers []*peer) error {
	sides, err := enter(c, &j, peers)
	if err != nil {
		return err
	}
	start, err := sides[0].weights()
	if err != nil {
		return err
	}
	tolerance := 1e-10
	if j.Precision == "float32" {
		tolerance = 1e-5
	}
	var want []float64
	for i, s := range sides {
		if _, err := s.advance(operations); err != nil {
			return err
		}
		got, err := s.weights()
		if err != nil {
			return err
		}
		if i == 0 {
			want = got
			// What learning changes must be far above what rounding does.
			if compare(j.Arrays, start, want, 20*tolerance) == nil {
				return fmt.Errorf("the weights change too little in %d steps or batches to compare them", operations)
			}
		}
		if err := compare(j.Arrays, want, got, tolerance); err != nil {
			return fmt.Errorf("%s does not come to the weights of burstsim: %w", s.library, err)
		}
	}
	return nil
}

// compare compares array by array, relative to the largest of all weights: a
// factor of plasticity, a small difference of probabilities, has their rounding.
func compare(shapes [][]int, want, got []float64, tolerance float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d weights, expected %d", len(got), len(want))
	}
	var size float64
	for _, w := range want {
		size = max(size, math.Abs(w))
	}
	for k, shape := range shapes {
		n := elements(shape)
		var apart float64
		for i := range n {
			if d := math.Abs(want[i] - got[i]); !(d <= apart) { // NaN is apart
				apart = d
			}
		}
		name := arrayName(k)
		if !(apart <= tolerance*size) {
			return fmt.Errorf("%s differs by %.2g, and the largest weight is %.2g, after %d steps or batches", name, apart, size, operations)
		}
		want, got = want[n:], got[n:]
	}
	return nil
}

// inTurns times the sides, the last one first, so that burstsim comes after
// Python as often as Python after burstsim. Each turn takes about so long.
func (r *run) inTurns(sides []*contestant, seconds float64) ([]timing, error) {
	times, counts := make([]timing, len(sides)), make([]int, len(sides))
	for i, s := range sides {
		n := 1
		for {
			took, err := s.advance(n)
			if err != nil {
				return nil, err
			}
			if took >= seconds/2 || n >= 1<<30 {
				counts[i] = max(1, int(float64(n)*seconds/took))
				break
			}
			n = max(2*n, int(float64(n)*min(100, 0.6*seconds/max(took, 1e-9))))
		}
	}
	for range r.meter.repeats {
		for i := range slices.Backward(sides) {
			// Threads of OpenBLAS and OpenMP look for work for tens of
			// milliseconds after the last, at the cost of who comes next.
			time.Sleep(r.pause)
			took, err := sides[i].advance(counts[i])
			if err = errors.Join(err, r.ctx.Err()); err != nil {
				return nil, err
			}
			times[i].sorted = append(times[i].sorted, took/float64(counts[i]))
		}
	}
	for i := range times {
		slices.Sort(times[i].sorted)
	}
	return times, nil
}

// arrayName is that of array k of a job.
func arrayName(k int) string { return fmt.Sprintf("%c%d", "Wc"[k%2], k/2+1) }

func elements(shape []int) int {
	n := 1
	for _, k := range shape {
		n *= k
	}
	return n
}

func writeFloats(path string, x []float64) error {
	b := make([]byte, 0, 8*len(x))
	for _, v := range x {
		b = binary.NativeEndian.AppendUint64(b, math.Float64bits(v))
	}
	return os.WriteFile(path, b, 0o666)
}

func readFloats(path string) ([]float64, error) {
	b, err := os.ReadFile(path)
	x := make([]float64, len(b)/8)
	for i := range x {
		x[i] = math.Float64frombits(binary.NativeEndian.Uint64(b[8*i:]))
	}
	return x, err
}
