package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// stacks has every way in which layers and hidden are given or inherited.
const stacks = `
[task]
kind = "mnist"

[[model.layer]]
kind = "conv"
channels = 8
kernel = 5
stride = 2

[[model.layer]]
kind = "dense"
units = 30

[[compare]]
name = "and hidden"
model.hidden = [20, 10]

[[compare]]
name = "no layers"
model.layer = []

[[compare]]
name = "other layers"
model.layer = [{ kind = "conv", channels = 2 }]

[[compare]]
name = "no images"
task.kind = "xor"

[[compare]]
name = "nothing hidden"
model = { layer = [], hidden = [] }
`

func TestStack(t *testing.T) {
	conv := []Layer{{Kind: "conv", Channels: 8, Kernel: 5, Stride: 2}}
	type stack struct {
		maps  []Layer
		dense []int
	}
	for name, tt := range map[string]struct {
		file string
		want []stack // of the experiment and its variants
	}{
		"every way": {stacks, []stack{
			{conv, []int{30}}, {conv, []int{30, 20, 10}}, {nil, []int{50}},
			{[]Layer{{Kind: "conv", Channels: 2, Kernel: 3, Stride: 1}}, nil}, {nil, []int{50}}, {nil, nil},
		}},
		"default":           {"task.kind = \"mnist\"", []stack{{nil, []int{50}}}},
		"nothing hidden":    {"model.hidden = []", []stack{{nil, nil}}},
		"layers of variant": {"[[compare]]\nname = \"a\"\ntask.kind = \"mnist\"\nmodel.layer = [{ kind = \"dense\", units = 3 }]", []stack{{nil, []int{50}}, {nil, []int{3}}}},
		"layers for variant": {"model.layer = [{ kind = \"dense\", units = 3 }]\n[[compare]]\nname = \"a\"\ntask.kind = \"mnist\"",
			[]stack{{nil, []int{50}}, {nil, []int{3}}}},
		"hidden of the experiment": {"task.kind = \"mnist\"\nmodel.hidden = [7]\n[[compare]]\nname = \"a\"\nmodel.layer = [{ kind = \"dense\", units = 3 }]",
			[]stack{{nil, []int{7}}, {nil, []int{3, 7}}}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("x.toml", []byte(tt.file), Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkRoundTrip(t, c)
			all := append([]Variant{{Name: "experiment", Config: c}}, c.Compare...)
			for i, v := range all {
				maps, dense := v.Config.Model.Stack()
				if !reflect.DeepEqual(maps, tt.want[i].maps) || !slices.Equal(dense, tt.want[i].dense) {
					t.Errorf("%s: maps %+v and dense %v, want %+v", v.Name, maps, dense, tt.want[i])
				}
			}
		})
	}
}

// TestStackIsFresh guards the lists of a Config against one who extends a stack.
func TestStackIsFresh(t *testing.T) {
	m := Model{Hidden: append(make([]int, 0, 4), 5)}
	_, dense := m.Stack()
	_ = append(dense, 10)
	if all := m.Hidden[:2]; all[1] != 0 || &dense[0] == &m.Hidden[0] {
		t.Errorf("the stack shares the memory of hidden, %v", all)
	}
}

