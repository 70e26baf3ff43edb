package methods

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"burstsim/internal/config"
)

// Equations of neurons that spike, as docs/spiking.md has them.
const (
	membraneEquations = `With $s = \sigma((V_d - E_d)/D_d)$,
\begin{align*}
  C_s \dot V_s &= -\frac{C_s}{\tau_s} (V_s - E_L) + g_s s + I_s - w_s \\
  C_d \dot V_d &= -\frac{C_d}{\tau_d} (V_d - E_L) + g_d s + c_d K + I_d - w_d \\
  \tau_\theta \dot\theta &= \theta_0 - \theta \qquad \tau_{ws} \dot w_s = -w_s \qquad \tau_{wd} \dot w_d = a_w (V_d - E_L) - w_d
\end{align*}
Where $V_s \ge \theta$ there is a spike: $V_s$ is reset, $\theta$ and $w_s$ jump, and $K$ is 1 for a while after it, when the spike has gone back into the dendrite.
`
	poissonEquations = `\begin{align*}
  C_s \dot V_s &= -\frac{C_s}{\tau_s} (V_s - E_L) + I_s - w_s \\
  C_d \dot V_d &= -\frac{C_d}{\tau_d} (V_d - E_L) + I_d - w_d \\
  \tau_\theta \dot\theta &= \theta_0 - \theta \qquad \tau_{ws} \dot w_s = -w_s \qquad \tau_{wd} \dot w_d = a_w (V_d - E_L) - w_d
\end{align*}
Where $V_s \ge \theta$ there is a spike, after which $V_s$ is reset and $\theta$ and $w_s$ jump; with probability $\sigma((V_d - E_d)/D_d)$ another follows it.
`
	plasticityEquations = `A spike within a window of the one before is part of its group: the first of a group is an event, the second a burst. With $x$ the trace of what came through a synapse,
an event of its neuron changes the weight by $\eta (h - P) x$ and a burst by $\eta (1 + h) x$, where $P$ is the baseline burst probability with the rule \texttt{fixed}, and the ratio of the neuron's own
averages of bursts and events with the rule \texttt{moving}; $h = -(r - r_{\max})/r$ at rates $r$ above $r_{\max}$, otherwise 0; below $r_{\min}$ an arrival adds $\eta (r_{\min} - r)$.
`
)

// spiking are the equations of populations that spike.
func spiking(c config.Config) string {
	var b strings.Builder
	has := func(kind string) bool {
		return slices.ContainsFunc(c.Spiking.Populations, func(p config.Population) bool { return p.Kind == kind })
	}
	if has("two_compartment") {
		b.WriteString("\\subsubsection*{Two-compartment neurons}\nNeurons have a soma and a dendrite whose plateaus make bursts" + cite("two_compartment") + ". " + membraneEquations)
	}
	if has("burst_poisson") {
		b.WriteString("\\subsubsection*{Neurons that burst at random}\nNeurons have a soma and a dendrite that does not drive it but decides on bursts" + cite("burst_poisson") + ".\n" + poissonEquations)
	}
	if slices.ContainsFunc(c.Spiking.Connections, func(x config.Connection) bool { return x.Rule != "none" }) {
		b.WriteString("\\subsubsection*{Plasticity}\n" + plasticityEquations)
	}
	return b.String()
}

// spikingTables are the constants of populations that spike, of those that differ in
// name and size only in one table, and what connects and drives them, a line each.
func spikingTables(c config.Config) string {
	var b strings.Builder
	var names []string
	for i, p := range c.Spiking.Populations {
		names = append(names, fmt.Sprintf("%s (%d neurons)", p.Name, p.Size))
		if i+1 < len(c.Spiking.Populations) {
			next := c.Spiking.Populations[i+1]
			if next.Name, next.Size = p.Name, p.Size; next == p {
				continue
			}
		}
		table(&b, "Populations "+escape(strings.Join(names, ", "))+".", "Key", constants(p))
		names = nil
	}
	lists := reflect.ValueOf(c.Spiking)
	for i := range lists.NumField() {
		field, list := lists.Type().Field(i), lists.Field(i)
		if name := field.Tag.Get("toml"); list.Kind() == reflect.Slice && list.Len() > 0 && list.Type().Elem().Kind() == reflect.Struct && name != "population" {
			fmt.Fprintf(&b, "\\noindent Each \\texttt{%s}:\n\\begin{itemize}\n", escape(name))
			for k := range list.Len() {
				fmt.Fprintf(&b, "\\item %s\n", said(list.Index(k)))
			}
			b.WriteString("\\end{itemize}\n")
		}
	}
	return b.String()
}

// constants are those of a population that its kind has.
func constants(p config.Population) (rows []row) {
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		key := tag.Get("toml")
		if kinds := tag.Get("for"); key == "name" || key == "size" || kinds != "" && !slices.Contains(strings.Split(kinds, ","), p.Kind) {
			continue
		}
		r := row{name: "\\texttt{" + escape(key) + "}", meaning: escape(tag.Get("doc"))}
		r.value, r.unit = constant(v.Field(i), tag.Get("doc"))
		rows = append(rows, r)
	}
	return rows
}

// constant is a value of a table of the file, with the unit that its key's meaning says.
func constant(v reflect.Value, doc string) (value, unit string) {
	if d, ok := v.Interface().(config.Duration); ok {
		return valueOf(d.Seconds(), "s")
	}
	if m := unitPattern.FindStringSubmatch(doc); m != nil {
		unit = m[1]
	}
	if v.CanInt() {
		return numeral(float64(v.Int())), unit
	}
	return valueOf(v.Interface(), unit)
}

// said are the values of a table that are not zero.
func said(v reflect.Value) string {
	var parts []string
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			continue
		}
		tag := v.Type().Field(i).Tag
		value, unit := constant(v.Field(i), tag.Get("doc"))
		parts = append(parts, strings.TrimRight(escape(tag.Get("toml"))+" "+value+" "+unit, " "))
	}
	return strings.Join(parts, ", ")
}
