package model

import "maps"

// Constants lists the words that stand for numbers with what they are.
func Constants() map[string]string { return maps.Clone(constants) }

// Flags lists the words that hold or not with where they do.
func Flags() map[string]string { return maps.Clone(flags) }