func TestImageErrors(t *testing.T) {
	const mnist, discrete = "task.kind = \"mnist\"\n", "time.kind = \"discrete\"\n"
	const conv, dense = "{ kind = \"conv\", channels = 4, kernel = 5 }", "{ kind = \"dense\", units = 4 }"
	tests := map[string]struct {
		file string
		line int
		key  string
		msg  string
	}{
		"layer without kind":      {mnist + "model.layer = [{ units = 4 }]", 2, "model.layer[0].kind", "missing, expected conv or dense"},
		"layer, near kind":        {mnist + "model.layer = [{ kind = \"cnov\", channels = 4 }]", 2, "model.layer[0].kind", `did you mean "conv"?`},
		"channels, then kind":     {mnist + "[[model.layer]]\nchannels = 4\nkind = \"cnov\"", 4, "model.layer[0].kind", `did you mean "conv"?`},
		"layer, near key":         {mnist + "[[model.layer]]\nkind = \"conv\"\nchanels = 4", 4, "model.layer[0].chanels", `did you mean "channels"?`},
		"units of maps":           {mnist + "[[model.layer]]\nkind = \"conv\"\nchannels = 4\nunits = 4", 5, "model.layer[0].units", "belongs to kind dense, but that is conv"},
		"channels of dense":       {mnist + "[[model.layer]]\nunits = 4\nchannels = 4\nkind = \"dense\"", 4, "model.layer[0].channels", "belongs to kind conv, but that is dense"},
		"padding of dense":        {mnist + "model.layer = [" + conv + ",\n{ kind = \"dense\", units = 4, padding = 0 }]", 3, "model.layer[1].padding", "belongs to kind conv"},
		"maps without channels":   {mnist + "model.layer = [{ kind = \"conv\" }]", 2, "model.layer[0].channels", "missing, expected a whole number, at least 1"},
		"dense without units":     {mnist + "model.layer = [{ kind = \"dense\" }]", 2, "model.layer[0].units", "missing"},
		"no channels":             {mnist + "model.layer = [{ kind = \"conv\", channels = 0 }]", 2, "model.layer[0].channels", "at least 1"},
		"maps above dense":        {mnist + "model.layer = [" + dense + ",\n" + conv + "]", 3, "model.layer[1].kind", "above a dense layer"},
		"maps of edn":             {mnist + "model.kind = \"edn\"\nmodel.layer = [" + conv + "]", 3, "model.layer[0].kind", "interneurons have no maps"},
		"maps of a variant":       {mnist + "model.layer = [" + conv + "]\n[[compare]]\nname = \"e\"\nmodel.kind = \"edn\"", 5, "compare[0].model.layer[0].kind", "interneurons have no maps"},
		"layers, no images":       {"model.layer = [" + conv + "]", 1, "model.layer", "belongs to task.kind arrays, mnist"},
		"kernel beyond the image": {mnist + "model.layer = [{ kind = \"conv\", channels = 4, kernel = 29 }]", 2, "model.layer[0].kernel", "is 29, expected at most 28: the maps below are 28 x 28, with padding 0"},
		"second kernel":           {mnist + "model.layer = [" + conv + ",\n{ kind = \"conv\", channels = 4, kernel = 27, padding = 1 }]", 3, "model.layer[1].kernel", "at most 26: the maps below are 24 x 24, with padding 1"},
		"kernel of a variant":     {"task.kind = \"cifar10\"\nmodel.layer = [{ kind = \"conv\", channels = 4, kernel = 32 }]\n[[compare]]\nname = \"m\"\ntask.kind = \"fashion-mnist\"", 5, "compare[0].model.layer[0].kernel", "at most 28"},

		"idx without files":      {"\ntask.kind = \"idx\"", 2, "task.files", "has 0 files, expected four"},
		"idx, three files":       {"task.kind = \"idx\"\ntask.files = [\"a\", \"b\", \"c\"]", 2, "task.files", "has 3 files, expected four"},
		"embedded fashion":       {"task.kind = \"fashion-mnist\"\ntask.data = \"embedded\"", 2, "task.data", "only a part of MNIST"},
		"batch of too few":       {mnist + "task.batch = 64\ntask.train_images = 63", 2, "task.batch", "is 64, expected at most 63, the number of training images"},
		"few, usual batch":       {mnist + "task.train_images = 31", 2, "task.batch", "is 32, expected at most 31"},
		"batch of embedded":      {mnist + "task.data = \"embedded\"\ntask.batch = 201", 3, "task.batch", "at most 200"},
		"embedded has no more":   {mnist + "task.data = \"embedded\"\ntask.batch = 201\ntask.train_images = 300", 3, "task.batch", "at most 200"},
		"all held out":           {mnist + discrete + "task.validation = true\ntask.train_images = 10000", 3, "task.validation_images", "is 10000, expected less than the 10000 training images"},
		"embedded held out":      {mnist + discrete + "task.validation = true\ntask.data = \"embedded\"", 3, "task.validation_images", "less than the 200 training images that there are, or a fraction such as 0.2"},
		"half an image":          {mnist + discrete + "task.validation = true\ntask.validation_images = 2.5", 4, "task.validation_images", "is 2.5, expected a whole number, such as 2, or a fraction below 1"},
		"no image held out":      {mnist + discrete + "task.validation = true\ntask.data = \"embedded\"\ntask.validation_images = 0.001", 5, "task.validation_images", "is 0.001 of 200 training images, which is none"},
		"held out for nothing":   {mnist + discrete + "task.validation_images = 0.1", 3, "task.validation_images", "has no effect here, only with task.validation = true"},
		"a fraction and a batch": {mnist + discrete + "task.validation = true\ntask.validation_images = 0.9\ntask.data = \"embedded\"", 5, "task.batch", "is 32, expected at most 20"},
		"most held out":          {mnist + discrete + "task.validation = true\ntask.train_images = 10020", 4, "task.batch", "is 32, expected at most 20"},
		"epochs of no end":       {mnist + "task.epochs = 3", 2, "task.epochs", "they are mnist and continuous"},
		"validation, continuous": {mnist + "task.validation = true", 2, "task.validation", "time.kind discrete"},
		"stagnation, continuous": {mnist + "task.max_stagnant_epochs = 3", 2, "task.max_stagnant_epochs", "time.kind discrete"},
		"augmented stream":       {"task.kind = \"cifar10\"\ntask.augmentation = true", 2, "task.augmentation", "time.kind discrete"},
		"digits augmented":       {mnist + discrete + "task.augmentation = true", 3, "task.augmentation", "task.kind cifar10"},
		"log, continuous":        {mnist + "record.log_every = 3", 2, "record.log_every", "time.kind discrete"},
		"log mode, regression":   {discrete + "record.log_mode = \"all\"", 2, "record.log_mode", "task.kind arrays, mnist"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("x.toml", []byte(tt.file), Options{StabilityLimit: limits})
			checkError(t, err, "x.toml", tt.line, tt.key, tt.msg)
		})
	}
}

