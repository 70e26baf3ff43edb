package sim

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"burstsim/sim/program"
	"burstsim/synapse"
)

// Update is how some weights follow their gradients in discrete time. Its fields
// are as those of [Learning].
type Update struct {
	Weights     []string // names of projections that learn, such as "Y", each with its bias
	Optimiser   string
	Momentum    float64
	Betas       [2]float64
	WeightDecay float64
}

// group is the weights of one Update and what moves them.
type group[F Float] struct {
	Update
	rule   synapse.Rule[F]
	params []*synapse.Param[F]
}

// newGroups are those of the weights that nothing else is said of, of plain
// rules, and of each of l.Updates.
func newGroups[F Float](l Learning) (groups []*group[F], err error) {
	all := append([]Update{{Optimiser: l.Optimiser, Momentum: l.Momentum, Betas: l.Betas, WeightDecay: l.WeightDecay}, {}}, l.Updates...)
	for _, u := range all {
		if u.Optimiser == "" {
			u.Optimiser = "sgd"
		}
		g := &group[F]{Update: u}
		if g.rule, err = synapse.NewRule[F](u.Optimiser, u.Momentum); err != nil {
			return nil, err
		}
		if a, ok := g.rule.(*synapse.Adam[F]); ok && u.Betas != [2]float64{} {
			a.Beta1, a.Beta2 = u.Betas[0], u.Betas[1]
			if !(a.Beta1 >= 0 && a.Beta1 < 1 && a.Beta2 > 0 && a.Beta2 < 1) {
				return nil, fmt.Errorf("sim: betas of Adam are %v, expected numbers from 0 and above 0 to below 1", u.Betas)
			}
		}
		if !(u.WeightDecay >= 0 && u.WeightDecay <= math.MaxFloat64) {
			return nil, fmt.Errorf("sim: a weight decay is %v, expected at least 0", u.WeightDecay)
		}
		groups = append(groups, g)
	}
	return groups, nil
}

// named returns an error for names of projections that do not learn by these
// rules.
func named(rules []program.Rule, names []string, who string) error {
	var learn []string
	for _, r := range rules {
		if name := r.Projection(); !slices.Contains(learn, name) {
			learn = append(learn, name)
		}
	}
	for _, name := range names {
		if !slices.Contains(learn, name) {
			return fmt.Errorf("sim: %s for the weights %q, expected of those that learn: %s", who, name, strings.Join(learn, ", "))
		}
	}
	return nil
}

// parameter is a projection that learns and its bias, as an optimiser sees them.
type parameter[F Float] struct {
	synapse.Param[F]
	w, c    int // rules; -1: none
	rule    program.Rule
	base    float64 // learning rate before the schedule
	decayW  float64 // and decay
	decayC  float64
	product program.Product[F]               // of rule w, while it stores what changes
	store   func(then func(lo, hi int)) bool // Store, if rule w is a product
	coupled [2]float64                       // decay of weights and bias in their gradients
	held    bool                             // by the schedule, whose factor is 0
}

