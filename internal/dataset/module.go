package dataset

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"
)

// Module is a version of a Go module that carries data.
type Module struct {
	Path, Version string
	Dir           string // folder of the data in the module, with slashes
}

// cached is where the data would be in the module cache; "" if that is not
// known.
func (m Module) cached() string {
	if m.Path == "" {
		return ""
	}
	path, err := module.EscapePath(m.Path)
	if err != nil {
		return ""
	}
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		gopath := filepath.SplitList(build.Default.GOPATH)
		if len(gopath) == 0 {
			return ""
		}
		cache = filepath.Join(gopath[0], "pkg", "mod")
	}
	return filepath.Join(cache, filepath.FromSlash(path+"@"+m.Version), filepath.FromSlash(m.Dir))
}

// download lets the go command bring the module, with the user's proxy and
// checksum settings, and returns the folder of the data.
func (m Module) download(ctx context.Context) (string, error) {
	command, err := exec.LookPath("go")
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, command, "mod", "download", "-json", m.Path+"@"+m.Version)
	// Away from any module, whose settings or mistakes would matter.
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GO111MODULE=on", "GOTOOLCHAIN=local", "PWD="+cmd.Dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := cmd.Run()
	var answer struct{ Dir, Error string }
	if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil || answer.Dir == "" {
		return "", errors.Join(ctx.Err(), fmt.Errorf("go mod download: %s", reason(answer.Error, stderr.String(), runErr)))
	}
	return filepath.Join(answer.Dir, filepath.FromSlash(m.Dir)), nil
}

// reason is the first that says something, on one line.
func reason(answer, stderr string, err error) string {
	for _, text := range []string{answer, stderr} {
		if line := strings.Join(strings.Fields(text), " "); line != "" {
			return line
		}
	}
	if err != nil {
		return err.Error()
	}
	return "no folder in its answer"
}
