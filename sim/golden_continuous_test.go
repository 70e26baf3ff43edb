package sim_test

// goldenWeights are the weights of a layer.
type goldenWeights struct {
	W, B, Y, Q, R tensor
	Onto          tensor `json:"W_pyr_intn"`
	OntoBias      tensor `json:"b_pyr_intn"`
	From          tensor `json:"W_intn_pyr"`

	above *goldenWeights
}
