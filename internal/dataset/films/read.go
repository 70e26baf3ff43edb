package films

import (
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // formats of frames
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/maruel/natural"

	"burstsim/internal/arrayfile"
	"burstsim/internal/atomicfile"
	"burstsim/internal/memory"
	"burstsim/internal/regular"
)

const expected = "expected a folder of frames (PNG, JPEG or GIF), or an array of frames x height x width (.npy or .npz)"

// Read reads the films of a path: one of a folder, whose images are its frames in the
// natural order of their names, frame 2 before frame 10; one of an .npy file, frames x
// height x width; one of each array of an .npz file, in its order. Colours become
// grey. The error names the path, or the file in a folder, and what was expected.
func Read(path string) ([]*Film, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s cannot be read: %w; %s", path, atomicfile.Cause(err), expected)
	case info.IsDir():
		f, err := readFolder(path)
		return []*Film{f}, err
	}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".npy", ".npz":
		return readArrays(path)
	default:
		return nil, fmt.Errorf("%s has the ending %q, %s", path, ext, expected)
	}
}

func readArrays(path string) (films []*Film, err error) {
	file, err := arrayfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for _, name := range file.Names() {
		table, err := file.Table(name)
		if err != nil {
			return nil, err
		}
		if len(table.Shape) != 2 {
			what := "the array"
			if name != "" {
				what = fmt.Sprintf("array %.60q", name)
			}
			shape := append([]int{table.Len()}, table.Shape...)
			return nil, fmt.Errorf("%s: %s has shape %v, expected frames x height x width", path, what, shape)
		}
		films = append(films, &Film{Height: table.Shape[0], Width: table.Shape[1], table: table, count: table.Len()})
	}
	return films, nil
}

// readFolder reads the frames of a folder, which must all have the size of the first.
func readFolder(path string) (*Film, error) {
	names, err := frames(path)
	if err != nil {
		return nil, err
	}
	var f *Film
	for i, name := range names {
		frame, err := readFrame(filepath.Join(path, name))
		if err != nil {
			return nil, err
		}
		size := frame.Bounds().Size()
		if f == nil {
			if err := memory.Check("the frames of "+path, float64(len(names))*float64(size.X)*float64(size.Y)); err != nil {
				return nil, err
			}
			f = &Film{Height: size.Y, Width: size.X, bytes: make([]uint8, len(names)*size.X*size.Y), count: len(names)}
		}
		if size.Y != f.Height || size.X != f.Width {
			return nil, fmt.Errorf("%s has %d x %d pixels, expected %d x %d (height x width) as %s has",
				filepath.Join(path, name), size.Y, size.X, f.Height, f.Width, names[0])
		}
		f.fill(i, frame)
	}
	return f, nil
}

// endings are those of files that can be frames.
var endings = []string{".png", ".jpg", ".jpeg", ".gif"}

// frames are the names of the images in a folder in their natural order.
func frames(path string) (names []string, err error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, atomicfile.Cause(err))
	}
	for _, e := range entries {
		hidden := strings.HasPrefix(e.Name(), ".")
		if !e.IsDir() && !hidden && slices.Contains(endings, strings.ToLower(filepath.Ext(e.Name()))) {
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s has no frames, expected files that end in %s", path, strings.Join(endings, ", "))
	}
	slices.SortStableFunc(names, natural.Compare)
	return names, nil
}

func readFrame(path string) (image.Image, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, atomicfile.Cause(err))
	}
	defer file.Close()
	config, _, err := image.DecodeConfig(file)
	if err == nil {
		// A small file can say that it is a huge image.
		if err := memory.Check("the pixels of "+path, 8*float64(config.Width)*float64(config.Height)); err != nil {
			return nil, err
		}
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", path, atomicfile.Cause(err))
		}
	}
	frame, _, err := image.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("%s is no image, or cut short: %w; expected PNG, JPEG or GIF", path, err)
	}
	return frame, nil
}

// fill stores a frame.
func (f *Film) fill(k int, frame image.Image) {
	b := frame.Bounds()
	to := f.bytes[k*f.Height*f.Width:]
	for y := range f.Height {
		for x := range f.Width {
			to[y*f.Width+x] = color.GrayModel.Convert(frame.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y
		}
	}
}
