package config

import "regexp"

var sha256Sum = regexp.MustCompile(`^[0-9a-f]{64}$`)

// pinWeights checks the file of initial weights and notes what it holds.
func (d *decoder) pinWeights(c *Config, sumOf func(path string) (string, error)) {
	paths := []string{"model.weights"}
	path, want := c.Model.WeightsFile()
	switch {
	case c.Model.Weights == "random" || !d.sound(paths[0]):
		return
	case path == "":
		d.refuse(c, paths, "is %s, expected a path before %s", shorten(c.Model.Weights), hashMark)
		return
	case path != c.Model.Weights && !sha256Sum.MatchString(want):
		d.refuse(c, paths, "has %s behind %s, expected 64 digits from 0 to 9 and a to f", shorten(want), hashMark)
		return
	case sumOf == nil:
		return
	}
	sum, err := sumOf(path)
	switch {
	case err != nil:
		d.refuse(c, paths, "%v", err)
	case want != "" && want != sum:
		d.refuse(c, paths, "%s has the SHA-256 %s, expected %s: it is another file than the one this was written for", path, sum, want)
	default:
		c.Model.SetWeightsFile(path, sum)
	}
}
