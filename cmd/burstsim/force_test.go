package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestResumeUnderOtherConditions changes the experiment of a run that left a
// checkpoint. It is refused, and so is with --force what the checkpoint does not
// fit; the rest goes on.
func TestResumeUnderOtherConditions(t *testing.T) {
	const goesOn = "not finite at t = " // which is why the run broke off
	for name, c := range map[string]struct {
		training bool
		key, to  string // a line of config.toml
		want     string // with --force
	}{
		"shorter":      {false, "learn", `"10s"`, "does not fit phases that end at 14 s"},
		"later":        {false, "before", `"30s"`, "does not fit phases that end at 82 s"},
		"longer":       {false, "learn", `"90s"`, goesOn},
		"other units":  {false, "hidden", "[6]", "does not fit this experiment"},
		"more layers":  {false, "hidden", "[5, 5]", "does not fit this experiment"},
		"more rows":    {false, "units", "2", "trajectory has rows of"},
		"other name":   {false, "label", `"other"`, `is of variant "continuous", expected "other"`},
		"other seed":   {false, "seed", "4", goesOn},
		"precision":    {false, "precision", `"float32"`, ""}, // in float32 the weights are infinite
		"fewer epochs": {true, "epochs", "3", "does not fit 3 epochs of"},
		"fewer images": {true, "train_images", "20", "does not fit 20 epochs of 1 batches"},
		"other rule":   {true, "optimiser", `"adam"`, "does not fit this experiment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			file, dir := filepath.Join(home, "e.toml"), filepath.Join(home, "run")
			text := unstableRegression
			args := []string{program0(t), "run", file, "--quiet", "--out", dir, "--blas", "gonum"}
			if c.training {
				text = unstableTraining
				args = append(args, "--set", "checkpoint.epochs=0.07")
			} else {
				args = append(args, "--set", "model.weight_gain=1.4e307", "--seed", "3", "--set", "checkpoint.simulated=300ms")
			}
			if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			if status, _, stderr := execute(t, args...); status != 1 || !strings.Contains(stderr, "the last checkpoint is") {
				t.Fatalf("exit status %d, %q", status, stderr)
			}
			path := filepath.Join(dir, "config.toml")
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := regexp.MustCompile(`(?m)^`+c.key+` = .*$`).ReplaceAll(content, []byte(c.key+" = "+c.to))
			if err := os.WriteFile(path, changed, 0o666); err != nil || string(changed) == string(content) {
				t.Fatalf("no %s in\n%s", c.key, content)
			}
			resume := []string{args[0], "resume", dir, "--quiet", "--blas", "gonum"}
			status, _, stderr := execute(t, resume...)
			if status != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "checkpoint "+filepath.Join(dir, "checkpoint", "0.safetensors")) {
				t.Errorf("exit status %d, %q; expected 1 and a line with the checkpoint", status, stderr)
			}
			status, _, stderr = execute(t, append(resume, "--force")...)
			if status != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.want) {
				t.Errorf("forced: exit status %d, %q; expected 1 and %q", status, stderr, c.want)
			}
		})
	}
}
