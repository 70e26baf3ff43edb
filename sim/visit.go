package sim

// Visit is called with everything that decides the future of what is visited,
// by a name that is unique in it and a reference to the value: a pointer to a
// bool, int, int64, float64 or time.Duration, a slice of numbers whose length
// does not change, or an encoding.BinaryMarshaler that is a BinaryUnmarshaler.
// What reads values and what sets them see the same list.
type Visit = func(name string, ref any)

// Within visits under a prefix.
func Within(prefix string, visit Visit) Visit {
	return func(name string, ref any) { visit(prefix+"/"+name, ref) }
}
