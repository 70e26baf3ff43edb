package sim_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"burstsim/sim"
	"burstsim/sim/internal/golden"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

type dalesAblationFile struct {
	Config struct {
		PBaseline float64 `json:"p_baseline"`
		Error     float64 `json:"error_scale"`
		Input     float64
		WOutput   float64 `json:"W_output"`
		BOutput   float64 `json:"b_output"`
		BHidden   float64 `json:"b_hidden"`
		Rate      float64 `json:"lr"`
		Steps     int
		FromPV    float64 `json:"W_from_PV"`
		BiasRate  float64 `json:"apical_bias_rate"`
	}
	Runs []struct {
		Interneuron string
		Seed        int
		Direct      float64 `json:"initial_direct_weight"`
		Change      float64 `json:"target_change"`
		YScale      float64 `json:"y_scale"`
		Published   map[string]float64
	}
}

// dalesAblation repeats the simple task of the follow-up's figure, in which a
// class of interneurons is removed. The published numbers are of float32.
func dalesAblation(t *testing.T, file golden.File) {
	f := golden.As[dalesAblationFile](t, file)
	text, err := model.Builtin("burstccn_dales")
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for _, r := range f.Runs {
		c := f.Config
		start := func(ablated string) *sim.Discrete[float64] {
			net, err := program.New(text, program.Setting{Sizes: []int{1, 1, 1}, Usage: model.Usage{Discrete: true, Presentation: 1}, Values: model.Values{
				"p_b": c.PBaseline, "error_scale": c.Error, "lr": c.Rate, "bias_lr": c.BiasRate, "bias_plastic": true, "ablated": ablated,
				"y_mode": "symmetric_init", "y_scale": r.YScale}})
			if err != nil {
				t.Fatal(err)
			}
			w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
			if err != nil {
				t.Fatal(err)
			}
			for name, v := range map[string]float64{"W_direct1": r.Direct, "W_from_PV1": c.FromPV, "c1": c.BHidden, "W_direct2": c.WOutput, "W_from_PV2": 0, "c2": c.BOutput,
				"Y1_to_SST1": 1, "Y1_to_VIP1": 0, "Y2_to_SST1": 0, "Y2_to_VIP1": 1, "c1_SST1": 0, "c2_SST1": 1,
				"Y1_from_SST1": 0, "Y2_from_SST1": r.YScale * c.WOutput, "c_A1": r.YScale * c.WOutput, "Q_direct1": 0, "Q_from_NDNF1": c.PBaseline * r.YScale * c.WOutput} {
				w.Of(name)[0] = v
			}
			d, err := sim.NewDiscrete(w, sim.Learning{})
			if err != nil {
				t.Fatal(err)
			}
			d.Moved().Input()[0] = c.Input
			return d
		}
		frozen := map[string]float64{"c1": c.BHidden, "W_direct2": c.WOutput, "W_from_PV2": 0, "c2": c.BOutput}
		intact := start("none")
		intact.Predict()
		got := map[string]float64{"initial_output": intact.Moved().Output()[0]}
		got["new_target_value"] = min(max(got["initial_output"]+r.Change, 0), 1)
		ablated := r.Interneuron
		if ablated == "control" {
			ablated = "none"
		}
		d := start(ablated)
		s := d.Moved()
		s.Target()[0] = got["new_target_value"]
		record := func(when string) {
			got["w_direct_"+when] = s.Weights().Of("W_direct1")[0]
			got["w_"+when] = got["w_direct_"+when]
			if ablated != "pv" {
				got["w_"+when] -= s.Weights().Of("W_from_PV1")[0]
			}
		}
		record("initial")
		for k := range c.Steps {
			loss, err := d.Present(true)
			if err != nil {
				t.Fatal(err)
			}
			switch k {
			case 0:
				got["event_rate_initial"] = signalOf(t, s, "event_rate", 1)[0]
				got["p_t_initial"] = signalOf(t, s, "burst_prob", 1)[0]
			case c.Steps - 1:
				got["p_t_final"] = signalOf(t, s, "burst_prob", 1)[0]
			}
			d.Learn(loss)
			for name, v := range frozen {
				s.Weights().Of(name)[0] = v
			}
		}
		record("final")
		if _, err := d.Present(true); err != nil {
			t.Fatal(err)
		}
		got["event_rate_final"] = signalOf(t, s, "event_rate", 1)[0]
		for name, want := range r.Published {
			v, ok := got[name]
			if !ok {
				t.Fatalf("no number %q", name)
			}
			worst = max(worst, math.Abs(v-want))
			if !(math.Abs(v-want) <= 2e-6) {
				t.Errorf("%s, seed %d: %s is %.8g, published %.8g", r.Interneuron, r.Seed, name, v, want)
			}
		}
	}
	t.Logf("largest difference %.2g", worst)
}
