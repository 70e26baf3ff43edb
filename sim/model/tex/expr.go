package tex

import (
	"fmt"
	"strings"

	"burstsim/sim/model"
)

// rank is the form of an expression: what stands side by side is a product of
// matrices where the forms fit, and one of numbers, element by element,
// otherwise.
type rank int

const (
	scalar rank = iota
	column      // one number a unit
	row         // a transposed column
	matrix      // weights, or a column times a row
)

// function is how a function of the language is set: in its form, #1 and so on
// stand for the arguments. Note is what it means, where readers may not know.
type function struct{ form, note string }

var functions = map[string]function{
	"sigmoid":    {`\sigma\left(#1\right)`, `$\sigma(x) = 1/(1 + \exp(-x))$`},
	"tanh":       {`\tanh\left(#1\right)`, ""},
	"relu":       {`\left[#1\right]_+`, `$[x]_+ = \max(x, 0)$`},
	"softplus":   {`\mathrm{softplus}\left(#1\right)`, `$\mathrm{softplus}(x) = \log(1 + \exp(x))$`},
	"softmax":    {`\mathrm{softmax}\left(#1\right)`, `$\mathrm{softmax}(x)_i = \exp(x_i)/\sum_j \exp(x_j)$`},
	"exp":        {`\exp\left(#1\right)`, ""},
	"log":        {`\log\left(#1\right)`, ""},
	"sqrt":       {`\sqrt{#1}`, ""},
	"abs":        {`\left|#1\right|`, ""},
	"sign":       {`\mathrm{sign}\left(#1\right)`, ""},
	"step":       {`\Theta\left(#1\right)`, `$\Theta(x)$ is 1 where $x > 0$, and 0 elsewhere`},
	"logit":      {`\mathrm{logit}\left(#1\right)`, `$\mathrm{logit}(x) = \log(x/(1 - x))$`},
	"min":        {`\min\left(#1, #2\right)`, ""},
	"max":        {`\max\left(#1, #2\right)`, ""},
	"clip":       {`\left[#1\right]_{#2}^{#3}`, `$[x]_a^b = \min(\max(x, a), b)$`},
	"mean":       {`\left\langle #1\right\rangle`, `$\langle x\rangle$ is the mean over the units of a population`},
	"sum":        {`\left\langle 1, #1\right\rangle`, `$\langle 1, x\rangle$ is the sum over the units of a population`},
	"surrogate":  {`\left(#1\right)_{\partial/\partial #2 := #3}`, `$(y)_{\partial/\partial x := s}$ is $y$, of which the gradient of the loss takes $s$ to be the derivative with respect to $x$`},
	"batch_mean": {`\left\langle #1\right\rangle_B`, `$\langle x\rangle_B$ is the mean over the samples of a batch`},
	"noisy":      {`\mathrm{noisy}\left(#1\right)`, `$\mathrm{noisy}(x)$ is $x$ and, while learning in discrete time, Gaussian noise`},
	"normal":     {`\mathcal{N}\left(0, #1\right)`, `$\mathcal{N}(0, s)$ is a normal distribution of standard deviation $s$`},
	"uniform":    {`\mathcal{U}\left(#1, #2\right)`, `$\mathcal{U}(a, b)$ is a uniform distribution`},

	"dot":          {`#1 \, #2`, ""},
	"left_factor":  {`\mathrm{L}_{#2}\left(#1\right)`, `$\mathrm{L}_k(A) \, \mathrm{R}_k(A)$ is the best approximation of $A$ of rank $k$, $\mathrm{L}_k = U_k S_k^{1/2}$ of $A = U S V^\top$, and the identity where $A$ has $k$ rows`},
	"right_factor": {`\mathrm{R}_{#2}\left(#1\right)`, `$\mathrm{L}_k(A) \, \mathrm{R}_k(A)$ is the best approximation of $A$ of rank $k$, $\mathrm{R}_k = S_k^{1/2} V_k^\top$ of $A = U S V^\top$, and $A$ where that has $k$ rows`},
	"norm":         {`\left\|#1\right\|`, `$\|A\|^2$ is the sum of the squares of $A$`},
}

// constants are the words that stand for numbers; #1 is the superscript of the
// population, #2 the number of its layer.
var constants = map[string]string{
	"n": `n^{#1}`, "n_in": `n_{\mathrm{in}}`, "n_out": `n_{\mathrm{out}}`, "n_group": `n_{\mathrm{group}}`, "depth": `(L - #2)`,
	"batch": "B", "presentation": "T", "pi": `\pi`,
	"xi": `\xi^{#1}`,
}

// flags are the words that hold or not, and their contraries.
var flags = map[string][2]string{
	"teacher":    {"there is a teacher", "there is none"},
	"discrete":   {"time is discrete", "time is continuous"},
	"continuous": {"time is continuous", "time is discrete"},
	"images":     {"the task shows images", "the task shows none"},
}