func TestImagesAccepted(t *testing.T) {
	for name, file := range map[string]string{
		"kernel of the whole image": "task.kind = \"mnist\"\nmodel.layer = [{ kind = \"conv\", channels = 4, kernel = 28 }, { kind = \"conv\", channels = 4, kernel = 1 }]",
		"kernel within the frame":   "task.kind = \"cifar10\"\nmodel.layer = [{ kind = \"conv\", channels = 4, kernel = 34, padding = 1 }]",
		"images of unknown size":    "task.kind = \"idx\"\ntask.files = [\"a\", \"b\", \"c\", \"d\"]\nmodel.layer = [{ kind = \"conv\", channels = 4, kernel = 200 }]",
		"layers of edn":             "task.kind = \"mnist\"\nmodel.kind = \"edn\"\nmodel.layer = [{ kind = \"dense\", units = 4 }]",
		"a batch of all":            "task.kind = \"mnist\"\ntask.train_images = 32",
		"validation and a batch":    "task.kind = \"mnist\"\ntime.kind = \"discrete\"\ntask.validation = true\ntask.train_images = 10032",
		"a part for validation":     "task.kind = \"mnist\"\ntime.kind = \"discrete\"\ntask.validation = true\ntask.validation_images = 0.2\ntask.data = \"embedded\"",
		"some for validation":       "task.kind = \"mnist\"\ntime.kind = \"discrete\"\ntask.validation = true\ntask.validation_images = 40\ntask.data = \"embedded\"",
		"validation of a variant":   "task.kind = \"mnist\"\ntask.validation = true\ntask.train_images = 100\n[[compare]]\nname = \"d\"\ntime.kind = \"discrete\"\ntask.train_images = 20000",
		"embedded, all of them":     "task.kind = \"mnist\"\ntask.data = \"embedded\"\ntask.batch = 200",
		"recurrent beside a limit":  "limit.ratios = [0.1]\nmodel.recurrent_input = true\n[[compare]]\nname = \"p\"\nmodel.kind = \"burstprop\"\nmodel.recurrent_input = false",
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("x.toml", []byte(file), Options{StabilityLimit: limits})
			if err != nil {
				t.Fatal(err)
			}
			checkRoundTrip(t, c)
		})
	}
}

func TestWeightGain(t *testing.T) {
	for set, want := range map[string]float64{
		"task.kind=regression": 1, "task.kind=xor": 1, "task.kind=mnist": 3.6, "task.kind=cifar10": 3.6, "model.weight_gain=2": 2,
	} {
		c, err := Parse("x.toml", nil, Options{Set: []string{set}})
		if err != nil || c.Parameter("model.weight_gain") != want {
			t.Errorf("%s: weight gain %v (%v), want %v", set, c.Parameter("model.weight_gain"), err, want)
		}
	}
}

// TestImageTemplates checks that the templates begin with the published jobs.
func TestImageTemplates(t *testing.T) {
	parsed := func(task string) Config {
		text, err := Template(Start{Task: task})
		if err != nil {
			t.Fatal(err)
		}
		c, err := Parse("x.toml", []byte(text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := parsed("mnist")
	want, err := Parse("x.toml", []byte(strings.TrimSpace(`
run.precision = "float32"
task = { kind = "mnist", epochs = 12, batch = 32 }
model = { hidden = [500, 500, 500], y_mode = "random", y_scale = 0.5, q_mode = "symmetric_init", q_plastic = true }
time.kind = "discrete"
learning = { lr = 0.3, q_lr = 0.000731 }`)), Options{})
	if err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v\nwant %+v (%v)", c, want, err)
	}

	maps, dense := parsed("cifar10").Model.Stack()
	side, channels := 32, 3
	for _, l := range maps {
		side, channels = (side+2*l.Padding-l.Kernel)/l.Stride+1, l.Channels
	}
	if n := side * side * channels; len(maps) != 3 || n != 2304 || !slices.Equal(dense, []int{1480}) {
		t.Errorf("%d layers of maps end in %d units, below %v; want 3, 2304 and [1480]", len(maps), n, dense)
	}
}
