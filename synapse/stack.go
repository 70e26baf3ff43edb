package synapse

import "fmt"

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

// MapShape is a layer of maps and what it sees.
type MapShape struct {
	Convolution
	InChannels, InHeight, InWidth int
	Height, Width                 int // of each of its maps
}

// In is the number of neurons that the layer sees.
func (m MapShape) In() int { return m.InChannels * m.InHeight * m.InWidth }

// Out is its number of neurons.
func (m MapShape) Out() int { return m.Channels * m.Height * m.Width }

// Shapes are those of the layers, from the image on. The error says which layer
// does not fit.
func (c *Convolutions) Shapes() ([]MapShape, error) {
	var out []MapShape
	channels, height, width := c.Channels, c.Height, c.Width
	for l, layer := range c.Layers {
		p, err := NewConv[float32](channels, height, width, layer.Channels, layer.Kernel, layer.Stride, layer.Padding)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", l+1, err)
		}
		m := MapShape{Convolution: layer, InChannels: channels, InHeight: height, InWidth: width}
		channels, height, width = p.Shape()
		m.Height, m.Width = height, width
		out = append(out, m)
	}
	return out, nil
}

// Sizes are the units of the input and of each layer of maps: the beginning of
// a network's.
func (c *Convolutions) Sizes() ([]int, error) {
	shapes, err := c.Shapes()
	if err != nil {
		return nil, err
	}
	sizes := []int{c.Channels * c.Height * c.Width}
	for _, m := range shapes {
		sizes = append(sizes, m.Out())
	}
	return sizes, nil
}