// setter sets the expressions of one place. It stops at what has no form, by a
// panic with an error that [Lines] and others return.
type setter struct {
	place
	used map[string]bool // functions
}

// unset is the panic of a setter.
type unset struct{ error }

func (s *setter) fail(format string, args ...any) {
	panic(unset{fmt.Errorf("tex: "+format, args...)})
}

// Binding strengths of what was set.
const (
	inSum = iota
	inProduct
	inPower
)

// expr sets an expression that stands in something that binds so strongly.
func (s *setter) expr(e model.Expr, strength int) string {
	out, own := s.bare(e)
	if own < strength {
		return `\left(` + out + `\right)`
	}
	return out
}

func (s *setter) bare(e model.Expr) (out string, strength int) {
	switch e := e.(type) {
	case *model.Number:
		if e.Value < 0 {
			return number(e.Value, e.Unit), inSum
		}
		return number(e.Value, e.Unit), inPower
	case *model.Ref:
		return s.ref(e, "")
	case *model.Unary:
		if e.Op == "-" {
			return "-" + s.expr(e.X, inProduct), inSum
		}
		if ref, ok := e.X.(*model.Ref); ok {
			return s.ref(ref, `\top`)
		}
		return s.expr(e.X, inPower+1) + `^\top`, inProduct
	case *model.Binary:
		return s.binary(e)
	case *model.Call:
		f, ok := functions[e.Func]
		if !ok {
			s.fail("the function %s has no form", e.Func)
		}
		s.used[e.Func] = true
		var fill []string
		for i, a := range e.Args {
			strength := inSum
			if e.Func == "dot" { // a product without brackets
				strength = inProduct
			}
			fill = append(fill, fmt.Sprintf("#%d", i+1), s.expr(a, strength))
			if one, ok := a.(*model.Number); ok && strength == inProduct && i == 1 && one.Value == 1 {
				fill[len(fill)-1] = `\mathbf{1}`
			}
		}
		return strings.NewReplacer(fill...).Replace(f.form), inProduct
	case *model.Choose:
		return cases([][2]string{{s.expr(e.X, inSum), `\text{if }` + s.cond(e.Cond)}, {s.expr(e.Y, inSum), `\text{otherwise}`}}), inProduct
	}
	s.fail("an expression of type %T has no form", e)
	return "", 0
}

// cases sets alternatives.
func cases(lines [][2]string) string {
	var out []string
	for _, l := range lines {
		out = append(out, l[0]+" & "+l[1])
	}
	return `\begin{cases} ` + strings.Join(out, ` \\ `) + ` \end{cases}`
}

// ref sets a name, with what is behind its superscript.
func (s *setter) ref(r *model.Ref, behind string) (out string, strength int) {
	if r.Index == "" {
		if c, ok := constants[r.Name]; ok {
			return strings.NewReplacer("#1", s.above(""), "#2", s.layer(0)).Replace(c), inProduct
		}
		if p := s.text.Param(r.Name); p != nil {
			return parameter(p), inPower
		}
		if r.Name == "stimulus" || r.Name == "target" {
			return Symbol(r.Name), inPower
		}
		if _, ok := model.Constants()[r.Name]; ok {
			s.fail("the word %s has no form", r.Name)
		}
	}
	above := s.above(r.Index)
	if r.Name == "n" { // units of another population
		return "n^{" + above + "}", inProduct
	}
	if s.declared(r.Name) == 1 { // weights whose name says where they belong
		_, own, beside := strings.Cut(above, ",")
		if beside {
			above = own
		}
	}
	delay := ""
	if r.Delay != nil {
		delay = `(t - ` + s.term(r.Delay) + `)`
	}
	return fmt.Sprintf("%s^{%s%s}%s", Symbol(r.Name), above, behind, delay), inProduct
}

// declared counts the weights and biases of that name.
func (s *setter) declared(name string) int {
	n := 0
	for _, b := range s.text.Blocks {
		for _, p := range b.Projections {
			if p.Name == name || p.Bias == name {
				n++
			}
		}
	}
	return n
}

func (s *setter) binary(e *model.Binary) (out string, strength int) {
	switch e.Op {
	case "+":
		return s.expr(e.X, inSum) + " + " + s.term(e.Y), inSum
	case "-":
		return s.expr(e.X, inSum) + " - " + s.term(e.Y), inSum
	case "*":
		y := s.expr(e.Y, inProduct)
		if negative(e.X) { // -a b needs no brackets
			x, _ := s.bare(e.X)
			return x + s.times(e, y) + y, inSum
		}
		return s.expr(e.X, inProduct) + s.times(e, y) + y, inProduct
	case "/":
		return `\frac{` + s.expr(e.X, inSum) + "}{" + s.expr(e.Y, inSum) + "}", inProduct
	case "^":
		return s.expr(e.X, inPower) + "^{" + s.expr(e.Y, inSum) + "}", inProduct
	}
	s.fail("the operator %s has no form", e.Op)
	return "", 0
}

