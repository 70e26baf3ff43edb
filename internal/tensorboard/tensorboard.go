// Package tensorboard writes recordings as an event file, which TensorBoard and
// the services that read its files show:
//
//	8 bytes  length of an event, little-endian
//	4 bytes  checksum of the length
//	         the event, a protocol buffer (tensorflow/core/util/event.proto)
//	4 bytes  checksum of the event
//
// and so on to the end. The first event names the version of the format. A
// number is a float32 there. Nothing about machine or clock goes in: the same
// recording gives the same bytes.
package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"burstsim/sim/record"
)

// version tells readers that events need not come in the order of their steps.
const version = "brain.Event:2"

// Field numbers of tensorflow/core/util/event.proto and
// tensorflow/core/framework/summary.proto.
const (
	eventWallTime    = 1 // double
	eventStep        = 2 // int64
	eventFileVersion = 3 // string
	eventSummary     = 5 // Summary

	summaryValue = 1 // repeated Value

	valueTag       = 1 // string
	valueSimple    = 2 // float
	valueHistogram = 5 // HistogramProto

	histogramMin        = 1 // double, as all that follow
	histogramMax        = 2
	histogramNum        = 3
	histogramSum        = 4
	histogramSumSquares = 5
	histogramLimits     = 6 // packed: the upper bounds of the bins
	histogramCounts     = 7 // packed
)

// Series is a part of a recording: something at each of a number of moments.
type Series struct {
	n       int
	time    func(i int) float64
	step    func(time float64) int64
	summary func(b []byte, i int) []byte // appends the summary's fields; nothing if there is nothing to say
}

// Table is a series of the columns behind the first, which is the time: each a
// scalar of the name prefix/column. Its moments are where TensorBoard puts
// seconds since 1970, so that its relative axis counts them; step says what
// goes on the axis of steps. Values that are NaN are left out.
func Table(prefix string, t *record.Table, step func(time float64) int64) Series {
	return Series{
		n: t.Len(), step: step,
		time: func(i int) float64 { return t.Row(i)[0] },
		summary: func(b []byte, i int) []byte {
			for j, v := range t.Row(i)[1:] {
				if math.IsNaN(v) {
					continue
				}
				value := appendText(nil, valueTag, prefix+"/"+t.Columns[j+1])
				value = protowire.AppendTag(value, valueSimple, protowire.Fixed32Type)
				value = protowire.AppendFixed32(value, math.Float32bits(float32(v)))
				b = appendMessage(b, summaryValue, value)
			}
			return b
		},
	}
}

// Histogram is a series of the counts of h, under the name prefix/name. Sums are
// those of the middles of the bins.
func Histogram(prefix string, h *record.Histogram, step func(time float64) int64) Series {
	return Series{
		n: len(h.Epochs), step: step,
		time: func(i int) float64 { return h.Epochs[i] },
		summary: func(b []byte, i int) []byte {
			value := appendText(nil, valueTag, prefix+"/"+h.Name)
			value = appendMessage(value, valueHistogram, histogram(h.Edges, h.Counts[i]))
			return appendMessage(b, summaryValue, value)
		},
	}
}

// histogram is a HistogramProto. Readers take its least and greatest value for
// the ends of the first and last bin that are not empty.
func histogram(edges []float64, counts []int) []byte {
	var low, high, num, sum, squares float64
	var limits, buckets []byte
	for k, n := range counts {
		middle := (edges[k] + edges[k+1]) / 2
		if n > 0 && num == 0 {
			low = edges[k]
		}
		if n > 0 {
			high = edges[k+1]
		}
		num += float64(n)
		sum += float64(n) * middle
		squares += float64(n) * middle * middle
		limits = protowire.AppendFixed64(limits, math.Float64bits(edges[k+1]))
		buckets = protowire.AppendFixed64(buckets, math.Float64bits(float64(n)))
	}
	b := appendDouble(nil, histogramMin, low)
	b = appendDouble(b, histogramMax, high)
	b = appendDouble(b, histogramNum, num)
	b = appendDouble(b, histogramSum, sum)
	b = appendDouble(b, histogramSumSquares, squares)
	b = appendMessage(b, histogramLimits, limits)
	return appendMessage(b, histogramCounts, buckets)
}

// Write writes an event file of all series, in the order of time.
func Write(w io.Writer, series ...Series) error {
	head := appendText(appendDouble(nil, eventWallTime, 0), eventFileVersion, version)
	if err := writeRecord(w, head); err != nil {
		return err
	}
	next := make([]int, len(series)) // moment to be written of each
	var event, summary []byte
	for {
		k := earliest(series, next)
		if k < 0 {
			return nil
		}
		s, i := series[k], next[k]
		next[k]++
		if summary = s.summary(summary[:0], i); len(summary) == 0 {
			continue
		}
		event = appendDouble(event[:0], eventWallTime, s.time(i))
		event = protowire.AppendTag(event, eventStep, protowire.VarintType)
		event = protowire.AppendVarint(event, uint64(s.step(s.time(i))))
		event = appendMessage(event, eventSummary, summary)
		if err := writeRecord(w, event); err != nil {
			return err
		}
	}
}

// earliest is the series whose next moment comes first; -1 if there are none
// left.
func earliest(series []Series, next []int) int {
	first := -1
	for k, s := range series {
		if next[k] < s.n && (first < 0 || s.time(next[k]) < series[first].time(next[first])) {
			first = k
		}
	}
	return first
}

func appendDouble(b []byte, field protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), math.Float64bits(v))
}

func appendText(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

func appendMessage(b []byte, field protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), message)
}

func writeRecord(w io.Writer, data []byte) error {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, len(data)+16), uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, checksum(b))
	b = append(b, data...)
	b = binary.LittleEndian.AppendUint32(b, checksum(data))
	_, err := w.Write(b)
	return err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is the CRC-32C of b, changed so that a checksum of data that hold
// checksums stays useful.
func checksum(b []byte) uint32 {
	crc := crc32.Checksum(b, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}
