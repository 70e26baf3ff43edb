package model

import (
	"fmt"
	"strings"
)

// Builder writes a model line by line, in the words of the language: what it
// builds is a text like any other. The zero value is empty and ready.
type Builder struct {
	title    string
	sections []*section
}

type section struct {
	head  string
	lines []string
}

// Model names the model and says what it is.
func (b *Builder) Model(name, doc string) *Builder {
	b.title = fmt.Sprintf("model %s %q\n", name, doc)
	return b
}

// Parameters declares parameters, each a line such as
//
//	beta = 4 in (0, inf) "gain of the apical dendrite"
func (b *Builder) Parameters(lines ...string) *Builder { return b.add("parameters", lines) }

// TimeConstants declares parameters that are times and stand in [time] of an
// experiment, each a line such as
//
//	tau_weight = 5 s in (0, inf) rate lr "plasticity time constant"
func (b *Builder) TimeConstants(lines ...string) *Builder { return b.add("time constants", lines) }

// LearningRates declares parameters of [learning], each a line as those of
// [Builder.Parameters].
func (b *Builder) LearningRates(lines ...string) *Builder { return b.add("learning rates", lines) }

// Input, Layer, Hidden and Output add lines to the populations of a stack of
// layers; Layer's hold for hidden layers and the output.
func (b *Builder) Input(lines ...string) *Builder  { return b.add("input", lines) }
func (b *Builder) Layer(lines ...string) *Builder  { return b.add("layer", lines) }
func (b *Builder) Hidden(lines ...string) *Builder { return b.add("hidden", lines) }
func (b *Builder) Output(lines ...string) *Builder { return b.add("output", lines) }

// Beside adds lines to a population beside a layer, whose head is such as
// "interneuron beside hidden, as many as above".
func (b *Builder) Beside(head string, lines ...string) *Builder { return b.add(head, lines) }

// Signals names what can be recorded, each a line such as
//
//	e event_rate "event rate"
func (b *Builder) Signals(lines ...string) *Builder { return b.add("signals", lines) }

// Requirements adds conditions on parameters.
func (b *Builder) Requirements(lines ...string) *Builder { return b.add("requirements", lines) }

// Discrete says what is different in discrete time.
func (b *Builder) Discrete(lines ...string) *Builder { return b.add("discrete time", lines) }

func (b *Builder) add(head string, lines []string) *Builder {
	b.sections = append(b.sections, &section{head, lines})
	return b
}

// String is the text as it would stand in a file.
func (b *Builder) String() string {
	var s strings.Builder
	s.WriteString(b.title)
	for _, sec := range b.sections {
		fmt.Fprintf(&s, "\n%s:\n", sec.head)
		for _, line := range sec.lines {
			fmt.Fprintf(&s, "    %s\n", line)
		}
	}
	return s.String()
}

// Text parses what was built. Errors count lines as [Builder.String] has them.
func (b *Builder) Text() (*Text, error) { return Parse("", b.String()) }
