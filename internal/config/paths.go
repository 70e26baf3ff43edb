package config

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// resolve makes a path of the file one that can be opened: the file says it
// relative to its own folder.
func (d *decoder) resolve(k *key, v reflect.Value, n *node) {
	s := v.String()
	if k.format == "file" && !n.set && d.folder != "" && !slices.Contains(k.special, s) && !strings.HasPrefix(s, hashMark) && !filepath.IsAbs(s) {
		v.SetString(filepath.Join(d.folder, s))
	}
}

// In is the experiment for a file in a folder: relative paths of data and
// weights are relative to it. Absolute ones stay.
func (c Config) In(folder string) Config {
	c = c.in(folder)
	c.Compare = slices.Clone(c.Compare)
	for i := range c.Compare {
		c.Compare[i].Config = c.Compare[i].Config.in(folder)
	}
	return c
}

func (c Config) in(folder string) Config {
	c.Values = c.valuesIn(folder)
	v := reflect.ValueOf(&c).Elem()
	for _, k := range fileSchema().keys {
		if k.format != "file" {
			continue
		}
		if f := v.FieldByIndex(k.index); k.isList() {
			// Others share the elements; an empty list stays nil.
			f.Set(reflect.AppendSlice(reflect.Zero(f.Type()), f))
			for i := range f.Len() {
				f.Index(i).SetString(k.relative(f.Index(i).String(), folder))
			}
		} else {
			f.SetString(k.relative(f.String(), folder))
		}
	}
	return c
}

// relative is a path as a file in the folder would say it; without a working
// directory, as it is.
func (k *key) relative(path, folder string) string {
	if path == "" || filepath.IsAbs(path) || slices.Contains(k.special, path) {
		return path
	}
	from, err := filepath.Abs(folder)
	if err != nil {
		return path
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(from, to); err == nil {
		return rel
	}
	return to // on another volume
}
