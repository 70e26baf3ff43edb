package model

import "fmt"

// Pos is a place in a text, both counted from 1.
type Pos struct{ Line, Column int }

// Text is a model as it was written: the syntax tree of a file.
type Text struct {
	Name     string // of the model
	File     string // where it was read from; "" for a text in memory
	Line     int    // of the file on which it begins
	Doc      string // what the line `model NAME "..."` says of it
	Source   string
	Blocks   []*Block
	Params   []*Param
	Signals  []*Signal
	Requires []*Require
	Discrete Discrete
}

// Block holds the equations of a kind of population.
type Block struct {
	Pos
	// Name is input, layer, hidden, output, or that of a population that
	// stands beside every layer of the kind Beside.
	Name   string
	Beside string // "" for the layers themselves
	Size   Size   // of a population beside a layer

	Projections []*Projection
	Equations   []*Equation
}

// Size is how many units a population beside a layer has.
type Size struct {
	Pos
	As    string // the layer, above or below; "" where Units counts
	Units Expr   // of parameters, and of the units of layers, n[above]
	Text  string // Units as it was written
}

// Projection declares weights.
type Projection struct {
	Pos
	Name, Bias string // Bias is "" without one
	// From is where the weights come from: below, above, beside, or the name
	// of a population. Where Along is not nil, they run back beside other
	// weights instead, and have their shape.
	From  string
	Along *Ref

	// Which connections there are: with Density, each with this probability;
	// with Blocks, those within as many groups of neighbours; with Mask, those
	// that the file says which this parameter names. All, if they are nil.
	Density, Blocks Expr
	Mask            *Ref
}

// Equation is one line of a block.
type Equation struct {
	Pos
	Kind  EquationKind
	Name  string
	Tau   Expr // the factor before dx/dt; nil: none
	Right Expr
	When  Cond // nil: always
	Else  bool // otherwise: where no line before it with this name holds
	Plain bool // a rule that descends plainly, whatever the optimiser
	Keeps bool // a rule whose weights do not decay
	// Groups is how many groups of rows a rule is for; nil: one, of all of them.
	Groups Expr

	Low, High Expr // of Bound; nil: none
	Text      string
}

// EquationKind tells equations apart.
type EquationKind int

const (
	Follows   EquationKind = iota // x = ...
	Changes                       // tau dx/dt = ...
	Begins                        // x(0) = ...
	Bound                         // keep x >= ...
	endOfKind                     // how many there are
)

// Param is a declared parameter.
type Param struct {
	Pos
	Name    string        // in equations
	Key     string        // in experiment files
	Section string        // of the experiment file: model, time or learning
	Default Expr          // a number, a word of Choices, true or false, or an expression of other parameters
	Drawn   *DrawnDefault // instead of Default: units draw their values
	Unit    string        // "s" for times, "Hz" for rates, "" for numbers
	Range   Range
	Choices []string // of a word; nil otherwise
	Switch  bool     // true or false
	File    bool     // the numbers of a file, an [Array]; without a default
	// Rate is the key of the learning rate that stands for a time constant of
	// plasticity in discrete time; nil: none.
	Rate *Param
	Doc  string
}

// DrawnDefault is the default of a parameter whose units draw their values: see
// [Drawn].
type DrawnDefault struct {
	Dist string
	A, B Expr
}

// Range is an interval of numbers, in the unit s, Hz or 1. The zero value is
// all of them.
type Range struct {
	Low, High         float64
	OpenLow, OpenHigh bool
	Set               bool
}

// Has says whether v lies in the range.
func (r Range) Has(v float64) bool {
	if !r.Set {
		return v-v == 0
	}
	return v-v == 0 && (v > r.Low || !r.OpenLow && v == r.Low) && (v < r.High || !r.OpenHigh && v == r.High)
}

// Signal names a quantity that is recorded.
type Signal struct {
	Pos
	Symbol string // in the equations
	In     string // the population beside a layer that it belongs to; "" for layers
	Name   string // in files
	Label  string // in figures
	// Range is where a histogram counts it while a network trains, without unit;
	// not set: it is not counted. What lies beyond is counted in the outer bins.
	Range Range
	// Moments says whether its mean, variance and magnitude are logged then.
	Moments bool
}

// Require is a condition on parameters and what it means when it does not hold.
type Require struct {
	Pos
	Cond Cond
	When Cond // nil: always
	Doc  string
	Text string
}

// Discrete says what the model does differently in discrete time.
type Discrete struct {
	TwoPhases bool  // it predicts first and is taught then
	Hold      []Ref // what keeps the value of the prediction while it is taught
}

// Expr is an expression: one of the types below.
type Expr interface{ at() Pos }

type (
	// Number is a literal, with its unit if it has one: seconds, or 1.
	Number struct {
		Pos
		Value float64
		Unit  string
	}
	// Ref is a name, and the population that it belongs to: "" for the own,
	// below, above, beside, or the name of one. With a Delay it is what it was
	// that long before; nil: now.
	Ref struct {
		Pos
		Name, Index string
		Delay       Expr
	}
	// Unary is -x or, with op ', a transposed x.
	Unary struct {
		Pos
		Op string
		X  Expr
	}
	// Binary is a sum, difference, product, quotient or power.
	Binary struct {
		Pos
		Op   string
		X, Y Expr
	}
	// Call is a function of the language.
	Call struct {
		Pos
		Func string
		Args []Expr
	}
	// Choose is X where Cond holds, and Y elsewhere.
	Choose struct {
		Pos
		Cond Cond
		X, Y Expr
	}
)

// Cond is a condition: one of the types below.
type Cond interface{ at() Pos }

type (
	// Flag is a word that holds or not: teacher, discrete, images, a switch.
	Flag struct {
		Pos
		Name string
	}
	// Compare is a comparison of numbers, or of a parameter with a word.
	Compare struct {
		Pos
		Op   string
		X, Y Expr
	}
	// Not, And and Or join conditions.
	Not struct {
		Pos
		X Cond
	}
	Joined struct {
		Pos
		Op   string // and, or
		X, Y Cond
	}
)

func (p Pos) at() Pos { return p }

// Error says what is wrong with a text, and where.
type Error struct {
	File string
	Pos
	Equation string // the line it is about, or ""
	Msg      string
}

func (e *Error) Error() string {
	place := fmt.Sprintf("%d:%d: ", e.Line, e.Column)
	if e.File != "" {
		place = e.File + ":" + place
	}
	return place + e.Text()
}

// Text is the error without its place.
func (e *Error) Text() string {
	if e.Equation != "" {
		return fmt.Sprintf("%s, in %q", e.Msg, e.Equation)
	}
	return e.Msg
}
