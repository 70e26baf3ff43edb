// Package config reads an experiment file and turns it into validated
// settings, or into an error that names file, line and key.
//
// Struct tags: `toml` is the key; `default` its value when the file is silent,
// as a TOML literal or a bare word; `doc` the one-line meaning that
// `burstsim init` writes above it; `range` what a number must satisfy (">0",
// ">=1", "(0,1)", "[0,1)"; times in seconds), element by element in a list;
// `oneof` the accepted words; `format` what free text must be ("name": safe in
// a file name; "path": not empty; "file": not empty, and relative to the folder of the file
// that says it, but for the words in `special`); `for` the task, model or time kinds it
// belongs to: words of one kind are alternatives, words of two kinds must both
// hold, and a key given for another kind is an error; tables of a list may have
// a kind of their own; `if` what other keys must be for it to have an effect,
// "a.b=x|y and !c.d or e.f" (see parseCondition), without which it is an error
// too; `scope` "run" for what variants share, "experiment" for what none of them
// uses. A key without default
// keeps its zero value, whose meaning `doc` states and which a file cannot
// give; `example` is what `burstsim init` shows for it, commented out; `ahead`
// "parameters" puts the parameters that the model declares for the section ahead
// of the key, otherwise they come last.
//
// MODELS, USUAL and SIGNALS in tags are the models that are built in, the one
// that is the default, and what all of them record. Keys that belong to a model
// are the parameters of its text: see [burstsim/sim/model].
package config

import "burstsim/sim/model"

// Config is one experiment file with every default filled in. Variants share
// the memory of lists they do not override: treat it as read-only.
type Config struct {
	Run        Run        `toml:"run" scope:"run" doc:"The run: its name and its randomness."`
	Task       Task       `toml:"task" for:"continuous,discrete" doc:"What the network sees and what it should answer."`
	Model      Model      `toml:"model" for:"continuous,discrete" doc:"The network: its populations and its feedback."`
	Time       Time       `toml:"time" doc:"Time constants and phases."`
	Spiking    Spiking    `toml:"spiking" for:"spiking" doc:"Populations of neurons that spike, what reaches them, and the phases they go through."`
	Learning   Learning   `toml:"learning" for:"continuous,discrete" doc:"Learning: its rates in discrete time, where continuous time has time constants, and what both have."`
	Integrator Integrator `toml:"integrator" for:"continuous" doc:"How continuous time is stepped."`
	Record     Record     `toml:"record" doc:"What is kept."`
	Checkpoint Checkpoint `toml:"checkpoint" scope:"run" doc:"From where a run goes on that was interrupted or killed. The last step before an interrupt is always one."`
	Plots      Plots      `toml:"plots" scope:"experiment" doc:"Figures."`
	Limit      Limit      `toml:"limit" scope:"experiment" for:"regression,video,xor,continuous,discrete" doc:"How the continuous model tends to the discrete one as tau/T falls."`

	// Values are the model's parameters that are given, or have a default that
	// follows from nothing else, by their full keys ("model.beta"): float64,
	// Duration, string or bool. Those that have no effect are left out. An
	// experiment has those of its variants too, where it gives them.
	Values map[string]any `toml:"-"`

	// Compare lists variants: each a name and any of the keys above with
	// another value. They start from the same weights and see the same data.
	Compare []Variant `toml:"-"`
}

// Variant is one entry of [[compare]]: the whole experiment with its
// overrides applied.
type Variant struct {
	Name   string
	Config Config
}

// Run names the run and fixes its randomness.
type Run struct {
	Name  string `toml:"name" format:"name" example:"\"my run\"" doc:"name of the run; default: the file's name without .toml"`
	Label string `toml:"label" format:"name" example:"\"continuous\"" doc:"name of this experiment beside its [[compare]] variants; default: time.kind"`
	Seed  int64  `toml:"seed" default:"1" doc:"seed of weights, task and noise"`
	// 0 of these stands for Seed.
	TaskSeed   int64  `toml:"task_seed" for:"continuous,discrete" if:"!task.kind=signals" range:">=1" example:"1" doc:"seed of the task and the order of data, apart from the others; default: seed"`
	WeightSeed int64  `toml:"weight_seed" for:"continuous,discrete" if:"model.weights=random" range:">=1" example:"1" doc:"seed of the weights that are drawn, apart from the others; default: seed"`
	Out        string `toml:"out" default:"runs" format:"path" doc:"folder that receives the run folder"`
	Precision  string `toml:"precision" for:"continuous,discrete" default:"float64" oneof:"float32,float64" doc:"arithmetic of states and weights"`
}

