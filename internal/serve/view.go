package serve

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"burstsim/internal/report"
	"burstsim/internal/rundir"
)

// number is a float64 that JSON can hold: what is none is null.
type number float64

func (x number) MarshalJSON() ([]byte, error) {
	if v := float64(x); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(x), 'g', -1, 64), nil
}

// UnmarshalJSON is the way back.
func (x *number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*x = number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(x))
}

func numbers(x []float64) []number {
	out := make([]number, len(x))
	for i, v := range x {
		out[i] = number(v)
	}
	return out
}

// some is a list that JSON has brackets for, also if it is empty.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// mustJSON is v, which is of types that JSON can always hold.
func mustJSON(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic("serve: " + err.Error())
	}
	return out
}

// runView is a run in the list.
type runView struct {
	ID        string            `json:"id"`
	Path      string            `json:"path"`
	Name      string            `json:"name"`
	Group     string            `json:"group"`
	State     rundir.Status     `json:"state"`
	CanResume bool              `json:"can_resume"`
	CanStop   bool              `json:"can_stop"`
	Note      string            `json:"note"`
	Began     *time.Time        `json:"began"`
	Model     string            `json:"model"`
	Task      string            `json:"task"`
	Time      string            `json:"time"`
	Seed      int64             `json:"seed"`
	Variants  int               `json:"variants"`
	Loss      number            `json:"loss"`
	Error     number            `json:"error"`
	Progress  number            `json:"progress"`
	Spark     []number          `json:"spark"`
	SparkOf   string            `json:"spark_of"`
	Changes   map[string]string `json:"changes"`
	Sweep     string            `json:"sweep"`
}

func (l *library) viewOf(r *run, sweep string) runView {
	d := r.digest
	v := runView{
		ID: r.id, Path: r.path, Name: path.Base(r.path), Group: path.Dir(r.path), State: d.Status,
		Note: report.Note(d), CanStop: l.busy(r.id),
		Loss: number(math.NaN()), Error: number(math.NaN()), Progress: number(math.NaN()),
		Model: "-", Task: "-", Time: "-", Changes: map[string]string{}, Spark: []number{},
	}
	if v.Group == "." {
		v.Group = ""
	}
	if r.path == "." {
		v.Name, v.Path = filepath.Base(l.dir), filepath.Base(l.dir)
	}
	v.Note = strings.ReplaceAll(v.Note, l.dir+"/", "")
	if sweep != "" {
		v.Sweep = idOf(sweep)
	}
	if !d.Began.IsZero() {
		v.Began = &d.Began
	}
	if d.Status == rundir.Unreadable {
		return v
	}
	v.CanResume = d.Status == rundir.Interrupted || d.Status == rundir.Unfinished
	c := &d.Config
	v.Name, v.Time, v.Seed, v.Variants = c.Run.Name, c.Time.Kind, c.Run.Seed, 1+len(c.Compare)
	if !c.Spikes() {
		v.Task, v.Model = c.Task.Kind, c.Model.Kind
	}
	for _, s := range c.Changes() {
		v.Changes[s.Key] = shortened(s.Text)
	}
	outcome, _ := d.Outcome()
	v.Loss, v.Error = number(outcome.LossFinal), number(outcome.TestError)
	if len(d.Progress) > 0 {
		done := 0.0
		for _, p := range d.Progress {
			if p.End > 0 {
				done += p.Reached / p.End
			}
		}
		v.Progress = number(min(1, done/float64(1+len(d.Config.Compare))))
		v.Loss = number(d.Progress[0].Loss)
	}
	v.Spark, v.SparkOf = l.spark(r.path)
	return v
}

// longestValue is how much of a value the list has: the equations of a model
// are one.
const longestValue = 120

func shortened(text string) string {
	if r := []rune(text); len(r) > longestValue {
		return string(r[:longestValue]) + "…"
	}
	return text
}

// mostSpark is how many points a small curve has.
const mostSpark = 40

// sparkColumns are what a small curve shows, the best first.
var sparkColumns = []struct{ file, column string }{
	{"metrics.csv", "loss"}, {"epochs.csv", "test_error"}, {"epochs.csv", "validation_error"}, {"epochs.csv", "train_error"}, {"epochs.csv", "test_loss"},
}

// spark is a small learning curve of the experiment itself. Of a long table a
// few lines are read.
func (l *library) spark(rel string) (points []number, of string) {
	for _, c := range sparkColumns {
		f, err := l.root.Open(path.Join(rel, c.file))
		if err != nil {
			continue
		}
		points, err = sparkOf(f, c.column)
		f.Close()
		known := func(x number) bool { return !math.IsNaN(float64(x)) }
		if err == nil && slices.ContainsFunc(points, known) {
			return points, c.column
		}
	}
	return []number{}, ""
}

// aroundLine is how many bytes are read to find a line in them.
const aroundLine = 4 << 10

func sparkOf(f *os.File, column string) ([]number, error) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, os.ErrInvalid
	}
	head := make([]byte, min(info.Size(), 256<<10))
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, err
	}
	first, rest, found := strings.Cut(string(head), "\n")
	if !found {
		return nil, nil
	}
	names, err := csv.NewReader(strings.NewReader(first)).Read()
	if err != nil {
		return nil, err
	}
	at := -1
	for i, name := range names {
		if strings.HasSuffix(name, "."+column) {
			at = i
			break
		}
	}
	if at < 0 {
		return nil, nil
	}
	var lines []string
	if int64(len(head)) == info.Size() {
		lines = strings.Split(strings.TrimSuffix(rest, "\n"), "\n")
		if n := len(lines); n > mostSpark {
			for i := range mostSpark {
				lines[i] = lines[i*(n-1)/(mostSpark-1)]
			}
			lines = lines[:mostSpark]
		}
	} else {
		piece := make([]byte, aroundLine)
		begin := int64(len(first))
		for i := range int64(mostSpark) {
			n, _ := f.ReadAt(piece, begin+(info.Size()-begin-aroundLine)*i/(mostSpark-1))
			_, line, _ := strings.Cut(string(piece[:n]), "\n")
			if line, _, whole := strings.Cut(line, "\n"); whole {
				lines = append(lines, line)
			}
		}
	}
	var out []number
	for _, line := range lines {
		fields := strings.Split(line, ",")
		if len(fields) != len(names) {
			continue
		}
		x, err := strconv.ParseFloat(fields[at], 64)
		if err != nil {
			x = math.NaN()
		}
		if x != 0 {
			scale := math.Pow(10, 4-math.Ceil(math.Log10(math.Abs(x)))) // four digits will do
			if y := math.Round(x*scale) / scale; !math.IsNaN(y) && !math.IsInf(y, 0) {
				x = y
			}
		}
		out = append(out, number(x))
	}
	return out, nil
}
