package rundir

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"burstsim/internal/arrayfile"
	"burstsim/sim/record"
)

// recording has signals of different widths whose values tell their place.
func recording(times int) []record.Variant {
	tr := &record.Trajectory{Time: make([]float64, times)}
	for i := range tr.Time {
		tr.Time[i] = float64(i) * 0.02
	}
	for _, s := range []struct {
		name  string
		units []int
	}{{"input", []int{0, 1, 2}}, {"soma_1", []int{4, 7}}, {"output", []int{0}}, {"nothing", []int{}}} {
		values := make([]float64, times*len(s.units))
		for i := range values {
			values[i] = 100*float64(i/len(s.units)) + float64(i%len(s.units))
		}
		tr.Signals = append(tr.Signals, &record.Signal{Name: s.name, Units: s.units, Values: values})
	}
	other := &record.Trajectory{Time: tr.Time, Signals: tr.Signals[1:3]}
	return []record.Variant{{Label: "continuous", Trajectory: tr}, {Label: "discrete", Trajectory: other}}
}

func archive(t testing.TB, variants []record.Variant) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := WriteTrajectory(&file, variants); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestTrajectoryRoundTrip(t *testing.T) {
	for _, times := range []int{0, 1, 50} {
		want := recording(times)
		file := archive(t, want)
		got, err := ReadTrajectory(bytes.NewReader(file), int64(len(file)), "t.npz")
		if err != nil {
			t.Fatal(err)
		}
		want[0].Label = ""
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d times: got %+v, expected %+v", times, got, want)
		}
	}
}

func TestTrajectoryKeepsEveryBit(t *testing.T) {
	values := []float64{math.NaN(), math.Inf(-1), math.Copysign(0, -1), math.SmallestNonzeroFloat64, math.Pi}
	file := archive(t, []record.Variant{{Trajectory: &record.Trajectory{
		Time:    []float64{1},
		Signals: []*record.Signal{{Name: "x", Units: []int{0, 1, 2, 3, 4}, Values: values}},
	}}})
	got, err := ReadTrajectory(bytes.NewReader(file), int64(len(file)), "t.npz")
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range got[0].Trajectory.Signal("x").Values {
		if math.Float64bits(x) != math.Float64bits(values[i]) {
			t.Errorf("value %d is %v, expected %v", i, x, values[i])
		}
	}
}

func TestTrajectoryBytesAreReproducible(t *testing.T) {
	if !bytes.Equal(archive(t, recording(20)), archive(t, recording(20))) {
		t.Error("the same signals gave different files")
	}
}

// The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
func TestArraysFollowTheFormat(t *testing.T) {
	want := map[string]string{
		"time.npy":                  "{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }",
		"input.npy":                 "{'descr': '<f8', 'fortran_order': False, 'shape': (6, 3), }",
		"input_units.npy":           "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }",
		"nothing.npy":               "{'descr': '<f8', 'fortran_order': False, 'shape': (6, 0), }",
		"discrete/time.npy":         "{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }",
		"discrete/soma_1.npy":       "{'descr': '<f8', 'fortran_order': False, 'shape': (6, 2), }",
		"discrete/soma_1_units.npy": "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }",
	}
	file := archive(t, recording(6))
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if string(b[:8]) != "\x93NUMPY\x01\x00" {
			t.Errorf("%s starts with %q", f.Name, b[:8])
		}
		end := 10 + int(binary.LittleEndian.Uint16(b[8:]))
		if end%64 != 0 || b[end-1] != '\n' {
			t.Errorf("%s: header ends at byte %d with %q, expected a multiple of 64 and a newline", f.Name, end, b[end-1])
		}
		if header, ok := want[f.Name]; ok && strings.TrimSpace(string(b[10:end])) != header {
			t.Errorf("%s: header %q, expected %q", f.Name, b[10:end], header)
		}
		delete(want, f.Name)
	}
	if len(want) > 0 {
		t.Errorf("arrays missing: %v", want)
	}
}

