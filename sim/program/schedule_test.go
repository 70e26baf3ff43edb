package program

import (
	"math/rand/v2"
	"slices"
	"testing"

	"burstsim/sim/model"
)

// TestScheduleKeepsResults runs random instructions in the order in which they
// were written and as they are scheduled: memory ends up the same to the bit,
// whatever reads what others write, and no instruction is lost.
func TestScheduleKeepsResults(t *testing.T) {
	fewer := 0
	for seed := range uint64(300) {
		plain, planned := randomCode(seed), schedule(randomCode(seed))
		if a, b := operations(plain), operations(planned); a != b {
			t.Fatalf("seed %d: %d operations became %d", seed, a, b)
		}
		fewer += len(plain) - len(planned)
		var ends [2][]float64
		for k, code := range [][]instruction{plain, planned} {
			m := machineOfArrays()
			m.run(&section{code: code})
			ends[k] = m.memory[spaceWork]
		}
		if !slices.Equal(ends[0], ends[1]) {
			t.Fatalf("seed %d: scheduled instructions lead to other results", seed)
		}
	}
	if fewer == 0 {
		t.Error("no loops were joined")
	}
}

const testUnits, testArrays = 5, 6

// randomCode computes on a few arrays and single numbers, which it often
// overwrites.
func randomCode(seed uint64) []instruction {
	rng := rand.New(rand.NewPCG(seed, 1))
	array := func(units int) operand {
		at := rng.IntN(testArrays) * 16
		if units == 1 {
			at += testArrays * 16
		}
		return operand{space: spaceWork, at: at, units: units}
	}
	e := &emitter{p: &Program{net: &Network{Setting: Setting{Rows: 1}}}}
	for range 25 {
		e.close()
		switch units := []int{1, testUnits}[rng.IntN(2)]; rng.IntN(4) {
		case 0:
			e.code = append(e.code, instruction{op: opMean, rows: 1, src: array(testUnits), dst: array(1)})
		case 1:
			e.code = append(e.code, instruction{op: opSoftmax, rows: 1, src: array(testUnits), dst: array(testUnits)})
		case 2:
			e.micro(opSubMul, array(units), 1, array(units), array(units), array(units))
		default: // two operations and a register between them
			reg := e.micro(opSigmoid, operand{space: spaceReg, at: anyRegister, units: units}, 1, array(units))
			e.micro(opAdd, array(units), 1, reg, array(units))
		}
	}
	e.close()
	return e.code
}

func machineOfArrays() *Machine[float64] {
	p := &Program{net: &Network{Text: &model.Text{}, Setting: Setting{Rows: 1}}, Work: 2 * testArrays * 16}
	p.sections.gradient = &section{code: []instruction{{loop: &loop{regs: 1}}}}
	m := NewMachine[float64](p, nil)
	for i := range m.memory[spaceWork] {
		m.memory[spaceWork][i] = float64(i%37) / 37
	}
	return m
}

func operations(code []instruction) int {
	n := 0
	for _, i := range code {
		if n++; i.loop != nil {
			n += len(i.loop.ops) - 1
		}
	}
	return n
}
