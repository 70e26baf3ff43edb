package journal_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"burstsim/internal/safetensors"
	"burstsim/sim/record"
)

// FuzzRestore restores from any bytes in the place of the last checkpoint and
// of its rows. Whatever they are, the run goes on from a checkpoint that is
// whole, or is refused in one line. sealed gives the bytes the checksum that
// they need, so that more than the checksum is tested.
func FuzzRestore(f *testing.F) {
	folder, first, second := saved(f)
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			f.Fatal(err)
		}
		return content
	}
	last, previous, metrics, trajectory := read(lastFile), read(previousFile), read(metricsFile), read(trajectoryFile)[:20*5*8]
	for _, sealed := range []bool{false, true} {
		f.Add(last, trajectory, sealed)
		f.Add(last[:len(last)/2], trajectory[:100], sealed)
		f.Add(archive(f, map[string]string{"format": "burstsim checkpoint 1", "sha256": checksum(nil)}), []byte{}, sealed)
		f.Add(archive(f, nil, safetensors.New("rows/metrics", []int{3}, []int64{1 << 60, 0, 2})), []byte("0"), sealed)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, checkpoint, rows []byte, sealed bool) {
		if sealed {
			checkpoint = seal(append([]byte{}, checkpoint...))
		}
		for name, content := range map[string][]byte{
			lastFile: checkpoint, previousFile: previous, metricsFile: metrics, trajectoryFile: rows,
		} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		before := allocated()
		k := open(t, dir, identity, false)
		defer k.close(t)
		got := newState()
		found, err := k.Restore(got.visit)
		if most := uint64(1<<20 + 200*(len(checkpoint)+len(rows))); allocated()-before > most {
			t.Errorf("%d bytes allocated for files of %d and %d", allocated()-before, len(checkpoint), len(rows))
		}
		switch {
		case err != nil:
			checkLine(t, err)
			return
		case !found:
			t.Fatal("no checkpoint was found, although there is one before")
		case len(k.warnings) > 0:
			checkLine(t, k.warnings[0])
			sameState(t, got, first)
		case !sealed:
			sameState(t, got, second) // nothing else has the right checksum
		}
		for _, r := range []struct {
			rows  record.Rows
			width int
		}{{k.metrics, 2}, {k.trajectory, 5}} {
			row := make([]float64, r.width)
			for i := range r.rows.Len() {
				if err := r.rows.Read(i, row); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// allocated is how many bytes the program has allocated so far, freed or not.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// TestClaimsAreNotAllocated: what a file says about sizes costs nothing.
func TestClaimsAreNotAllocated(t *testing.T) {
	for name, header := range map[string]string{
		"header":  "",
		"tensor":  `{"state/wide":{"dtype":"F64","shape":[1099511627776],"data_offsets":[0,8796093022208]}}`,
		"product": `{"state/wide":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir, first, _ := saved(t)
			content := []byte{byte(len(header)), 0, 0, 0, 0, 0, 0, 0}
			if header == "" {
				content[4] = 1 // 4 GiB
			}
			if err := os.WriteFile(filepath.Join(dir, lastFile), append(content, header...), 0o666); err != nil {
				t.Fatal(err)
			}
			before := allocated()
			a := restore(t, dir, identity, false)
			if n := allocated() - before; n > 1<<20 {
				t.Errorf("%d bytes allocated", n)
			}
			a.isFirst(t, first)
		})
	}
}