// Task says what the network sees and what it should answer.
type Task struct {
	Kind   string   `toml:"kind" default:"regression" oneof:"regression,signals,video,xor,arrays,mnist,fashion-mnist,idx,cifar10" doc:"what is learned; signals and arrays are data of one's own, and films can be"`
	Sample Duration `toml:"sample" default:"100ms" range:">0" for:"regression,signals,video" doc:"time between two samples of the discrete model; sets its learning rate"`

	Inputs         int      `toml:"inputs" default:"3" range:">=1" for:"regression" doc:"number of cosine inputs"`
	Outputs        int      `toml:"outputs" default:"1" range:">=1" if:"!task.teacher_file" for:"regression,video" doc:"number of target signals"`
	ShortestPeriod Duration `toml:"shortest_period" default:"4s" range:">0" for:"regression" doc:"inputs are cos(w t + phi) with w uniform in (0, 2 pi / shortest_period)"`
	TeacherHidden  []int    `toml:"teacher_hidden" default:"[25]" range:">=1" if:"!task.teacher_file" for:"regression,video" doc:"hidden layers of the random teacher network"`
	TeacherGain    float64  `toml:"teacher_gain" default:"3" if:"!task.teacher_file" for:"regression,video" doc:"scale of the teacher's weights, which for video are normal with standard deviation gain sqrt(2/(n_in + n_out))"`
	TeacherWeights string   `toml:"teacher_weights" default:"uniform" oneof:"uniform,normal" if:"!task.teacher_file" for:"regression" doc:"uniform: in +-teacher_gain/sqrt(n_in); normal: with standard deviation teacher_gain sqrt(2/(n_in + n_out))"`
	Teacher        string   `toml:"teacher" default:"instant" if:"time.kind=continuous and task.kind=regression|video or time.kind=continuous and task.teacher_file" oneof:"instant,leaky" for:"regression,signals,video" doc:"instant: the target follows the input at once; leaky: the teacher's units have the somatic time constant of the student"`

	TeacherFile string   `toml:"teacher_file" format:"file" for:"regression,signals,video" example:"\"teacher.safetensors\"" doc:"a safetensors file with the weights of a network of sigmoids, of any depth, that makes the targets of the inputs: W1, c1, W2, ... as runs have them, or NAME.weight and NAME.bias as PyTorch has; @sha256: as with input_file"`
	InputFile   string   `toml:"input_file" format:"file" for:"signals,arrays" example:"\"data.npz\"" doc:"file of the inputs, .npz, .npy or .csv, with a time or a sample a row; its path from the folder of this file; @sha256: and 64 digits behind it refuse any other content"`
	InputNames  []string `toml:"input_names" for:"signals,arrays" example:"[\"x\", \"y\"]" doc:"which arrays of an .npz, or columns of a .csv, are inputs, side by side; columns by their names or numbers from 1; default: the array inputs, or all columns that are nothing else"`
	TargetFile  string   `toml:"target_file" if:"!task.teacher_file" format:"file" for:"signals,arrays" example:"\"targets.npy\"" doc:"file of the targets or labels, as input_file; default: the same"`
	TargetNames []string `toml:"target_names" if:"!task.teacher_file" for:"signals,arrays" example:"[\"z\"]" doc:"which arrays or columns are targets or labels; default: the array targets or labels, or all columns of a file of their own"`
	Targets     string   `toml:"targets" default:"labels" oneof:"labels,values" for:"arrays" doc:"labels: one a sample, 0, 1, 2, ..., each with an output unit of its own; values: numbers that the output units should have"`
	Interval    Duration `toml:"interval" for:"signals" range:">0" example:"\"10ms\"" doc:"time between two rows; default: times says when each is"`
	Times       string   `toml:"times" default:"t" format:"array" if:"!task.interval" for:"signals" doc:"the array, or column, of input_file that has the times of the rows in s"`
	Between     string   `toml:"between" default:"linear" oneof:"linear,held" for:"signals,video" doc:"between two rows or frames: linear: a straight line; held: the earlier one"`
	Repeat      bool     `toml:"repeat" default:"true" for:"signals" doc:"whether the first row follows the last, again and again; otherwise the last one stays"`

	TeacherBias float64  `toml:"teacher_bias" default:"0.1" range:">=0" if:"!task.teacher_file" for:"video" doc:"standard deviation of the random teacher's biases"`
	Films       []string `toml:"films" default:"[\"generated\"]" format:"file" special:"generated" for:"video" doc:"films that are shown, each a folder of frames (PNG, JPEG or GIF, in the natural order of their names) or an array frames x height x width (.npy; of an .npz each array), paths from the folder of this file; generated: gratings and patches that move, 128 x 128 pixels, made up from run.seed, another film each time the word is given; @sha256: behind a path refuses other frames"`
	FilmFrames  int      `toml:"film_frames" default:"300" range:"[2,1000000]" if:"task.films=generated" for:"video" doc:"frames of each generated film"`
	FilmOrder   string   `toml:"film_order" default:"given" oneof:"given,shuffled" for:"video" doc:"given: films in this order, again and again; shuffled: in a new order each time that all have been shown"`
	Frame       Duration `toml:"frame" default:"100ms" range:">0" for:"video" doc:"time from a frame to the next"`
	Crop        int      `toml:"crop" default:"64" range:">=0" for:"video" doc:"side of the square part of frames that is seen, in pixels; 0: whole frames"`
	CropAt      []int    `toml:"crop_at" range:">=0" if:"task.crop" example:"[104, 144]" for:"video" doc:"row and column, from 0, of the part's first pixel; default: the part is in the middle"`
	CropLater   string   `toml:"crop_later" default:"random" oneof:"random,same" if:"task.crop" for:"video" doc:"where the part is in all films but the first that is shown: random: anywhere, elsewhere each time a film begins; same: as crop_at says"`
	CropSeed    int64    `toml:"crop_seed" default:"0" if:"task.crop_later=random" for:"video" doc:"seed of these places; 0: run.seed decides"`
	InputSide   int      `toml:"side" default:"32" range:"[2,1024]" for:"video" doc:"height and width that the part is reduced to, by a triangle filter (bilinear with antialiasing): its pixels are the inputs"`
	Standardise bool     `toml:"standardise" default:"true" for:"video" doc:"whether each frame has its mean subtracted and is divided by its standard deviation; otherwise black is 0 and white 1, and numbers of arrays are as they are"`
	LowPass     Duration `toml:"low_pass" default:"200ms" range:">=0" for:"video" doc:"time constant of a low-pass filter that the inputs go through; 0s: none"`
	LowPassStep Duration `toml:"low_pass_step" default:"0s" range:">=0" if:"task.low_pass" for:"video" doc:"0s: the filter is a differential equation, solved exactly; otherwise, as published (10ms): Euler steps of this length, between which inputs stay as they are"`

	TestNames       []string `toml:"test_input_names" for:"arrays" example:"[\"x_test\"]" doc:"arrays of input_file, an .npz, with inputs of samples to test with; default: some of the others are taken for that"`
	TestTargetNames []string `toml:"test_target_names" if:"task.test_input_names" for:"arrays" example:"[\"y_test\"]" doc:"arrays of target_file with their targets or labels"`
	TestFraction    float64  `toml:"test_fraction" default:"0.2" range:"[0,1)" if:"!task.test_input_names" for:"signals,arrays" doc:"fraction of rows that are not learned from; of signals the last ones, which are shown before and after learning; 0: none"`
	Split           string   `toml:"split" default:"random" oneof:"random,last" if:"!task.test_input_names" for:"arrays" doc:"which samples are for tests: random: drawn from run.seed; last: the last ones"`
	InputScaling    string   `toml:"input_scaling" default:"none" oneof:"none,standard,unit" for:"signals,arrays" doc:"each input as it is, with mean 0 and standard deviation 1, or from 0 to 1, over the rows that are learned from"`
	TargetScaling   string   `toml:"target_scaling" default:"none" oneof:"none,standard,unit" if:"task.kind=signals and !task.teacher_file or task.targets=values" for:"signals,arrays" doc:"the same of each target; sigmoids reach what is between 0 and 1"`

	Hold       Duration `toml:"hold" if:"time.kind=continuous or task.kind=xor or presentation" default:"1s" range:">0" for:"xor,arrays,mnist,fashion-mnist,idx,cifar10" doc:"how long each pattern, image or sample is presented; the discrete model sees it once"`
	Blank      Duration `toml:"blank" if:"time.kind=continuous" default:"0s" range:">=0" for:"xor,arrays,mnist,fashion-mnist,idx,cifar10" doc:"how long there is nothing behind each: inputs of 0, and unless time.phases says otherwise neither teacher nor learning"`
	Order      string   `toml:"order" default:"blocks" oneof:"blocks,independent" for:"xor" doc:"blocks: all four patterns in random order, again and again; independent: each drawn anew"`
	TargetLow  float64  `toml:"target_low" default:"0.01" range:"[0,1)" for:"xor" doc:"target that stands for false"`
	TargetHigh float64  `toml:"target_high" default:"0.99" range:"(0,1]" for:"xor" doc:"target that stands for true"`

	Data         string   `toml:"data" default:"auto" format:"file" special:"auto,embedded" for:"mnist,fashion-mnist,cifar10" doc:"auto: where the data are found, or else fetched; embedded: 200 + 100 images of MNIST that come with the program, too few to learn much from; otherwise their folder, from that of this file"`
	Files        []string `toml:"files" for:"idx" format:"file" example:"[\"train-images\", \"train-labels\", \"test-images\", \"test-labels\"]" doc:"the four idx files, compressed with gzip or not; paths from the folder of this file"`
	Epochs       int      `toml:"epochs" default:"250" range:">=1" for:"arrays,mnist,fashion-mnist,idx,cifar10,discrete" doc:"passes over the training images or samples in discrete time"`
	Batch        int      `toml:"batch" default:"32" range:">=1" for:"arrays,mnist,fashion-mnist,idx,cifar10" doc:"images or samples a batch in discrete time, parallel streams of them in continuous time"`
	Validation   bool     `toml:"validation" default:"false" for:"arrays,mnist,fashion-mnist,idx,cifar10,discrete" doc:"whether the last training images or samples are held out and decide which epoch is best"`
	HeldOut      float64  `toml:"validation_images" if:"task.validation" default:"10000" range:">0" for:"arrays,mnist,fashion-mnist,idx,cifar10,discrete" doc:"how many training images or samples validation holds out: a number, or below 1 a fraction of them"`
	MaxStagnant  int      `toml:"max_stagnant_epochs" default:"0" range:">=0" for:"arrays,mnist,fashion-mnist,idx,cifar10,discrete" doc:"epochs without a smaller error, or loss of values, after which training stops; 0: never"`
	TrainImages  int      `toml:"train_images" default:"0" range:">=0" for:"mnist,fashion-mnist,idx,cifar10" doc:"how many training images are used; 0: all"`
	TestImages   int      `toml:"test_images" default:"0" range:">=0" for:"mnist,fashion-mnist,idx,cifar10" doc:"how many test images are used; 0: all"`
	TestShown    int      `toml:"test_shown" if:"time.kind=continuous and !task.targets=values" default:"0" range:">=0" for:"arrays,mnist,fashion-mnist,idx,cifar10" doc:"how many test images or samples the network is shown in continuous time as well, after learning, each for hold; the error is that of its answers where they end. The other test error is that of the answers that it would settle to"`
	Augmentation bool     `toml:"augmentation" default:"true" for:"cifar10,discrete" doc:"random crops of images with a frame of 4 pixels, and mirroring, while training"`
	Smoothing    float64  `toml:"label_smoothing" if:"!task.targets=values" default:"0" range:"[0,0.5]" for:"arrays,mnist,fashion-mnist,idx,cifar10,discrete" doc:"how much of the target of a class the other classes share while training: 1 - s and s/(classes - 1) in place of 1 and 0"`

	// Found is what the files of signals, arrays and teachers hold; zero where
	// nobody has looked.
	Found Found `toml:"-"`
}

