package plots

import (
	"fmt"
	"math"
	"math/rand/v2"

	"burstsim/sim/record"
)

// run describes a made-up recording.
type run struct {
	starts   []float64 // of windows of 20 s
	interval float64   // s
	rows     int       // of metrics
	variants []string
	layers   int
	noise    float64
}

var ordinary = run{starts: []float64{190, 270, 1190}, interval: 0.1, rows: 140,
	variants: []string{"continuous", "discrete"}, layers: 2}

// result records sinusoids, with a teacher from 200 s to 1200 s.
func (r run) result() *record.Result {
	rnd := rand.New(rand.NewPCG(1, 2))
	res := &record.Result{Name: "made up", Phases: []record.Phase{
		{Name: "before", Start: 0, End: 200},
		{Name: "learning", Start: 200, End: 1200, Teacher: true},
		{Name: "after", Start: 1200, End: 1400},
	}}
	for i, name := range r.variants {
		res.Variants = append(res.Variants, record.Variant{
			Label: name, Metrics: r.metrics(i, rnd), Trajectory: r.trajectory(rnd)})
	}
	res.Limit = &record.Limit{Ratio: []float64{0.1, 0.03, 0.01, 0.003, 0.001}, Slope: 1}
	for _, x := range res.Limit.Ratio {
		res.Limit.Distance = append(res.Limit.Distance, 0.6*x)
	}
	return res
}

func (r run) metrics(variant int, rnd *rand.Rand) *record.Table {
	columns := []string{"time", "loss"}
	for l := 1; l <= r.layers; l++ {
		columns = append(columns, fmt.Sprintf("angle_W%d", l), fmt.Sprintf("angle_c%d", l))
	}
	t := record.NewTable(columns...)
	for i := range r.rows {
		time := 1400 * float64(i+1) / float64(r.rows)
		row := []float64{time, (0.1 + float64(variant)/50) * math.Exp(-time/300+rnd.NormFloat64()/5)}
		for range 2 * r.layers {
			angle := math.NaN()
			if time >= 200 && time <= 1200 {
				angle = math.Abs(40 + 10*rnd.NormFloat64())
			}
			row = append(row, angle)
		}
		t.Append(row...)
	}
	return t
}

func (r run) trajectory(rnd *rand.Rand) *record.Trajectory {
	tr := &record.Trajectory{}
	for _, start := range r.starts {
		for k := 0; float64(k)*r.interval <= 20; k++ {
			tr.Time = append(tr.Time, start+float64(k)*r.interval)
		}
	}
	for i, name := range []string{"input", "target", "output", "soma_1", "dendrite_1", "event_rate_1",
		"burst_prob_1", "burst_rate_1", "soma_2", "event_rate_2", "burst_prob_2", "burst_rate_2"} {
		s := &record.Signal{Name: name, Units: []int{0, 12, 24, 36, 49}}
		for _, t := range tr.Time {
			for j := range s.Units {
				v := math.Sin(t/2+float64(i+j)) + r.noise*rnd.NormFloat64()
				switch name {
				case "burst_prob_1":
					v = 0.5 + 0.002*v
				case "burst_prob_2":
					v = 0.5 + 0.1*v
				}
				s.Values = append(s.Values, v)
			}
		}
		tr.Signals = append(tr.Signals, s)
	}
	return tr
}

type drawing struct {
	name string
	draw func(*record.Result, Options) (*Figure, error)
}

var drawings = []drawing{{"dynamics", Dynamics}, {"learning", Learning}, {"limit", Limit}}
