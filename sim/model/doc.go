// Package model holds the language that models are written in: it parses a
// text, checks its names, and completes its parameters. What a text is compiled
// to is the business of package program.
//
// A text is a list of sections. Those named input, layer, hidden and output, or
// after a population beside these, have the equations of a population of units:
//
//	tau dz/dt = -z + W e[below] + c         a state, which takes time
//	e = sigmoid(z)                          a quantity, which follows at once
//	projection W, c from below              weights and a bias, ...
//	W(0) = normal(0.1)                      how they begin, ...
//	tau_weight dW/dt = (target - e) e[below]'   and how they learn
//
// Both kinds of time come from the same lines: continuous time integrates them,
// and in discrete time a state takes the value to which it would relax. Lines
// may stand in any order. Sections of parameters declare keys of experiment
// files, with default, unit, range and meaning; others name what is recorded,
// what parameters must fulfil, and what is different in discrete time.
//
// docs/models.md is the reference of the language, with an example for every
// word; [Functions] lists its functions. The models that come with burstsim are
// the files of the folder texts, see [Builtin].
//
// [Parse] reads a text with the scanner of the standard library, text/scanner,
// and descends through its grammar. [Builder] writes a text from Go in the same
// words. [Text.Resolve] completes and checks parameters. Errors of a text are of
// the type [*Error]: they name file, line, column, equation and the nearest
// name.
//
// Nothing but parameters has a unit. Times are in seconds and rates in hertz.
package model
