package program

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/model"
	"burstsim/synapse"
)

// choices lists, for a built-in model, values of its parameters that are to be
// tried, besides the defaults.
var choices = map[string][]model.Values{
	"burstccn": {
		{"y_mode": "random", "q_mode": "random", "q_scale": 0.7, "y_scale": 1.3},
		{"y_mode": "symmetric_init", "q_mode": "symmetric_init", "y_plastic": true, "q_plastic": true},
		{"y_mode": "random", "q_mode": "tied", "y_plastic": true},
		{"y_mode": "tied", "y_scale": -1.25, "q_mode": "w_symmetric_init", "q_plastic": true, "q_scale": 0.5},
		{"y_mode": "tied", "y_scale": 0.5},
		{"burst_probability": "published", "p_b": 0.3, "beta": 1.5, "trace_delay": 0.2},
		{"burst_probability": "published", "p_b": 0.4},
		{"p_b": 0.2, "trace_delay": 0.05, "y_mode": "random", "tau_soma": 0.02, "tau_dendrite": 0.05},
		{"tau_trace": 0.15, "trace_delay": 0.05},
	},
	"burstprop": {
		{"y_mode": "random", "y_scale": 0.6},
		{"y_mode": "symmetric_init", "y_plastic": true, "p_b": 0.5},
		{"y_mode": "random", "y_plastic": true, "trace_delay": 0.2, "beta": 2.},
		{"trace_delay": 0.1, "y_scale": 1.5, "tau_average": 0.4},
		{"recurrent_input": true, "y_mode": "random"},
		{"recurrent_input": true, "recurrent_learning": false},
		{"recurrent_input": true, "y_mode": "symmetric_init", "y_plastic": true, "recurrent_lr": 0.01, "trace_delay": 0.1},
	},
	"edn": {
		{"basal_lag": true},
		{"y_mode": "random", "y_plastic": true, "interneuron_mode": "random", "interneuron_scale": 0.8},
		{"interneuron_mode": "tied"},
		{"interneuron_mode": "tied", "y_mode": "random", "basal_lag": true},
		{"y_mode": "symmetric_init", "y_plastic": true, "y_scale": 0.9, "basal_lag": true},
		{"lambda_output": 0.3, "lambda_interneuron": 0., "lambda_hidden": 0.6, "tau_soma": 0.05},
	},
	"burstccn_dales": {
		{"error_scale": 0.8, "feedback_scale": 2., "sst": 1., "q_scale": 0.7},
		{"sst": 2., "y_mode": "symmetric_init", "y_plastic": true, "q_mode": "w_symmetric_init", "as_published": true},
		{"y_mode": "tied", "y_scale": -0.8, "q_mode": "tied", "p_b": 0.3},
		{"y_mode": "tied", "y_scale": 0.8, "sst": 1., "q_mode": "tied"},
		{"y_mode": "tied", "sst": 2., "as_published": true, "q_mode": "random"},
		{"y_plastic": true, "q_mode": "tied", "sst": 1., "ablated": "vip"},
		{"bias_plastic": true, "y_mode": "symmetric_init", "ablated": "pv"},
		{"bias_plastic": true, "sst": 1., "ablated": "sst"},
		{"bias_plastic": true, "ablated": "vip", "tau_pv": 0.05, "tau_sst": 0.03},
		{"y_plastic": true, "ablated": "ndnf", "q_mode": "random"},
	},
	"burstccn2": {
		{"activation": "relu", "output_activation": "softmax", "output_shift": 1., "error_scale": 0.1, "q_mode": "tied"},
		{"activation": "relu", "output_activation": "softmax", "as_published": true, "p_b": 0.4, "y_mode": "symmetric_init"},
		{"activation": "ln_relu", "y_rule": "kolen_pollack", "q_rule": "kolen_pollack", "output_shift": 0.5},
		{"activation": "ln_relu", "as_published": true, "output_activation": "softmax", "output_shift": 1.},
		{"activation": "relu_ln", "q_mode": "w_tied", "q_scale": 0.7},
		{"activation": "relu_ln", "q_mode": "w_tied", "y_mode": "tied", "y_scale": 0.6, "as_published": true},
		{"activation": "ms_relu_n", "output_activation": "softmax", "p_b": 0.3},
		{"activation": "ms_relu_n", "as_published": true, "q_mode": "random", "q_rule": "kolen_pollack"},
		{"activation": "relu_rms", "y_rule": "apical", "feedback_scale": 2.},
		{"activation": "relu_rms", "as_published": true, "y_rule": "apical", "branches": 3., "feedback_scale": 2.},
		{"activation": "ms_softplus_n", "y_mode": "symmetric_init", "y_rule": "apical", "branches": 2., "q_mode": "w_symmetric_init"},
		{"y_rule": "apical", "branches": 3., "q_mode": "w_tied", "p_b": 0.2, "feedback_scale": 0.5},
		{"y_mode": "tied", "y_scale": -0.8, "q_mode": "tied", "beta": 3., "tau_dendrite": 0.05},
		{"y_mode": "q_tied", "q_mode": "random", "q_rule": "kolen_pollack", "p_b": 0.3},
		{"y_mode": "q_symmetric_init", "q_mode": "w_symmetric_init", "y_rule": "apical", "q_scale": 0.7},
	},
	"ann2": {
		{"activation": "relu", "output_activation": "softmax", "y_rule": "kolen_pollack"},
		{"activation": "relu", "as_published": true, "y_mode": "symmetric_init", "y_rule": "follow", "y_scale": 0.7},
		{"activation": "ln_relu", "y_mode": "tied", "y_scale": 0.7},
		{"activation": "ln_relu", "as_published": true},
		{"activation": "relu_ln", "y_mode": "symmetric_init", "y_rule": "follow"},
		{"activation": "relu_ln", "as_published": true},
		{"activation": "ms_relu_n"},
		{"activation": "ms_relu_n", "as_published": true},
		{"activation": "relu_rms", "output_activation": "softmax"},
		{"activation": "ms_softplus_n", "y_mode": "tied"},
	},
	"burstprop2": {
		{"y_mode": "tied", "y_scale": -0.7, "p_b": 0.3, "error_scale": 0.9, "feedback_scale": 2.},
		{"activation": "relu", "output_activation": "softmax", "output_shift": 0.5, "p_b": 0.4},
		{"activation": "relu", "output_activation": "softmax", "as_published": true, "p_b": 0.3},
		{"output_activation": "softmax", "output_shift": 1., "as_published": true, "p_b": 0.3, "y_mode": "symmetric_init"},
		{"output_activation": "softmax", "y_scale": 0.4},
		{"output_shift": 0.3, "tau_average": 0.4},
		{"recurrent_input": true, "p_b": 0.3},
		{"recurrent_input": true, "as_published": true, "p_b": 0.3, "recurrent_learning": false},
	},
	"edn2": {
		{"basal_lag": false, "lambda_hidden": 0.5},
		{"interneuron_mode": "random", "interneuron_scale": 0.8, "lambda_interneuron": 0.3},
		{"interneuron_mode": "tied", "y_mode": "tied", "y_scale": 0.7, "lambda_output": 0.7},
		{"interneuron_mode": "tied", "basal_lag": false},
		{"as_published": true, "lambda_hidden": 0.4, "y_mode": "symmetric_init"},
	},
	"node_perturbation": {
		{"sigma": 0.3, "output_activation": "softmax"},
		{"tau_noise": 0.3, "tau_soma": 0.05},
	},
	"ann": {
		{"y_mode": "random", "y_scale": 2.},
		{"y_mode": "symmetric_init", "y_scale": 0.5},
		{"y_scale": 0.5},
	},
}