// negative says whether an expression is a product that begins with a sign.
func negative(e model.Expr) bool {
	switch e := e.(type) {
	case *model.Unary:
		return e.Op == "-"
	case *model.Binary:
		return e.Op == "*" && negative(e.X)
	}
	return false
}

// term is what follows a sign: in brackets if it is a sum or has a sign itself.
func (s *setter) term(e model.Expr) string {
	out, strength := s.bare(e)
	if strength == inSum {
		return `\left(` + out + `\right)`
	}
	return out
}

// times is what stands between the factors of a product.
func (s *setter) times(e *model.Binary, y string) string {
	a, b := s.rank(e.X), s.rank(e.Y)
	switch {
	case a != scalar && b != scalar && !(a == matrix && b == column || a == column && b == row):
		return ` \odot `
	case y[0] >= '0' && y[0] <= '9':
		return ` \cdot `
	}
	return ` \, `
}

func (s *setter) rank(e model.Expr) rank {
	switch e := e.(type) {
	case *model.Ref:
		_, constant := constants[e.Name]
		switch {
		case e.Index == "" && (constant && e.Name != "xi" || s.text.Param(e.Name) != nil), e.Name == "n":
			return scalar
		case s.weights(e):
			return matrix
		}
		return column
	case *model.Unary:
		x := s.rank(e.X)
		if e.Op == "'" && x == column {
			return row
		}
		return x
	case *model.Binary:
		a, b := s.rank(e.X), s.rank(e.Y)
		switch {
		case e.Op == "*" && a == matrix && b == column:
			return column
		case e.Op == "*" && a == column && b == row:
			return matrix
		}
		return max(a, b)
	case *model.Call:
		switch e.Func {
		case "mean", "sum", "norm":
			return scalar
		case "dot":
			if s.rank(e.Args[1]) != matrix {
				return column
			}
			return matrix
		}
		out := scalar
		for _, a := range e.Args {
			out = max(out, s.rank(a))
		}
		return out
	case *model.Choose:
		return max(s.rank(e.X), s.rank(e.Y))
	}
	return scalar
}

// weights says whether a name is that of a projection, biases excepted.
func (s *setter) weights(r *model.Ref) bool {
	for _, b := range s.text.Blocks {
		for _, p := range b.Projections {
			if p.Name == r.Name {
				return true
			}
		}
	}
	return false
}

// cond sets a condition.
func (s *setter) cond(c model.Cond) string {
	switch c := c.(type) {
	case *model.Flag:
		return s.flag(c.Name, 0)
	case *model.Compare:
		return s.compare(c)
	case *model.Not:
		if f, ok := c.X.(*model.Flag); ok {
			return s.flag(f.Name, 1)
		}
		if x, ok := c.X.(*model.Compare); ok {
			inverse := map[string]string{"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
			return s.compare(&model.Compare{Pos: x.Pos, Op: inverse[x.Op], X: x.X, Y: x.Y})
		}
		return `\text{not }\left(` + s.cond(c.X) + `\right)`
	case *model.Joined:
		x, y := s.cond(c.X), s.cond(c.Y)
		if c.Op == "and" {
			if j, ok := c.X.(*model.Joined); ok && j.Op == "or" {
				x = `\left(` + x + `\right)`
			}
			if j, ok := c.Y.(*model.Joined); ok && j.Op == "or" {
				y = `\left(` + y + `\right)`
			}
		}
		return x + `\text{ ` + c.Op + ` }` + y
	}
	s.fail("a condition of type %T has no form", c)
	return ""
}

// flag sets a word that holds, or with is 1 does not.
func (s *setter) flag(name string, is int) string {
	if p := s.text.Param(name); p != nil {
		return []string{"", `\text{not }`}[is] + parameter(p)
	}
	f, ok := flags[name]
	if !ok {
		s.fail("the word %s has no form", name)
	}
	return `\text{` + f[is] + "}"
}

func (s *setter) compare(c *model.Compare) string {
	signs := map[string]string{"=": "=", "!=": `\ne`, "<": "<", "<=": `\le`, ">": ">", ">=": `\ge`}
	sign, ok := signs[c.Op]
	if !ok {
		s.fail("the comparison %s has no form", c.Op)
	}
	if ref, ok := c.X.(*model.Ref); ok && ref.Index == "" {
		if p := s.text.Param(ref.Name); p != nil && p.Choices != nil {
			return parameter(p) + " " + sign + ` \text{` + escape(c.Y.(*model.Ref).Name) + "}"
		}
	}
	return s.expr(c.X, inSum) + " " + sign + " " + s.expr(c.Y, inSum)
}
