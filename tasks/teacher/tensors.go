package teacher

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"burstsim/internal/safetensors"
)

// FromTensors reads the layers of a teacher, as many as a file has, F32 or F64. They
// are named as runs name their weights, W1 and c1 for the first layer, W2 and c2 for
// the second, where everything else is passed over; or as PyTorch names them,
// NAME.weight and NAME.bias, where there must be nothing else and names are in the
// order of the layers: of their text, and of the numbers in it, so that fc10 comes
// behind fc2. Weights are out x in; biases may be missing. The error names the
// tensor, and what was expected.
func FromTensors(f *safetensors.File) ([]Layer, error) {
	shapes := map[string][]int{}
	for _, t := range f.Tensors() {
		shapes[t.Name] = t.Shape
	}
	names, err := layerNames(shapes)
	if err != nil {
		return nil, err
	}
	var layers []Layer
	for i, name := range names {
		weight, shape, err := numbers(f, name[0])
		switch {
		case err != nil:
			return nil, err
		case len(shape) != 2 || len(weight) == 0:
			return nil, fmt.Errorf("tensor %.60q has shape %v, expected units x units below", name[0], shape)
		}
		l := Layer{Out: shape[0], In: shape[1], Weight: weight}
		if i > 0 && l.In != layers[i-1].Out {
			return nil, fmt.Errorf("tensor %.60q has shape %v, expected [%d %d], as the layer below, %.60q, has %d units",
				name[0], shape, l.Out, layers[i-1].Out, names[i-1][0], layers[i-1].Out)
		}
		if _, ok := shapes[name[1]]; ok {
			if l.Bias, shape, err = numbers(f, name[1]); err != nil {
				return nil, err
			}
			if len(shape) != 1 || shape[0] != l.Out {
				return nil, fmt.Errorf("tensor %.60q has shape %v, expected [%d], as %.60q has %d rows", name[1], shape, l.Out, name[0], l.Out)
			}
		}
		layers = append(layers, l)
	}
	return layers, nil
}

// layerNames are those of the weights and biases of each layer.
func layerNames(shapes map[string][]int) (names [][2]string, err error) {
	for k := 1; shapes["W"+strconv.Itoa(k)] != nil; k++ {
		names = append(names, [2]string{"W" + strconv.Itoa(k), "c" + strconv.Itoa(k)})
	}
	if len(names) > 0 {
		return names, nil
	}
	all := make([]string, 0, len(shapes))
	for name := range shapes {
		all = append(all, name)
	}
	slices.SortFunc(all, byNumbers)
	for _, name := range all {
		if layer, ok := strings.CutSuffix(name, ".weight"); ok {
			names = append(names, [2]string{name, layer + ".bias"})
			continue
		}
		layer, ok := strings.CutSuffix(name, ".bias")
		if _, found := shapes[layer+".weight"]; !ok || !found {
			return nil, fmt.Errorf("tensor %.60q belongs to no layer, expected W1, c1, W2, ... or NAME.weight and NAME.bias only", name)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("has no tensors, expected W1, c1, W2, ... or NAME.weight and NAME.bias")
	}
	return names, nil
}

// byNumbers compares names part by part, those of digits by what they count.
func byNumbers(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x == "" || y == "" {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		a, b = a[len(x):], b[len(y):]
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// digits are those that a text begins with.
func digits(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
}

// numbers reads a tensor, which must be finite.
func numbers(f *safetensors.File, name string) ([]float64, []int, error) {
	values, shape, err := safetensors.Floats[float64](f, name)
	if err != nil {
		return nil, nil, err
	}
	for i, x := range values {
		if x-x != 0 {
			return nil, nil, fmt.Errorf("tensor %.60q has %v as value %d of %d, expected a finite number", name, x, i+1, len(values))
		}
	}
	return values, shape, nil
}