// Found says how much data there are.
type Found struct {
	Inputs, Outputs int   // of a row
	Rows            int   // to learn from
	Shape           []int // of an input in an array of its own: maps x height x width, if it is an image
}

// Model is the network: its populations and its feedback.
type Model struct {
	Kind      string  `toml:"kind" oneof:"MODELS" default:"USUAL" doc:"learning rule, one of those that come with burstsim; any other is what equations says"`
	Equations string  `toml:"equations" format:"equations" example:"\"oja.model\"" doc:"instead of kind: the model as a text, or the file that has it, its path from the folder of this file"`
	Hidden    []int   `toml:"hidden" default:"[50]" range:">=1" doc:"units of each dense hidden layer, above those of layer; with layer, the default is none"`
	Layer     []Layer `toml:"layer" for:"arrays,mnist,fashion-mnist,idx,cifar10" example:"[{ kind = \"conv\", channels = 64, kernel = 5 }]" doc:"the first hidden layers, one table each, in [[model.layer]] or inline; those of maps come first; empty: none"`
	Weights   string  `toml:"weights" default:"random" format:"file" special:"random" doc:"random: drawn from run.seed; otherwise a safetensors file with all weights to start from, its path from the folder of this file; @sha256: and 64 digits behind it refuse any other content"`

	// Text is the model: what Kind chooses, or the text of Equations, whose name
	// is Kind then. It is shared and must not be changed.
	Text *model.Text `toml:"-"`
}

