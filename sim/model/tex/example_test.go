package tex_test

import (
	"fmt"
	"log"
	"strings"

	"burstsim/sim/model"
	"burstsim/sim/model/tex"
)

// A text and its equations: those of the hidden layers.
func ExampleLines() {
	text, err := model.Builtin("burstprop")
	if err != nil {
		log.Fatal(err)
	}
	hidden := text.Block("hidden")
	lines, err := tex.Lines(text, hidden, hidden.Equations)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(lines[0])
	// Output:
	// a^{(l)} = Y^{(l)\top} \, b^{(l+1)}
}

// A document that LaTeX sets.
func ExampleDocument() {
	text, err := model.Builtin("ann")
	if err != nil {
		log.Fatal(err)
	}
	doc, err := tex.Document(text)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.SplitN(doc, "\n", 2)[0])
	// Output:
	// \documentclass[10pt,a4paper]{article}
}
