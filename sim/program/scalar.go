package program

import "math"

// evaluate computes an element-wise operation on numbers: what the machine
// does with arrays, in the plainest form.
func evaluate(o op, x []float64) float64 {
	switch o {
	case opAdd:
		return x[0] + x[1]
	case opSub:
		return x[0] - x[1]
	case opMul:
		return x[0] * x[1]
	case opDiv:
		return x[0] / x[1]
	case opPow:
		return math.Pow(x[0], x[1])
	case opMin:
		return min(x[0], x[1])
	case opMax:
		return max(x[0], x[1])
	case opLess:
		return truth(x[0] < x[1])
	case opAtMost:
		return truth(x[0] <= x[1])
	case opEqual:
		return truth(x[0] == x[1])
	case opSurrogate:
		return x[0]
	case opSelect:
		if x[0] != 0 {
			return x[1]
		}
		return x[2]
	case opMulAdd:
		return float64(x[0]*x[1]) + x[2]
	case opSubMul:
		return (x[0] - x[1]) * x[2]
	case opRSubMul:
		return (1 - x[0]) * x[1]
	case opRSubMulMul:
		return (1 - x[0]) * x[1] * x[2]
	}
	return evaluate1(o, x[0])
}

func truth(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

func evaluate1(o op, x float64) float64 {
	switch o {
	case opNeg:
		return -x
	case opSigmoid:
		return 1 / (1 + math.Exp(-x))
	case opTanh:
		return math.Tanh(x)
	case opRelu:
		return max(x, 0)
	case opSoftplus:
		return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
	case opExp:
		return math.Exp(x)
	case opLog:
		return math.Log(x)
	case opSqrt:
		return math.Sqrt(x)
	case opAbs:
		return math.Abs(x)
	case opSign:
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		}
		return x // 0, or no number
	case opStep:
		return truth(x > 0)
	case opLogit:
		return math.Log(x / (1 - x))
	}
	panic("program: " + o.String() + " is no function of one number")
}
