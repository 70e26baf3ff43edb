package program

import "burstsim/internal/linalg"

// ByRows says whether rule r, whatever holds, changes weights by one product of
// factors or not at all, for one sample, in a dense projection: each row of them
// then changes by itself.
func (m *Machine[F]) ByRows(r int) bool {
	if m.rows > 1 || m.p.Rules[r].proj.shape.maps != nil {
		return false
	}
	for _, s := range m.p.sections.derivative {
		if s == nil || len(s.learned) == 0 {
			continue
		}
		for i, c := range s.learned[r].changes {
			if i > 0 || c.kind != changeOuter && c.kind != changeBias {
				return false
			}
		}
	}
	return true
}

// Rows are those of the weights of rule r, and their length: 1 of a bias.
func (m *Machine[F]) Rows(r int) (rows, in int) {
	proj := m.p.Rules[r].proj
	if proj.biasOf != "" {
		return proj.shape.biases, 1
	}
	return proj.shape.out, proj.shape.in
}

// ChangeRows is [Machine.Change] by the product p of one sample, for some rows of
// weights.
func ChangeRows[F Float](dst []F, p Product[F], factor float64, from, to int) {
	alpha := F(p.Factor * factor)
	if len(p.Pre) == 0 {
		linalg.ColumnSums(dst, alpha, p.Post[from:to], 1)
		return
	}
	linalg.Outer(dst, alpha, p.Post[from:to], p.Pre, 1, to-from, len(p.Pre))
}
