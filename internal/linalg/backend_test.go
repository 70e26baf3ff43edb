package linalg

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestUse(t *testing.T) {
	use(t, gonumBackend)
	if err := Use("gonum"); err != nil {
		t.Errorf("gonum: %v", err)
	}
	if !strings.HasPrefix(Name(), "gonum") { // a test does not know versions
		t.Errorf("Name() = %q, want gonum", Name())
	}
	if own := runnable(); len(own) == 0 {
		if err := Use("simd"); err == nil {
			t.Error("simd accepted, which this processor does not have")
		}
	} else {
		if err := Use("simd"); err != nil || current.Load() != own[0] {
			t.Errorf("simd: %s, error %v", Name(), err)
		}
	}
	if err := Use("library"); (err == nil) != (available(t)["library"] != nil) {
		t.Errorf("library: error %v", err)
	}
	use(t, gonumBackend)
	if err := SetThreads(1); err == nil || !strings.Contains(err.Error(), "no such setting") {
		t.Errorf("threads of gonum: error %v", err)
	}
}

// What cannot be used is refused on one line, and the backend stays.
func TestUseRefuses(t *testing.T) {
	text := filepath.Join(t.TempDir(), "libtext.so")
	if err := os.WriteFile(text, []byte("not a library"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, choice, want string }{
		{"empty", "", ""},
		{"misspelt", "gonun", "gonun"},
		{"missing", "/no/such/libopenblas.so", "/no/such/libopenblas.so"},
		{"not a library", text, text},
	}
	switch runtime.GOOS {
	case "linux":
		tests = append(tests, struct{ name, choice, want string }{"without BLAS", "libc.so.6", "sgemm_"})
	case "darwin":
		tests = append(tests, struct{ name, choice, want string }{"without BLAS", "/usr/lib/libSystem.B.dylib", "sgemm_"})
	}
	use(t, gonumBackend)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := Use(test.choice)
			if err == nil {
				t.Fatal("accepted")
			}
			message := err.Error()
			if !strings.Contains(message, test.want) || !strings.Contains(message, "expected auto, simd, library, gonum or the path") || strings.Contains(message, "\n") {
				t.Errorf("error %q", message)
			}
			if current.Load() != gonumBackend {
				t.Errorf("backend is now %s", Name())
			}
		})
	}
}

func TestLibraryThreads(t *testing.T) {
	for name, b := range available(t) {
		if b.setThreads == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			use(t, b)
			before := b.threads()
			t.Cleanup(func() { b.setThreads(before) })
			if err := SetThreads(1); err != nil {
				t.Fatal(err)
			}
			if want := ", 1 thread, " + b.file; !strings.HasSuffix(Name(), want) {
				t.Errorf("Name() = %q, want suffix %q", Name(), want)
			}
			if err := SetThreads(0); err == nil {
				t.Error("0 threads accepted")
			}
		})
	}
}

// faulty has one kernel that errs as a library might.
type faulty[F Float] struct {
	kernels[F]
	fault string
}

func (f faulty[F]) gemm(transA, transB bool, m, n, k int, alpha F, a, b []F, beta F, c []F) {
	switch f.fault {
	case "gemm ignores alpha":
		alpha = 1
	case "gemm ignores beta":
		beta = 0
	case "gemm misses the last of a row":
		defer func(old F) { c[n-1] = old }(c[n-1])
	}
	f.kernels.gemm(transA, transB, m, n, k, alpha, a, b, beta, c)
	if f.fault == "gemm reads c" && beta == 0 {
		c[0] *= 2
	}
}

func (f faulty[F]) gemv(trans bool, out, in int, w, x, dst []F) {
	if f.fault == "gemv does nothing" {
		return
	}
	f.kernels.gemv(trans, out, in, w, x, dst)
}

func (f faulty[F]) ger(out, in int, alpha F, y, x, w []F) {
	if f.fault == "ger swaps its vectors" {
		out, in, y, x = in, out, x, y
	}
	f.kernels.ger(out, in, alpha, y, x, w)
}

func TestVerify(t *testing.T) {
	for _, fault := range []string{"gemm ignores alpha", "gemm ignores beta", "gemm misses the last of a row", "gemm reads c", "gemv does nothing", "ger swaps its vectors"} {
		single := &Backend{single: faulty[float32]{gonumBackend.single, fault}, double: gonumBackend.double}
		double := &Backend{single: gonumBackend.single, double: faulty[float64]{gonumBackend.double, fault}}
		if verify(single) == nil || verify(double) == nil {
			t.Errorf("%s: not noticed", fault)
		}
	}
	if err := verify(gonumBackend); err != nil {
		t.Errorf("gonum: %v", err)
	}
}
