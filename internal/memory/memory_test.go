package memory

import (
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// What runs has less than there is.
func TestTotal(t *testing.T) {
	var now runtime.MemStats
	debug.FreeOSMemory()
	runtime.ReadMemStats(&now)
	if total := Total(); total < float64(now.HeapInuse) {
		t.Errorf("%v bytes in all, but %d are in use", total, now.HeapInuse)
	}
	if runtime.GOOS == "linux" && math.MaxInt > math.MaxInt32 && Total() == float64(math.MaxInt) {
		t.Error("the machine's memory is not known")
	}
}

func TestCheck(t *testing.T) {
	if err := Check("1 byte", 1); err != nil {
		t.Error(err)
	}
	if err := Check("too many numbers", Total()*1.01); err == nil || !strings.Contains(err.Error(), "too many numbers take ") {
		t.Errorf("%v", err)
	}
	if err := Check("numbers", math.Inf(1)); err == nil {
		t.Error("endlessly many fit")
	}
}

func TestText(t *testing.T) {
	for bytes, want := range map[float64]string{
		0: "0 bytes", 1023: "1023 bytes", 1024: "1 KiB", 1.5 * (1 << 30): "1.5 GiB", 1e30: "8.67e+11 EiB",
	} {
		if got := Text(bytes); got != want {
			t.Errorf("%v: %q, want %q", bytes, got, want)
		}
	}
}
