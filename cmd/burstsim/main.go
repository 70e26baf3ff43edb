// Command burstsim runs experiments on cortical learning described by TOML
// files. Run burstsim --help for its commands.
package main

import (
	"context"
	"io"
	"log"
	"os"
)

func main() {
	// Where libraries panic by it, the message is in the error that we print.
	log.SetOutput(io.Discard)
	os.Exit(newProgram().execute(context.Background(), os.Args[1:]))
}
