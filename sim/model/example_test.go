package model_test

import (
	"fmt"
	"log"

	"burstsim/sim/model"
)

// A model is a text. Its parameters become keys with a range and a meaning.
func ExampleParse() {
	text, err := model.Parse("leaky.model", `
model leaky "one leaky unit for each output, which learns by the delta rule"

parameters:
    gain = 0.5 in (0, inf)  "initial W ~ Normal(0, gain)"

time constants:
    tau        = 20 ms in (0, inf)  "time constant of the units"
    tau_weight = 5 s in (0, inf) rate lr  "plasticity time constant"

input:
    y = stimulus

layer:
    projection W from below
    tau dy/dt = -y + W y[below]
    W(0) = normal(gain)

output:
    tau_weight dW/dt = (target - y) y[below]' if teacher else 0
    answer = y
`)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(text.Name, "-", text.Doc)
	for _, p := range text.AllParams() {
		fmt.Printf("%s.%s: %s\n", p.Section, p.Key, p.Expected())
	}
	// Output:
	// leaky - one leaky unit for each output, which learns by the delta rule
	// model.gain: a number of more than 0
	// time.tau: a time of more than 0 s
	// time.tau_weight: a time of more than 0 s
	// learning.lr: a number of at least 0
}

// An error says where it is and what was probably meant.
func ExampleParse_error() {
	_, err := model.Parse("typo.model", `
model typo
input:
    y = stimulus
layer:
    projection W from below
    z = W y[belov]
    y = sigmoid(z)
    W(0) = 1
output:
    answer = y
`)
	fmt.Println(err)
	// Output:
	// typo.model:7:11: y[belov]: unknown population "belov", expected below, above or beside; did you mean "below"?, in "z = W y[belov]"
}

// The models that come with burstsim are texts too.
func ExampleBuiltin() {
	fmt.Println(model.Builtins())
	text, err := model.Builtin("ann")
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range text.Signals {
		fmt.Println(s.Symbol, s.Name)
	}
	// Output:
	// [ann ann2 burstccn burstccn2 burstccn_dales burstprop burstprop2 edn edn2 node_perturbation]
	// z soma
	// e event_rate
	// d error
}

// Parameters that are not given follow from those that are; what does not fit is
// refused.
func ExampleText_Resolve() {
	text, err := model.Builtin("edn")
	if err != nil {
		log.Fatal(err)
	}
	values, err := text.Resolve(model.Values{"tau_weight": 10.0}, model.Usage{Presentation: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(values["tau_interneuron"], values["lr"], values["y_mode"])
	_, err = text.Resolve(model.Values{"y_mode": "tide"}, model.Usage{})
	fmt.Println(err)
	// Output:
	// 5 0.01 tied
	// model.y_mode: is "tide", expected tied, random or symmetric_init; did you mean "tied"?
}

// A builder writes the same text from Go.
func ExampleBuilder() {
	text, err := new(model.Builder).
		Model("leaky", "one leaky unit for each output").
		TimeConstants(`tau = 20 ms in (0, inf) "time constant of the units"`).
		Input("y = stimulus").
		Layer(
			"projection W from below",
			"tau dy/dt = -y + W y[below]",
			"W(0) = normal(0.5)",
		).
		Output(
			"d = target - y if teacher else 0",
			"5s dW/dt = d y[below]'",
			"answer = y",
		).
		Text()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text.Source)
	// Output:
	// model leaky "one leaky unit for each output"
	//
	// time constants:
	//     tau = 20 ms in (0, inf) "time constant of the units"
	//
	// input:
	//     y = stimulus
	//
	// layer:
	//     projection W from below
	//     tau dy/dt = -y + W y[below]
	//     W(0) = normal(0.5)
	//
	// output:
	//     d = target - y if teacher else 0
	//     5s dW/dt = d y[below]'
	//     answer = y
}

// Functions of the language, with what they are.
func ExampleFunctions() {
	fmt.Println(model.Functions()["logit"])
	// Output:
	// log(x/(1 - x)), the inverse of sigmoid
}
