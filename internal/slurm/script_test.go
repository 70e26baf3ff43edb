package slurm

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

func ExampleArrayScript() {
	a := Array{PerTask: 10, Base: 1000, Tasks: Ranges{{0, 4}, {7, 7}}}
	job := Job{Name: "burstsim-A-2", Log: "/home/ada/50% sweep/slurm/burstsim-A-2/%a.log", Command: []string{"burstsim", "do", "/home/ada/50% sweep"}}
	fmt.Print(ArrayScript(a, job, Options{Partition: "main", Time: "4:00:00", AtOnce: 100, Lines: []string{"--account=lab"}}))
	// Output:
	// #!/bin/sh
	// #SBATCH --job-name=burstsim-A-2
	// #SBATCH --output="/home/ada/50%% sweep/slurm/burstsim-A-2/%a.log"
	// #SBATCH --array=0-4,7%100
	// #SBATCH --open-mode=append
	// #SBATCH --requeue
	// #SBATCH --signal=B:TERM@120
	// #SBATCH --partition=main
	// #SBATCH --time=4:00:00
	// #SBATCH --account=lab
	// exec burstsim do '/home/ada/50% sweep' --first $(((1000 + SLURM_ARRAY_TASK_ID) * 10)) --count 10
}

// TestScriptRuns: a shell passes on every argument as it is, and the runs of the
// task.
func TestScriptRuns(t *testing.T) {
	words := []string{"printf", "%s\n", "a b", "it's", `$HOME "x" \n`, "", "-x=1"}
	for _, c := range []struct {
		base, task, first int
	}{{0, 3, 21}, {100, 3, 721}} {
		text := ArrayScript(Array{PerTask: 7, Base: c.base, Tasks: Ranges{{3, 3}}}, Job{Name: "n", Log: "/l/%a", Command: words}, Options{})
		cmd := exec.Command("sh", "-c", text)
		cmd.Env = append(cmd.Environ(), fmt.Sprintf("SLURM_ARRAY_TASK_ID=%d", c.task))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Join(append(words[2:len(words):len(words)], "--first", fmt.Sprint(c.first), "--count", "7"), "\n") + "\n"
		if string(out) != want {
			t.Errorf("%q, expected %q", out, want)
		}
	}
}

func TestOptions(t *testing.T) {
	for want, o := range map[string]Options{
		"":                {Partition: "a,b", Time: "1-12:00", Mem: "500M", Lines: []string{"--account=lab", "-C fast", "--signal=B:USR1@300"}},
		"--time":          {Time: "soon"},
		"--mem":           {Mem: "much"},
		"--array-limit":   {AtOnce: -1},
		"--partition":     {Partition: "a b"},
		"one option of":   {Lines: []string{"account=lab"}},
		"such as":         {Lines: []string{"--x\n#SBATCH --array=0"}},
		"own --mem":       {Lines: []string{"--mem=2G"}},
		"own --array-lim": {Lines: []string{"-a 0-4"}},
		"another option":  {Lines: []string{"--job-name=x"}},
	} {
		err := o.Check()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%+v: %v, expected %q", o, err, want)
		}
	}
	for text, want := range map[string]int{
		"": 0, "5": 300, "5:30": 330, "1:05:30": 3930, "2-0": 172800, "1-2:03": 93780, "1-2:03:04": 93784,
	} {
		if got := (Options{Time: text}).Seconds(); got != want {
			t.Errorf("%q: %d s, expected %d", text, got, want)
		}
	}
}

func TestCheckPath(t *testing.T) {
	for path, ok := range map[string]bool{"/a b/50%/é#": true, `/a"b`: false, `/a\b`: false, "/a\nb": false} {
		if err := CheckPath(path); (err == nil) != ok {
			t.Errorf("%q: %v", path, err)
		}
	}
}
