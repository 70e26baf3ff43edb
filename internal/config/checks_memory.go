package config

// checkMemory refuses what this machine has no memory for.
func (d *decoder) checkMemory(c *Config, check func(*Config) ([]string, error)) {
	if check == nil {
		return
	}
	keys, err := check(c)
	if err == nil || d.within != nil && d.within.refused[keys[0]] != "" { // inherited
		return
	}
	d.refuse(c, keys, "%v", err)
}
