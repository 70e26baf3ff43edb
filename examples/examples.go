// Package examples holds the experiments that come with burstsim, for the page
// to begin with.
package examples

import "embed"

// Files are the experiment files, the texts of models that they name, and data.
//
//go:embed *.toml *.model data/*.csv
var Files embed.FS
