package config

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const momentsText = "[task]\nkind = \"regression\"\n[model]\nhidden = [2]\n[time]\nbefore = \"1s\"\nlearn = \"8s\"\nafter = \"1s\"\n[record]\nmetrics = \"1s\"\nangles = \"1s\"\nweights = "

// TestMoments: times, a distance, and one without brackets, and what is wrong with
// others, with line and key.
func TestMoments(t *testing.T) {
	for _, c := range []struct {
		value string
		every int64
		at    []int64 // ms
		want  string  // of an error
	}{
		{`["2s", "0", "every 500ms"]`, 500, []int64{0, 2000}, ""},
		{`"3s"`, 3000, nil, ""},
		{`"every 3s"`, 3000, nil, ""},
		{`[]`, 0, nil, ""},
		{`["5"]`, 0, nil, `e.toml:12: record.weights[0]: "5" has no unit, expected a time such as "10s"`},
		{`["1s", "1s"]`, 0, nil, `record.weights[1]: "1s" is given twice`},
		{`["every 1s", "every 2s"]`, 0, nil, `record.weights[1]: "every 2s" is a second distance`},
		{`["11s"]`, 0, nil, `"11s" is beyond the 10 s of the run`},
		{`["every 0s"]`, 0, nil, `record.weights[0]: is "every 0s", expected a time such as`},
		{`["-1s"]`, 0, nil, `record.weights[0]: is "-1s", expected a time such as`},
		{`[true]`, 0, nil, `record.weights[0]: is true, expected a time such as`},
		{`true`, 0, nil, `record.weights: is true, expected a list such as`},
	} {
		cfg, err := Parse("e.toml", []byte(momentsText+c.value+"\n"), Options{})
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, expected %s", c.value, err, c.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.value, err)
			continue
		}
		if every, at := cfg.Snapshots(time.Millisecond); every != c.every || !slices.Equal(at, c.at) {
			t.Errorf("%s: every %d and at %v, expected %d and %v", c.value, every, at, c.every, c.at)
		}
	}
	discrete := []string{"time.kind=discrete", "task.sample=100ms"}
	if _, err := Parse("e.toml", []byte(momentsText+"[\"250ms\"]\n"), Options{Set: discrete}); err == nil || !strings.Contains(err.Error(), "expected a multiple of 100ms") {
		t.Errorf("between two samples: %v", err)
	}
}
