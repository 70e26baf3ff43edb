package synapse

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
)

// TestConvAgainstFiniteDifferences checks that forward is the sum over the
// window, that backward is its transpose, and the correlations its derivative.
func TestConvAgainstFiniteDifferences(t *testing.T) {
	for _, c := range []struct{ inC, h, w, outC, kernel, stride, padding int }{
		{2, 9, 9, 3, 3, 2, 0}, {3, 5, 7, 2, 3, 1, 1}, {1, 6, 6, 4, 5, 3, 2}, {3, 4, 4, 2, 1, 1, 0}, {2, 4, 4, 3, 4, 1, 0},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			const rows = 2
			conv, err := NewConv[float64](c.inC, c.h, c.w, c.outC, c.kernel, c.stride, c.padding)
			if err != nil {
				t.Fatal(err)
			}
			w, bias0 := randoms(c.outC*c.inC*c.kernel*c.kernel), randoms(c.outC)
			out, in := conv.Units()
			_, oh, ow := conv.Shape()
			x, post := randoms(rows*in), randoms(rows*out)
			y := make([]float64, rows*out)
			conv.Forward(y, x, w, bias0, rows)

			// By definition.
			for r := range rows {
				for k := range c.outC {
					for oy := range oh {
						for ox := range ow {
							want := bias0[k]
							for ch := range c.inC {
								for ky := range c.kernel {
									for kx := range c.kernel {
										iy, ix := oy*c.stride+ky-c.padding, ox*c.stride+kx-c.padding
										if iy < 0 || iy >= c.h || ix < 0 || ix >= c.w {
											continue
										}
										want += w[((k*c.inC+ch)*c.kernel+ky)*c.kernel+kx] * x[r*in+(ch*c.h+iy)*c.w+ix]
									}
								}
							}
							if got := y[r*out+(k*oh+oy)*ow+ox]; math.Abs(got-want) > 1e-12 {
								t.Fatalf("output %v, want %v", got, want)
							}
						}
					}
				}
			}

			// The derivatives of sum(post * y), which is linear in each.
			value := func() (sum float64) {
				z := make([]float64, rows*out)
				conv.Forward(z, x, w, bias0, rows)
				for i, v := range z {
					sum += post[i] * v
				}
				return sum
			}
			slope := func(p *float64) float64 {
				old := *p
				*p = old + 0.5
				up := value()
				*p = old - 0.5
				down := value()
				*p = old
				return up - down
			}
			back, change, bias := make([]float64, rows*in), make([]float64, len(w)), make([]float64, c.outC)
			conv.Backward(back, post, w, rows)
			conv.Correlate(change, 2, post, x, rows)
			conv.AddCorrelation(change, -1, post, x, rows)
			conv.CorrelateBias(bias, 2, post, rows)
			conv.AddBiasCorrelation(bias, -1, post, rows)
			for _, p := range []struct {
				what string
				at   []float64
				got  []float64
			}{{"input", x, back}, {"weight", w, change}, {"bias", bias0, bias}} {
				for i := range p.at {
					if want := slope(&p.at[i]); math.Abs(p.got[i]-want) > 1e-10 {
						t.Fatalf("derivative by %s %d is %v, want %v", p.what, i, p.got[i], want)
					}
				}
			}
		})
	}
}

// TestConvOfBatches checks that a batch is its samples one by one, whatever
// batches came before, and that its bits do not depend on the number of
// processors.
func TestConvOfBatches(t *testing.T) {
	for _, c := range []struct{ inC, h, w, outC, kernel, stride, padding int }{
		{3, 32, 32, 16, 5, 2, 0}, {16, 14, 14, 20, 3, 1, 0}, {4, 11, 9, 6, 5, 3, 2}, {5, 6, 6, 7, 3, 1, 1}, {1, 2, 2, 3, 5, 3, 2},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			newConv := func() *Conv[float64] {
				conv, err := NewConv[float64](c.inC, c.h, c.w, c.outC, c.kernel, c.stride, c.padding)
				if err != nil {
					t.Fatal(err)
				}
				return conv
			}
			conv := newConv()
			out, in := conv.Units()
			w, bias := randoms(c.outC*c.inC*c.kernel*c.kernel), randoms(c.outC)
			for _, rows := range []int{1, 9, 32, 3} {
				x, post := randoms(rows*in), randoms(rows*out)
				type results struct{ y, back, change []float64 }
				compute := func(conv *Conv[float64], lo, hi int, change []float64) results {
					r := results{make([]float64, (hi-lo)*out), make([]float64, (hi-lo)*in), change}
					conv.Forward(r.y, x[lo*in:hi*in], w, bias, hi-lo)
					conv.Backward(r.back, post[lo*out:hi*out], w, hi-lo)
					conv.AddCorrelation(r.change, 0.5, post[lo*out:hi*out], x[lo*in:hi*in], hi-lo)
					return r
				}
				got := compute(conv, 0, rows, make([]float64, len(w)))
				want := results{change: make([]float64, len(w))}
				for r := range rows {
					one := compute(newConv(), r, r+1, want.change)
					want.y, want.back = append(want.y, one.y...), append(want.back, one.back...)
				}
				for _, p := range [][2][]float64{{got.y, want.y}, {got.back, want.back}, {got.change, want.change}} {
					for i := range p[0] {
						if !(math.Abs(p[0][i]-p[1][i]) < 1e-11) {
							t.Fatalf("%d samples: element %d is %v, one by one %v", rows, i, p[0][i], p[1][i])
						}
					}
				}
				previous := runtime.GOMAXPROCS(1)
				alone := compute(conv, 0, rows, make([]float64, len(w)))
				runtime.GOMAXPROCS(previous + 2)
				many := compute(conv, 0, rows, make([]float64, len(w)))
				runtime.GOMAXPROCS(previous)
				if !slices.Equal(alone.y, many.y) || !slices.Equal(alone.back, many.back) || !slices.Equal(alone.change, many.change) {
					t.Errorf("%d samples: bits depend on the number of processors", rows)
				}
			}
		})
	}
}

func TestConvErrors(t *testing.T) {
	for _, c := range [][7]int{{0, 9, 9, 3, 3, 1, 0}, {1, 9, 9, 3, 0, 1, 0}, {1, 9, 9, 3, 3, 0, 0}, {1, 9, 9, 3, 3, 1, -1}, {1, 4, 9, 3, 5, 1, 0}, {1 << 40, 9, 9, 3, 3, 1, 0}} {
		if _, err := NewConv[float64](c[0], c[1], c[2], c[3], c[4], c[5], c[6]); err == nil {
			t.Errorf("%v: no error", c)
		}
	}
}

func BenchmarkConv(b *testing.B) {
	const rows = 8
	conv, err := NewConv[float32](64, 14, 14, 128, 5, 2, 0)
	if err != nil {
		b.Fatal(err)
	}
	w := make([]float32, 128*64*5*5)
	FillNormal(w, 0.1, rng())
	out, in := conv.Units()
	x, y, change := make([]float32, rows*in), make([]float32, rows*out), make([]float32, len(w))
	for name, f := range map[string]func(){
		"forward":   func() { conv.Forward(y, x, w, nil, rows) },
		"backward":  func() { conv.Backward(x, y, w, rows) },
		"correlate": func() { conv.Correlate(change, 1, y, x, rows) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
		})
	}
}
