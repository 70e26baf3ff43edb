package program

import (
	"testing"

	"burstsim/sim/model"
)

func TestBuiltinsCompile(t *testing.T) {
	for _, name := range model.Builtins() {
		text, err := model.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, discrete := range []bool{false, true} {
			net, err := New(text, Setting{Sizes: []int{3, 5, 4, 2}, Rows: 2, Usage: model.Usage{Discrete: discrete, Presentation: 0.02}})
			if err != nil {
				t.Fatal(err)
			}
			p, err := net.compile(discrete)
			if err != nil {
				t.Fatal(err)
			}
			t.Log("\n" + p.String())
		}
	}
}
