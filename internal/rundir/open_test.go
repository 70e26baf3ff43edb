package rundir

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/sim/record"
)

// fill sets every field to something other than its zero value.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("word")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64, reflect.Int:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(1.0 / 3)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	default:
		panic("fill: " + v.Kind().String())
	}
}

// A field that is added to the summary must be added to its document too.
func TestSummaryRoundTripLosesNoField(t *testing.T) {
	var want experiment.Summary
	fill(reflect.ValueOf(&want).Elem())
	var file strings.Builder
	if err := writeSummary(&file, nil, &want); err != nil {
		t.Fatal(err)
	}
	doc, err := readSummary([]byte(file.String()), "summary.json")
	if err != nil {
		t.Fatal(err)
	}
	if got := doc.summary(); !reflect.DeepEqual(got, &want) {
		t.Errorf("got %+v, expected %+v", got, &want)
	}
}

func TestSummaryWritesNaNAsNull(t *testing.T) {
	sum := &experiment.Summary{Variants: map[string]experiment.VariantSummary{
		"a": {LossInitial: 1, LossFinal: math.NaN(), AngleWeights: map[string]float64{"W1": math.Inf(1)}},
	}}
	var file strings.Builder
	if err := writeSummary(&file, nil, sum); err != nil {
		t.Fatal(err)
	}
	doc, err := readSummary([]byte(file.String()), "summary.json")
	if err != nil {
		t.Fatal(err)
	}
	got := doc.summary().Variants["a"]
	if got.LossInitial != 1 || !math.IsNaN(got.LossFinal) || !math.IsNaN(got.AngleWeights["W1"]) {
		t.Errorf("read back %+v from\n%s", got, file.String())
	}
}

// loaded is the configuration of an almost empty experiment file.
func loaded(t testing.TB) config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo.toml")
	if err := os.WriteFile(path, []byte("[run]\nname = \"demo\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path, config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func exampleRun(t testing.TB) *Run {
	variants := recording(5)
	variants[0].Metrics = table("time,loss", []float64{0, 1}, []float64{10, 0.5})
	variants[1].Metrics = table("time,loss", []float64{0, 2})
	for _, s := range variants[0].Trajectory.Signals {
		s.Label, s.Unit = "label of "+s.Name, "mV"
	}
	sum := &experiment.Summary{
		Name: "demo", Versions: map[string]string{"go": "1"},
		Limit: &experiment.LimitSummary{Slope: 1.02},
		Variants: map[string]experiment.VariantSummary{
			"continuous": {LossInitial: 1, LossFinal: 0.5, AngleWeights: map[string]float64{"W1": 3}, AngleBiases: map[string]float64{}, Steps: 9},
			"discrete":   {LossInitial: 2, AngleWeights: map[string]float64{}, AngleBiases: map[string]float64{}},
		},
	}
	res := &record.Result{
		Name: "demo", Variants: variants,
		Phases: []record.Phase{{Name: "before", Start: 0, End: 10}, {Name: "learn", Start: 10, End: 20, Teacher: true,
			Cycle: []record.Part{{Duration: 2}, {Duration: 0.5, Teacher: true}}}},
		Limit: &record.Limit{Ratio: []float64{0.1, 0.01}, Distance: []float64{0.2, 0.02}, Slope: 1.02},
	}
	return &Run{Config: loaded(t), Result: res, Summary: sum}
}

func write(t testing.TB, run *Run) string {
	t.Helper()
	d, err := Create(t.TempDir(), "demo", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WriteConfig(run.Config); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteRecord(run.Result, run.Summary); err != nil {
		t.Fatal(err)
	}
	return d.Path()
}

func TestOpenReadsWhatWasWritten(t *testing.T) {
	want := exampleRun(t)
	got, err := Open(write(t, want))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Config, want.Config) {
		t.Errorf("config %+v, expected %+v", got.Config, want.Config)
	}
	if !reflect.DeepEqual(got.Summary, want.Summary) {
		t.Errorf("summary %+v, expected %+v", got.Summary, want.Summary)
	}
	if !reflect.DeepEqual(got.Result, want.Result) {
		t.Errorf("result %+v, expected %+v", got.Result, want.Result)
	}
}

func TestOpenRunThatFailedAtOnce(t *testing.T) {
	want := &Run{Config: loaded(t), Summary: &experiment.Summary{Name: "demo", Failure: "no memory"}}
	got, err := Open(write(t, want))
	if err != nil {
		t.Fatal(err)
	}
	if got.Summary.Failure != "no memory" || len(got.Result.Variants) != 0 {
		t.Errorf("got %+v and %+v", got.Summary, got.Result)
	}
}

func TestOpenErrors(t *testing.T) {
	tests := []struct {
		name, file, content string // content is written over file; none: file is removed
		want                string
	}{
		{"no summary", summaryFile, "", "not a finished run"},
		{"summary is no JSON", summaryFile, "{", summaryFile},
		{"wrong type in summary", summaryFile, `{"name": 3}`, summaryFile},
		{"no config", configFile, "", configFile},
		{"no metrics", metricsFile, "", metricsFile},
		{"unknown variant in metrics", metricsFile, "time,other.loss\n", `"other"`},
		{"no trajectory", trajectoryFile, "", trajectoryFile},
		{"trajectory is no archive", trajectoryFile, "PK", trajectoryFile},
		{"unknown variant in trajectory", summaryFile, `{"labels": ["continuous"]}`, `"discrete"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			refused(t, write(t, exampleRun(t)), test.file, test.content, test.want)
		})
	}
}

// refused opens a folder with other content in a file, or without the file, which
// has to be said.
func refused(t *testing.T, dir, file, content, want string) {
	t.Helper()
	path := filepath.Join(dir, file)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if content != "" {
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, expected %q", err, want)
	}
}
