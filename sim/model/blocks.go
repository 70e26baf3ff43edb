package model

import "fmt"

// Walk visits an expression and its parts, conditions excepted.
func Walk(e Expr, visit func(Expr)) {
	if e == nil {
		return
	}
	visit(e)
	switch e := e.(type) {
	case *Ref:
		Walk(e.Delay, visit)
	case *Unary:
		Walk(e.X, visit)
	case *Binary:
		Walk(e.X, visit)
		Walk(e.Y, visit)
	case *Call:
		for _, a := range e.Args {
			Walk(a, visit)
		}
	case *Choose:
		Walk(e.X, visit)
		Walk(e.Y, visit)
	}
}

// kinds of populations that a block's equations hold in.
func (t *Text) kinds(b *Block) []string {
	if b.Name == "layer" {
		return []string{"hidden", "output"}
	}
	return []string{b.Name}
}

// Of lists the blocks that describe a kind of population: hidden, output,
// input, or one beside a layer.
func (t *Text) Of(kind string) []*Block {
	var out []*Block
	for _, b := range t.Blocks {
		if b.Name == kind || b.Name == "layer" && (kind == "hidden" || kind == "output") {
			out = append(out, b)
		}
	}
	return out
}

// Dense is the name of a population that stands beside layers and is connected
// all to all, so that these cannot be maps; "" if there is none.
func (t *Text) Dense() string {
	for _, b := range t.Blocks {
		if b.Beside != "" && len(b.Projections) > 0 {
			return b.Name
		}
	}
	return ""
}

// Block returns the block of that name, or nil.
func (t *Text) Block(name string) *Block {
	for _, b := range t.Blocks {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// names lists what a kind of population has: quantities, states, projections.
func (t *Text) names(kind string) []string {
	var out []string
	for _, b := range t.Of(kind) {
		for _, p := range b.Projections {
			out = append(out, p.Name)
			if p.Bias != "" {
				out = append(out, p.Bias)
			}
		}
		for _, e := range b.Equations {
			if e.Kind == Follows || e.Kind == Changes {
				out = append(out, e.Name)
			}
		}
	}
	return out
}

// at lists the kinds of populations that an index leads to from one.
func (t *Text) at(kind, index string) ([]string, error) {
	side := t.Block(kind)
	beside := side != nil && side.Beside != ""
	host := kind
	if beside {
		host = side.Beside
	}
	switch index {
	case "", kind:
		return []string{kind}, nil
	case "beside":
		if !beside {
			return nil, fmt.Errorf("%s stands beside no layer", kind)
		}
		if host == "layer" {
			return []string{"hidden", "output"}, nil
		}
		return []string{host}, nil
	case "below":
		if host == "input" {
			return nil, fmt.Errorf("nothing is below the input")
		}
		return []string{"input", "hidden"}, nil
	case "above":
		switch host {
		case "input", "hidden":
			return []string{"hidden", "output"}, nil
		}
		return nil, fmt.Errorf("nothing is above the output")
	}
	if b := t.Block(index); b != nil && b.Beside != "" {
		if host != b.Beside && b.Beside != "layer" {
			return nil, fmt.Errorf("%s stands beside %s, not beside %s", index, b.Beside, host)
		}
		return []string{index}, nil
	}
	words := []string{"below", "above", "beside"}
	for _, b := range t.Blocks {
		if b.Beside != "" {
			words = append(words, b.Name)
		}
	}
	return nil, fmt.Errorf("unknown population %q, expected %s%s", index, list(words), near(index, words))
}

// size checks how many units a population has: an expression of parameters and
// of the units of others.
func (c *checker) size(b *Block) {
	if b.Size.Units == nil {
		return
	}
	Walk(b.Size.Units, func(e Expr) {
		if r, ok := e.(*Ref); ok && r.Name == "n" {
			_, err := c.text.at(b.Name, r.Index)
			if r.Index == "" || r.Index == b.Name {
				err = fmt.Errorf("expected those of another population, such as n[above]")
			}
			if err != nil {
				c.fail(r.Pos, "", "the units of %s: %s: %v", b.Name, form(r), err)
			}
		}
	})
	c.static(b.Size.Units, "the units of "+b.Name)
}
