package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/explain"
	"burstsim/sim/model"
	"burstsim/sim/model/tex"
	simprogram "burstsim/sim/program"
)

// modelOptions are those of model show.
type modelOptions struct {
	set     []string
	sizes   []int
	time    string
	json    bool
	tex     string
	circuit string
}

func (p *program) modelShowCommand() *cobra.Command {
	var opt modelOptions
	cmd := &cobra.Command{
		Use:   "show NAME|FILE",
		Short: "Show what a model is",
		Long: `Show what a model is: populations, projections, the order in which all is
evaluated in both kinds of time, dimensions, parameters with their defaults,
ranges and keys, what can be recorded, and the program that it is compiled to.
The model is one that comes with burstsim, by its name, or the file of a text.

--size and --set put it together for other layers and parameters. --tex prints
its equations in LaTeX instead, for a document of one's own, or with
--tex=document as one. --circuit draws its populations and projections.

Exit status: 0; 1 if a file cannot be written; 2 if the command line or the text
is wrong.`,
		Example: `  burstsim model show burstccn
  burstsim model show my.model --size 3,50,50,1 --time discrete
  burstsim model show burstccn --set model.y_mode=random
  burstsim model show my.model --tex=document > my.tex
  burstsim model show edn --circuit edn.pdf`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("model show: expected one model: %s, or the file of another", strings.Join(model.Builtins(), ", "))
			}
			return nil
		},
		ValidArgs: model.Builtins(),
		RunE:      func(_ *cobra.Command, args []string) error { return p.showModel(args[0], opt) },
	}
	addSetFlag(cmd, &opt.set)
	cmd.Flags().IntSliceVar(&opt.sizes, "size", []int{3, 50, 1}, "`UNITS` of the input, the hidden layers and the output")
	cmd.Flags().StringVar(&opt.time, "time", "", "only this `KIND` of time: "+strings.Join(config.Choices("time.kind"), ", "))
	cmd.Flags().BoolVar(&opt.json, "json", false, "print a JSON object")
	cmd.Flags().StringVar(&opt.tex, "tex", "", "print the equations in LaTeX, as a `FORM`: "+strings.Join(texForms, ", "))
	cmd.Flags().Lookup("tex").NoOptDefVal = texForms[0]
	cmd.Flags().StringVar(&opt.circuit, "circuit", "", "draw the circuit into a `FILE` that ends in "+strings.Join(circuitFormats, ", "))
	cmd.MarkFlagsMutuallyExclusive("json", "tex", "circuit")
	completeWords(cmd, "time", config.Choices("time.kind"))
	completeWords(cmd, "tex", texForms)
	return cmd
}

var (
	texForms       = []string{"fragment", "document"}
	circuitFormats = []string{".png", ".svg", ".pdf"}
)

func (p *program) showModel(name string, opt modelOptions) error {
	text, setting, err := opt.setting(name)
	if err != nil {
		return err
	}
	switch {
	case opt.tex != "":
		return p.printTeX(text, opt.tex)
	case opt.circuit != "":
		return p.drawCircuit(text, setting, opt.circuit)
	}
	var times []string
	if opt.time != "" {
		times = []string{opt.time}
	}
	m, err := explain.Describe(text, setting, times...)
	if err != nil {
		return inText(err)
	}
	if opt.json {
		err = writeJSON(p.out, m)
	} else {
		err = p.printModel(m)
	}
	if err != nil {
		return failure(err)
	}
	return nil
}

// setting reads the model, and what the options say of it. A text of one's own is
// read, and --set understood, as in an experiment file.
func (opt modelOptions) setting(name string) (*model.Text, simprogram.Setting, error) {
	var none simprogram.Setting
	if err := opt.check(); err != nil {
		return nil, none, err
	}
	hidden := strings.ReplaceAll(fmt.Sprint(opt.sizes[1:len(opt.sizes)-1]), " ", ", ")
	set := []string{"model.hidden=" + hidden}
	if opt.time != "" {
		set = append(set, "time.kind="+opt.time)
	}
	cfg, err := config.WithModel(name, slices.Concat(set, opt.set))
	if err != nil {
		return nil, none, err
	}
	values := cfg.Parameters()
	for _, p := range cfg.Model.Text.Params {
		if p.File { // which is not looked at: all is connected
			values[p.Name] = &model.Array{}
		}
	}
	return cfg.Model.Text, simprogram.Setting{Sizes: opt.sizes, Values: values, Usage: cfg.Usage()}, nil
}

func (opt modelOptions) check() error {
	switch {
	case len(opt.sizes) < 2:
		return errors.New("--size: expected the units of at least the input and the output, such as 3,50,1")
	case slices.Min(opt.sizes) < 1:
		return fmt.Errorf("--size: a layer of %d units, expected at least 1", slices.Min(opt.sizes))
	case opt.time != "" && !slices.Contains(config.Choices("time.kind"), opt.time):
		return fmt.Errorf("--time: unknown kind of time %q, expected %s", opt.time, strings.Join(config.Choices("time.kind"), " or "))
	case opt.tex != "" && !slices.Contains(texForms, opt.tex):
		return fmt.Errorf("--tex: %q, expected %s", opt.tex, strings.Join(texForms, " or "))
	case opt.circuit != "" && !slices.Contains(circuitFormats, strings.ToLower(filepath.Ext(opt.circuit))):
		return fmt.Errorf("--circuit: %s, expected a file that ends in %s", opt.circuit, strings.Join(circuitFormats, ", "))
	}
	return nil
}

// inText makes an error of a text one that begins with its place.
func inText(err error) error {
	var e *model.Error
	if errors.As(err, &e) {
		return config.Errors{&config.Error{File: e.File, Line: e.Line, Column: e.Column, Msg: e.Text()}}
	}
	return err
}

func (p *program) printTeX(text *model.Text, form string) error {
	set := tex.Fragment
	if form == "document" {
		set = tex.Document
	}
	out, err := set(text)
	if err != nil {
		return failure(err)
	}
	if _, err := io.WriteString(p.out, out); err != nil {
		return failure(err)
	}
	return nil
}

func (p *program) drawCircuit(text *model.Text, setting simprogram.Setting, file string) error {
	fig, err := explain.Circuit(text, setting)
	if err != nil {
		return inText(err)
	}
	var drawn bytes.Buffer
	if err := fig.WriteTo(&drawn, strings.ToLower(strings.TrimPrefix(filepath.Ext(file), "."))); err != nil {
		return failure(err)
	}
	err = atomicfile.Write(file, func(w io.Writer) error {
		_, err := w.Write(drawn.Bytes())
		return err
	})
	if err == nil {
		_, err = fmt.Fprintln(p.out, file)
	}
	if err != nil {
		return failure(err)
	}
	return nil
}

func (p *program) printModel(m *explain.Model) error {
	head := p.bold(m.Name)
	if m.Doc != "" {
		head += "\n" + m.Doc
	}
	if _, err := fmt.Fprintf(p.out, "%s\nlayers of %s units\n", head, strings.Trim(strings.ReplaceAll(fmt.Sprint(m.Sizes), " ", ", "), "[]")); err != nil {
		return err
	}
	return p.printSections(m.Sections())
}