// cases calls f with each built-in model and choice of parameters.
func cases(t *testing.T, f func(t *testing.T, text *model.Text, values model.Values)) {
	t.Helper()
	for _, name := range model.Builtins() {
		text, err := model.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, values := range append(choices[name], nil) {
			t.Run(name+describe(values), func(t *testing.T) { f(t, text, values) })
		}
	}
}

func describe(values model.Values) string {
	var s strings.Builder
	for _, k := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&s, " %s=%v", k, values[k])
	}
	return s.String()
}

// shapes are networks that built-in models are tried with.
var shapes = map[string]Setting{
	"one hidden layer":  {Sizes: []int{3, 5, 1}, Rows: 1},
	"no hidden layer":   {Sizes: []int{3, 2}, Rows: 2},
	"two hidden layers": {Sizes: []int{3, 5, 4, 2}, Rows: 3},
	"three of one unit": {Sizes: []int{1, 1, 1, 1}, Rows: 1},
	"several pieces":    {Sizes: []int{3, piece + 9, 2}, Rows: 2},
	"maps":              convolutional(),
}

func convolutional() Setting {
	maps := &synapse.Convolutions{Channels: 2, Height: 6, Width: 5, Layers: []synapse.Convolution{
		{Channels: 3, Kernel: 3, Stride: 2, Padding: 1}, {Channels: 2, Kernel: 2, Stride: 1}}}
	sizes, err := maps.Sizes()
	if err != nil {
		panic(err)
	}
	return Setting{Sizes: append(sizes, 4, 2), Maps: maps, Rows: 2}
}

// TestBuiltinsContinuous holds the compiled texts in continuous time against
// the naive reading of them.
func TestBuiltinsContinuous(t *testing.T) {
	cases(t, func(t *testing.T, text *model.Text, values model.Values) {
		if values["recurrent_input"] == true {
			return // has a discrete form only
		}
		for name, s := range shapes {
			if s.Maps != nil && !mapped(text) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				s.Values, s.Usage = values, model.Usage{Presentation: 0.02}
				tr := newTrial(t, text, s, 1)
				continuous[float64](t, tr, 1e-12)
				continuous[float32](t, tr, inFloat32(values))
			})
		}
	})
}

// TestBuiltinsDiscrete does the same for a presentation in discrete time.
func TestBuiltinsDiscrete(t *testing.T) {
	cases(t, func(t *testing.T, text *model.Text, values model.Values) {
		if text.Noisy(values, model.Usage{Discrete: true, Hidden: 1}) {
			return // adopts draws, which have tests of their own
		}
		for name, s := range shapes {
			if s.Maps != nil && !mapped(text) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				s.Values, s.Usage = values, model.Usage{Discrete: true, Presentation: 0.02}
				s.Noise = true
				tr := newTrial(t, text, s, 2)
				resting[float64](t, tr, 1e-12)
				discrete[float64](t, tr, 1e-12)
				discrete[float32](t, tr, inFloat32(values))
			})
		}
	})
}

// inFloat32 is what float32 should agree to. Rectifiers divide by rates that are as
// small as rounding.
func inFloat32(values model.Values) float64 {
	if name, ok := values["activation"].(string); ok && strings.Contains(name, "relu") {
		return 1e-3
	}
	return 1e-5
}

// mapped says whether layers of a text can be maps: no population that is
// connected all to all stands beside each of them.
func mapped(text *model.Text) bool {
	b := text.Block(text.Dense())
	return b == nil || b.Beside != "layer"
}
