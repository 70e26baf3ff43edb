package config_test

import (
	"fmt"
	"log"

	"burstsim/internal/config"
)

func ExampleParse() {
	file := []byte(`
[model]
hidden = [20, 20]

[[compare]]
name = "discrete"
time.kind = "discrete"
learning.lr = 0.001
`)
	c, err := config.Parse("deep.toml", file, config.Options{Set: []string{"time.dt=5ms"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Run.Name, c.Run.Label, c.Model.Hidden, c.Time.Dt)
	for _, v := range c.Compare {
		fmt.Println(v.Name, v.Config.Time.Kind, v.Config.Values["learning.lr"])
	}
	// Output:
	// deep continuous [20 20] 5ms
	// discrete discrete 0.001
}

func ExampleParse_errors() {
	euler := func(method string) float64 { return 2 }
	for _, file := range []string{
		"[time]\ntau_some = \"50ms\"",
		"[time]\n\ndt = \"300ms\"",
		"[model]\nhidden = 50",
	} {
		_, err := config.Parse("exp.toml", []byte(file), config.Options{StabilityLimit: euler})
		fmt.Println(err)
	}
	// Output:
	// exp.toml:2: time.tau_some: unknown key, did you mean "tau_soma"?
	// exp.toml:3: time.dt: 300ms is not below the stable limit of rk4, 200ms (2 x time.tau_soma, the shortest time constant)
	// exp.toml:2: model.hidden: is the integer 50, expected a list such as [50]
}

// What a completion of keys says of one.
func ExampleReference() {
	_, keys, err := config.Reference("burstccn")
	if err != nil {
		log.Fatal(err)
	}
	for _, k := range keys {
		if k.Key == "time.kind" {
			fmt.Println(k.Type, k.Default, k.Choices)
		}
	}
	// Output: word "continuous" [continuous discrete spiking]
}
