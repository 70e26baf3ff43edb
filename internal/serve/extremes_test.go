package serve

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"burstsim/internal/rundir"
	"burstsim/sim/record"
)

// tableOf is rows of numbers as a file has them.
func tableOf(width int, values []float64) table {
	return table{file: bytes.NewReader(appendDoubles(nil, values)), rows: len(values) / width, stride: width, width: width}
}

// TestNothingIsLost compares bins of windows with all samples that they stand for,
// while a recording with gaps grows.
func TestNothingIsLost(t *testing.T) {
	const width = 3
	random := rand.New(rand.NewPCG(1, 2))
	var times, values []float64
	now := 0.0
	var tl timeline
	var e extremes
	for len(times) < 5000 {
		for range 1 + random.IntN(700) {
			now += 0.01 * (0.9 + 0.2*random.Float64())
			times = append(times, now)
			for range width {
				v := random.NormFloat64()
				switch random.IntN(500) {
				case 0:
					v = 1000 * v // a burst
				case 1:
					v = math.NaN()
				}
				values = append(values, v)
			}
		}
		if random.IntN(2) == 0 {
			now += 5
		}
		all, signal := tableOf(1, times), tableOf(width, values)
		if err := tl.extend(all); err != nil {
			t.Fatal(err)
		}
		if random.IntN(2) == 0 { // signals need not keep up
			if err := e.extend(signal, &tl); err != nil {
				t.Fatal(err)
			}
		}
		for range 20 {
			from := now * random.Float64()
			to := from + (now-from)*random.Float64()
			pixels := 1 + random.IntN(200)
			if err := e.extend(signal, &tl); err != nil {
				t.Fatal(err)
			}
			checkWindow(t, &tl, &e, all, signal, times, values, from, to, pixels)
		}
	}
}

func checkWindow(t *testing.T, tl *timeline, e *extremes, all, signal table, times, values []float64, from, to float64, pixels int) {
	t.Helper()
	b, err := tl.bins(all, from, to, pixels)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.at) > pixels+2 {
		t.Fatalf("%d bins for %d pixels", len(b.at), pixels)
	}
	units := []int{2, 0}
	r, err := b.ranges(signal, e, units)
	if err != nil {
		t.Fatal(err)
	}
	row, seen := 0, 0
	for i := range b.at {
		for row < len(times) && times[row] < b.x[i] {
			if times[row] >= from && times[row] <= to {
				t.Fatalf("the sample at %v is in no bin", times[row])
			}
			row++
		}
		nan := float32(math.NaN())
		low, high := [2]float32{nan, nan}, [2]float32{nan, nan}
		for ; row < len(times) && times[row] <= b.last[i]; row++ {
			for k, unit := range units {
				fold(&low[k], &high[k], float32(values[row*signal.width+unit]))
			}
			seen++
		}
		for k := range units {
			if !same(low[k], r.low[k][i]) || !same(high[k], r.high[k][i]) {
				t.Fatalf("bin %d from %v to %v: %v to %v, expected %v to %v", i, b.x[i], b.last[i], r.low[k][i], r.high[k][i], low[k], high[k])
			}
		}
	}
	inside := 0
	for _, x := range times {
		if x >= from && x <= to {
			inside++
		}
	}
	if seen < inside {
		t.Fatalf("%d of %d samples are in bins", seen, inside)
	}
}

func same(a, b float32) bool { return a == b || a != a && b != b }

// TestWindowsOfARealRun compares what is sent with what the run's file has.
func TestWindowsOfARealRun(t *testing.T) {
	s, dir := serving(t, nil)
	run, err := rundir.Open(filepath.Join(dir, "reg"))
	if err != nil {
		t.Fatal(err)
	}
	for number, v := range run.Result.Variants {
		sig := v.Trajectory.Signal("soma_1")
		query := "?signal=soma_1&unit=1&pixels=4000&variant=" + v.Label
		out := get(t, s, "/api/runs/"+idOf("reg")+"/trajectory"+query)
		x := at(t, out, "x").([]any)
		if len(x) != len(v.Trajectory.Time) || at(t, out, "exact") != true {
			t.Fatalf("variant %d: %d samples, expected %d", number, len(x), len(v.Trajectory.Time))
		}
		for i := range x {
			if x[i] != v.Trajectory.Time[i] || float32(at(t, out, "series", 0, "min", i).(float64)) != float32(sig.At(i, 1)) {
				t.Fatalf("sample %d is %v", i, x[i])
			}
		}
		if n := len(at(t, out, "gaps").([]any)); n != len(record.Windows(v.Trajectory.Time))-1 {
			t.Errorf("%d gaps, windows %v", n, record.Windows(v.Trajectory.Time))
		}
		w := ask(s, http.MethodGet, "/api/runs/"+idOf("reg")+"/trajectory"+query+"&format=binary", "")
		body := w.Body.Bytes()
		head := 4 + int(binary.LittleEndian.Uint32(body))
		if head%8 != 0 || len(body) != head+12*len(x) {
			t.Errorf("binary: header of %d bytes, %d in all for %d samples", head, len(body), len(x))
		}
	}
	moment := get(t, s, "/api/runs/"+idOf("reg")+"/moment?time=1")
	if at(t, moment, "time").(float64) > 1 {
		t.Errorf("the moment at 1 s is %v", moment["time"])
	}
}

// BenchmarkWindow asks for windows of a trajectory of 10^7 points, 50 units of which
// one is shown.
func BenchmarkWindow(b *testing.B) {
	from, err := fixtures()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "reg"), os.DirFS(filepath.Join(from, "reg"))); err != nil {
		b.Fatal(err)
	}
	const rows, width = 200_000, 50
	tr := &record.Trajectory{Signals: []*record.Signal{{Name: "soma_1"}}}
	for j := range width {
		tr.Signals[0].Units = append(tr.Signals[0].Units, j)
	}
	for i := range rows {
		tr.Time = append(tr.Time, float64(i)*0.01)
		for j := range width {
			tr.Signals[0].Values = append(tr.Signals[0].Values, math.Sin(float64(i+j)))
		}
	}
	f, err := os.Create(filepath.Join(dir, "reg", trajectoryFile))
	if err != nil {
		b.Fatal(err)
	}
	if err := rundir.WriteTrajectory(f, []record.Variant{{Label: "continuous", Trajectory: tr}}); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	s, err := New(Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	s.library.refresh(0)
	for name, seconds := range map[string]float64{"all": 2000, "tenth": 200, "hundredth": 20} {
		for _, units := range []string{"&unit=7", ""} {
			b.Run(name+map[string]string{"": "/50units", "&unit=7": "/1unit"}[units], func(b *testing.B) {
				at := 0.0
				for b.Loop() {
					at = math.Mod(at+1.7, 2000-seconds+1)
					target := "/api/runs/" + idOf("reg") + "/trajectory?signal=soma_1&pixels=1000&format=binary" + units +
						"&from=" + strconv.FormatFloat(at, 'g', -1, 64) + "&to=" + strconv.FormatFloat(at+seconds, 'g', -1, 64)
					if w := ask(s, http.MethodGet, target, ""); w.Code != http.StatusOK {
						b.Fatal(w.Body)
					}
				}
			})
		}
	}
}
