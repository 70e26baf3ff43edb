// Package machine is what the operating system says about the machine.
package machine

import (
	"bufio"
	"os"
	"strings"
	"sync"
)

// Processor is the model of the processor as the system names it; "" where it
// does not.
var Processor = sync.OnceValue(processor)

// ProcValue is the first value of a key in a file of lines "key : value"; "" if
// there is none.
func ProcValue(file, key string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if k, v, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
