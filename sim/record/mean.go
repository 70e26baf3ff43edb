package record

// Mean accumulates an average. The zero value is empty.
type Mean struct {
	sum float64
	n   int
}

// Add adds a value.
func (m *Mean) Add(v float64) { m.sum += v; m.n++ }

// Value is the average; NaN if nothing was added.
func (m *Mean) Value() float64 { return m.sum / float64(m.n) }

// Len is how many values were added.
func (m *Mean) Len() int { return m.n }

// Visit visits the average for a checkpoint; see sim.Visit.
func (m *Mean) Visit(name string, visit func(name string, ref any)) {
	visit(name+"/sum", &m.sum)
	visit(name+"/n", &m.n)
}
