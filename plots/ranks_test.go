package plots

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"burstsim/sim/record"
)

// ranked is a made-up training of which ranks of some hidden layers were recorded.
func ranked(layers int, labels ...string) *record.Result {
	res := &record.Result{Name: "made up"}
	for v, name := range labels {
		columns := []string{"epoch"}
		for l := 1; l <= layers; l++ {
			for _, m := range []string{"participation", "effective_rank", "stable_rank", "backprop_share", "backprop_cosine", "burst_participation", "principal_angle", "burst_participation_within"} {
				columns = append(columns, fmt.Sprintf("%s_%d", m, l))
			}
		}
		t := record.NewTable(columns...)
		for e := range 5 {
			row := []float64{float64(e)}
			for k := range columns[1:] {
				row = append(row, 1+math.Sin(float64(e+v+k)))
			}
			t.Append(row...)
		}
		res.Variants = append(res.Variants, record.Variant{Label: name, Training: &record.Training{Epochs: t}})
	}
	return res
}

// TestRanksHoldTheLabels: each measure has a row, each hidden layer a column, and
// what was left out is said.
func TestRanksHoldTheLabels(t *testing.T) {
	res := ranked(9, "a & <b>", "other")
	res.Variants = append(res.Variants, record.Variant{Label: "backprop", Training: &record.Training{Epochs: record.NewTable("epoch")}})
	f, err := Ranks(res, Options{})
	if err != nil {
		t.Fatal(err)
	}
	texts := svgTexts(t, encode(t, f, "svg"))
	for _, want := range []string{"[a & <b>]", "[other]", "[(not measured: backprop)]", "[(6 of 9 hidden layers)]", "[layer 1]", "[layer 9]",
		"[effective rank]", "[stable rank]", "[participation ratio]", "[within classes]", "[of backprop]", "[principal angles to]", "[cosine to]", "[epoch]", "[h]"} {
		if !strings.Contains(texts, want) {
			t.Errorf("no %q in %s", want, texts)
		}
	}
	if strings.Contains(texts, "[i]") {
		t.Error("more than eight rows")
	}
}

// TestRanksOfSeeds: seeds of a variant are summed up.
func TestRanksOfSeeds(t *testing.T) {
	res := ranked(1, "x seed 1", "x seed 2", "x seed 3")
	f, err := Ranks(res, Options{Seeds: []string{"x", "x", "x"}})
	if err != nil {
		t.Fatal(err)
	}
	if f.width != singleColumn {
		t.Errorf("one layer is %v wide, expected a single column", f.width)
	}
	if texts := svgTexts(t, encode(t, f, "svg")); !strings.Contains(texts, "quartiles") {
		t.Errorf("bands are not said: %s", texts)
	}
}

func TestRanksThatCannotBeDrawnAreAnError(t *testing.T) {
	for name, edit := range map[string]func(*record.Training){
		"no table":  func(tr *record.Training) { tr.Epochs = nil },
		"no rank":   func(tr *record.Training) { tr.Epochs = record.NewTable("epoch", "test_error") },
		"one epoch": func(tr *record.Training) { *tr.Epochs = *oneRow(tr.Epochs) },
		"all NaN":   func(tr *record.Training) { spoilRanks(tr, math.NaN()) },
		"infinite":  func(tr *record.Training) { spoilRanks(tr, math.Inf(1)) },
	} {
		res := ranked(2, "BurstCCN")
		edit(res.Variants[0].Training)
		if _, err := Ranks(res, Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Ranks(&record.Result{}, Options{}); err == nil {
		t.Error("no variant: no error")
	}
}

func oneRow(of *record.Table) *record.Table {
	t := record.NewTable(of.Columns...)
	t.Append(of.Row(0)...)
	return t
}

func spoilRanks(tr *record.Training, value float64) {
	for i := range tr.Epochs.Len() {
		row := tr.Epochs.Row(i)
		for k := range row[1:] {
			row[1+k] = value
		}
	}
}
