package report

import (
	_ "embed"
	"html/template"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"burstsim/internal/page"
	"burstsim/internal/rundir"
)

// Figure is a drawing of a run.
type Figure struct {
	Name string // "dynamics"
	Of   string // what of several it shows: a model; "" where there is one
	SVG  []byte
}

// Page is a document with what only a page of HTML has room for.
type Page struct {
	*Document
	Figures []Figure
	Missing []string // why figures could not be drawn, a line each
	Config  []byte   // config.toml
	// Methods is the methods section in LaTeX, and Sources its bibliography in BibTeX;
	// "" where there are none.
	Methods, Sources string
}

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// WriteHTML writes one page that needs no other file and no network. The same
// run gives the same bytes.
func (p *Page) WriteHTML(w io.Writer) error {
	v := pageView{
		Page: p, Name: p.Digest.Config.Run.Name, Reason: Note(p.Digest), Sections: map[string]Section{},
		Download: page.DataURI("application/toml", p.Config), ConfigText: string(p.Config),
	}
	for _, s := range p.Sections() {
		v.Sections[s.Name] = s
	}
	v.Commands = p.Again("config.toml")
	v.TeX, v.BibTeX = page.DataURI("application/x-tex", []byte(p.Methods)), page.DataURI("application/x-bibtex", []byte(p.Sources))
	for _, f := range p.Figures {
		v.Drawn = append(v.Drawn, newFigureView(f))
	}
	return pageTemplate.Execute(w, v)
}

// pageView is what the template shows.
type pageView struct {
	*Page
	Name, Reason string
	Sections     map[string]Section // by name
	Commands     []string
	Drawn        []figureView
	Download     template.URL
	ConfigText   string
	TeX, BibTeX  template.URL
}

// Style is that of all pages.
func (pageView) Style() template.CSS { return page.Style }

// Good tells whether the run came to its end.
func (v pageView) Good() bool { return v.Digest.Status == rundir.Finished }

// Folder is the name of the run's folder, whose place is nobody's business.
func (v pageView) Folder() string { return path.Base(strings.TrimRight(v.Digest.Dir, "/")) }

// Details are the sections at the end.
func (v pageView) Details() []string { return []string{"speed", "phases", "recorded", "files"} }

// Seed is the seed of weights and task.
func (v pageView) Seed() int64 { return v.Digest.Config.Run.Seed }

// figureView is a figure with what is said about it.
type figureView struct {
	Name, Title, Alt, Note string
	Width, Height          int // CSS pixels
	Narrow                 bool
	Source                 template.URL
}

var sizePattern = regexp.MustCompile(`<svg width="([0-9.]+)pt" height="([0-9.]+)pt"`)

func newFigureView(f Figure) figureView {
	about, ok := figureTexts[f.Name]
	if !ok {
		about = figureText{title: f.Name, alt: "figure " + f.Name}
	}
	v := figureView{Name: f.Name, Title: about.title, Alt: about.alt, Note: about.note, Source: page.DataURI("image/svg+xml", f.SVG)}
	if f.Of != "" {
		v.Name += "-" + f.Of
		v.Title += " of " + f.Of
		v.Alt = f.Of + ": " + v.Alt
	}
	if m := sizePattern.FindSubmatch(f.SVG); m != nil {
		v.Width, v.Height = pixels(m[1]), pixels(m[2])
	}
	v.Narrow = v.Width > 0 && v.Width < 400
	return v
}

// pixels are those of CSS, 96 an inch, of points.
func pixels(points []byte) int {
	x, err := strconv.ParseFloat(string(points), 64)
	if err != nil || !(x < 1e4) {
		return 0
	}
	return int(x*96/72 + 0.5)
}

// figureText is what is said of a figure: above it, to those who do not see it,
// and below it.
type figureText struct{ title, alt, note string }

var figureTexts = map[string]figureText{
	"circuit": {"Circuit", "Layers from the input below to the output above, each a population with its soma and, where feedback arrives, its apical dendrite; " +
		"populations beside them; and lines for projections, with their weights, in a colour for what they carry.", ""},
	"dynamics": {"Burst dynamics over time", "Rows of curves over simulated time, one column a recorded window: inputs; target and output; " +
		"then potentials, event rates, burst probabilities and burst rates of a few units of a hidden layer and of the output unit. Time with a teacher is shaded.", ""},
	"learning": {"Learning", "Loss of all variants over simulated time; output and target before and after learning; " +
		"and, layer by layer, the angle in degrees between weight changes and those of backpropagation.", angleNote},
	"limit": {"The discrete limit", "Distance between continuous and discrete weight changes against tau over T, both axes logarithmic, " +
		"with a fitted line; the outcome names its slope.", ""},
	"training": {"Training", "Error and loss of training, validation and test samples after each epoch, with a mark at the best one; " +
		"and, layer by layer, angles in degrees between weight changes and those of backpropagation and feedback alignment.", angleNote},
	"states": {"States over training", "How the states of the units of each layer are distributed, epoch by epoch.", ""},
	"ranks": {"Ranks", "In how many directions the apical input and the burst probabilities of hidden layers vary over test samples, epoch by epoch, " +
		"and how well apical input follows backpropagation.", ""},
	"filters": {"First-layer weights", "The weights of the first units of layer 1 as small images.", ""},
	"spikes": {"Spikes", "Along the run, the event rate and the burst probability of each population, with the targets of a teacher, and mean weights; " +
		"in windows of it, the spikes of some neurons of each population, events and bursts told apart, and the potentials of one neuron.", ""},
	"plasticity": {"Plasticity", "What weights changed by in each phase, against the dendritic potential, the burst probability and the rate of spikes, with curves of closed forms.", ""},
	"routing": {"Routing of events and bursts", "Along the run, the currents into a population, its rates of events and bursts, and the rates of those that read it through depressing and facilitating synapses, " +
		"with their correlations.", ""},
	"ensembles": {"Ensembles and rates", "Event rate, burst probability and plasticity of populations that differ in size only against the currents into them; " +
		"and how far they are from the largest against size, both axes logarithmic, with fitted lines.", ""},
	"confusion": {"Confusion matrix", "Which classes of test samples are taken for which: a row a class, a column an answer.", ""},
}
