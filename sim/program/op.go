package program

// op is what a node computes.
type op uint8

const (
	opConst    op = iota
	opTable       // numbers that differ between units, known when the program is compiled
	opLoad        // a variable
	opBias        // weights c of a bias, the same for every row
	opForward     // W x
	opBackward    // W' x
	opNoise       // x and fresh noise
	opXi          // normal numbers of a state's own
	opWeights     // weights, element by element

	// Element by element.
	opCopy
	opAdd
	opSub
	opMul
	opDiv
	opPow
	opMin
	opMax
	opNeg
	opSigmoid
	opTanh
	opRelu
	opSoftplus
	opExp
	opLog
	opSqrt
	opAbs
	opSign
	opStep
	opLogit
	opLess       // 1 where a < b, otherwise 0
	opAtMost     // 1 where a <= b
	opEqual      // 1 where a = b
	opSurrogate  // a, whose derivative with respect to b is taken to be c
	opSelect     // b where a is not 0, otherwise c
	opMulAdd     // a b + c
	opSubMul     // (a - b) c
	opRSubMul    // (1 - a) b
	opRSubMulMul // (1 - a) b c
	lastElementwise

	// Over the units of a population, and over a batch.
	opSum
	opMean
	opSoftmax
	opBatchMean
)

var opNames = map[op]string{
	opConst: "const", opTable: "table", opLoad: "load", opBias: "bias", opForward: "forward", opBackward: "backward", opNoise: "noise", opXi: "xi", opWeights: "weights", opCopy: "copy",
	opAdd: "add", opSub: "sub", opMul: "mul", opDiv: "div", opPow: "pow", opMin: "min", opMax: "max", opNeg: "neg",
	opSigmoid: "sigmoid", opTanh: "tanh", opRelu: "relu", opSoftplus: "softplus", opExp: "exp", opLog: "log",
	opSqrt: "sqrt", opAbs: "abs", opSign: "sign", opStep: "step", opLogit: "logit",
	opLess: "less", opAtMost: "at_most", opEqual: "equal", opSelect: "select", opSurrogate: "surrogate",
	opMulAdd: "mul_add", opSubMul: "sub_mul", opRSubMul: "rsub_mul", opRSubMulMul: "rsub_mul_mul",
	opSum: "sum", opMean: "mean", opSoftmax: "softmax", opBatchMean: "batch_mean",
}

func (o op) String() string { return opNames[o] }

func (o op) elementwise() bool { return o >= opCopy && o < lastElementwise }

// spread says how an array is laid out over the rows of a batch.
type spread uint8

const (
	full   spread = iota // rows x units
	byUnit               // units, the same for every row
	byRow                // rows, the same for every unit
	single               // one number, known when the program is compiled
)