// Layer is a hidden layer of a network that sees images. What belongs to the
// other kind is 0. Maps are square; a kernel of side K at distance S makes maps
// of side (side + 2 Padding - K)/S + 1, rounded down, of those below.
type Layer struct {
	Kind     string `toml:"kind" oneof:"conv,dense" doc:"conv: maps that share weights; dense: all to all"`
	Channels int    `toml:"channels" range:"[1,65536]" for:"conv" doc:"number of maps"`
	Kernel   int    `toml:"kernel" default:"3" range:"[1,1024]" for:"conv" doc:"side of the window that a neuron sees in every map below, in neurons"`
	Stride   int    `toml:"stride" default:"1" range:"[1,1024]" for:"conv" doc:"distance of neighbouring windows"`
	Padding  int    `toml:"padding" default:"0" range:"[0,1024]" for:"conv" doc:"width of a frame of zeros around the maps below"`
	Units    int    `toml:"units" range:">=1" for:"dense" doc:"number of units"`
}

// Time holds the kind of time and the phases, beside the time constants that the
// model declares.
type Time struct {
	Kind   string   `toml:"kind" default:"continuous" oneof:"continuous,discrete,spiking" doc:"continuous: integrate the dynamics; discrete: one steady state a sample; spiking: populations of neurons in place of rates"`
	Dt     Duration `toml:"dt" for:"continuous,spiking" default:"10ms" range:">0" doc:"time step; with dopri5 the first one, and the largest with split plasticity"`
	Before Duration `toml:"before" for:"continuous,discrete" ahead:"parameters" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" default:"100s" range:">=0" doc:"without teacher, before learning"`
	Learn  Duration `toml:"learn" for:"continuous,discrete" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" default:"1000s" range:">0" doc:"learning, with teacher and plasticity unless time.phases says otherwise"`
	After  Duration `toml:"after" for:"continuous,discrete" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" default:"100s" range:">=0" doc:"without teacher, after learning"`
	Reset  string   `toml:"reset" for:"continuous" default:"never" oneof:"never,presentation,phase" doc:"when all states begin anew: never; where a pattern or an image begins; where a phase begins, each of time.phases too"`
	Phases []Phase  `toml:"phases" for:"continuous" example:"[{duration=\"5s\"}, {duration=\"500ms\", teacher=true, learning=true}]" doc:"protocol that learning repeats, such as prediction and teaching; the discrete model has its own; default: teacher and plasticity all the time"`
}

