package noise

import "golang.org/x/sys/cpu"

func init() {
	if cpu.X86.HasAVX2 {
		words = func(dst *[16]uint64, counter [4]uint32, key [2]uint32) {
			wordsAVX2(&dst[0], &counter[0], &key[0])
		}
	}
}
