package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// noArgs says what is wrong where cobra would call an argument a command.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s: unexpected argument %.60q, expected none", cmd.Name(), args[0])
	}
	return nil
}

// knownCommand reports a command that does not exist, on one line.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "burstsim --help lists them"
	root.SuggestionsMinimumDistance = 2
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %q?", near[0])
	}
	return fmt.Errorf("unknown command %.60q, %s", args[0], hint)
}

// flagError says what a flag expects, without the words of the parser.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var absent *pflag.ValueRequiredError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s: %.60q, expected %s", invalid.GetFlag().Name, invalid.GetValue(), wanted(invalid.GetFlag()))
	case errors.As(err, &absent):
		return fmt.Errorf("--%s: no value, expected %s", absent.GetFlag().Name, wanted(absent.GetFlag()))
	case errors.As(err, &unknown):
		return fmt.Errorf("unknown flag: %s; burstsim %s --help lists those there are", dashed(unknown), cmd.Name())
	}
	return err
}

func dashed(e *pflag.NotExistError) string {
	if e.GetSpecifiedShortnames() != "" {
		return "-" + e.GetSpecifiedName()
	}
	return "--" + e.GetSpecifiedName()
}

// wanted describes the values of a flag.
func wanted(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "int64", "int":
		return "a whole number below 2^63"
	case "duration":
		return `a time with its unit (ns, us, ms, s, m or h), such as "1m30s"`
	case "intSlice":
		return "whole numbers such as 1,2"
	}
	name, _ := pflag.UnquoteUsage(f)
	return name
}

var exclusive = regexp.MustCompile(`^if any flags in the group \[[^]]*\] are set none of the others can be; \[([^]]*)\] were all set$`)

// plain puts what cobra says of flags that exclude each other in our words.
func plain(err error) error {
	m := exclusive.FindStringSubmatch(err.Error())
	if m == nil {
		return err
	}
	flags := strings.Fields(m[1])
	slices.Sort(flags)
	return fmt.Errorf("--%s: only one of them can be given", strings.Join(flags, " and --"))
}
