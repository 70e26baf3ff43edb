package slurm

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Options are what a user asks of the scheduler. What is empty is left to the
// cluster.
type Options struct {
	Partition string
	Time      string // as sbatch takes it
	Mem       string // as sbatch takes it
	AtOnce    int    // how many tasks of an array may run at once; 0: any number
	Lines     []string
}

// forms are how sbatch takes times and memory.
var (
	timeForm = regexp.MustCompile(`^(?:(\d+)-(\d+)(?::(\d+))?(?::(\d+))?|(\d+)(?::(\d+))?(?::(\d+))?)$`)
	memForm  = regexp.MustCompile(`^\d+[KMGTkmgt]?$`)
)

// reserved are options of sbatch without which a sweep would be done wrongly,
// with what is to be used instead.
var reserved = map[string]string{
	"--array": "--array-limit", "-a": "--array-limit", "--job-name": "", "-J": "", "--output": "", "-o": "",
	"--open-mode": "", "--dependency": "", "-d": "", "--requeue": "--max-requeues", "--no-requeue": "--max-requeues 0",
	"--partition": "--partition", "-p": "--partition", "--time": "--time", "-t": "--time", "--mem": "--mem",
	"--wrap": "", "--wait": "--wait", "-W": "--wait", "--parsable": "", "--test-only": "--dry-run", "--ntasks": "", "-n": "",
}

// Check says what is wrong with options: the flag of the command line, the
// value, and what was expected.
func (o Options) Check() error {
	if o.Time != "" && !timeForm.MatchString(o.Time) {
		return fmt.Errorf(`--time: %.60q, expected minutes, or a time such as 4:00:00 or 2-12:00:00`, o.Time)
	}
	if o.Mem != "" && !memForm.MatchString(o.Mem) {
		return fmt.Errorf(`--mem: %.60q, expected a size such as 2G or 500M`, o.Mem)
	}
	if o.AtOnce < 0 {
		return fmt.Errorf("--array-limit: %d, expected a number of tasks, or 0 for no limit", o.AtOnce)
	}
	if strings.ContainsAny(o.Partition, " \t\r\n\"'\\#") {
		return fmt.Errorf("--partition: %.60q, expected the name of a partition, or several with commas", o.Partition)
	}
	for _, line := range o.Lines {
		if !strings.HasPrefix(line, "-") || strings.ContainsAny(line, "\r\n") {
			return fmt.Errorf("--sbatch: %.60q, expected one option of sbatch such as --account=lab", line)
		}
		name := strings.FieldsFunc(line, func(r rune) bool { return r == '=' || r == ' ' || r == '\t' })[0]
		if instead, known := reserved[name]; known {
			if instead == "" {
				return fmt.Errorf("--sbatch: %s is for the sweep to say, expected another option of sbatch", name)
			}
			return fmt.Errorf("--sbatch: %s is for the sweep to say, expected burstsim's own %s", name, instead)
		}
	}
	return nil
}

// Warning is how many seconds before its time limit a task is asked to save
// what it has.
const Warning = 120

// Seconds is the time limit, 0 if there is none or it is up to the cluster.
func (o Options) Seconds() int {
	m := timeForm.FindStringSubmatch(o.Time)
	if m == nil {
		return 0
	}
	n := make([]int, len(m))
	for i, digits := range m {
		n[i], _ = strconv.Atoi(digits) // of what is absent, 0
	}
	switch {
	case m[1] != "": // days-hours:minutes:seconds
		return n[1]*86400 + n[2]*3600 + n[3]*60 + n[4]
	case m[7] != "": // hours:minutes:seconds
		return n[5]*3600 + n[6]*60 + n[7]
	}
	return n[5]*60 + n[6] // minutes:seconds
}

// CheckPath says what keeps a path from being written into a script: sbatch's
// options and patterns of file names have no form for some characters.
func CheckPath(path string) error {
	if i := strings.IndexAny(path, "\"\\\r\n"); i >= 0 {
		return fmt.Errorf("%.200q: sbatch cannot take a path with %q in it, expected a folder without", path, path[i])
	}
	return nil
}

// Job is what a script does, beside an array's tasks.
type Job struct {
	Name    string
	Log     string   // path; an array has %a in its last element
	Command []string // program and arguments, the same in all tasks
}

// ArrayScript is the batch script of an array. Its command gets, behind its own
// arguments, --first and --count: the runs that a task does.
//
// The command takes the place of the shell, so that it hears the signals that
// Slurm sends to the batch script.
func ArrayScript(a Array, job Job, o Options) string {
	array := a.Tasks.String()
	if o.AtOnce > 0 {
		array += "%" + strconv.Itoa(o.AtOnce)
	}
	index := "SLURM_ARRAY_TASK_ID"
	if a.Base > 0 {
		index = fmt.Sprintf("(%d + SLURM_ARRAY_TASK_ID)", a.Base)
	}
	lines := []string{
		"--array=" + array,
		"--open-mode=append",
		"--requeue",
		fmt.Sprintf("--signal=B:TERM@%d", Warning),
	}
	command := fmt.Sprintf("%s --first $((%s * %d)) --count %d", quoted(job.Command), index, a.PerTask, a.PerTask)
	return script(job, append(lines, o.lines()...), command)
}

// AfterScript is the batch script of a job that starts when jobs are over,
// however they end.
func AfterScript(ids []string, job Job, o Options) string {
	o.AtOnce = 0
	lines := []string{
		"--dependency=afterany:" + strings.Join(ids, ":"),
		"--kill-on-invalid-dep=no", // jobs that are over may be forgotten
		"--open-mode=append",
		"--requeue",
	}
	return script(job, append(lines, o.lines()...), quoted(job.Command))
}

func (o Options) lines() []string {
	var out []string
	if o.Partition != "" {
		out = append(out, "--partition="+o.Partition)
	}
	if o.Time != "" {
		out = append(out, "--time="+o.Time)
	}
	if o.Mem != "" {
		out = append(out, "--mem="+o.Mem)
	}
	return append(out, o.Lines...)
}

func script(job Job, lines []string, command string) string {
	folder, file := filepath.Split(job.Log)
	log := strings.ReplaceAll(folder, "%", "%%") + file
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	fmt.Fprintf(&b, "#SBATCH --job-name=%s\n", job.Name)
	fmt.Fprintf(&b, "#SBATCH --output=\"%s\"\n", log)
	for _, line := range lines {
		fmt.Fprintf(&b, "#SBATCH %s\n", line)
	}
	fmt.Fprintf(&b, "exec %s\n", command)
	return b.String()
}

// quoted is a command for a shell.
func quoted(command []string) string {
	out := make([]string, len(command))
	for i, word := range command {
		out[i] = word
		if word == "" || plain.FindString(word) != word {
			out[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}

var plain = regexp.MustCompile(`[A-Za-z0-9_./:=@%+,-]+`)
