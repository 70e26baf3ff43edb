// Command burstsim runs experiments on cortical learning described by TOML
// files. Run burstsim --help for its commands.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(newProgram().execute(context.Background(), os.Args[1:]))
}
