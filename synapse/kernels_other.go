//go:build !amd64 && !arm64

package synapse

// instructions are the ways to compute on this processor.
func instructions() []instructionSet { return []instructionSet{oneByOne} }