// Phase is a stretch of the protocol that learning repeats.
type Phase struct {
	Duration Duration `toml:"duration" range:">0" doc:"how long it lasts"`
	Teacher  bool     `toml:"teacher" default:"false" doc:"whether the target reaches the output"`
	Learning bool     `toml:"learning" default:"false" doc:"whether the weights change"`
}

// Learning holds how weights change, beside the learning rates and time constants
// that the model declares.
type Learning struct {
	Optimiser   string   `toml:"optimiser" ahead:"parameters" for:"discrete" default:"sgd" oneof:"sgd,momentum,adam,sadagrad,nadagrad,ladagrad,fadagrad,global_cost" doc:"update rule of W and bias"`
	Momentum    float64  `toml:"momentum" for:"discrete" default:"0" range:"[0,1)" doc:"for optimiser = \"momentum\", which needs more than 0"`
	Beta1       float64  `toml:"adam_beta1" if:"learning.optimiser=adam" for:"discrete" default:"0.9" range:"[0,1)" doc:"what is left at each update of Adam's mean of gradients"`
	Beta2       float64  `toml:"adam_beta2" if:"learning.optimiser=adam" for:"discrete" default:"0.999" range:"(0,1)" doc:"and of its mean of their squares"`
	WeightDecay float64  `toml:"weight_decay" default:"0" range:">=0" doc:"fraction of W and bias lost at each update; in continuous time, in each task.sample or task.hold of learning; with decay = \"gradient\", how much of a weight joins its gradient"`
	Decay       string   `toml:"decay" for:"discrete" if:"learning.weight_decay or learning.weights" default:"fraction" oneof:"fraction,gradient" doc:"what weight_decay is. fraction: what weights lose at each update, whatever the learning rate; gradient: as in PyTorch, weight_decay times the weights joins the gradients, and goes through momentum or Adam's means and the learning rate"`
	Weights     []Own    `toml:"weights" for:"discrete" example:"[{ of = [\"W\"], optimiser = \"momentum\", momentum = 0.9 }]" doc:"weights with an optimiser and a decay of their own, one table each; nothing is inherited from [learning], but learning rates and decay are those of all"`
	Noise       float64  `toml:"feedforward_noise" for:"discrete" default:"0" range:">=0" doc:"standard deviation of Gaussian noise on what each layer receives while it learns"`
	NoTeaching  bool     `toml:"no_teaching_signal" for:"discrete" default:"false" doc:"learn without a teacher"`
	Strength    float64  `toml:"teacher_strength" default:"1" range:"(0,1]" doc:"how far the teacher pulls: equations see as target the answer, and so much of the way from it to the target"`
	Blocks      []Block  `toml:"blocks" for:"arrays,mnist,fashion-mnist,idx,cifar10,discrete" example:"[{ batches = 10, weights = [\"W\"] }]" doc:"batches beside the epochs of a training, in which some weights learn alone, one table each, in this order"`
	Changes     []Change `toml:"changes" for:"arrays,mnist,fashion-mnist,idx,cifar10,discrete" example:"[{ kind = \"noise\", weights = [\"W\"], sd = 0.01 }]" doc:"what happens to weights where an epoch of a training begins, beside learning, one table each, in this order"`
	Schedule    []Knot   `toml:"schedule" example:"[{ at = \"100s\", factor = 0.1 }]" doc:"factors on learning rates, and on weight decay, in the course of learning, in the order of time; default: 1 all the time"`
}

