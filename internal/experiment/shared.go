package experiment

import (
	"cmp"
	"fmt"
	"sync"

	"burstsim/internal/config"
	"burstsim/sim/program"
)

// networks keeps compiled networks that runs share: a description never changes.
// The zero value has none yet.
type networks struct {
	mu  sync.Mutex
	all map[string]*program.Network
}

// mostNetworks bounds them. Runs that follow one another mostly differ in seeds.
const mostNetworks = 64

// of is newNetwork, once for all experiments that come to the same equations,
// layers and values. Seeds count only where they decide on more than weights.
func (n *networks) of(cfg config.Config, shape networkShape) (*program.Network, error) {
	if err := checkShape(cfg, shape); err != nil {
		return nil, err
	}
	s, err := settingOf(cfg, shape, cfg.Parameters())
	if err != nil {
		return nil, err
	}
	unseeded, seeded := keyOf(cfg, s, 0), keyOf(cfg, s, s.Seed)
	n.mu.Lock()
	net := cmp.Or(n.all[unseeded], n.all[seeded])
	n.mu.Unlock()
	if net != nil {
		return net, nil
	}
	// Not locked: others may want other networks. Two that want one at once compile it twice.
	if net, err = program.New(cfg.Model.Text, s); err != nil {
		return nil, err
	}
	compile := net.Continuous
	if cfg.Time.Kind == "discrete" {
		compile = net.Discrete
	}
	if _, err := compile(); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.all) >= mostNetworks || n.all == nil {
		n.all = make(map[string]*program.Network)
	}
	key := unseeded
	if net.Seeded() {
		key = seeded
	}
	n.all[key] = net
	return net, nil
}

// keyOf names all that a network is compiled from. Arrays of a file are named by
// their addresses, which are nothing else's while the network that has them is kept.
func keyOf(cfg config.Config, s program.Setting, seed uint64) string {
	var maps any
	if s.Maps != nil {
		maps = *s.Maps
	}
	s.Maps, s.Seed = nil, seed
	return fmt.Sprintf("%s %v %#v %#v\n%s", cfg.Time.Kind, maps, s, cfg.Model.Text.File, cfg.Model.Text.Source)
}
