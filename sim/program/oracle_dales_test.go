package program

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// dales is Dalean BurstCCN.
func dales(o *oracle) {
	pb, top := o.number("p_b"), o.top()
	published, ablated := o.is("as_published"), o.word("ablated")
	tied, qTied := o.word("y_mode") == "tied", o.word("q_mode") == "tied"
	e, p, b, scale := make([][]float64, top+1), make([][]float64, top+1), make([][]float64, top+1), make([]float64, top+1)
	a := make([][]float64, top+1)
	e[0] = o.stimulus
	beside := func(name string, l int) []float64 { return o.v[fmt.Sprintf("r[%s]%d", name, l)] }
	relax := func(name string, l int, tau string, drive []float64) {
		x := beside(name, l)
		o.slopes[fmt.Sprintf("r[%s]%d", name, l)] = each(len(x), func(i int) float64 { return (drive[i] - x[i]) / o.number(tau) })
	}
	for l := 1; l <= top; l++ {
		e[l] = each(o.sizes[l], func(i int) float64 { return logistic(o.at("z", l)[i]) })
		exc, inh := o.weights("W_direct", l).times(e[l-1]), o.weights("W_from_PV", l).times(beside("pv", l))
		if ablated == "pv" {
			inh = make([]float64, len(inh))
		}
		c := o.weights("c", l).x
		o.relax("z", l, o.number("tau_soma"), func(i int) float64 { return exc[i] - inh[i] + c[i] })
		relax("pv", l, "tau_pv", diagonal(o.weights("W_to_PV", l).x, e[l-1]))
	}
	for l := top; l >= 1; l-- {
		if l == top {
			scale[l] = o.number("error_scale")
			p[l] = each(o.sizes[l], func(i int) float64 {
				if !o.teacher {
					return pb
				}
				return pb * (1 + scale[l]*(o.target[i]-e[l][i])*(1-e[l][i]))
			})
		} else {
			f := o.dalesFeedback(l, tied, qTied, published)
			sst1, sst2 := beside("sst1", l), beside("sst2", l)
			fromSST := sum(f.from1.times(sst1), f.from2.times(sst2), 1)
			if ablated == "sst" {
				fromSST = make([]float64, o.sizes[l])
			}
			fromNDNF := f.qFrom.times(beside("ndnf", l))
			if ablated == "ndnf" {
				fromNDNF = make([]float64, o.sizes[l])
			}
			direct := f.qDirect.times(e[l+1])
			a[l] = each(o.sizes[l], func(i int) float64 {
				return o.number("feedback_scale") * (f.bias[i] - fromSST[i] + direct[i] - fromNDNF[i])
			})
			scale[l] = scale[l+1] * o.number("feedback_scale")
			p[l] = each(o.sizes[l], func(i int) float64 { return 2 * pb * logistic(o.at("u", l)[i]/(2*pb)) })
			o.relax("u", l, o.number("tau_dendrite"), func(i int) float64 { return o.number("beta") * (1 - e[l][i]) * a[l][i] })
			relax("ndnf", l, "tau_ndnf", diagonal(o.weights("Q_to_NDNF", l).x, e[l+1]))
			motif := func(vip, sst string, toVIP, toSST matrix, one, c []float64) (drive, baseline []float64) {
				relax(vip, l, "tau_vip", toVIP.times(b[l+1]))
				base := each(len(e[l+1]), func(i int) float64 { return pb * e[l+1][i] })
				keep := 1.0
				if ablated == "vip" {
					keep = 0
				}
				drive = sum(sum(toSST.times(b[l+1]), diagonal(one, beside(vip, l)), -keep), c, 1)
				baseline = sum(sum(toSST.times(base), diagonal(one, toVIP.times(base)), -keep), c, 1)
				return drive, baseline
			}
			d1, b1 := motif("vip1", "sst1", f.toVIP1, f.toSST1, o.weights("VIP1_to_SST", l).x, f.c1)
			d2, b2 := motif("vip2", "sst2", f.toVIP2, f.toSST2, o.weights("VIP2_to_SST", l).x, f.c2)
			relax("sst1", l, "tau_sst", d1)
			relax("sst2", l, "tau_sst", d2)
			if o.is("bias_plastic") {
				rest := sum(f.from1.times(b1), f.from2.times(b2), 1)
				if ablated == "sst" {
					rest = make([]float64, o.sizes[l])
				}
				o.learn("c_A", l, each(o.sizes[l], func(i int) float64 { return -(f.bias[i] - rest[i] + direct[i] - fromNDNF[i]) }))
			}
			if o.is("y_plastic") {
				post := each(o.sizes[l], func(i int) float64 { return a[l][i] / (pb * scale[l]) })
				o.learn("Y1_from_SST", l, outer(post, sum(sst1, f.c1, -1)))
				o.learn("Y2_from_SST", l, outer(post, sum(sst2, f.c2, -1)))
			}
		}
		b[l] = each(o.sizes[l], func(i int) float64 { return p[l][i] * e[l][i] })
		d := each(o.sizes[l], func(i int) float64 { return (p[l][i] - pb) * e[l][i] / (pb * scale[l]) })
		o.learn("c", l, d)
		half := each(len(d), func(i int) float64 { return d[i] / 2 })
		o.learn("W_direct", l, outer(half, e[l-1]))
		if ablated != "pv" {
			minus := each(len(d), func(i int) float64 { return -d[i] / 2 })
			o.learn("W_from_PV", l, outer(minus, beside("pv", l)))
		}
	}
}

