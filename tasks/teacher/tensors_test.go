package teacher_test

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"burstsim/internal/safetensors"
	"burstsim/tasks/teacher"
)

// tensor has weights that count up from first.
func tensor(name string, first float64, shape ...int) safetensors.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	values := make([]float64, n)
	for i := range values {
		values[i] = first + float64(i)
	}
	return safetensors.New(name, shape, values)
}

func fromTensors(t *testing.T, tensors ...safetensors.Tensor) ([]teacher.Layer, error) {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, nil, tensors); err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return teacher.FromTensors(f)
}

// TestFromTensors reads one network under both kinds of names, from float32 too.
func TestFromTensors(t *testing.T) {
	want := []teacher.Layer{
		{Out: 2, In: 1, Weight: []float64{1, 2}, Bias: []float64{5, 6}},
		{Out: 1, In: 2, Weight: []float64{3, 4}},
	}
	for name, tensors := range map[string][]safetensors.Tensor{
		"run":     {tensor("W1", 1, 2, 1), tensor("W2", 3, 1, 2), tensor("c1", 5, 2), tensor("Y1", 7, 9), tensor("W_other", 1, 1)},
		"PyTorch": {tensor("net.10.weight", 3, 1, 2), tensor("net.2.weight", 1, 2, 1), tensor("net.2.bias", 5, 2)},
		"float32": {safetensors.New("fc1.weight", []int{2, 1}, []float32{1, 2}), tensor("fc1.bias", 5, 2), tensor("fc2.weight", 3, 1, 2)},
	} {
		if got, err := fromTensors(t, tensors...); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, error %v; want %v", name, got, err, want)
		}
	}
}

func TestFromTensorsErrors(t *testing.T) {
	for want, tensors := range map[string][]safetensors.Tensor{
		"has no tensors": nil,
		`tensor "x" belongs to no layer, expected W1, c1, W2, ... or NAME.weight`:  {tensor("x", 1, 2)},
		`tensor "a.bias" belongs to no layer`:                                      {tensor("a.bias", 1, 2)},
		`tensor "W1" has shape [2 1 3 3], expected units x units below`:            {tensor("W1", 1, 2, 1, 3, 3)},
		`tensor "W1" has shape [0 2], expected units x units below`:                {tensor("W1", 1, 0, 2)},
		`tensor "W2" has shape [1 3], expected [1 2], as the layer below, "W1", h`: {tensor("W1", 1, 2, 1), tensor("W2", 1, 1, 3)},
		`tensor "c1" has shape [3], expected [2], as "W1" has 2 rows`:              {tensor("W1", 1, 2, 1), tensor("c1", 1, 3)},
		`tensor "c1" has NaN as value 2 of 2`:                                      {tensor("W1", 1, 2, 1), safetensors.New("c1", []int{2}, []float64{1, math.NaN()})},
		`I64`:                                                                      {safetensors.New("W1", []int{1, 1}, []int64{1})},
	} {
		if _, err := fromTensors(t, tensors...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func ExampleFromTensors() {
	var file bytes.Buffer
	err := safetensors.Write(&file, nil, []safetensors.Tensor{
		safetensors.New("W1", []int{1, 2}, []float64{1, 1}), safetensors.New("c1", []int{1}, []float64{-1}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := safetensors.Read(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	layers, err := teacher.FromTensors(f)
	fmt.Println(layers, err)
	// Output: [{1 2 [1 1] [-1]}] <nil>
}
