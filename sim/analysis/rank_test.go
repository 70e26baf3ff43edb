package analysis

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// momentsOf adds up rows.
func momentsOf(rows *mat.Dense) moments {
	n, units := rows.Dims()
	m, scratch := newMoments(units), mat.NewVecDense(units, nil)
	for i := range n {
		addRow(&m, rows.RawRowView(i), scratch)
	}
	return m
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*max(1, math.Abs(want))) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// TestRankMeasures: measures made of moments are those of singular values of the
// centred matrix, whatever is added to all rows.
func TestRankMeasures(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	const n, units = 40, 6
	x, shifted := mat.NewDense(n, units, nil), mat.NewDense(n, units, nil)
	for i := range n {
		for j := range units {
			x.Set(i, j, rnd.NormFloat64()*float64(j+1))
		}
	}
	for j := range units { // about 0
		mean := mat.Sum(x.ColView(j)) / n
		for i := range n {
			x.Set(i, j, x.At(i, j)-mean)
			shifted.Set(i, j, x.At(i, j)+3*float64(j))
		}
	}
	var svd mat.SVD
	if !svd.Factorize(x, mat.SVDNone) {
		t.Fatal("no singular values")
	}
	total, fourth, entropy := 0.0, 0.0, 0.0
	s := svd.Values(nil)
	for _, v := range s {
		total += v * v
	}
	for _, v := range s {
		w := v * v / total
		fourth += w * w
		entropy -= w * math.Log(w)
	}
	m := momentsOf(shifted)
	participation, effective, stable := spectrum(shares(m.centred()))
	near(t, "participation ratio", participation, 1/fourth)
	near(t, "effective rank", effective, math.Exp(entropy))
	near(t, "stable rank", stable, total/(s[0]*s[0]))
	near(t, "share in itself", within(m.centred(), components(m.centred(), 1)), 1)
}

// TestRankOfFewDirections: signals in one, and in two equal directions, and none.
func TestRankOfFewDirections(t *testing.T) {
	one := mat.NewDense(4, 3, []float64{1, 2, 3, -1, -2, -3, 2, 4, 6, -2, -4, -6})
	two := mat.NewDense(4, 3, []float64{1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0})
	m1, m2 := momentsOf(one), momentsOf(two)
	p, e, s := spectrum(shares(m1.centred()))
	for _, v := range []float64{p, e, s} {
		near(t, "rank of one direction", v, 1)
	}
	p, e, s = spectrum(shares(m2.centred()))
	for _, v := range []float64{p, e, s} {
		near(t, "rank of two directions", v, 2)
	}
	// Of (1, 2, 3), what lies in the plane of the first two axes.
	near(t, "share in a plane", within(m1.centred(), components(m2.centred(), 0.95)), 5./14)
	near(t, "angle to a plane", principalAngle(components(m1.centred(), 0.95), components(m2.centred(), 0.95)), math.Acos(math.Sqrt(5./14))*180/math.Pi)
	// Planes through one common axis, a right angle apart.
	other := momentsOf(mat.NewDense(4, 3, []float64{1, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, -1}))
	near(t, "angles of planes", principalAngle(components(m2.centred(), 0.95), components(other.centred(), 0.95)), (0+90)/2)
	flat := momentsOf(mat.NewDense(2, 3, []float64{1, 1, 1, 1, 1, 1}))
	if p, _, _ := spectrum(shares(flat.centred())); !math.IsNaN(p) {
		t.Errorf("participation ratio %v of what does not vary, want NaN", p)
	}
}