// Own is how some weights follow their gradients.
type Own struct {
	Of          []string `toml:"of" doc:"projections of the model, each with its bias"`
	Optimiser   string   `toml:"optimiser" default:"sgd" oneof:"sgd,momentum,adam,sadagrad,nadagrad,ladagrad,fadagrad,global_cost" doc:"update rule"`
	Momentum    float64  `toml:"momentum" default:"0" range:"[0,1)" doc:"for optimiser = \"momentum\", which needs more than 0"`
	Beta1       float64  `toml:"adam_beta1" default:"0.9" range:"[0,1)" doc:"for optimiser = \"adam\""`
	Beta2       float64  `toml:"adam_beta2" default:"0.999" range:"(0,1)" doc:"for optimiser = \"adam\""`
	WeightDecay float64  `toml:"weight_decay" default:"0" range:">=0" doc:"as that of [learning]"`
}

// Block is a number of batches beside the epochs.
type Block struct {
	Batches     int      `toml:"batches" default:"0" range:">=0" doc:"how many after the training of each epoch, ahead of its evaluation"`
	Pretraining int      `toml:"pretraining" default:"0" range:">=0" doc:"how many ahead of the first epoch"`
	Weights     []string `toml:"weights" doc:"which projections learn, each with its bias; all others are not touched, not by a decay either"`
	Teacher     bool     `toml:"teacher" default:"false" doc:"whether the target reaches the output"`
	Noise       float64  `toml:"feedforward_noise" default:"0" range:">=0" doc:"standard deviation of noise on what each layer receives, in place of that of [learning]"`
}

