package rundir

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"burstsim/internal/arrayfile"
)

// allocated is how many bytes the program has allocated so far, freed or not.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// TestClaimsAreNotAllocated: what a file says about sizes costs nothing.
func TestClaimsAreNotAllocated(t *testing.T) {
	npy := npyFile("{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,), }\n", 8)
	long := []byte(arrayfile.Magic + "\x02\x00\xff\xff\xff\xff{")
	entry := func(header zip.FileHeader, content []byte) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		f, err := w.CreateRaw(&header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	stored := func(content []byte, size uint64) []byte {
		return entry(zip.FileHeader{Name: "time.npy", CompressedSize64: size, UncompressedSize64: size}, content)
	}
	for name, file := range map[string][]byte{
		"shape":        stored([]byte(npy), uint64(len(npy))),
		"array header": stored(long, uint64(len(long))),
		"entry":        stored([]byte(npy), 1<<40),
		"uncompressed": entry(zip.FileHeader{Name: "time.npy", Method: zip.Deflate, CompressedSize64: 2, UncompressedSize64: 1 << 40}, []byte{3, 0}),
		"entries":      endOfArchive(),
	} {
		t.Run(name, func(t *testing.T) {
			before := allocated()
			_, err := ReadTrajectory(bytes.NewReader(file), int64(len(file)), "t.npz")
			if n := allocated() - before; n > 1<<20 {
				t.Errorf("%d bytes allocated for a file of %d", n, len(file))
			}
			if err == nil || !strings.HasPrefix(err.Error(), "t.npz: ") || strings.ContainsAny(err.Error(), "\n") {
				t.Errorf("error %v, expected one line that begins with the file", err)
			}
		})
	}
}

// endOfArchive claims as many entries as it can.
func endOfArchive() []byte {
	b := []byte("PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff")
	return append(b, make([]byte, 10)...)
}

// TestArraysDoNotShareData: a megabyte that a thousand entries name is one.
func TestArraysDoNotShareData(t *testing.T) {
	data := []byte(npyFile("{'descr': '<f8', 'fortran_order': False, 'shape': (131072,), }\n", 8*131072))
	size := len(data)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"aaaa.npy", "bbbb.npy"} {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
		data = data[:0] // the second has none
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	// The second entry of the directory gets offset and sizes of the first.
	file := b.Bytes()
	first := bytes.Index(file, []byte("PK\x01\x02"))
	second := first + 4 + bytes.Index(file[first+4:], []byte("PK\x01\x02"))
	copy(file[second+16:second+28], file[first+16:first+28]) // checksum and sizes
	copy(file[second+42:second+46], file[first+42:first+46]) // offset
	if binary.LittleEndian.Uint32(file[second+20:]) != uint32(size) {
		t.Fatalf("the directory is not as expected")
	}
	_, err := ReadTrajectory(bytes.NewReader(file), int64(len(file)), "t.npz")
	if err == nil || !strings.Contains(err.Error(), "t.npz: bbbb.npy: the arrays take more bytes than the") {
		t.Errorf("error %v", err)
	}
}

// FuzzOpen opens a run folder in which a file holds anything.
func FuzzOpen(f *testing.F) {
	dir := write(f, exampleRun(f))
	names := []string{summaryFile, metricsFile, trajectoryFile, configFile}
	good := map[string][]byte{}
	for i, name := range names {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			f.Fatal(err)
		}
		good[name] = content
		f.Add(uint8(i), content)
	}
	f.Add(uint8(0), []byte(`{"labels":["continuous","continuous"],"files":["trajectory.npz","log.csv","log.csv"],"variants":{"continuous":{"training":null}}}`))
	f.Add(uint8(0), []byte(`{"files":["../secret"]}`))
	f.Add(uint8(0), []byte(`null`))
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		name := names[int(which)%len(names)]
		for n, c := range good {
			if n == name {
				c = content
			}
			if err := os.WriteFile(filepath.Join(dir, n), c, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		before := allocated()
		run, err := Open(dir)
		// Arrays that NumPy compressed unfold a thousandfold.
		if n := allocated() - before; n > uint64(8<<20+6000*len(content)) {
			t.Errorf("%d bytes allocated for a file of %d", n, len(content))
		}
		switch {
		case err == nil && (run == nil || run.Result == nil || run.Summary == nil):
			t.Errorf("%+v without an error", run)
		case err != nil && !strings.Contains(err.Error(), dir):
			t.Errorf("error %v names no file", err)
		}
	})
}
