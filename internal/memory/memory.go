// Package memory compares what is about to be allocated with what there is: Go
// ends the program where the system has no more, and a kernel may end others.
package memory

import (
	"fmt"
	"math"
	"sync"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// Total is how many bytes the program may use: those of its control group, of
// the machine, or, if neither is known, of all addresses.
var Total = sync.OnceValue(func() float64 {
	total := float64(math.MaxInt)
	for _, ask := range []func() (uint64, error){memlimit.FromCgroup, memlimit.FromSystem} {
		if n, err := ask(); err == nil && n > 0 {
			total = min(total, float64(n))
		}
	}
	return total
})

// Check says, of something that takes this many bytes, why it cannot be.
func Check(what string, bytes float64) error {
	if total := Total(); bytes > total {
		return fmt.Errorf("%s take %s of memory, but there are %s", what, Text(bytes), Text(total))
	}
	return nil
}

// Text is a number of bytes as people write it.
func Text(bytes float64) string {
	const units = "KMGTPE"
	k := -1
	for bytes >= 1024 && k < len(units)-1 {
		bytes, k = bytes/1024, k+1
	}
	if k < 0 {
		return fmt.Sprintf("%.0f bytes", bytes)
	}
	return fmt.Sprintf("%.3g %ciB", bytes, units[k])
}
