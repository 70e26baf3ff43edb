package main

import (
	"strings"

	"github.com/spf13/cobra"

	"burstsim/internal/config"
)

// completeSet completes "mod" to keys and "model.kind=" to key=value.
func completeSet(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var found []cobra.Completion
	if key, _, ok := strings.Cut(typed, "="); ok {
		for _, word := range config.Choices(key) {
			found = append(found, key+"="+word)
		}
	} else {
		for _, key := range config.Keys() {
			found = append(found, key+"=")
		}
	}
	return found, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// completeFiles offers experiment files.
func completeFiles(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"toml"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeDirs offers folders, such as those of runs.
func completeDirs(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// completeWords offers the words that a flag takes.
func completeWords(cmd *cobra.Command, flag string, words []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the caller has defined the flag
	}
}
