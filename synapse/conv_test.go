package synapse

import (
	"fmt"
	"math"
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