// dalesParts are the weights of the feedback onto a layer.
type dalesParts struct {
	toVIP1, toSST1, toVIP2, toSST2, from1, from2, qDirect, qFrom matrix
	c1, c2, bias                                                 []float64
}

func (o *oracle) dalesFeedback(l int, tied, qTied, published bool) dalesParts {
	f := dalesParts{toVIP1: o.weights("Y1_to_VIP", l), toSST1: o.weights("Y1_to_SST", l), toVIP2: o.weights("Y2_to_VIP", l), toSST2: o.weights("Y2_to_SST", l),
		from1: o.weights("Y1_from_SST", l), from2: o.weights("Y2_from_SST", l), qDirect: o.weights("Q_direct", l), qFrom: o.weights("Q_from_NDNF", l),
		c1: o.weights("c1_SST", l).x, c2: o.weights("c2_SST", l).x}
	above, n := o.sizes[l+1], o.sizes[l]
	k, few := above, false
	if s := int(o.number("sst")); s > 0 {
		k, few = s, true
	}
	if tied {
		whole := sum(o.weights("W_direct", l+1).x, o.weights("W_from_PV", l+1).x, -1)
		y := mat.NewDense(above, n, each(above*n, func(i int) float64 { return o.number("y_scale") * whole[i] }))
		left, right := factored(y, k)
		if !published {
			var product mat.Dense
			product.Mul(left, right)
			by := mat.Norm(y, 2) / mat.Norm(&product, 2)
			right = apart(right, mat.NewDense(1, 1, []float64{by}), func(a, b float64) float64 { return a * b })
		}
		f.toSST1, f.toVIP1 = positive(left.T(), 1), positive(left.T(), -1)
		f.toSST2, f.toVIP2 = f.toVIP1, f.toSST1
		f.from2, f.from1 = positive(right.T(), 1), positive(right.T(), -1)
		ones := each(above, func(int) float64 { return 1 })
		f.c1, f.c2 = f.toVIP1.times(ones), f.toSST1.times(ones)
	}
	f.bias = sum(f.from1.times(f.c1), f.from2.times(f.c2), 1)
	if o.is("bias_plastic") || !tied && published {
		f.bias = o.weights("c_A", l).x
	}
	if qTied {
		to := matrix{f.toSST1.rows, f.toSST1.columns, sum(f.toSST1.x, f.toVIP1.x, -1)}
		from := matrix{n, k, sum(f.from2.x, f.from1.x, -1)}
		q := mat.NewDense(above, n, nil)
		for i := range above {
			for j := range n {
				v := 0.0
				for r := range k {
					if few {
						v += to.x[r*above+i] * from.x[j*k+r]
					}
				}
				if !few { // one cell for each unit
					v = from.x[j*k+i]
				}
				q.Set(i, j, o.number("p_b")*v)
			}
		}
		f.qFrom, f.qDirect = positive(q.T(), 1), positive(q.T(), -1)
	}
	return f
}

// positive is what is above 0 of a matrix times a sign.
func positive(m mat.Matrix, sign float64) matrix {
	rows, columns := m.Dims()
	out := matrix{rows, columns, make([]float64, rows*columns)}
	for i := range rows {
		for j := range columns {
			out.x[i*columns+j] = math.Max(sign*m.At(i, j), 0)
		}
	}
	return out
}

func sum(x, y []float64, sign float64) []float64 {
	return each(len(x), func(i int) float64 { return x[i] + sign*y[i] })
}

// diagonal are weights of which each leads from one unit to one.
func diagonal(w, x []float64) []float64 {
	return each(len(x), func(i int) float64 { return w[i] * x[i] })
}
