package slurm

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestLimits(t *testing.T) {
	const association = "ClusterName=c Account=lab UserName=ada(1000) Partition= ID=3 MaxJobs=10(2) MaxSubmitJobs=50(20)\n" +
		"ClusterName=c Account=lab UserName=adam(1001) Partition= ID=4 MaxSubmitJobs=1(1)\n"
	for _, c := range []struct {
		config, associations string
		want                 Limits
	}{
		{"", "", Limits{1000, math.MaxInt, 10000, 10000}}, // Slurm's defaults
		{"MaxArraySize            = 5\nMaxJobCount             = 300\n", "", Limits{4, math.MaxInt, 300, 300}},
		{"MaxArraySize = 0\n", "", Limits{-1, math.MaxInt, 10000, 10000}},
		{"SchedulerParameters     = bf_interval=30,max_array_tasks=200,defer\n", "", Limits{1000, 200, 10000, 10000}},
		{"", association, Limits{1000, math.MaxInt, 50, 30}},
		{"", "UserName=ada(1000) GrpSubmitJobs=9(12) MaxSubmitJobs=N(0)\n", Limits{1000, math.MaxInt, 9, 0}},
		{"", "No associations currently cached in Slurm.\n", Limits{1000, math.MaxInt, 10000, 10000}},
	} {
		client := &Client{command: func(_ context.Context, name string, args ...string) (string, error) {
			if args[1] == "config" {
				return c.config, nil
			}
			if c.associations == "" {
				return "", errors.New("hidden")
			}
			return c.associations, nil
		}}
		got, err := client.Limits(context.Background(), "ada")
		if err != nil || got != c.want {
			t.Errorf("%q, %q: %+v, %v, expected %+v", c.config, c.associations, got, err, c.want)
		}
	}
}

