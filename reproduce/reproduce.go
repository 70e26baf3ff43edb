// Package reproduce holds, for each figure and table of the papers that can be
// reproduced, a folder with an experiment with a [sweep], experiment.toml, which
// burstsim sweep runs by itself too, and what was published beside it,
// published.toml: see [burstsim/internal/reproduction].
package reproduce

import "embed"

// Files are the folders, as they were when the program was built.
//
//go:embed */experiment.toml */published.toml
var Files embed.FS