func TestWriteTrajectoryErrors(t *testing.T) {
	tests := []struct {
		name     string
		variants []record.Variant
	}{
		{"too few values", []record.Variant{{Trajectory: &record.Trajectory{
			Time: []float64{0, 1}, Signals: []*record.Signal{{Name: "x", Units: []int{0}, Values: []float64{1}}}}}}},
		{"same signal twice", []record.Variant{{Trajectory: &record.Trajectory{
			Signals: []*record.Signal{{Name: "x"}, {Name: "x"}}}}}},
		{"same label twice", []record.Variant{{}, {Label: "a", Trajectory: &record.Trajectory{}}, {Label: "a", Trajectory: &record.Trajectory{}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := WriteTrajectory(io.Discard, test.variants); err == nil {
				t.Error("was accepted")
			}
		})
	}
}

func npyFile(header string, data int) string {
	length := binary.LittleEndian.AppendUint16(nil, uint16(len(header)))
	return arrayfile.Magic + "\x01\x00" + string(length) + header + strings.Repeat("\x00", data)
}

// archiveOf is an archive with these files.
func archiveOf(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadTrajectoryErrors(t *testing.T) {
	const floats = "{'descr': '<f8', 'fortran_order': False, 'shape': "
	good := npyFile(floats+"(1,), }\n", 8)
	tests := []struct {
		name    string
		entries map[string]string
		want    string
	}{
		{"other file", map[string]string{"readme.txt": ""}, "expected an array"},
		{"no magic", map[string]string{"time.npy": "hello"}, "not a NumPy array"},
		{"cut in the version", map[string]string{"time.npy": arrayfile.Magic + "\x01"}, "not a NumPy array"},
		{"cut in the length", map[string]string{"time.npy": arrayfile.Magic + "\x02\x00\xff"}, "cut short"},
		{"future version", map[string]string{"time.npy": arrayfile.Magic + "\x09\x00\xff\xff\xff\xff"}, "version 9"},
		{"header of 4 GB", map[string]string{"time.npy": arrayfile.Magic + "\x02\x00\xff\xff\xff\xff{"}, "4294967295 bytes"},
		{"no dictionary", map[string]string{"time.npy": npyFile("\n", 0)}, "array header"},
		{"strings", map[string]string{"time.npy": npyFile("{'descr': '<U5', 'fortran_order': False, 'shape': (1,), }\n", 20)}, "<U5"},
		{"objects", map[string]string{"time.npy": npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", 8)}, "|O"},
		{"column-major", map[string]string{"time.npy": npyFile("{'descr': '<f8', 'fortran_order': True, 'shape': (1,), }\n", 8)}, "column-major"},
		{"shape beyond the data", map[string]string{"time.npy": npyFile(floats+"(9,), }\n", 8)}, "has 8 bytes"},
		{"shape that overflows", map[string]string{"time.npy": npyFile(floats+"(4294967296, 4294967296), }\n", 0)}, "has 0 bytes"},
		{"dimension beyond int", map[string]string{"time.npy": npyFile(floats+"(99999999999999999999,), }\n", 8)}, "expected integers"},
		{"no time", map[string]string{"x.npy": good}, "no one-dimensional array"},
		{"time in two dimensions", map[string]string{"time.npy": npyFile(floats+"(1, 1), }\n", 8)}, "no one-dimensional array"},
		{"no units", map[string]string{"time.npy": good, "x.npy": good}, `no array "x_units"`},
		{"float units", map[string]string{"time.npy": good, "x.npy": good, "x_units.npy": good}, "x_units"},
		{"wrong width", map[string]string{"time.npy": good, "x.npy": good,
			"x_units.npy": npyFile("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }\n", 8)}, "expected [1 1]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := archiveOf(t, test.entries)
			_, err := ReadTrajectory(bytes.NewReader(file), int64(len(file)), "t.npz")
			if err == nil || !strings.HasPrefix(err.Error(), "t.npz: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, expected %q", err, test.want)
			}
		})
	}
}

func TestReadTrajectoryCutAnywhere(t *testing.T) {
	file := archive(t, recording(3))
	for n := range file {
		if _, err := ReadTrajectory(bytes.NewReader(file[:n]), int64(n), "t.npz"); err == nil {
			t.Fatalf("the first %d of %d bytes were accepted", n, len(file))
		}
	}
}

func FuzzReadTrajectory(f *testing.F) {
	f.Add(archive(f, recording(0)))
	f.Add(archive(f, recording(2)))
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, file []byte) {
		variants, err := ReadTrajectory(bytes.NewReader(file), int64(len(file)), "t.npz")
		if err != nil {
			return
		}
		for _, v := range variants {
			for _, s := range v.Trajectory.Signals {
				if len(s.Values) != len(v.Trajectory.Time)*s.Width() {
					t.Errorf("signal %q has %d values for %d times and %d units", s.Name, len(s.Values), len(v.Trajectory.Time), s.Width())
				}
			}
		}
	})
}

