package config

// checkMemory refuses what this machine has no memory for.
func (d *decoder) checkMemory(c *Config, check func(*Config) ([]string, error)) {
	if check == nil {
		return
	}
	if keys, err := check(c); err != nil {
		d.refuse(c, keys, "%v", err)
	}
}
