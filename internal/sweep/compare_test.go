package sweep

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// TestPaired compares with values of R's t.test(x, y, paired = TRUE) for the sleep
// data of Student (1908).
func TestPaired(t *testing.T) {
	x := []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}
	y := []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	d, tt, p := paired(x, y)
	if math.Abs(d+1.58) > 1e-12 || math.Abs(tt+4.0621) > 1e-4 || math.Abs(p-0.002833) > 1e-6 {
		t.Errorf("difference %v, t %v, p %v; want -1.58, -4.0621, 0.002833", d, tt, p)
	}
	if _, tt, p := paired(x[:1], y[:1]); !math.IsNaN(tt) || !math.IsNaN(p) {
		t.Errorf("one pair has t %v and p %v", tt, p)
	}
}

func TestRanksOf(t *testing.T) {
	if got := ranksOf([]float64{3, 1, 2, 3, 1}); !slices.Equal(got, []float64{3.5, 0.5, 2, 3.5, 0.5}) {
		t.Errorf("ranks %v", got)
	}
}

// TestParquet reads back what is written: a run with two variants, one without a
// result, and one that is missing.
func TestParquet(t *testing.T) {
	a := &Aggregate{Plan: &Plan{Keys: []string{"model.beta", "model.kind"}}, Runs: []Run{
		{Point{ID: "a", Values: []string{"0.5", `"edn"`}}, &Record{Variants: []VariantRecord{
			{Name: "x", Results: map[string]number{"loss_final": 0.25}}, {Name: "y", Results: map[string]number{"loss_final": number(math.NaN())}},
		}}},
		{Point{ID: "b", Values: []string{"2", `"ann"`}}, nil},
	}}
	var file bytes.Buffer
	if err := a.WriteParquet(&file); err != nil {
		t.Fatal(err)
	}
	again := bytes.Buffer{}
	if err := a.WriteParquet(&again); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Errorf("other bytes, error %v", err)
	}
	type row struct {
		Run     string   `parquet:"run"`
		Status  string   `parquet:"status"`
		Beta    float64  `parquet:"model.beta"`
		Kind    string   `parquet:"model.kind"`
		Variant *string  `parquet:"variant,optional"`
		Loss    *float64 `parquet:"loss_final,optional"`
	}
	rows, err := parquet.Read[row](bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, error %v", len(rows), err)
	}
	if r := rows[0]; r.Run != "a" || r.Status != "done" || r.Beta != 0.5 || r.Kind != "edn" || *r.Variant != "x" || *r.Loss != 0.25 {
		t.Errorf("first row %+v", r)
	}
	if r := rows[1]; *r.Variant != "y" || r.Loss != nil {
		t.Errorf("second row %+v", r)
	}
	if r := rows[2]; r.Run != "b" || r.Status != "missing" || r.Variant != nil || r.Beta != 2 {
		t.Errorf("third row %+v", r)
	}
}

// TestSamplesHaveScatters: samples have a figure over each key that was sampled, of
// the runs that came to something, and one that failed changes it.
func TestSamplesHaveScatters(t *testing.T) {
	file := write(t, short)
	p := begun(t, t.TempDir(), file, "model.beta=1:3", "model.weight_gain={from=1e304, to=1.7e308, scale='log'}", "method=halton", "samples=8", "seeds=1,2")
	if keys := p.sampled(); len(keys) != 2 || keys[0].log || !keys[1].log {
		t.Fatalf("sampled: %+v", keys)
	}
	if o := execute(t, p, 0, 16); o.Failed == 0 || o.Failed == 16 {
		t.Fatalf("%+v, expected some failures", o)
	}
	files := aggregate(t, p)
	if files["scatter_loss_final.svg"] == nil || files["scatter_loss_final.png"] == nil {
		t.Fatal("no scatter of the loss")
	}
	if !bytes.Contains(files["scatter_loss_final.svg"], []byte("failed")) {
		t.Error("failed runs are dropped")
	}
}

// TestRankCorrelation: pairs without one of their numbers do not count.
func TestRankCorrelation(t *testing.T) {
	nan := math.NaN()
	for _, test := range []struct {
		x, y []float64
		rho  float64
		n    int
	}{
		{[]float64{1, 2, 3, 4}, []float64{1, 8, 27, nan}, 1, 3},
		{[]float64{1, 2, 3, 4}, []float64{9, 8, 1, 0.1}, -1, 4},
		{[]float64{1, 2, 3, 4, 5}, []float64{2, 1, 4, 3, 5}, 0.8, 5}, // 1 - 6 x 4 / (5 x 24)
		{[]float64{1, 2, 3}, []float64{5, 5, 5}, nan, 3},
		{[]float64{1, 2}, []float64{1, 2}, nan, 2},
	} {
		rho, n := rankCorrelation(test.x, test.y)
		if n != test.n || math.IsNaN(rho) != math.IsNaN(test.rho) || math.Abs(rho-test.rho) > 1e-12 {
			t.Errorf("%v, %v: %v of %d, expected %v of %d", test.x, test.y, rho, n, test.rho, test.n)
		}
	}
}
