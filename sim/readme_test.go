package sim_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeProgram runs the program of README.md, which is that of the package
// comment.
func TestReadmeProgram(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(readme), "\n## From Go\n\n")
	block := regexp.MustCompile(`^(?:(?:    .*)?\n)+`).FindString(text)
	if !found || !strings.Contains(block, "func main()") {
		t.Fatalf("README.md has no program: %q", block)
	}
	program := strings.TrimSpace(regexp.MustCompile("(?m)^    ").ReplaceAllString(block, "")) + "\n"
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(program), 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "run", file).CombinedOutput()
	if err != nil || !regexp.MustCompile(`^1000 steps, loss 0\.\d+\n$`).Match(out) {
		t.Errorf("%v\n%s", err, out)
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`(?m)^//\t?`).ReplaceAllString(string(doc), "")
	flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	if !strings.Contains(flat(said), flat(program)) {
		t.Error("go doc shows another program")
	}
}
