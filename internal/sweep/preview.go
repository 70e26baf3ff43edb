package sweep

// Preview is Begin without writing: the plan has the points that the folder
// would have.
func (p *Plan) Preview(path string) error {
	p.Path = path
	old, err := Load(path)
	if err == nil {
		return p.extend(old)
	}
	if !isNew(path) {
		return err
	}
	return nil
}

// Missing are the numbers of runs with something left to do.
func (s Status) Missing() []int {
	var out []int
	for _, stretch := range s.Open {
		for i := range stretch[1] {
			out = append(out, stretch[0]+i)
		}
	}
	return out
}