// Change is what happens to weights where an epoch begins.
type Change struct {
	Kind    string   `toml:"kind" oneof:"zero,noise,begin" doc:"zero: they are set to 0; noise: normal numbers are added to them; begin: they begin anew as the model's text says, from what other weights are now, so that feedback that is symmetric at the start is aligned again"`
	Weights []string `toml:"weights" doc:"which weights and biases of the model, by their symbols, such as Y or c, in all layers; none that follow from others"`
	SD      float64  `toml:"sd" range:">0" for:"noise" doc:"standard deviation of what is added to the weights of a layer, in units of theirs"`
	Epoch   int      `toml:"epoch" default:"1" range:">=1" doc:"the epoch ahead of which it happens, counted from 1, which is before any learning"`
	Each    bool     `toml:"each" default:"false" doc:"whether it happens ahead of every later epoch too"`
}

// Knot is a time from which on a factor holds.
type Knot struct {
	At      Duration `toml:"at" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" default:"0s" range:">=0" doc:"simulated time since learning began, less than it lasts; a change that is not a step may end with it, or later"`
	Epoch   float64  `toml:"epoch" if:"task.kind=arrays|mnist|fashion-mnist|idx|cifar10 and time.kind=discrete" default:"0" range:">=0" doc:"the same of a training, in epochs"`
	Factor  float64  `toml:"factor" range:">=0" doc:"of learning rates from then on; 0: nothing is learned"`
	Shape   string   `toml:"shape" default:"step" oneof:"step,linear,cosine" doc:"how the factor gets there from the one before, or from 1 where learning began: at once, or over the time between, along a line or half a wave"`
	Weights []string `toml:"weights" default:"[\"all\"]" doc:"which projections of the model, each with its bias"`
}

// Integrator chooses how continuous time is stepped.
type Integrator struct {
	Method     string  `toml:"method" default:"rk4" oneof:"euler,heun,rk4,dopri5,exponential" doc:"stepper; a model with noise takes euler, heun or exponential"`
	Plasticity string  `toml:"plasticity" default:"joint" oneof:"joint,split" doc:"joint: weights are part of the state; split: one Euler step of the weights a time step"`
	RelTol     float64 `toml:"rtol" if:"integrator.method=dopri5" default:"1e-6" range:">=1e-14" doc:"dopri5: relative tolerance; less would ask for more digits than numbers have, and less than 1e-6 in float32"`
	AbsTol     float64 `toml:"atol" if:"integrator.method=dopri5" default:"1e-9" range:">0" doc:"dopri5: absolute tolerance, at least 1e-18, in float32 1e-9"`
}