func TestQueue(t *testing.T) {
	got, err := parseQueue("7|0|RUNNING|None|burstsim-A-1\n7|1-3%2|PENDING|Resources|burstsim-A-1\n9|N/A|PENDING|Dependency|burstsim-A-2\n8|N/A|RUNNING|None|a|b\n", "burstsim-A-")
	want := []Queued{
		{"burstsim-A-1", "7", Ranges{{0, 0}}, "RUNNING", ""},
		{"burstsim-A-1", "7", Ranges{{1, 3}}, "PENDING", "Resources"},
		{"burstsim-A-2", "9", nil, "PENDING", "Dependency"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	// What is not understood is no empty queue.
	for _, text := range []string{"7|RUNNING\n", "7|0-|PENDING|None|burstsim-A-1\n"} {
		if _, err := parseQueue(text, ""); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestAccounts(t *testing.T) {
	client := &Client{command: func(_ context.Context, name string, args ...string) (string, error) {
		if !slices.Contains(args, "--jobs=7,8") {
			t.Errorf("%v", args)
		}
		return "7_0|COMPLETED\n7_1|TIMEOUT\n7_[2-5]|PENDING\n8_0|CANCELLED by 1000\n8_1|TIMEOUT\n", nil
	}}
	got := client.Accounts(context.Background(), []string{"7", "8"})
	want := map[string]int{"COMPLETED": 1, "TIMEOUT": 2, "PENDING": 1, "CANCELLED": 1}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, expected %v", got, want)
	}
	if got, want := TallyEnded(got), "1 cancelled, 1 completed, 2 timeout"; got != want {
		t.Errorf("%q, expected %q", got, want)
	}
	f := newCluster(t)
	if got := f.client().Accounts(context.Background(), []string{"7"}); got != nil {
		t.Errorf("%v without accounting", got)
	}
}

// TestRequeue: what is asked to stop goes on later, unless its user wants it
// to end.
func TestRequeue(t *testing.T) {
	for state, want := range map[string]bool{
		"RUNNING|None": true, "SIGNALING|None": true, "COMPLETING|TimeLimit": true,
		"COMPLETING|None": false, "CANCELLED|None": false, "PENDING|BeginTime": false, "": false,
	} {
		requeued := ""
		client := &Client{command: func(_ context.Context, name string, args ...string) (string, error) {
			if name == "squeue" {
				return state + "\n", nil
			}
			requeued = strings.Join(args, " ")
			return "", nil
		}}
		got, err := client.Requeue(context.Background(), Task{Array: "7", Index: 3})
		if err != nil || got != want || (requeued == "requeue 7_3") != want {
			t.Errorf("%q: %v, %v, %q", state, got, err, requeued)
		}
	}
	client := &Client{command: func(_ context.Context, name string, args ...string) (string, error) {
		if name == "squeue" {
			return "", &Error{Command: "squeue", Unanswered: true}
		}
		t.Error("requeued without knowing why it ends")
		return "", nil
	}}
	if got, err := client.Requeue(context.Background(), Task{Array: "7"}); got || err == nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestCurrent(t *testing.T) {
	env := map[string]string{"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "3"}
	getenv := func(key string) string { return env[key] }
	if got, err := Current(getenv); err != nil || got != (Task{"7", 3, 0, 1}) || got.String() != "7_3" {
		t.Errorf("%+v, %v", got, err)
	}
	env["SLURM_RESTART_COUNT"], env["SLURM_CPUS_PER_TASK"] = "2", "4"
	if got, err := Current(getenv); err != nil || got != (Task{"7", 3, 2, 4}) {
		t.Errorf("%+v, %v", got, err)
	}
	delete(env, "SLURM_ARRAY_TASK_ID")
	if _, err := Current(getenv); !errors.Is(err, ErrNoTask) {
		t.Errorf("%v, expected %v", err, ErrNoTask)
	}
}

// TestClaim: of many that claim at once one wins, and all know which.
func TestClaim(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.job")
	if owner, err := Claim(path, ""); owner != "" || err != nil {
		t.Errorf("%q, %v before anybody claimed", owner, err)
	}
	owners := make([]string, 50)
	var wait sync.WaitGroup
	for i := range owners {
		wait.Go(func() {
			var err error
			if owners[i], err = Claim(path, string(rune('1'+i%9))); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if some := slices.Compact(owners); len(some) != 1 || some[0] == "" {
		t.Errorf("owners %v", some)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left %v, %v", entries, err)
	}
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Claim(path, "7"); err == nil {
		t.Error("an empty claim is taken")
	}
}

// TestErrors: what may have been done is told from what was refused.
func TestErrors(t *testing.T) {
	for text, want := range map[string]bool{
		"sbatch: error: Batch job submission failed: Socket timed out on send/recv operation":              true,
		"sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)": true,
		"slurm_load_jobs error: Zero Bytes were transmitted or received":                                   true,
		"sbatch: error: Batch job submission failed: Invalid partition name specified":                     false,
		"sbatch: error: invalid time limit":                                                                false,
	} {
		if e := failed("sbatch", text+"\n", errors.New("exit status 1")); e.Unanswered != want || strings.Contains(e.Message, "sbatch: ") {
			t.Errorf("%q: unanswered %v, says %q", text, e.Unanswered, e.Message)
		}
	}
	if e := failed("sbatch", "", errors.New("exit status 1")); e.Error() != "sbatch: exit status 1" {
		t.Error(e)
	}
}

// TestEnvironment: a user's settings for a site stay, and what would change
// what a sweep asks for does not.
func TestEnvironment(t *testing.T) {
	got := environment([]string{"HOME=/h", "SBATCH_ACCOUNT=lab", "SBATCH_ARRAY_INX=0-9", "SQUEUE_FORMAT=%i", "SQUEUE_STATES=R", "SACCT_FORMAT=x"})
	if want := []string{"HOME=/h", "SBATCH_ACCOUNT=lab"}; !slices.Equal(got, want) {
		t.Errorf("%v, expected %v", got, want)
	}
}
