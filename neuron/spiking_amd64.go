package neuron

import (
	"math/bits"

	"golang.org/x/sys/cpu"
)

// advanceSome moves the first neurons, several at once, and returns how many.
func advanceSome(m *membrane, n int, x *Compartments, soma, dendrite []float64, above *[]int32) int {
	if !cpu.X86.HasAVX2 {
		return 0
	}
	done := n &^ 31
	for i := 0; i < done; i += 32 {
		hit := advanceAVX2(&m.rest, &x.Soma[i], &x.Dendrite[i], &x.Threshold[i], &x.SomaAdapt[i], &x.DendriteAdapt[i], &soma[i], &dendrite[i])
		for ; hit != 0; hit &= hit - 1 {
			*above = append(*above, int32(i+bits.TrailingZeros32(hit)))
		}
	}
	return done
}

func conductSome(leak, reversal, fade float64, open, v, in []float64) int {
	n := len(open) &^ 3
	if n == 0 || !cpu.X86.HasAVX2 {
		return 0
	}
	conductAVX2(n, leak, reversal, fade, &open[0], &v[0], &in[0])
	return n
}
