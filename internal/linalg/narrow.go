package linalg

// narrow is the number of inputs below which these loops beat gonum's float32
// matrix-vector kernels, which call assembly once a row. Those of float64 take
// several rows a call and win from one input up.
const narrow = 16

// mulVec3 serves the regression task, whose inputs are three.
func mulVec3[F Float](dst, w, x []F) {
	x0, x1, x2 := x[0], x[1], x[2]
	for i := range dst {
		row := w[3*i : 3*i+3 : 3*i+3]
		dst[i] = F(row[0]*x0) + F(row[1]*x1) + F(row[2]*x2)
	}
}

// outer3 stores alpha y x', addOuter3 adds it.
func outer3[F Float](alpha F, y, x, w []F) {
	x0, x1, x2 := x[0], x[1], x[2]
	for i, v := range y {
		row, v := w[3*i:3*i+3:3*i+3], alpha*v
		row[0], row[1], row[2] = v*x0, v*x1, v*x2
	}
}

func addOuter3[F Float](alpha F, y, x, w []F) {
	x0, x1, x2 := x[0], x[1], x[2]
	for i, v := range y {
		row, v := w[3*i:3*i+3:3*i+3], alpha*v
		row[0] += F(v * x0)
		row[1] += F(v * x1)
		row[2] += F(v * x2)
	}
}

// mulVecNarrow takes four rows a pass: each x is loaded once for all four, and
// their sums do not wait for each other.
func mulVecNarrow[F Float](dst, w, x []F) {
	in, i := len(x), 0
	for ; i+4 <= len(dst); i += 4 {
		w0, w1, w2, w3 := fourRows(w, i, in)
		var s0, s1, s2, s3 F
		for j, xj := range x {
			s0 += w0[j] * xj
			s1 += w1[j] * xj
			s2 += w2[j] * xj
			s3 += w3[j] * xj
		}
		dst[i], dst[i+1], dst[i+2], dst[i+3] = s0, s1, s2, s3
	}
	for ; i < len(dst); i++ {
		dst[i] = Dot(w[i*in:][:in], x)
	}
}

// mulVecTransNarrow takes four rows a pass: dst is read and written a quarter
// as often.
func mulVecTransNarrow[F Float](dst, w, y []F) {
	in, i := len(dst), 0
	clear(dst)
	for ; i+4 <= len(y); i += 4 {
		w0, w1, w2, w3 := fourRows(w, i, in)
		y0, y1, y2, y3 := y[i], y[i+1], y[i+2], y[i+3]
		for j := range dst {
			dst[j] += (y0*w0[j] + y1*w1[j]) + (y2*w2[j] + y3*w3[j])
		}
	}
	for ; i < len(y); i++ {
		AddScaled(dst, y[i], w[i*in:][:in])
	}
}

func fourRows[F Float](w []F, i, in int) (w0, w1, w2, w3 []F) {
	return w[i*in:][:in], w[(i+1)*in:][:in], w[(i+2)*in:][:in], w[(i+3)*in:][:in]
}
