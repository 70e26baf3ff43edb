package serve

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"burstsim/internal/rundir"
)

// variantOf is the number of a variant of a run: the first, unless the request
// names one.
func variantOf(q *query, r *run) int {
	labels := recorded(r.digest)
	label := q.Get("variant")
	if label == "" && !q.Has("variant") {
		return 0
	}
	i := slices.Index(labels, label)
	if i < 0 && q.err == nil {
		q.err = badRequest("variant: %.60q, expected one of %s", label, strings.Join(labels, ", "))
	}
	return max(0, i)
}

// withRecording opens the trajectory of a variant, with what is remembered of it,
// up to date.
func (s *Server) withRecording(r *run, variant int, use func(*recording, *memory) error) error {
	rec, err := s.library.openRecording(r, variant)
	if err != nil {
		return err
	}
	defer rec.close()
	defer s.memories.bound()
	m := s.memories.of(r.id+"/"+strconv.Itoa(variant), rec.stamp)
	defer m.mu.Unlock()
	if err := m.tl.extend(rec.times); err != nil {
		return err
	}
	return use(rec, m)
}

// signalView is a recorded signal: what it is of, and of which units of which
// layer.
type signalView struct {
	Name   string `json:"name"`
	Label  string `json:"label"`
	Unit   string `json:"unit"`
	Signal string `json:"signal"`
	Layer  int    `json:"layer"`
	Units  []int  `json:"units"`
}

func viewOfSignal(i rundir.SignalInfo) signalView {
	v := signalView{i.Name, i.Label, i.Unit, i.Name, 0, some(i.Units)}
	if at := strings.LastIndexByte(i.Name, '_'); at > 0 {
		if layer, err := strconv.Atoi(i.Name[at+1:]); err == nil {
			v.Signal, v.Layer = i.Name[:at], layer
		}
	}
	return v
}

