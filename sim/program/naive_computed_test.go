package program

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"burstsim/sim/model"
)

// tiedTo are the weights of a projection that follows from others, a bias as
// one column.
func (v *naive) tiedTo(p *projection) *mat.Dense {
	if m := v.tied[p]; m != nil {
		return m
	}
	m := v.matrix(p.of, v.line(p.of, p.name, model.Follows).Right)
	v.tied[p] = m
	return m
}

// matrix is an expression of weights, by gonum; a number is 1 x 1.
func (v *naive) matrix(pop *population, e model.Expr) *mat.Dense {
	if v.isNumber(pop, e) {
		return mat.NewDense(1, 1, []float64{v.eval(pop, e, 0, 0)})
	}
	switch e := e.(type) {
	case *model.Ref:
		p := v.net.at(pop, e.Index).projections[e.Name]
		if p.biasOf != "" {
			m := mat.NewDense(p.shape.biases, 1, nil)
			for i := range p.shape.biases {
				m.Set(i, 0, v.bias(p, 0, i))
			}
			return m
		}
		m := mat.NewDense(p.shape.out, p.shape.in, nil)
		for i := range p.shape.out {
			for j := range p.shape.in {
				m.Set(i, j, v.weight(p, i, j))
			}
		}
		return m
	case *model.Unary:
		x := v.matrix(pop, e.X)
		if e.Op == "'" {
			return mat.DenseCopyOf(x.T())
		}
		return apart(x, mat.NewDense(1, 1, []float64{-1}), func(a, b float64) float64 { return a * b })
	case *model.Binary:
		return apart(v.matrix(pop, e.X), v.matrix(pop, e.Y), func(a, b float64) float64 { return arithmetic(e.Op, a, b) })
	case *model.Call:
		switch x := v.matrix(pop, e.Args[0]); e.Func {
		case "relu":
			return apart(x, mat.NewDense(1, 1, nil), func(a, b float64) float64 { return max(a, b) })
		case "norm":
			return mat.NewDense(1, 1, []float64{mat.Norm(x, 2)})
		case "dot":
			y := v.matrix(pop, e.Args[1])
			if _, n := x.Dims(); v.isNumber(pop, e.Args[1]) {
				y = apart(mat.NewDense(n, 1, nil), y, func(a, b float64) float64 { return a + b })
			}
			var m mat.Dense
			m.Mul(x, y)
			return &m
		case "left_factor", "right_factor":
			left, right := factored(x, int(v.eval(pop, e.Args[1], 0, 0)))
			if e.Func == "left_factor" {
				return left
			}
			return right
		}
	}
	panic("naive: no weights")
}

// factored are the factors of the best approximation of a rank.
func factored(x *mat.Dense, rank int) (left, right *mat.Dense) {
	rows, columns := x.Dims()
	left, right = mat.NewDense(rows, rank, nil), mat.NewDense(rank, columns, nil)
	if rank == rows {
		for i := range rows {
			left.Set(i, i, 1)
		}
		return left, x
	}
	var svd mat.SVD
	if !svd.Factorize(x, mat.SVDThin) {
		panic("naive: no singular values")
	}
	var u, w mat.Dense
	svd.UTo(&u)
	svd.VTo(&w)
	for k, s := range svd.Values(nil)[:min(rank, rows, columns)] {
		largest := 0.0
		for i := range rows {
			if a := u.At(i, k); a*a > largest*largest {
				largest = a
			}
		}
		by := math.Sqrt(s)
		if largest < 0 {
			by = -by
		}
		for i := range rows {
			left.Set(i, k, by*u.At(i, k))
		}
		for j := range columns {
			right.Set(k, j, by*w.At(j, k))
		}
	}
	return left, right
}

// apart combines matrices element by element; one of 1 x 1 stands for as many of
// its number as the other has.
func apart(x, y *mat.Dense, f func(a, b float64) float64) *mat.Dense {
	rows, columns := x.Dims()
	if rows == 1 && columns == 1 {
		rows, columns = y.Dims()
	}
	at := func(m *mat.Dense, i, j int) float64 {
		if r, c := m.Dims(); r == 1 && c == 1 {
			return m.At(0, 0)
		}
		return m.At(i, j)
	}
	out := mat.NewDense(rows, columns, nil)
	for i := range rows {
		for j := range columns {
			out.Set(i, j, f(at(x, i, j), at(y, i, j)))
		}
	}
	return out
}

// functions says whether an expression has functions of weights in it.
func (v *naive) functions(pop *population, e model.Expr) (found bool) {
	model.Walk(e, func(e model.Expr) {
		_, call := e.(*model.Call)
		found = found || call && !v.isNumber(pop, e)
	})
	return found
}