// Record chooses what is kept.
type Record struct {
	Metrics      Duration `toml:"metrics" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" default:"10s" range:">0" doc:"one row of metrics.csv each; the loss is its mean over this time"`
	Angles       Duration `toml:"angles" for:"continuous,discrete" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" default:"10s" range:">0" doc:"time over which changes and gradients add up before the angles between them are taken, anew in every phase; a row of metrics.csv has those of the last such time"`
	TimeGradient bool     `toml:"time_gradient" default:"false" for:"continuous" doc:"whether the angle between what learning changed in each such time and the gradient of its loss through the dynamics is taken too, by running it again: about three times as much work"`
	Sample       Duration `toml:"sample" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" default:"20ms" range:">0" doc:"time between two samples of the trajectory, within the windows"`
	Units        int      `toml:"units" if:"!record.chosen_units and time.kind=continuous|spiking or !record.chosen_units and task.kind=regression|signals|video|xor" default:"5" range:">=1" doc:"how many units of each layer are recorded, spread over it evenly"`
	Chosen       []int    `toml:"chosen_units" for:"continuous,discrete" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" range:">=0" example:"[0, 7, 42]" doc:"which units of each layer are recorded instead, counted from 0; a layer that has none of them records unit 0"`
	Signals      []string `toml:"signals" for:"continuous,discrete" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" default:"[\"all\"]" oneof:"all,SIGNALS" doc:"which quantities of the layers the trajectory has, where the model has them; input, target and output are always there"`
	LogMode      string   `toml:"log_mode" default:"all" oneof:"all,no_states,minimal" for:"arrays,mnist,fashion-mnist,idx,cifar10,discrete" doc:"what is logged while a discrete model trains. all: angles, moments and histograms of states; no_states: angles; minimal: only errors and losses of epochs"`
	LogEvery     int      `toml:"log_every" if:"record.log_mode=all|no_states" default:"200" range:">=1" for:"arrays,mnist,fashion-mnist,idx,cifar10,discrete" doc:"batches between two entries of the log"`
	Ranks        int      `toml:"ranks" default:"0" range:"[0,1000000]" for:"arrays,mnist,fashion-mnist,idx,cifar10,discrete" doc:"with how many test images or samples, at most, it is measured after each epoch in how many directions apical input and burst probabilities of hidden layers vary, and how well apical input follows backpropagation; 0: not at all. For models with the signal apical, and layers of up to 2048 units"`
	Weights      []string `toml:"weights" format:"moment" example:"[\"0\"]" doc:"when all weights are recorded, into weights/LABEL.npz: at times such as \"5s\", and from 0 on every so often, such as \"every 100s\"; while training on a data set in discrete time, in epochs, \"5\" and \"every 10\", 0 being before learning; one time or number alone, without brackets, is such a distance"`
	TensorBoard  bool     `toml:"tensorboard" scope:"run" default:"false" doc:"whether metrics, epochs, log and histograms are written as event files of TensorBoard too"`
	Windows      []Window `toml:"windows" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" example:"[{ start = \"99s\", length = \"6s\" }]" doc:"stretches of simulated time whose trajectory is kept; default: around the start of teaching, early in learning and the end"`
}

// Window is a stretch of simulated time.
type Window struct {
	Start  Duration `toml:"start" default:"0s" range:">=0" doc:"simulated time at which it begins"`
	Length Duration `toml:"length" range:">0" doc:"how long it lasts"`
}

// Checkpoint says when the state of a run is saved. Checkpoints do not change
// its results.
type Checkpoint struct {
	Every     Duration `toml:"every" default:"5m" range:">=0" doc:"time on the clock between two checkpoints; 0s: none but those below"`
	Simulated Duration `toml:"simulated" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" default:"0s" range:">=0" doc:"simulated time between two checkpoints; 0s: none"`
	Epochs    float64  `toml:"epochs" default:"0" range:">=0" for:"arrays,mnist,fashion-mnist,idx,cifar10,discrete" doc:"epochs, or a fraction of one, between two checkpoints of a training; 0: none"`
}

// Plots chooses figures and file formats.
type Plots struct {
	Figures []string `toml:"figures" default:"[\"all\"]" oneof:"all,dynamics,learning,limit,training,states,filters,confusion,ranks,spikes,plasticity,routing,ensembles" doc:"which figures are drawn, where the task and the kind of time have them"`
	Formats []string `toml:"formats" default:"[\"png\", \"svg\"]" oneof:"png,svg,pdf" doc:"file formats"`
	Units   int      `toml:"units" for:"continuous,discrete" if:"task.kind=regression|signals|video|xor or time.kind=continuous|spiking" default:"3" range:">=1" doc:"how many units of a layer a figure shows"`
}

// Limit measures how the continuous model tends to the discrete one.
type Limit struct {
	Ratios        []float64 `toml:"ratios" range:"(0,1)" example:"[0.1, 0.03, 0.01, 0.003]" doc:"values of tau/T; empty: not measured"`
	Presentations int       `toml:"presentations" if:"limit.ratios" default:"20" range:">=1" doc:"inputs held for T each"`
}