func (s *Server) signals(_ *http.Request, r *run) (any, error) {
	type variantView struct {
		Label   string       `json:"label"`
		Samples int          `json:"samples"`
		Windows [][2]float64 `json:"windows"`
		Signals []signalView `json:"signals"`
	}
	out := []variantView{}
	for i, label := range recorded(r.digest) {
		err := s.withRecording(r, i, func(rec *recording, m *memory) error {
			v := variantView{label, rec.times.rows, m.tl.windows(), []signalView{}}
			for _, one := range rec.signals {
				v.Signals = append(v.Signals, viewOfSignal(one.SignalInfo))
			}
			out = append(out, v)
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return map[string]any{"variants": out}, nil
}

// Bounds of one window.
const (
	mostPixels  = 4000
	mostSignals = 16
	mostUnits   = 64
)

// traceView is a unit of a signal in a window.
type traceView struct {
	Signal string `json:"signal"`
	Unit   int    `json:"unit"`
	low    []float32
	high   []float32
}

// window is what is sent of a stretch of time.
type window struct {
	from, to float64
	exact    bool
	bins     bins
	series   []traceView
}

func (s *Server) trajectory(r *http.Request, one *run) (any, error) {
	q := queryOf(r)
	variant := variantOf(q, one)
	pixels := q.whole("pixels", 1000, 1, mostPixels)
	from, to := q.number("from", math.Inf(-1)), q.number("to", math.Inf(1))
	if format := q.Get("format"); format != "" && format != "binary" && format != "json" && q.err == nil {
		q.err = badRequest("format: %.20q, expected json or binary", format)
	}
	if from > to && q.err == nil {
		q.err = badRequest("from: %v is behind to: %v", from, to)
	}
	names := q.Values["signal"]
	if (len(names) == 0 || len(names) > mostSignals) && q.err == nil {
		q.err = badRequest("signal: %d of them, expected 1 to %d", len(names), mostSignals)
	}
	if q.err != nil {
		return nil, q.err
	}
	w := window{from: from, to: to}
	err := s.withRecording(one, variant, func(rec *recording, m *memory) error { return w.read(q, rec, m, names, pixels) })
	if err != nil {
		return nil, err
	}
	if q.Get("format") == "binary" {
		return raw{binaryKind, w.binary()}, nil
	}
	return raw{"application/json; charset=utf-8", w.json()}, nil
}

func (w *window) read(q *query, rec *recording, m *memory, names []string, pixels int) (err error) {
	if n := len(m.tl.begin); n > 0 {
		w.from, w.to = max(w.from, m.tl.first[0]), min(w.to, m.tl.last[n-1])
	} else {
		w.from, w.to = math.NaN(), math.NaN()
	}
	if w.bins, err = m.tl.bins(rec.times, w.from, w.to, pixels); err != nil {
		return err
	}
	w.exact = w.bins.exact()
	for _, name := range names {
		one, ok := rec.signal(name)
		if !ok {
			return badRequest("signal: %.60q was not recorded", name)
		}
		units, err := unitsOf(q, one.values.width)
		if err != nil {
			return err
		}
		var e *extremes
		if w.bins.blocks {
			if e, err = m.extremes(one); err != nil {
				return err
			}
		}
		r, err := w.bins.ranges(one.values, e, units)
		if err != nil {
			return err
		}
		for k, unit := range units {
			w.series = append(w.series, traceView{name, unit, r.low[k], r.high[k]})
		}
	}
	return nil
}

// unitsOf are the columns that a request asks for: all of a signal with few.
func unitsOf(q *query, width int) (units []int, err error) {
	for _, text := range q.Values["unit"] {
		unit, err := strconv.Atoi(text)
		if err != nil || unit < 0 {
			return nil, badRequest("unit: %.20q, expected a column from 0", text)
		}
		if unit < width && !slices.Contains(units, unit) { // other signals may have more
			units = append(units, unit)
		}
	}
	if !q.Has("unit") {
		for unit := range min(width, mostUnits) {
			units = append(units, unit)
		}
	}
	if len(units) > mostUnits {
		return nil, badRequest("unit: %d of them, expected at most %d", len(units), mostUnits)
	}
	return units, nil
}

func appendFloats[F float32 | float64](b []byte, values []F) []byte {
	bits := 64
	if _, narrow := any(F(0)).(float32); narrow {
		bits = 32
	}
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
			b = append(b, "null"...)
		} else {
			b = strconv.AppendFloat(b, x, 'g', -1, bits)
		}
	}
	return append(b, ']')
}

// json is the window as text: long arrays of numbers, which are written here
// rather than by reflection, value by value.
func (w *window) json() []byte {
	b := fmt.Appendf(nil, `{"from":%s,"to":%s,"exact":%v,"gaps":%s,"x":`, mustJSON(number(w.from)), mustJSON(number(w.to)), w.exact, mustJSON(some(w.bins.gaps)))
	b = appendFloats(b, w.bins.x)
	if !w.exact {
		b = appendFloats(append(b, `,"last":`...), w.bins.last)
	}
	b = append(b, `,"series":[`...)
	for i, s := range w.series {
		if i > 0 {
			b = append(b, ',')
		}
		head := mustJSON(s)
		b = append(b, head[:len(head)-1]...)
		b = appendFloats(append(b, `,"min":`...), s.low)
		if !w.exact {
			b = appendFloats(append(b, `,"max":`...), s.high)
		}
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

// binary is the window as a header in JSON and the numbers behind it.
func (w *window) binary() []byte {
	series := some(w.series)
	b := withHeader(map[string]any{"from": number(w.from), "to": number(w.to), "exact": w.exact, "bins": len(w.bins.at), "gaps": some(w.bins.gaps), "series": series})
	b = appendDoubles(b, w.bins.x)
	if !w.exact {
		b = appendDoubles(b, w.bins.last)
	}
	for _, s := range w.series {
		b = appendSingles(b, s.low)
		if !w.exact {
			b = appendSingles(b, s.high)
		}
	}
	return b
}

// withHeader is the length of a header, and the header, filled up to a multiple of
// eight bytes.
func withHeader(header any) []byte {
	text := mustJSON(header)
	for (4+len(text))%8 != 0 {
		text = append(text, ' ')
	}
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(text))), text...)
}

func appendDoubles(b []byte, values []float64) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

func appendSingles(b []byte, values []float32) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// moment is all signals at a time, for the circuit, and between which bounds each
// is over the whole recording.
func (s *Server) moment(r *http.Request, one *run) (any, error) {
	q := queryOf(r)
	variant := variantOf(q, one)
	at := q.number("time", math.Inf(1))
	if q.err != nil {
		return nil, q.err
	}
	type valuesView struct {
		Values []number `json:"values"`
		Mean   number   `json:"mean"`
	}
	signals, bounds := map[string]valuesView{}, map[string][2]number{}
	time := math.NaN()
	err := s.withRecording(one, variant, func(rec *recording, m *memory) error {
		if rec.times.rows == 0 {
			return nil
		}
		row, err := m.tl.row(rec.times, at)
		if err != nil {
			return err
		}
		now, err := rec.times.read(row, row+1)
		if err != nil {
			return err
		}
		time = now[0]
		for _, sig := range rec.signals {
			if names := q.Values["signal"]; len(names) > 0 && !slices.Contains(names, sig.Name) {
				continue
			}
			values, err := sig.values.read(row, row+1)
			if err != nil {
				return err
			}
			sum := 0.0
			for _, v := range values {
				sum += v
			}
			signals[sig.Name] = valuesView{numbers(values), number(sum / float64(len(values)))}
			e, err := m.extremes(sig)
			if err != nil {
				return err
			}
			low, high := float32(math.NaN()), float32(math.NaN())
			for i := range e.low {
				fold(&low, &high, e.low[i])
				fold(&low, &high, e.high[i])
			}
			bounds[sig.Name] = [2]number{number(low), number(high)}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"time": number(time), "signals": signals, "range": bounds}, nil
}
