package tex

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"burstsim/sim/model"
)

// greek are the letters that LaTeX has a command for, by name and as a letter.
var greek = map[string]string{
	"alpha": `\alpha`, "beta": `\beta`, "gamma": `\gamma`, "delta": `\delta`, "epsilon": `\epsilon`, "zeta": `\zeta`,
	"eta": `\eta`, "theta": `\theta`, "iota": `\iota`, "kappa": `\kappa`, "lambda": `\lambda`, "mu": `\mu`, "nu": `\nu`,
	"xi": `\xi`, "pi": `\pi`, "rho": `\rho`, "sigma": `\sigma`, "tau": `\tau`, "upsilon": `\upsilon`, "phi": `\phi`,
	"chi": `\chi`, "psi": `\psi`, "omega": `\omega`, "Gamma": `\Gamma`, "Delta": `\Delta`, "Theta": `\Theta`,
	"Lambda": `\Lambda`, "Xi": `\Xi`, "Pi": `\Pi`, "Sigma": `\Sigma`, "Upsilon": `\Upsilon`, "Phi": `\Phi`, "Psi": `\Psi`,
	"Omega": `\Omega`,
	"α":     `\alpha`, "β": `\beta`, "γ": `\gamma`, "δ": `\delta`, "ε": `\epsilon`, "ζ": `\zeta`, "η": `\eta`, "θ": `\theta`,
	"ι": `\iota`, "κ": `\kappa`, "λ": `\lambda`, "μ": `\mu`, "ν": `\nu`, "ξ": `\xi`, "π": `\pi`, "ρ": `\rho`, "σ": `\sigma`,
	"ς": `\varsigma`, "τ": `\tau`, "υ": `\upsilon`, "φ": `\phi`, "χ": `\chi`, "ψ": `\psi`, "ω": `\omega`, "Γ": `\Gamma`,
	"Δ": `\Delta`, "Θ": `\Theta`, "Λ": `\Lambda`, "Ξ": `\Xi`, "Π": `\Pi`, "Σ": `\Sigma`, "Φ": `\Phi`, "Ψ": `\Psi`, "Ω": `\Omega`,
}

// Symbol sets a name: its first part as a letter, Greek if it is the name of
// one, and what stands behind underscores as an index. Words are upright.
func Symbol(name string) string {
	head, rest, indexed := strings.Cut(name, "_")
	out := part(head)
	if !indexed {
		return out
	}
	var below []string
	for p := range strings.SplitSeq(rest, "_") {
		if p != "" {
			below = append(below, part(p))
		}
	}
	switch {
	case out == "":
		return strings.Join(below, " ")
	case len(below) == 0:
		return out
	}
	return out + "_{" + strings.Join(below, ",") + "}"
}

// parameter sets the name of a parameter: a word or a switch as text, and so what
// begins with a word, as that is no symbol that has an index.
func parameter(p *model.Param) string {
	head, _, _ := strings.Cut(p.Name, "_")
	if p.Choices != nil || p.Switch || strings.HasPrefix(part(head), `\mathrm`) {
		return `\text{` + escape(p.Name) + "}"
	}
	return Symbol(p.Name)
}

func part(word string) string {
	if g := greek[word]; g != "" {
		return g
	}
	if utf8.RuneCountInString(word) == 1 && word[0] < utf8.RuneSelf {
		return word
	}
	if word == "" {
		return ""
	}
	var s strings.Builder
	for _, r := range word {
		if g := greek[string(r)]; g != "" {
			s.WriteString(`\mathnormal{` + g + "}")
			continue
		}
		s.WriteRune(r)
	}
	return `\mathrm{` + s.String() + "}"
}

// escape makes plain text fit for LaTeX.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "_", `\_`, "^", `\textasciicircum{}`, "%", `\%`,
		"&", `\&`, "#", `\#`, "$", `\$`, "~", `$\sim$`, "<", `$<$`, ">", `$>$`, "|", `$|$`, `"`, "''").Replace(text)
}

// number sets a number with its unit, of which the largest is taken that
// leaves at least 1.
func number(v float64, unit string) string {
	if math.IsInf(v, 0) {
		return map[bool]string{true: "-"}[v < 0] + `\infty`
	}
	name := unit
	if unit == "s" && v != 0 {
		for _, u := range []struct {
			name string
			size float64
		}{{"s", 1}, {"ms", 1e-3}, {`\mu s`, 1e-6}, {"ns", 1e-9}} {
			if math.Abs(v) >= u.size*(1-1e-12) {
				v, name = v/u.size, u.name
				break
			}
		}
	}
	text := strconv.FormatFloat(v, 'g', 12, 64)
	if mantissa, power, ok := strings.Cut(text, "e"); ok {
		n, err := strconv.Atoi(power)
		if err != nil {
			panic(err) // strconv has just written it
		}
		text = fmt.Sprintf("10^{%d}", n)
		switch mantissa {
		case "1":
		case "-1":
			text = "-" + text
		default:
			text = mantissa + `\cdot` + text
		}
	}
	if name == "" {
		return text
	}
	if short, ok := strings.CutPrefix(name, `\mu `); ok {
		return text + `\,\mu\mathrm{` + short + "}"
	}
	return text + `\,\mathrm{` + name + "}"
}

// place is where an equation stands: a kind of population, whose own layer is
// written as own.
type place struct {
	text *model.Text
	kind string // input, layer, hidden, output, or the name of one beside a layer
	host string // input, layer, hidden or output
}

func placeOf(t *model.Text, b *model.Block) place {
	p := place{text: t, kind: b.Name, host: b.Name}
	if b.Beside != "" {
		p.host = b.Beside
	}
	return p
}

// is says whether a name of the place is that of weights or of a bias.
func (p place) is(name string) bool {
	for _, kind := range p.kinds() {
		if p.text.IsProjection(kind, name) {
			return true
		}
	}
	return false
}

func (p place) kinds() []string {
	if p.kind == "layer" {
		return []string{"hidden", "output"}
	}
	return []string{p.kind}
}

// layer is the number of the layer, so many above the own.
func (p place) layer(up int) string {
	base := map[string]string{"input": "0", "output": "L"}[p.host]
	switch {
	case base == "0":
		return strconv.Itoa(up)
	case base == "":
		base = "l"
	}
	switch {
	case up > 0:
		return fmt.Sprintf("%s+%d", base, up)
	case up < 0:
		return fmt.Sprintf("%s-%d", base, -up)
	}
	return base
}

// above is the superscript of what an index leads to.
func (p place) above(index string) string {
	own := "(" + p.layer(0) + ")"
	switch index {
	case "below":
		return "(" + p.layer(-1) + ")"
	case "above":
		return "(" + p.layer(1) + ")"
	case "beside":
		return own
	case "":
		index = p.kind
	}
	if b := p.text.Block(index); b != nil && b.Beside != "" {
		return `\mathrm{` + strings.ReplaceAll(escape(index), `\_`, `\,`) + "}," + own
	}
	return own
}