// parameters pairs the rules of projections with those of their biases, and puts
// them into groups.
func (d *Discrete[F]) parameters() error {
	rules := d.machine.Program().Rules
	biases := map[string]int{} // rules of biases, by the name of the projection
	for k, r := range rules {
		if r.Bias {
			biases[r.BiasOf()] = k
		}
	}
	add := func(w, c int) {
		p := &parameter[F]{w: w, c: c}
		if w >= 0 {
			p.rule = rules[w]
			p.W = d.state.weights.values[p.rule.Index()]
			p.Rows, p.GradW = p.rule.Shape[0], make([]F, len(p.W))
			p.store = func(then func(lo, hi int)) bool { return d.machine.ChangeThen(p.GradW, w, -1, p.product, then) }
			if pattern := p.rule.Pattern(); pattern != nil {
				p.Starts = pattern.Starts()
			}
		}
		if c >= 0 {
			p.C = d.state.weights.values[rules[c].Index()]
			p.GradC = make([]F, len(p.C))
			if w < 0 {
				p.rule, p.Rows = rules[c], len(p.C)
			}
		}
		p.Rate, p.base = p.rule.Rate, p.rule.Rate
		d.params = append(d.params, p)
		g := d.groupOf(p.rule)
		g.params = append(g.params, &p.Param)
		if !p.rule.Keeps {
			p.decayW = g.WeightDecay
			if c >= 0 && !rules[c].Keeps {
				p.decayC = p.decayW
			}
		}
		if d.learning.Coupled {
			p.coupled, p.decayW, p.decayC = [2]float64{p.decayW, p.decayC}, 0, 0
		}
		p.DecayW, p.DecayC = p.decayW, p.decayC
	}
	for _, u := range d.learning.Updates {
		if err := named(rules, u.Weights, "an update"); err != nil {
			return err
		}
	}
	for k, r := range rules {
		if r.Bias {
			continue
		}
		c, ok := biases[r.Name]
		if !ok || rules[c].Rate != r.Rate || d.groupOf(rules[c]) != d.groupOf(r) {
			c = -1 // a bias that learns otherwise stands alone
		} else {
			delete(biases, r.Name)
		}
		add(k, c)
	}
	for k, r := range rules {
		if _, alone := biases[r.BiasOf()]; r.Bias && alone {
			add(-1, k)
		}
	}
	d.direct = !d.machine.Program().Borrows() && !slices.ContainsFunc(d.groups, func(g *group[F]) bool {
		_, sgd := g.rule.(*synapse.SGD[F])
		return !sgd || g.WeightDecay > 0
	})
	return nil
}

// groupOf is the one that moves the weights of a rule.
func (d *Discrete[F]) groupOf(r program.Rule) *group[F] {
	for _, g := range d.groups {
		if slices.Contains(g.Weights, r.Projection()) {
			return g
		}
	}
	if r.Plain {
		return d.groups[1]
	}
	return d.groups[0]
}

// SetLearners lets only the weights of these projections learn from now on, each
// with its bias: all others are not touched, not by a decay either, nor is what an
// optimiser keeps of them. nil: all learn that have rules.
func (d *Discrete[F]) SetLearners(names []string) error {
	if err := named(d.machine.Program().Rules, names, "learning is"); err != nil {
		return err
	}
	d.learners = names
	d.freeze()
	return nil
}

func (d *Discrete[F]) freeze() {
	for _, p := range d.params {
		p.Frozen = p.held || d.learners != nil && !slices.Contains(d.learners, p.rule.Projection())
	}
}

// Learn makes one update of all plastic weights for what was last presented;
// loss is what Present returned.
func (d *Discrete[F]) Learn(loss float64) {
	d.machine.Factors(d.state.teaching)
	if d.direct {
		d.descend()
	} else {
		d.prepare()
		for _, g := range d.groups {
			g.rule.Update(g.params, loss)
		}
	}
	d.machine.Constrain()
}

// prepare computes the gradients that may depend on weights. Those that are a
// product of factors are left to the optimiser, which can use them as they
// come.
func (d *Discrete[F]) prepare() {
	for _, p := range d.params {
		p.Store = nil
		if p.Frozen {
			continue
		}
		if p.w >= 0 {
			if product, ok := d.machine.Product(p.w); ok && product.Pre != nil && p.coupled[0] == 0 {
				p.product, p.Store = product, p.store
			} else {
				d.machine.Change(p.GradW, p.w, -1)
				d.machine.AddWeights(p.GradW, p.w, p.coupled[0])
			}
		}
		if p.c >= 0 {
			d.machine.Change(p.GradC, p.c, -1)
			d.machine.AddWeights(p.GradC, p.c, p.coupled[1])
		}
	}
}

// descend is an update by plain gradient descent: the weights take their change
// in one pass where they can, without storing a gradient.
func (d *Discrete[F]) descend() {
	for _, p := range d.params {
		if p.Frozen {
			continue
		}
		if p.w >= 0 {
			d.machine.Learn(p.w, p.Rate, p.CarryW, p.GradW)
		}
		if p.c >= 0 {
			d.machine.Learn(p.c, p.Rate, p.CarryC, p.GradC)
		}
	}
}
