package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"burstsim/internal/report"
	"burstsim/sim/model"
)

func (p *program) modelCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "model",
		Short: "List models and explain them",
		Long: `List the models that come with burstsim, and show what a model is: one of these,
or a text of one's own.`,
		Example: `  burstsim model list
  burstsim model show burstccn
  burstsim model show my.model --circuit my.pdf`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return fmt.Errorf("model: unknown command %.60q, expected list or show", args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.modelListCommand(), p.modelShowCommand())
	return cmd
}

func (p *program) modelListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the models that come with burstsim",
		Long: `List the models that come with burstsim, each with what it is. They are texts of
equations, and so is a model of one's own: docs/own-model.md builds one.`,
		Example: `  burstsim model list
  burstsim model list --json`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := p.listModels(asJSON); err != nil {
				return failure(err)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

func (p *program) listModels(asJSON bool) error {
	type entry struct {
		Name  string `json:"name"`
		Usual bool   `json:"default"`
		Doc   string `json:"doc"`
	}
	var all []entry
	table := &report.Table{Header: []string{"model", "is"}}
	for _, name := range model.Builtins() {
		text, err := model.Builtin(name)
		if err != nil {
			return err
		}
		all = append(all, entry{name, name == model.Usual, text.Doc})
		doc := text.Doc
		if name == model.Usual {
			doc += " (the default)"
		}
		table.Rows = append(table.Rows, []string{name, doc})
	}
	if asJSON {
		return writeJSON(p.out, all)
	}
	return writeRows(p.out, table, 0)
}