func FuzzParseArray(f *testing.F) {
	f.Add([]byte(npyFile("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n", 48)))
	f.Add([]byte(arrayfile.Magic + "\x02\x00\xff\xff\xff\xff{"))
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := arrayfile.Parse(file)
		if err != nil {
			return
		}
		items := 1
		for _, n := range a.Shape {
			items *= n
		}
		if items*arrayfile.ItemBytes != len(a.Data) {
			t.Errorf("shape %v with %d bytes", a.Shape, len(a.Data))
		}
	})
}

// python is an interpreter that has NumPy, which scripts/setup.sh installs.
func python(t *testing.T) string {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import numpy").Run() == nil {
			return name
		}
	}
	t.Skip("no python3 with numpy here: TestArraysFollowTheFormat has checked the bytes")
	return ""
}

func TestNumPyReadsTrajectory(t *testing.T) {
	interpreter := python(t)
	path := filepath.Join(t.TempDir(), "trajectory.npz")
	if err := os.WriteFile(path, archive(t, recording(6)), 0o666); err != nil {
		t.Fatal(err)
	}
	const script = `
import sys, numpy as np
a = np.load(sys.argv[1], allow_pickle=False)
assert "soma_1" in a.files and "discrete/soma_1" in a.files, a.files
assert np.allclose(a["time"], 0.02 * np.arange(6)), a["time"]
assert a["input"].shape == (6, 3) and a["nothing"].shape == (6, 0)
assert a["input"].dtype == np.float64 and a["input"].flags.c_contiguous
assert (a["input"] == 100.0 * np.arange(6)[:, None] + np.arange(3)).all(), a["input"]
assert a["soma_1_units"].tolist() == [4, 7]
np.savez_compressed(sys.argv[2], **{k: a[k] for k in a.files})
`
	saved := filepath.Join(t.TempDir(), "saved.npz")
	if out, err := exec.Command(interpreter, "-c", script, path, saved).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadTrajectory(bytes.NewReader(file), int64(len(file)), saved)
	if err != nil {
		t.Fatal(err)
	}
	want := recording(6)
	want[0].Label = ""
	if !reflect.DeepEqual(got, want) {
		t.Errorf("NumPy's copy reads as %+v, expected %+v", got, want)
	}
}

func BenchmarkWriteTrajectory(b *testing.B) {
	variants := recording(10000)
	b.SetBytes(int64(len(archive(b, variants))))
	for b.Loop() {
		if err := WriteTrajectory(io.Discard, variants); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadTrajectory(b *testing.B) {
	file := archive(b, recording(10000))
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := ReadTrajectory(bytes.NewReader(file), int64(len(file)), "t.npz"); err != nil {
			b.Fatal(err)
		}
	}
}
