//go:build !darwin

package machine

import "strings"

// processor reads what Linux says: on arm64 there is no name, but numbers of
// the maker and the part.
func processor() string {
	const file = "/proc/cpuinfo"
	if name := ProcValue(file, "model name"); name != "" {
		return name
	}
	return strings.TrimSpace(ProcValue(file, "CPU implementer") + " " + ProcValue(file, "CPU part"))
}
