package sim

import (
	"fmt"

	"burstsim/synapse"
)

// Convolutions makes the first layers of a network maps of neurons that share
// weights. Units of a map layer count map after map, line after line.
type Convolutions struct {
	Channels, Height, Width int // of the input image
	Layers                  []Convolution
}

// Convolution is a layer of maps.
type Convolution struct {
	Channels int // maps; at least 1
	Kernel   int // side of the window each neuron sees in every map below; at least 1
	Stride   int // distance of neighbouring windows; at least 1
	Padding  int // width of a frame of zeros around the maps below
}

// Sizes are the units of the input and of each layer of maps: the beginning of
// a network's Sizes.
func (c *Convolutions) Sizes() ([]int, error) {
	projections, err := projections[float32](c)
	if err != nil {
		return nil, err
	}
	sizes := []int{c.Channels * c.Height * c.Width}
	for _, p := range projections {
		out, _ := p.Units()
		sizes = append(sizes, out)
	}
	return sizes, nil
}

// projections makes the layers' projections.
func projections[F Float](c *Convolutions) ([]synapse.Projection[F], error) {
	var out []synapse.Projection[F]
	if c == nil {
		return nil, nil
	}
	channels, height, width := c.Channels, c.Height, c.Width
	for l, layer := range c.Layers {
		p, err := synapse.NewConv[F](channels, height, width, layer.Channels, layer.Kernel, layer.Stride, layer.Padding)
		if err != nil {
			return nil, fmt.Errorf("sim: layer %d: %w", l+1, err)
		}
		channels, height, width = p.Shape()
		out = append(out, p)
	}
	return out, nil
}

// connect makes the projection onto every layer.
func (net *Network[F]) connect(c *Convolutions) error {
	maps, err := projections[F](c)
	if err != nil {
		return err
	}
	if len(maps) >= len(net.sizes) {
		return fmt.Errorf("sim: %d layers of maps, expected fewer than the %d layers", len(maps), net.Layers())
	}
	for l := 1; l <= net.Layers(); l++ {
		if l > len(maps) {
			net.forward[l] = synapse.NewDense[F](net.sizes[l], net.sizes[l-1])
			continue
		}
		net.forward[l] = maps[l-1]
		if out, in := maps[l-1].Units(); out != net.sizes[l] || in != net.sizes[l-1] {
			return fmt.Errorf("sim: layer %d of maps has %d units and sees %d, but Sizes says %d and %d", l, out, in, net.sizes[l], net.sizes[l-1])
		}
	}
	return nil
}
